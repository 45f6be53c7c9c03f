"""A change, its package and its statement as values, for tests of the merge gate."""

from state.approval.statement import Statement

STATEMENT = Statement(
    target="refs/heads/main",
    base="a" * 40,
    head="b" * 40,
    tree="c" * 40,
    run="claude-code:1",
    context_version=None,
    policy="default",
    plan="d" * 64,
    evidence="e" * 64,
    patch_id="f" * 40,
    diff_sha="0" * 64,
    findings_open=2,
    principal="ana@corp",
    via="headgate approve",
    level="signed",
    reason="Reads well; Ünïcode stays.",
    nonce="1" * 32,
    issued_at=1_790_000_000,
    expires_at=1_790_086_400,
    ledger_seq=12,
    ledger_hash="9" * 64,
)
