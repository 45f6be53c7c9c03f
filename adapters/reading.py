"""The queue of logs that have something to tell, and the batches that come of reading them.

Between two logs whoever waits gets a turn, and one pass takes about a second, a few where much is left behind: so a
log that is flooded delays the others but never starves them.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import PurePath
from typing import assert_never

from adapters.catalogue import Catalogue, main_first
from adapters.gathering import Gathering, KnownProblems
from adapters.known_log import KnownLog, Told, hollow_problem, problem_of, read_apart
from adapters.opening import Unreadable
from adapters.placements import Placements
from adapters.read_ahead import WORTH, ReadAhead
from adapters.skim import is_old
from adapters.tail import Restarted
from state.ports import Batch, LogMark
from state.runs.event import Event, LogRestarted, PlaceEntered, ToolEnded
from state.runs.run import Origin, RunKey
from state.text import clean

BATCH = 4 << 20
"""Bytes of lines in one batch, about."""
BACKLOG_BATCH = 16 << 20
"""The same while helpers read ahead: each transaction costs, however little is in it."""
SKIMMED_BATCH = 64 << 20
"""The same while logs are skimmed, of which a batch tells little."""
FIRST_BATCH = 1 << 20
"""The same for the first batch of a backlog, so that the board has rows to show soon."""
MOST_EVENTS = 10_000
"""Events in one batch, about, however few bytes told them."""
PASS_SECONDS = 1.0
MOST_BEHIND = 4.0
"""Times as long as that a pass takes when far behind: a batch costs by the runs that it shows, so few cost less."""
RECENT_SECONDS = 6 * 3600.0
"""A run whose newest record is younger is read whole at once, because it may be at work."""
_HEADS_AT_ONCE = 100


class Reading:
    """What is to be read, and what was gathered from it and not yet given away."""

    def __init__(self, catalogue: Catalogue, placements: Placements, *, skims: bool = True) -> None:
        self._catalogue, self._placements = catalogue, placements
        self._known = KnownProblems()
        self._queue: OrderedDict[str, KnownLog] = OrderedDict()
        self._done = 0
        self._behind = 1.0
        """How many times as long as `PASS_SECONDS` a pass takes: it doubles while each leaves something unread."""
        self._promised = False
        self._ahead: ReadAhead | None = None
        self.gathering = Gathering(self._known)
        self._worth, self._skims, self._skimming = WORTH, skims, False
        self.live = frozenset[RunKey]()
        """Runs of which a registry names a live process."""
        self._flushed = False
        self.backlog = 0
        """Bytes that were waiting when a catching up began; 0 when none is under way."""

    def __bool__(self) -> bool:
        """Whether a log waits to be read."""
        return bool(self._queue)

    async def look(self, logs: Iterable[KnownLog], *, ahead: bool = False) -> None:
        """Ask the system about logs; queue those that changed and judge those that are not yet known.

        Where much is unknown and helpers may read `ahead`, they are started: to judge thousands of logs takes seconds.
        """
        unknown = [log for log in list(logs) if self._looked(log)]
        if ahead and sum(log.waiting for log in unknown) >= self._worth:
            self._begin_ahead()
            await asyncio.sleep(0)
        # Of two copies the longer is judged first and so is the one that is read.
        for count, log in enumerate(sorted(unknown, key=lambda log: (log.mark.side, -log.waiting, log.path))):
            self._judge(log)
            if count % _HEADS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def queue(self, logs: Iterable[KnownLog]) -> None:
        """Queue logs that belong by a new verdict, and tell the verdict."""
        for log in logs:
            self.gathering.mark(log.mark)
            self._looked(log)

    def announce(self) -> Batch:
        """Say that much is to be read, before it is known how much: to judge thousands of logs takes its time."""
        self.backlog = 1
        return self.flush()

    def begin_backlog(self) -> None:
        """Order the queue for a cold start: sessions by age, each main log before its subagents'."""
        began: dict[RunKey | None, float] = {}
        for log in sorted(self._queue.values(), key=lambda log: (log.mark.side, log.modified)):
            began.setdefault(log.mark.run, log.modified)
        order = sorted(
            self._queue.values(),
            key=lambda log: (began[log.mark.run], log.mark.run or "", log.mark.side, log.modified, log.path),
        )
        self._queue = OrderedDict((log.path, log) for log in order)
        waiting = sum(log.waiting for log in order)
        if waiting >= self._worth and not self._done:
            # After an interruption the bar goes on where it stood.
            self._done = sum(log.mark.offset for log in self._catalogue.logs.values() if log.mark.belongs)
            self.backlog += self._done
        self.backlog += waiting

    def end_backlog(self) -> None:
        """Note that the catching up is over."""
        self.backlog = self._done = 0
        self._flushed = self._skimming = False

    async def passed(self, *, whole: bool = False) -> AsyncGenerator[Batch]:
        """Read a part of each queued log in turn, for about `PASS_SECONDS` or a few times that, or each log `whole`.

        What was gathered last is not given away: more may come to it.
        """
        until = time.monotonic() + self._behind * PASS_SECONDS
        if whole and sum(log.waiting for log in self._queue.values()) >= self._worth:
            if self._skims:
                self._choose_skims()
            self._begin_ahead().read(list(self._queue.values()))
        else:
            await self.close()
        try:
            while self._queue:
                path, log = self._queue.popitem(last=False)
                outcome = await self._advance(log)
                if isinstance(outcome, Restarted):
                    if self.gathering:
                        yield self.flush()
                    self._begin_anew(log, outcome)
                elif outcome:
                    self._queue[path] = log
                    self._queue.move_to_end(path, last=not whole)
                if self._is_full():
                    yield self.flush()
                # A human's order and a hook's question must not wait for hundreds of logs.
                await asyncio.sleep(0)
                if not whole and self._queue and time.monotonic() >= until:
                    self._behind = min(MOST_BEHIND, 2 * self._behind)
                    return
            self._behind = 1.0
        finally:
            await self.close()

    async def close(self) -> None:
        """End the helpers, if any read ahead."""
        if self._ahead:
            ahead, self._ahead = self._ahead, None
            await ahead.close()

    def _begin_ahead(self) -> ReadAhead:
        if self._ahead is None:
            self._ahead = ReadAhead()
            self._ahead.begin()
        return self._ahead

    def _choose_skims(self) -> None:
        """Skim the logs of runs that are long over: who begins with gigabytes wants to see those at work first."""
        runs: dict[RunKey | None, list[KnownLog]] = {}
        for log in self._queue.values():
            runs.setdefault(log.mark.run, []).append(log)
        before = time.time() - RECENT_SECONDS
        for run, logs in runs.items():
            known = self._catalogue.of_run(run) if run is not None and run not in self.live else ()
            mine = [log for log in known if log.mark.belongs]
            if sum(not log.mark.side for log in mine) == 1 and all(is_old(log, before) for log in mine):
                self._skimming = True
                for log in logs:
                    log.skims = True

    async def read_whole(self, run: RunKey, logs: Sequence[KnownLog], gathered: Callable[[], None]) -> bool:
        """Read logs that were skimmed from their beginnings, and tell all of it at once.

        Until then nothing of it shows, so that no row shows a run as it was in the middle of its log. A log that moves
        meanwhile is read by whoever follows it.
        """
        before = [log.mark for log in logs]
        read = [(log, await read_apart(log)) for log in logs]
        if any(told is None for _, told in read) or any(
            log.mark is not mark or log.path in self._queue for log, mark in zip(logs, before, strict=True)
        ):
            return False
        self.gathering.events.append(LogRestarted(run, Origin(logs[0].path, 0), "what was skimmed is read"))
        for log, told in read:
            if told is not None:
                log.take_over(told[0])
                self._catalogue.enter(log)
                self._tell(log, told[1])
                self.gathering.mark(log.mark)
        gathered()
        return True

    def _is_full(self) -> bool:
        gathering, most = self.gathering, self._most
        return gathering.bytes >= most or len(gathering.events) >= self._behind * MOST_EVENTS

    @property
    def _most(self) -> int:
        """Bytes of lines in the next batch, about."""
        if self._ahead is None:
            return BATCH
        if not self._flushed:
            return FIRST_BATCH
        return SKIMMED_BATCH if self._skimming else BACKLOG_BATCH

    def flush(self, *, last: bool = False) -> Batch:
        """Give away what was gathered; `last` says that nothing of the backlog is left."""
        self._flushed = self._flushed or bool(self.gathering.events)
        gathering, self.gathering = self.gathering, Gathering(self._known)
        self._done += gathering.bytes
        done = self.backlog if last else min(self._done, max(0, self.backlog - 1))
        self._promised = done < self.backlog
        return gathering.batch(done, self.backlog)

    def owes(self) -> bool:
        """Say whether there is something to flush, be it only that a backlog is done."""
        return bool(self.gathering) or self._promised

    def stands(self, about: str) -> bool:
        """Say whether there is a problem with this."""
        return about in self._known

    def _looked(self, log: KnownLog) -> bool:
        """Ask the system about one log; says whether it has to be judged."""
        found = log.look()
        if isinstance(found, Unreadable):
            self._cannot(log, found)
            return False
        log.found = found
        if not log.mark.belongs:
            return log.must_be_judged(log.found)
        if log.looks_changed(log.found) or clean(log.path) in self._known:
            self._queue[log.path] = log
        return False

    def _judge(self, log: KnownLog) -> None:
        failed = log.introduce()
        if failed is not None:
            self._cannot(log, failed)
            return
        self.gathering.solve(clean(log.path))
        belongs = self._catalogue.judge(log)
        self.gathering.mark(log.mark)
        if belongs:
            self._queue[log.path] = log
            self.queue(one for one in self._catalogue.subagents_outside(log) if self._catalogue.judge(one))

    async def _advance(self, log: KnownLog) -> bool | Restarted:
        """Take one chunk of a log; says whether more of what was waiting is left."""
        if not log.judged:
            self._judge(log)
            self._queue.pop(log.path, None)
            if not log.judged or not log.mark.belongs:
                return False
        before = log.mark
        outcome = await self._ahead_of(log) or log.advance()
        match outcome:
            case Restarted() if self._catalogue.is_elsewhere(log):
                self._cannot(log, Unreadable("not_a_file", "its directory now leads elsewhere by a symbolic link"))
                return False
            case Restarted():
                return outcome
            case Unreadable():
                self._cannot(log, outcome)
                return False
            case Told():
                return self._take(log, outcome, before)
            case _:
                assert_never(outcome)

    async def _ahead_of(self, log: KnownLog) -> Told | None:
        """Take over what a helper has read of a log; None where it has to be read here."""
        if self._ahead is None:
            return None
        told = await self._ahead.next(log)
        self.gathering.add(self._ahead.complaints(), ())
        if told is not None:
            log.adopt(told)
        return told

    def _take(self, log: KnownLog, told: Told, before: LogMark) -> bool:
        chunk = told.chunk
        if chunk.hollow:
            self.gathering.report(hollow_problem(log.path, chunk.hollow))
        else:
            self.gathering.solve(clean(log.path))
        log.scars += [scar.about for scar in told.scars]
        self.gathering.add(told.scars, ())
        self._tell(log, told.events)
        self.gathering.bytes += max(0, log.mark.offset - before.offset)
        # A document that is rewritten may have the same length as before.
        if told.events or (log.mark.offset, log.mark.run) != (before.offset, before.run):
            self._catalogue.enter(log)
            self.gathering.mark(log.mark)
        return chunk.more and log.waiting > 0

    def _tell(self, log: KnownLog, events: Sequence[Event]) -> None:
        kinds = set(map(type, events))
        if PlaceEntered in kinds:
            self._tell_places(log, events)
            return
        self.gathering.events += events
        if ToolEnded in kinds:
            for run in {event.run for event in events if isinstance(event, ToolEnded)}:
                self._stir(run)

    def _tell_places(self, log: KnownLog, events: Sequence[Event]) -> None:
        gathered = self.gathering.events
        for event in events:
            gathered.append(event)
            if isinstance(event, PlaceEntered):
                if not log.mark.side:
                    log.enter(event.cwd)
                moved = self._placements.entered(event)
                if moved is not None:
                    gathered.append(moved)
            elif isinstance(event, ToolEnded):
                self._stir(event.run)

    def _stir(self, run: RunKey) -> None:
        worktree = self._placements.worktree_of(run)
        if worktree is not None:
            self.gathering.stirred.add(worktree)

    def _begin_anew(self, log: KnownLog, restarted: Restarted) -> None:
        """Read all logs of a run from their beginnings, because what one of them told can no longer be relied on."""
        run = log.mark.run
        members = [one for one in self._catalogue.of_run(run) if one.mark.belongs] if run is not None else [log]
        if run is not None:
            why = clean(f"{PurePath(log.path).name}: {restarted.why}")
            self.gathering.events.append(LogRestarted(run, Origin(log.path, 0), why))
        for one in sorted(members, key=main_first, reverse=True):
            self.gathering.reread += 1 if one.mark.offset and not one.mark.skimmed else 0
            self.gathering.add((), one.scars)
            one.begin_anew()
            if self._ahead:
                self._ahead.leave(one)
            self.gathering.mark(one.mark)
            self._queue[one.path] = one
            self._queue.move_to_end(one.path, last=False)
        log.judged = False

    def _cannot(self, log: KnownLog, failed: Unreadable) -> None:
        """Note that a log cannot be read now; one that is gone is no problem, for agents delete their own."""
        if failed.kind == "gone":
            self._queue.pop(log.path, None)
            self._catalogue.forget(log)
            self.gathering.solve(clean(log.path))
        else:
            self.gathering.report(problem_of(log.path, failed))
