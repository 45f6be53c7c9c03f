"""The one door to git: every process of git that Headgate starts is started here, and nowhere else.

An agent can write the configuration, hooks and attributes of its repository, and plain `git status` runs programs which
those name. So the environment is made from scratch, only reading commands are let through, and those that read a work
tree only with a git directory of Headgate's own (`adapters.git.shadow`), in which no driver, hook or filter is defined.
A FIFO in place of a file makes git wait for ever: each call has a time limit, then its whole process group is killed.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from adapters.git import failure
from adapters.git.command import (
    Place,
    environment,
    keeping,
    keeping_environment,
    making,
    making_environment,
    noting,
    planting,
    reading,
)
from adapters.git.failure import GitFailed

AT_ONCE = 2
"""Processes of git at a time: more would take the processor from the agents."""
LIMIT = 10.0
"""Seconds that one reading command may take."""
LONGEST_MAKING = 60.0
"""Seconds that one command of `make` may take."""
MOST_OUTPUT = 64 * 2**20
"""Bytes that one command may print."""

_MOST_SAID = 8192
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: bytes


async def ask(
    place: Place,
    *args: str,
    limit: float = LIMIT,
    fine: Collection[int] = (0,),
    enough: int | None = None,
    feed: bytes | None = None,
) -> Answer:
    """Run one reading command and give its answer, because a failure of git must never be taken for an empty answer.

    Once it printed more than `enough` bytes, if given, it is ended, and what it printed so far is its answer. It reads
    `feed` on its standard input.

    At most two run at a time; the limit, in seconds, counts from the start of the process. Raises `GitFailed` when git
    is missing, cannot start, takes too long, prints too much, or ends with a status that is not `fine`.
    """
    return await _answered(place, args, reading(place, args), limit, fine, enough, feed)


async def plant(place: Place, *args: str) -> Answer:
    """Run one command that adds a worktree to the user's repository, or takes an empty one away; no hook runs.

    Allowed are `worktree add --no-track`, `worktree remove` without force, and `update-ref -d`. Raises `GitFailed`.
    """
    return await _answered(place, args, planting(place, args), LONGEST_MAKING)


async def hold(
    place: Place,
    *args: str,
    limit: float = LONGEST_MAKING,
    fine: Collection[int] = (0,),
    enough: int | None = None,
    feed: bytes | None = None,
) -> Answer:
    """Run one command of the authority store, or of the way out of it, in a git directory of Headgate's own.

    It may write there and in the objects, index and files that the place names. Raises `GitFailed`, as `ask` does.
    """
    from adapters.git.authority_command import holding

    return await _answered(place, args, holding(place, args), limit, fine, enough, feed)


async def move(place: Place, ref: str, new: str, old: str, message: str) -> Answer:
    """Move a branch of the user's repository by compare-and-swap; no hook runs. Raises `GitFailed`."""
    args = ("update-ref", ref, new, old, message)
    from adapters.git.authority_command import moving

    return await _answered(place, args, moving(place, args), LIMIT)


async def note(place: Place, *args: str, feed: bytes | None = None) -> Answer:
    """Run one step of leaving a note in `refs/notes/headgate` of the user's repository. Raises `GitFailed`."""
    return await _answered(place, args, noting(place, args), LONGEST_MAKING, feed=feed)


async def send(place: Place, *args: str) -> Answer:
    """Take a checkpoint of the ledger to a remote, or fetch what it holds of them. Raises `GitFailed`."""
    from adapters.git.witness_command import sending

    return await _answered(place, args, sending(place, args), LONGEST_MAKING)


async def _answered(
    place: Place,
    args: Sequence[str],
    command: Sequence[str],
    limit: float,
    fine: Collection[int] = (0,),
    enough: int | None = None,
    feed: bytes | None = None,
) -> Answer:
    async with _turn():
        process = await _begun(place, command, feed is not None)
        ended = False
        try:
            async with asyncio.timeout(limit):
                out, said = await _printed(process, MOST_OUTPUT if enough is None else enough, feed)
                status = await process.wait()
            ended = True
        except TimeoutError:
            raise failure.timed_out(place.directory, args[0], limit) from None
        finally:
            if not ended:
                await _end(process)
    if enough is not None and len(out) > enough:
        return Answer(0, out)
    return _judged(place, args, status, out, said, fine)


def ask_now(place: Place, *args: str, limit: float = LIMIT, fine: Collection[int] = (0,)) -> Answer:
    """Do the same and wait for it: for start-up, where there is no loop yet. Raises `GitFailed` as `ask` does."""
    done = _waited(place, args, reading(place, args), environment(place), limit)
    return _judged(place, args, *done, fine=fine)


def keep(place: Place, *args: str, limit: float = LONGEST_MAKING, fine: Collection[int] = (0,)) -> Answer:
    """Run one step of keeping what a run has not committed: objects, a commit, or a ref below `refs/headgate/rescue/`.

    It waits: in a coroutine use `asyncio.to_thread`. Raises `GitFailed`.
    """
    done = _waited(place, args, keeping(place, args), keeping_environment(place), limit)
    return _judged(place, args, *done, fine=fine)


def make(args: Sequence[str], cwd: str, *, at: int | None = None) -> None:
    """Run one command that writes, only in a repository that Headgate itself made in its own temporary directory.

    Allowed are `init`, `add`, `commit`, `worktree add`, `branch` and `config`. The author is "Headgate demo"; `at`, in
    seconds since 1970, fixes both dates so that commit ids repeat. It waits: in a coroutine use `asyncio.to_thread`.
    Raises `GitFailed`.
    """
    place = Place(cwd)
    done = _waited(place, args, making(place, args), making_environment(place, at), LONGEST_MAKING)
    _judged(place, args, *done, fine=(0,))


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turn() -> asyncio.Semaphore:
    """Give the semaphore of this loop, because an asyncio semaphore belongs to the loop that first waits on it."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


async def _started(place: Place, command: Sequence[str], fed: bool) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=place.directory,
            env=environment(place),
            stdin=asyncio.subprocess.PIPE if fed else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise failure.not_started(place.directory, error) from None


async def _begun(place: Place, command: Sequence[str], fed: bool) -> asyncio.subprocess.Process:
    """Start the process whole: asyncio, cancelled half-way, waits for pipes that grandchildren may hold for ever."""
    starting = asyncio.ensure_future(_started(place, command, fed))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(GitFailed):
            await _end(await starting)
        raise


async def _printed(process: asyncio.subprocess.Process, most: int, feed: bytes | None) -> tuple[bytes, bytes]:
    assert process.stdout is not None and process.stderr is not None
    out, said, _ = await asyncio.gather(
        _drained(process.stdout, most, lambda: _kill_group(process.pid)),
        _drained(process.stderr, _MOST_SAID, lambda: None),
        _fed(process.stdin, feed),
    )
    return out, said


async def _fed(stream: asyncio.StreamWriter | None, feed: bytes | None) -> None:
    """Write what the process reads, and end it there; one that ends before it read everything says so by its status."""
    if stream is None or feed is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write(feed)
        await stream.drain()
    stream.close()


async def _drained(stream: asyncio.StreamReader, most: int, overflow: Callable[[], None]) -> bytes:
    """Read to the end, keep little more than `most` bytes, and call `overflow` for what comes after them."""
    kept = bytearray()
    while block := await stream.read(2**16):
        if len(kept) <= most:
            kept += block
        if len(kept) > most:
            overflow()
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the group and reap git; one that the kernel cannot end (a dead network drive) is left behind."""
    _kill_group(process.pid)
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE):
            await process.communicate()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _waited(
    place: Place, args: Sequence[str], command: Sequence[str], variables: Mapping[str, str], limit: float
) -> tuple[int, bytes, bytes]:
    try:
        process = subprocess.Popen(
            command,
            cwd=place.directory,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise failure.not_started(place.directory, error) from None
    ended = False
    with process:
        try:
            out, said = process.communicate(timeout=limit)
            ended = True
        except subprocess.TimeoutExpired:
            raise failure.timed_out(place.directory, args[0], limit) from None
        finally:
            if not ended:
                _kill_group(process.pid)
    return process.returncode, out, said


def _judged(place: Place, args: Sequence[str], status: int, out: bytes, said: bytes, fine: Collection[int]) -> Answer:
    """Give the answer, or raise for too much output and for a status that is not fine."""
    if len(out) > MOST_OUTPUT:
        raise failure.too_much(place.directory, args[0], MOST_OUTPUT)
    if status not in fine:
        raise failure.ended_badly(place.directory, args[0], status, said)
    return Answer(status, out)
