"""What is kept in sight after a merge: watch items, defects, and the lasting thing that came of it."""

from dataclasses import dataclass
from typing import Literal

ItemKind = Literal["rollout", "rollback", "follow_up", "defect", "artefact"]
ARTEFACTS = (
    *("test", "eval", "runbook", "skill", "rule", "dashboard"),
    *("deleted abstraction", "clearer API", "checklist", "none"),
)
ItemState = Literal["open", "done", "candidate", "confirmed", "refused"]
"""`candidate`: Headgate proposes it, and only a human confirms or refuses it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing about a merged change. `merge` is its commit, `by` who said it last, "" where Headgate proposes it.

    Times are seconds since 1970.
    """

    id: str
    run: str
    merge: str
    kind: ItemKind
    text: str
    state: ItemState
    by: str
    at: float
    source: str = ""
    """Where it comes from: a part of the evidence, a revert's commit, a human."""
