"""What takes bytes apart and is in no row of the table, each with why that is."""

from collections.abc import Mapping

_OWN_DATABASE = "a row of the state database, which the core alone writes; what damages one is tests/faults"
_COMPILED = "the checked policy's own JSON, as state/policy/document.py made it a moment ago"
_SHIPPED = "a file of the package"
_OWN_PIPE = "words from one process of ours to another, over a pipe that nobody else holds"
_ON_REAL_GIT = "a word of git's own ending in NUL; tests/adapters runs it on real repositories with odd names"

_WHY: Mapping[str, tuple[str, ...]] = {
    _OWN_DATABASE: (
        "state/approval/merging.py:Merging._stands_in_ledger",
        "state/approval/merging.py:Merging._gone_on",
        "state/store/gates.py:_gated",
        *(f"state/store/journal.py:{name}" for name in ("_Reading._entries", "_worked", "_read")),
        *(f"state/store/{name}" for name in ("held.py:_body", "pairs.py:matrix_of")),
        *(f"state/store/{name}" for name in ("recounting.py:_rates", "rows.py:_quote_of_row")),
        "state/store/together.py:ReadersTogether._attended",
        *("adapters/registry.py:_told_in", "state/store/sound.py:listed"),
    ),
    _COMPILED: (
        "state/approval/gate.py:merge_gate",
        "state/evidence/required.py:merge_settings",
        "state/policies.py:_write",
        "state/policy/checks.py:required_of",
        "adapters/git/verification.py:wanted_by",
        "adapters/hook/asking.py:_gates_own",
    ),
    _SHIPPED: (
        *("state/findings/pack.py:_read", "state/policy/risk_paths.py:_told", "state/settings.py:shipped"),
        *("adapters/hook/lean/re.py:_read", "adapters/hook/lean/re.py:_Pattern.__getattr__"),
    ),
    _OWN_PIPE: (
        *("adapters/canary_model.py:CanaryModel.__init__", "adapters/demo.py:play", "adapters/replay.py:play"),
        *("adapters/checks/inside.py:enter", "adapters/confine/enter.py:enter", "adapters/starting/begin.py:_taken"),
        *("adapters/frames.py:_calls_again", "adapters/frames.py:read", "adapters/read_ahead.py:_frame"),
        "adapters/reader_process.py:serve",
    ),
    _ON_REAL_GIT: (
        *("adapters/git/authority.py:GitAuthority.paths", "adapters/git/authority_changes.py:_renamed"),
        *("adapters/git/authority_checkout.py:Checkout._filtered", "adapters/git/authority_checkout.py:_flagged"),
        *("adapters/git/authority_export.py:written", "adapters/git/ledger_heads.py:heads_in"),
        *("adapters/git/questions.py:names_between", "adapters/git/repository.py:_trusted"),
        *("adapters/git/reverts.py:GitReverts._found", "adapters/git/sides.py:Sides._heads"),
        *("adapters/git/snapshot.py:Snapshots._attributes", "adapters/git/snapshot.py:Snapshots._by_git"),
        *("adapters/git/witness.py:GitWitness._address", "adapters/git/witness.py:_messages"),
        *("adapters/install/git_hooks.py:folder_of", "adapters/starting/ground.py:Grounds._without_filters"),
        "adapters/starting/ground.py:_as_committed",
    ),
    "what the Codex that the human installed answers on its pipe at `headgate init`: tests/adapters/test_install.py": (
        "adapters/install/codex_trust.py:_asked",
        "adapters/install/codex_settings.py:_with_trust",
    ),
    "a process's environment or command line, searched for one word that is compared and never shown": (
        *("adapters/messages/pane.py:Tmux._socket_of", "adapters/process_walk.py:_marks"),
        *("adapters/starting/labelled.py:variable", "state/policy/told.py:_headgates"),
    ),
}
EXCUSED: Mapping[str, str] = {name: why for why, names in _WHY.items() for name in names}
