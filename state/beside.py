"""What the core writes in one transaction besides a batch's own events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.runs.run import Assigned, RunKey

if TYPE_CHECKING:
    from state.control.act import Act
    from state.evidence.review import Reviewed
    from state.findings.conflict import Matrix
    from state.gates.book import Change
    from state.ledger.entry import Draft
    from state.money.accounts import Accounted
    from state.runs.fleet import Fleet
    from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class Said:
    """What a human said of a run, in the order `asked`."""

    asked: str
    run: RunKey
    words: tuple[Assigned, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Worktrees as git now tells them, and those that are gone; what a human said; what changed at the gates; acts;
    which worktrees do not merge, and of which of them (`moved`) something else is said than before; and what is
    new at the merge gate (`review`) and of money and attention (`accounts`). `drafts` are entries of the ledger that
    nothing else of it tells.

    `everyone` shows every run anew. `signs` are the stamps of folders in which everything was read.
    """

    trees: tuple[Worktree, ...] = ()
    gone: tuple[str, ...] = ()
    everyone: bool = False
    said: Said | None = None
    gates: Change | None = None
    acts: tuple[Act, ...] = ()
    matrix: Matrix | None = None
    moved: frozenset[str] = frozenset()
    signs: Mapping[str, str] | None = None
    review: Reviewed | None = None
    accounts: Accounted | None = None
    drafts: tuple[Draft, ...] = ()

    def touched(self, fleet: Fleet, changed: Iterable[RunKey]) -> set[RunKey]:
        """Name the runs of which something else may be shown, with those whose facts `changed`."""
        if self.everyone:
            return set(fleet.runs)
        paths = (*(tree.path for tree in self.trees), *self.gone, *self.moved)
        of_trees = (key for path in paths for key in fleet.in_worktree(path))
        return {*changed, *of_trees, *(key for key in self._accounted() if key in fleet.runs)}

    def _accounted(self) -> Iterator[RunKey]:
        """Name the runs whose own budgets or alarms stand otherwise; what others share shows with the next tick."""
        if self.accounts is not None:
            yield from (RunKey(one.of) for one in self.accounts.budgets if one.scope == "run")
            yield from (RunKey(one.about) for one in self.accounts.alarms)


NOTHING = Beside()
EVERYONE = Beside(everyone=True)
