"""What Headgate promises, and which tests attack each promise; `python -m tests.reliability` tells what came of them.

A test says by `attacks` which promise it tries to break. What it measured, it says by `record_property("figure", …)`
in words that hold at each run of the same size, such as "1,000 kills, none lost".
"""

from collections.abc import Mapping

import pytest

PROMISES: Mapping[str, str] = {
    "decision": "No decision is lost: what a human decided stands, or the screen says that it does not",
    "human": "No approval without a human: nothing else makes one, and none counts for other bytes or for another call",
    "once": "No double count: every line, request, token and dollar counts once, whatever happens to its log",
    "worktree": "No write to an agent's worktree, index, refs, stash or locks",
    "execution": "Nothing that stands in a worktree or repository is executed by looking at it",
    "terminal": "The terminal is safe: foreign text cannot write to it or press keys; it is left as it was found",
    "closed": "Fails closed where it says so: who cannot decide denies, with a reason",
    "crash": "Recovers by itself from a crash of the core, a board, a hook, a check or a merge, between any two steps",
    "faults": "A fault of disk, clock, log, git or database is named on the board and touches nothing else",
    "stop": "A stop reaches the processes of its run and no other, and the row says what was observed",
    "ledger": "The ledger tells of every edit, gap, reorder, truncation and forged row",
    "load": "Under load nothing is lost, memory and files stay bounded, and keys are heard",
}
"""Every promise by its name, in the order of docs/reliability.md."""


def attacks(*promises: str) -> pytest.MarkDecorator:
    """Say which promises a test tries to break. Raises `KeyError` for one that is none."""
    assert all(PROMISES[promise] for promise in promises)
    return pytest.mark.attacks(*promises)
