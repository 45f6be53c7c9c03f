"""An approval is valid for the very commit that it was given for, and each way in which it is not has a reason."""

import json
from dataclasses import replace

import pytest

from state.approval.approval import Level, Signed
from state.approval.noting import Note, line_of, notes_in
from state.approval.statement import Statement
from state.approval.verifying import DECLARED, FETCH, Committed, chosen, trailers_of, unnoted, verified

ISSUED = 1_790_000_000
BASE, HEAD, TREE, MERGE = "a" * 40, "b" * 40, "c" * 40, "d" * 40
ONE = Statement(
    target="refs/heads/main",
    base=BASE,
    head=HEAD,
    tree=TREE,
    run="r1",
    context_version=None,
    policy="e" * 40,
    plan=None,
    evidence="f" * 64,
    patch_id="",
    diff_sha="0" * 64,
    findings_open=0,
    principal="ana@corp",
    via="board",
    level="signed",
    reason="",
    nonce="1" * 32,
    issued_at=ISSUED,
    expires_at=ISSUED + 3600,
    ledger_seq=3,
    ledger_hash="9" * 64,
)
SIGNED = Signed("ana@corp", "SHA256:k", "signed")


def noted(one: Statement = ONE, signature: str = "sig") -> Note:
    return Note(MERGE, one.text().decode(), signature, one.id, one.level)


def committed(**words: object) -> Committed:
    trailers = {"Approval": (ONE.id,), "Run": ("r1",), "Evidence": ("f" * 64,)}
    usual: dict[str, object] = {"target": "refs/heads/main", "on_base": True, "policy": "e" * 40, "wanted": "signed"}
    return Committed(MERGE, TREE, (BASE, HEAD), ISSUED + 60, trailers, **{**usual, **words})  # type: ignore[arg-type]


def reasons(commit: Committed, one: Statement = ONE, signed: Signed | str | None = SIGNED) -> str:
    return " | ".join(verified(commit, noted(one), signed).reasons)


def test_what_was_approved_and_signed_is_valid() -> None:
    found = verified(committed(), noted(), SIGNED)
    assert found.valid and (found.level, found.told, found.key) == ("signed", "signed by ana@corp", "SHA256:k")


@pytest.mark.parametrize(
    ("commit", "said"),
    [
        (replace(committed(), tree="9" * 40), "its content is another than what was approved"),
        (replace(committed(), parents=("8" * 40, HEAD)), "its first parent is 888888888888"),
        (replace(committed(), parents=(BASE, "8" * 40)), "its second parent is 888888888888"),
        (replace(committed(), parents=(BASE,)), "it has 1 parents"),
        (committed(target="refs/heads/release/1"), "it was approved for refs/heads/main"),
        (committed(on_base=False), "nobody vouches for the signers"),
        (committed(policy="default"), "another policy was in force"),
        (committed(policy_wrong="line 3"), "cannot be read: line 3"),
        (replace(committed(), at=ISSUED + 3601), "had expired"),
        (replace(committed(), at=ISSUED - 1), "older than its approval"),
        (committed(wanted="verified"), "it is signed, and the base branch's policy asks for verified"),
        (replace(committed(), trailers={"Approval": (ONE.id,), "Run": ("r2",)}), "its trailer Run is not"),
    ],
)
def test_each_way_in_which_the_commit_is_another_has_its_reason(commit: Committed, said: str) -> None:
    found = verified(commit, noted(), SIGNED)
    assert not found.valid and len(found.reasons) == 1 and said in found.reasons[0], found.reasons


def test_a_signature_that_does_not_hold_or_is_anothers_is_said() -> None:
    assert "does not hold: no key" in reasons(committed(), signed="no key")
    assert "signed by eve@corp" in reasons(committed(), signed=replace(SIGNED, principal="eve@corp"))
    assert "the statement itself asks for touched" in reasons(committed(), replace(ONE, level="touched"))


@pytest.mark.parametrize(("wanted", "valid"), [("declared", True), ("signed", False), ("touched", False)])
def test_a_declared_approval_proves_nothing_and_counts_only_where_no_more_is_asked(wanted: Level, valid: bool) -> None:
    one = replace(ONE, level="declared")
    found = verified(committed(wanted=wanted), noted(one, ""), None)
    assert found.valid is valid and found.told == DECLARED
    assert valid or DECLARED in found.reasons[0]


def test_a_rejection_and_an_answer_of_another_gate_approve_nothing() -> None:
    assert "a reject at the merge gate" in reasons(committed(), replace(ONE, decision="reject"))
    assert "at the plan gate" in reasons(committed(), replace(ONE, gate="plan"))


def test_the_note_that_the_commit_names_is_chosen_among_others() -> None:
    other = noted(replace(ONE, nonce="2" * 32))
    text = line_of(other) + "no json\n[]\n{}\n" + line_of(noted())
    notes = notes_in(text, MERGE)
    assert notes == (other, noted()) and chosen(committed(), notes) == (noted(),)
    assert unnoted(committed(), notes) is None


@pytest.mark.parametrize("name", ["statement", "signature", "approval", "level"])
def test_half_a_letter_in_a_note_makes_it_none_and_hurts_no_other(name: str) -> None:
    good = line_of(noted())
    odd = json.dumps({**json.loads(good), name: "\ud800"}) + "\n"
    assert notes_in(odd + good, MERGE) == (noted(),)


def test_a_commit_without_its_note_says_how_to_get_it() -> None:
    none, another = unnoted(committed(), ()), unnoted(committed(), (noted(replace(ONE, nonce="2" * 32)),))
    assert none is not None and FETCH in none.reasons[0]
    assert another is not None and "no note on it here is" in another.reasons[0]
    bare, twice = replace(committed(), trailers={}), replace(committed(), trailers={"Approval": ("1", "2")})
    told = [found.reasons[0] for commit in (bare, twice) if (found := unnoted(commit, (noted(),)))]
    assert told == ["it names no approval", "it names 2 approvals, and one commit has one"]


def test_trailers_are_those_of_the_last_paragraph_alone() -> None:
    message = "Merge x\n\nApproval: forged\n\nRun: r1\nApproval: one\nReviewed-by: eve\n"
    assert trailers_of(message) == {"Run": ("r1",), "Approval": ("one",)}
    assert trailers_of("Approval: subject") == {}
