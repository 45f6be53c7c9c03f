"""Reads the logs of one run again, whole and beside whoever follows them: what evidence is held against."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.agents.agent import Agent, LogPlace
from adapters.known_log import KnownLog, Told
from adapters.messages.last_words import last_row_said, last_said
from adapters.opening import Unreadable
from state.evidence.history import History, Telling
from state.ports import LogMark
from state.runs.fold import fold
from state.runs.run import Run
from state.store.shares import shares_of
from state.text import clean


class RunHistories:
    """The histories of the runs of one repository, whose state lies in `folder`: `state.evidence.history.Histories`."""

    def __init__(self, folder: Path, agents: Sequence[Agent], environment: Mapping[str, str]) -> None:
        self._database, self._agents, self._environment = folder / "state.db", tuple(agents), dict(environment)

    async def of(self, run: Run) -> History | str:
        """Give what a run's logs tell, or one sentence why that cannot be read."""
        return await asyncio.to_thread(self._of, run)

    def _of(self, run: Run) -> History | str:
        telling, whole = Telling(), Run(run.key, run.agent, run.session) if run.skimmed else None
        logs = sorted(self._logs(run), key=lambda log: (log.place.side, log.path))
        if not any(not log.place.side for log in logs):
            return "its log is gone"
        for log in logs:
            if isinstance(found := log.introduce(), Unreadable):
                return f"its log cannot be read: {found.why}"
            while True:
                told = log.advance()
                if not isinstance(told, Told):
                    return f"its log cannot be read: {told.why}"
                mine = [event for event in told.events if event.run == run.key]
                telling.take(mine)
                if whole is not None:
                    for event in mine:
                        whole = fold(whole, event)
                if not told.chunk.more:
                    break
        rows = next((log.place.rows for log in logs if not log.place.side and log.place.rows is not None), None)
        words = last_said(run.agent, run.log) if run.log and rows is None else ""
        words = last_row_said(rows) if rows is not None else words
        return telling.told(words, shares_of(self._database, run.key), _joined(whole, run))

    def _logs(self, run: Run) -> Iterator[KnownLog]:
        """Find the run's own log and those of its subagents by the session that their places name."""
        for agent in self._agents:
            if agent.name != run.agent:
                continue
            for root in agent.roots(self._environment):
                for place in agent.logs(root, []):
                    if _is_of(place, run):
                        yield KnownLog(agent, place, LogMark(place.path, agent.name))


def _is_of(place: LogPlace, run: Run) -> bool:
    return clean(place.path) == run.log or (place.session is not None and place.session == run.session)


def _joined(whole: Run | None, run: Run) -> Run | None:
    """Give a run that was only skimmed as the whole of its logs tells it, with what other places told of it."""
    if whole is None:
        return None
    beside = {
        name: getattr(run, name) for name in ("usage", "cost", "burn", "process", "assigned", "worktree", "account")
    }
    return replace(whole, **beside, context_version=whole.context_version or run.context_version)
