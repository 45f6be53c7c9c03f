"""Helper processes that read a large backlog ahead of the core, one a processor, so that a first index is short.

The core takes over what they hand back in the order of its own queue, as if it had read the logs itself: the rows are
the same, and the marks still describe exactly what was committed. What a helper did not hand over before it was lost
the core reads by itself.
"""

import asyncio
import gc
import os
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Sequence

from adapters.agents.known import AGENTS
from adapters.frames import HEADER, framed, read
from adapters.known_log import KnownLog, Told
from adapters.launch import start_reader
from state.ports import Problem

WORTH = 32 << 20
"""Bytes of backlog from which on helpers are started: less is read before they would be up."""
MOST_HELD = 8 << 20
"""Bytes of frames that wait in the core, about; a helper that is further ahead waits."""
MOST_HELPERS = 4
_GIVEN_AHEAD = 16
"""Logs that a helper is given at most before it has told of them, so that it never waits for the core."""
_GIVEN_AT_LEAST = 8
"""It is given more when so many are left, many in one writing."""
_NAMES = frozenset(agent.name for agent in AGENTS)
_SELDOM = (100_000, 20, 20)
"""When cycles are searched while helpers read ahead: what they hand over is many values and no cycles."""
ABOUT = "reading ahead"
"""What a problem with a helper is about."""


class _Pile:
    """The frames of one log that were not yet taken; `whole` once there will be no more."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.whole = False


class ReadAhead:
    """Reads logs in helper processes until `close`."""

    def __init__(self, helpers: int | None = None) -> None:
        self._waiting = deque[KnownLog]()
        self._ordered = asyncio.Event()
        self._count = helpers or min(MOST_HELPERS, max(2, len(os.sched_getaffinity(0))))
        self._piles: dict[str, _Pile] = {}
        self._held = 0
        self._wanted = ""
        self._stirred = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._complaints: list[Problem] = []
        self._often = gc.get_threshold()

    def begin(self) -> None:
        """Start the helpers; they load while the core still finds out what there is to read."""
        gc.set_threshold(*_SELDOM)
        self._tasks = [asyncio.ensure_future(self._help()) for _ in range(self._count)]

    def read(self, logs: Sequence[KnownLog]) -> None:
        """Read `logs`, which the core takes in this order."""
        self._waiting.extend(log for log in logs if log.agent.name in _NAMES and log.judged and log.unfinished is None)
        self._ordered.set()

    async def next(self, log: KnownLog) -> Told | None:
        """Give what a log tells next; None where the core has to read it by itself."""
        pile = self._piles.get(log.path)
        if pile is None:
            if log in self._waiting:
                self._waiting.remove(log)
            await asyncio.sleep(0)
            return None
        async with self._stirred:
            self._wanted = log.path
            self._stirred.notify_all()
            await self._stirred.wait_for(lambda: pile.frames or pile.whole)
            told = self._taken(pile)
        if told is None or not log.follows(told):
            self.leave(log)
            return None
        return told

    def complaints(self) -> list[Problem]:
        """Give what went wrong with helpers since the last time."""
        told, self._complaints = self._complaints, []
        return told

    def leave(self, log: KnownLog) -> None:
        """Forget what was read of a log: the core reads it by itself from here on."""
        pile = self._piles.pop(log.path, None)
        if pile is not None:
            self._held -= sum(map(len, pile.frames))

    async def close(self) -> None:
        """End the helpers."""
        gc.set_threshold(*self._often)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _taken(self, pile: _Pile) -> Told | None:
        if not pile.frames:
            return None
        frame = pile.frames.popleft()
        self._held -= len(frame)
        self._stirred.notify_all()
        return read(frame)

    async def _help(self) -> None:
        """Keep one helper at work until no log waits."""
        try:
            helper = await _safely_started()
        except OSError as error:
            self._complaints.append(_problem(f"a helper could not be started: {error.strerror}"))
            return
        try:
            await self._serve(helper)
        except (EOFError, OSError):
            status = await helper.wait()
            self._complaints.append(_problem(f"a helper ended with status {status}"))
        finally:
            # Who closes all helpers while this one is at its end must not leave it half ended.
            ending = asyncio.ensure_future(_ended(helper))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                await ending
                raise

    async def _serve(self, helper: Process) -> None:
        assert helper.stdin is not None and helper.stdout is not None
        await up(helper.stdout)
        await self._ordered.wait()
        given: deque[tuple[KnownLog, _Pile]] = deque()
        try:
            while self._waiting or given:
                if len(given) <= _GIVEN_AT_LEAST:
                    given += self._give(_GIVEN_AHEAD - len(given), helper.stdin)
                await self._collect(*given[0], helper.stdout)
                await self._end(given.popleft()[1])
        finally:
            while given:
                await self._end(given.popleft()[1])

    def _give(self, count: int, to: asyncio.StreamWriter) -> list[tuple[KnownLog, _Pile]]:
        """Give a helper the next logs."""
        given = [(self._waiting.popleft(), _Pile()) for _ in range(min(count, len(self._waiting)))]
        jobs: list[bytes] = []
        for log, pile in given:
            self._piles[log.path] = pile
            job = (log.agent.name, log.place, log.mark, log.mark.offset + log.waiting, log.skims)
            jobs.append(framed(job, more=False))
        to.write(b"".join(jobs))
        return given

    async def _end(self, pile: _Pile) -> None:
        async with self._stirred:
            pile.whole = True
            self._stirred.notify_all()

    async def _collect(self, log: KnownLog, pile: _Pile, out: asyncio.StreamReader) -> None:
        more = True
        while more:
            frame, more = await _frame(out)
            async with self._stirred:
                await self._stirred.wait_for(lambda: self._held < MOST_HELD or self._wanted == log.path)
                if self._piles.get(log.path) is pile:
                    pile.frames.append(frame)
                    self._held += len(frame)
                self._stirred.notify_all()


async def _safely_started() -> Process:
    """Start one helper; who is cancelled meanwhile ends it, for no one else knows of it."""
    starting = asyncio.ensure_future(start_reader())
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _ended(await starting)
        raise


async def up(out: asyncio.StreamReader) -> None:
    """Return when a helper says that it is ready; until then the core reads by itself."""
    await _frame(out)


async def _ended(helper: Process) -> None:
    """End a helper, and read its pipe to the end: only then does asyncio let go of it."""
    if helper.returncode is None:
        helper.kill()
    await helper.communicate()


async def _frame(out: asyncio.StreamReader) -> tuple[bytes, bool]:
    size, more = HEADER.unpack(await out.readexactly(HEADER.size))
    return await out.readexactly(size), bool(more)


def _problem(text: str) -> Problem:
    return Problem(ABOUT, f"{text} while it read logs", "nothing is lost: what it had not handed over was read again")
