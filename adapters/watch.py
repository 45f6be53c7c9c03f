"""One loop that waits for changes in a set of directories, and says when it is time to look without having been told.

The kernel's notices are a hint: they get lost, and network mounts and some writers give none. So besides them there is
a slow beat at which the caller stats what it knows; where notices cannot be had at all, the beat is all there is.
"""

import asyncio
import os
import stat
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from watchfiles import (
    Change,
    awatch,  # pyright: ignore[reportUnknownVariableType]  # its stop_event names a library that is not installed
)

from state.ports import Problem
from state.text import clean

ABOUT = "file watching"
LIVE_SECONDS = 2.0
ALL_SECONDS = 30.0
BLIND_SECONDS = 0.5
"""How often directories are looked at while the kernel gives no notices."""
_DEBOUNCE_MS = 50
_STEP_MS = 5


@dataclass(frozen=True, slots=True)
class Wake:
    """A reason to look: at `paths` that changed, at what is in use (`live`), or at everything there is."""

    paths: frozenset[str] = frozenset()
    live: bool = False
    everything: bool = False
    problems: tuple[Problem, ...] = ()
    solved: tuple[str, ...] = ()


class Watch:
    """Waits for changes in directories, not below them; the set may change at any time."""

    def __init__(
        self, live_every: float = LIVE_SECONDS, all_every: float = ALL_SECONDS, blind_every: float = BLIND_SECONDS
    ) -> None:
        """Set how often, in seconds, what is in use and everything is looked at without a notice."""
        self._live_every, self._all_every, self._blind_every = live_every, all_every, blind_every
        self._folders: frozenset[str] = frozenset()
        self._stop = asyncio.Event()
        self._blind = False

    def look_at(self, folders: Iterable[str]) -> None:
        """Watch exactly these directories from now on; one that is missing is awaited.

        One whose name is no UTF-8 cannot be given to the watcher: it has only the beat.
        """
        wanted = frozenset(folder for folder in folders if _is_utf8(folder))
        if wanted != self._folders:
            self._folders = wanted
            self._stop.set()

    def wake(self) -> None:
        """Give the waiter a reason to look at everything now."""
        self._stop.set()

    async def wakes(self) -> AsyncGenerator[Wake]:
        """Give reasons to look, for ever; the first says everything, and so does each one after the set changed.

        What changes while the caller is busy is grouped into the next one.
        """
        while True:
            self._stop = asyncio.Event()
            places = _places(self._folders)
            try:
                async with aclosing(self._noticed(places, self._stop)) as wakes:
                    async for wake in wakes:
                        yield wake
            except (FileNotFoundError, NotADirectoryError):
                # A directory went between the look and the watch: the next round awaits it.
                await asyncio.sleep(self._blind_every)
            except (OSError, RuntimeError) as error:
                async with aclosing(self._unnoticed(places, self._stop, error)) as wakes:
                    async for wake in wakes:
                        yield wake

    async def _noticed(self, places: frozenset[str], stop: asyncio.Event) -> AsyncGenerator[Wake]:
        """Give wakes from the kernel's notices until the set changes. Raises OSError or RuntimeError without any."""
        changes = awatch(
            *sorted(places),
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=stop,
            rust_timeout=max(1, int(self._live_every * 1000)),
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        )
        async with aclosing(changes):
            # The watch must stand before the caller looks at everything, or what happens in between is missed.
            pending = asyncio.ensure_future(_next(changes))
            try:
                await asyncio.sleep(0)
                if pending.done():
                    pending.result()
                inodes = _inodes(self._folders | places)
                yield Wake(everything=True, live=True, solved=(ABOUT,) if self._blind else ())
                self._blind = False
                beat = _Beat(self._live_every, self._all_every)
                while (found := await pending) is not None:
                    wake = beat.joined(self._wanted(found, places))
                    if wake is None or (wake.live and _inodes(inodes) != inodes):
                        return
                    if wake != Wake():
                        yield wake
                    pending = asyncio.ensure_future(_next(changes))
            finally:
                if not pending.done():
                    stop.set()
                    await asyncio.wait([pending])
                if not pending.cancelled():
                    pending.exception()

    def _wanted(self, found: set[tuple[Change, str]], places: frozenset[str]) -> frozenset[str] | None:
        """Give the changed paths that someone asked for; None when the directories themselves came or went."""
        paths: set[str] = set()
        for change, path in found:
            if change is not Change.modified and (path in self._folders or path in places or self._leads(path)):
                return None
            if path in self._folders or str(Path(path).parent) in self._folders:
                paths.add(path)
        return frozenset(paths)

    def _leads(self, path: str) -> bool:
        """Say whether a missing directory that is awaited would lie below `path`."""
        below = path + os.sep
        return any(folder.startswith(below) for folder in self._folders)

    async def _unnoticed(self, places: frozenset[str], stop: asyncio.Event, error: Exception) -> AsyncGenerator[Wake]:
        """Look at the directories again and again, for as long as one full beat; then notices are tried again."""
        problem = Problem(
            ABOUT,
            f"the system gives no notice of changed files ({clean(str(error), 200)}); they are looked at every "
            f"{self._blind_every:g} s instead",
            "raise fs.inotify.max_user_instances or max_user_watches, or the limit of open files",
        )
        yield Wake(everything=True, live=True, problems=() if self._blind else (problem,))
        self._blind = True
        times = _times(self._folders | places)
        until = time.monotonic() + self._all_every
        while time.monotonic() < until and not await _rang(stop, self._blind_every):
            now = _times(times)
            yield Wake(live=True, everything=now != times)
            times = now


class _Beat:
    """Knows when it is time to look without a notice."""

    def __init__(self, live_every: float, all_every: float) -> None:
        self._live_every, self._all_every = live_every, all_every
        self._live_at = time.monotonic() + live_every
        self._all_at = time.monotonic() + all_every

    def joined(self, paths: frozenset[str] | None) -> Wake | None:
        """Join changed paths with what is due now."""
        if paths is None:
            return None
        now = time.monotonic()
        live, everything = now >= self._live_at, now >= self._all_at
        if live:
            self._live_at = now + self._live_every
        if everything:
            self._all_at = now + self._all_every
        return Wake(paths, live or everything, everything)


async def _next(changes: AsyncGenerator[set[tuple[Change, str]]]) -> set[tuple[Change, str]] | None:
    return await anext(changes, None)


async def _rang(stop: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


def _is_utf8(folder: str) -> bool:
    try:
        folder.encode()
    except UnicodeEncodeError:
        return False
    return True


def _places(folders: Iterable[str]) -> frozenset[str]:
    """Give for each directory itself, or where it is missing the nearest one above that exists."""
    return frozenset(str(_nearest(Path(folder))) for folder in folders)


def _nearest(folder: Path) -> Path:
    while folder != folder.parent:
        found = _stat(str(folder))
        if found is not None and stat.S_ISDIR(found.st_mode):
            break
        folder = folder.parent
    return folder


def _inodes(folders: Iterable[str]) -> dict[str, int | None]:
    """Tell directories apart: one that was moved away and made anew is no longer the one that is watched."""
    return {folder: found.st_ino if (found := _stat(folder)) else None for folder in folders}


def _times(folders: Iterable[str]) -> dict[str, int | None]:
    """Give when an entry last came to or left each directory, in nanoseconds."""
    return {folder: found.st_mtime_ns if (found := _stat(folder)) else None for folder in folders}


def _stat(folder: str) -> os.stat_result | None:
    try:
        return Path(folder).stat()
    except OSError:
        return None
