"""Brings the terminal of a run before the human: a `state.ports.RunTerminals`."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from adapters.processes import started
from state.board import Detail
from state.control.terminal import Pane, Terminals, how_to_attach
from state.ports import WayThere
from state.runs.run import Run


class Knowing(Protocol):
    """Tells of the runs of one repository."""

    async def run(self, key: str) -> Run | None: ...

    async def detail(self, run: str) -> Detail | None: ...


class RunPanes:
    """Finds the pane of a run's client and goes there; what it cannot show it says how to reach."""

    def __init__(self, terminals: Terminals, readers: Sequence[Knowing]) -> None:
        self._terminals, self._readers = terminals, readers

    async def go(self, run: str) -> WayThere | None:
        """Go there, or say how; None where nothing is known of the run."""
        for reader in self._readers:
            found, detail = await reader.run(run), await reader.detail(run)
            if found is not None and detail is not None:
                pane = await self._pane(_clients(found, detail))
                return await self._way(found, pane)
        return None

    async def _pane(self, pids: Iterable[int]) -> Pane | None:
        for pid in pids:
            if (pane := await self._terminals.pane_of(pid)) is not None:
                return pane
        return None

    async def _way(self, run: Run, pane: Pane | None) -> WayThere:
        if pane is None:
            return WayThere(how_to_attach(run, None))
        left = await self._terminals.show(pane)
        return WayThere(" ".join(left or pane.outside), shown=left is None)


def _clients(run: Run, detail: Detail) -> list[int]:
    """Give the processes that are the run's client for sure: as its agent or the table tells, and as it was started."""
    seen = run.process
    found = [seen.pid] if seen is not None and seen.alive and seen.sure else []
    for act in detail.acts:
        pid, start = act.facts.get("pid", ""), act.facts.get("start", "")
        if act.kind == "start" and pid.isdecimal() and str(started(int(pid))) == start:
            found.append(int(pid))
    return found
