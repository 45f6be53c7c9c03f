"""Publishes what hooks must know: one file a run and one for the fleet, each written only where it changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from state.control.act import Act
from state.control.corrections import waiting
from state.gate_files import RunFile
from state.gate_spool import GateSpool
from state.gates.book import Book
from state.gates.run_files import PolicyNow, fleet_file, run_files
from state.money.budgeted import Budgeted
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import RunKey


@dataclass(frozen=True, slots=True)
class Place:
    """Which repository it is: its name, and the ref that its work is based on."""

    repository: str
    base: str | None


class RunFiles:
    """What one core has published, so that what did not change is not even compared with the disk."""

    def __init__(self, spool: GateSpool, place: Place) -> None:
        self._spool, self._place = spool, place
        self._written: dict[str, RunFile] = {}
        self.policies = PolicyNow()

    def publish(
        self,
        book: Book,
        fleet: Fleet,
        cards: Mapping[RunKey, Card],
        now: float,
        acts: Iterable[Act] = (),
        budgeted: Budgeted | None = None,
    ) -> int:
        """Write the files that differ from what stands there. Gives how many runs' files were written."""
        place = self._place
        self._spool.publish_fleet(fleet_file(book, place.repository, place.base, fleet.worktrees, self.policies, now))
        written = 0
        for name, told in run_files(book, fleet.runs, cards, now, self.policies, waiting(acts), budgeted).items():
            if not self._spool.has_policy(told["policy"]):
                told["policy"] = self.policies.blob
            if self._written.get(name) != told:
                written += self._spool.publish_run(name, told)
                self._written[name] = told
        return written
