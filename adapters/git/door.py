"""The one door to git: every process of git that Headgate starts is started here, and nowhere else.

An agent can write the configuration, hooks and attributes of its repository, and plain `git status` runs programs which
those name. So the environment is made from scratch, only reading commands are let through, and those that read a work
tree only with a git directory of Headgate's own (`adapters.git.shadow`), in which no driver, hook or filter is defined.
A FIFO in place of a file makes git wait for ever: each call has a time limit, then its whole process group is killed.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from adapters.git import failure

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

_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "core.untrackedCache=false",
    "protocol.allow=never",
)

_READS: tuple[tuple[str, ...], ...] = (
    ("version",),
    ("rev-parse",),
    ("rev-list",),
    ("merge-base",),
    ("for-each-ref",),
    ("worktree", "list"),
    ("config", "--null", "--show-scope", "--get-all"),
    ("config", "--null", "--show-scope", "--get-regexp"),
)
"""How a command that reads no work tree begins: in the tables of the measurements none of them runs a program."""

_IN_SHADOW: Mapping[str, tuple[str, ...]] = {
    "status": ("--ignore-submodules=all", "--no-renames"),
    "diff": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "diff-index": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "diff-files": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "cat-file": (),
}
"""Commands that need a git directory of Headgate's own, and the flags that they always get."""

_MAKES = frozenset({"init", "add", "commit", "worktree", "branch", "config"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command looks: the directory it starts in, variables that name its git directory, and `-c` settings.

    `shadow` says that the git directory is Headgate's own. `user` lets the user's own and the system's settings be
    read, which only `config` needs.
    """

    directory: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    settings: tuple[str, ...] = ()
    shadow: bool = False
    user: bool = False


def git_directory(path: str, *, user: bool = False) -> Place:
    """Give the place of a git directory by its path, so that nothing is searched and no work tree is entered."""
    return Place(path, {"GIT_DIR": path}, user=user)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: bytes


async def ask(place: Place, *args: str, limit: float = LIMIT, fine: Collection[int] = (0,)) -> Answer:
    """Run one reading command and give its answer, because a failure of git must never be taken for an empty answer.

    At most two run at a time; the limit, in seconds, counts from the start of the process. Raises `GitFailed` when git
    is missing, cannot start, takes too long, prints too much, or ends with a status that is not `fine`.
    """
    command = _reading(place, args)
    async with _turn():
        process = await _started(place, command)
        ended = False
        try:
            async with asyncio.timeout(limit):
                out, said = await _printed(process)
                status = await process.wait()
            ended = True
        except TimeoutError:
            raise failure.timed_out(place.directory, args[0], limit) from None
        finally:
            if not ended:
                await _end(process)
    return _judged(place, args, status, out, said, fine)


def ask_now(place: Place, *args: str, limit: float = LIMIT, fine: Collection[int] = (0,)) -> Answer:
    """Do the same and wait for it: for start-up, where there is no loop yet. Raises `GitFailed` as `ask` does."""
    status, out, said = _waited(place, args, _reading(place, args), _environment(place), limit)
    return _judged(place, args, status, out, said, fine)


def make(args: Sequence[str], cwd: str, *, at: int | None = None) -> None:
    """Run one command that writes, only in a repository that Headgate itself made in its own temporary directory.

    Allowed are `init`, `add`, `commit`, `worktree add`, `branch` and `config`. The author is "Headgate demo"; `at`, in
    seconds since 1970, fixes both dates so that commit ids repeat. It waits: in a coroutine use `asyncio.to_thread`.
    Raises `GitFailed`.
    """
    if not args or args[0] not in _MAKES or (args[0] == "worktree" and args[1:2] != ["add"]):
        raise ValueError(f"git {' '.join(args[:2])} is not a command that makes a repository")
    place = Place(cwd)
    command = [_program(place), *_settings((*_SETTINGS, "commit.gpgSign=false", "maintenance.auto=false")), *args]
    environment = _environment(place) | _identity(at) | {"GIT_TEMPLATE_DIR": ""}
    status, out, said = _waited(place, args, command, environment, LONGEST_MAKING)
    _judged(place, args, status, out, said, (0,))


def _reading(place: Place, args: Sequence[str]) -> list[str]:
    """Give the whole command line, or refuse what is not on the list: a mistake of Headgate's own, never of a user."""
    flags = _IN_SHADOW.get(args[0], ()) if place.shadow else ()
    if not (place.shadow and args[0] in _IN_SHADOW) and not any(tuple(args[: len(one)]) == one for one in _READS):
        raise ValueError(f"git {args[0]} is not let through here")
    return [
        _program(place),
        "--no-pager",
        "--literal-pathspecs",
        *_settings((*_SETTINGS, *place.settings)),
        args[0],
        *flags,
        *args[1:],
    ]


def _settings(settings: Sequence[str]) -> list[str]:
    return [word for setting in settings for word in ("-c", setting)]


def _search_path() -> str:
    """Give PATH without its relative entries: they would find a `git` in the agent's directory."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def _program(place: Place) -> str:
    program = shutil.which("git", path=_search_path())
    if program is None:
        raise failure.missing(place.directory)
    return program


def _environment(place: Place) -> dict[str, str]:
    """Give the whole environment of a reading command; nothing of the parent's but PATH and, on demand, its home."""
    environment = {
        "PATH": _search_path(),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
    }
    if place.user:
        del environment["GIT_CONFIG_GLOBAL"], environment["GIT_CONFIG_NOSYSTEM"]
        environment |= {name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in os.environ}
    return environment | dict(place.variables)


def _identity(at: int | None) -> dict[str, str]:
    named = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Headgate demo"), ("EMAIL", "demo@headgate.invalid"))
    }
    dates = {} if at is None else {f"GIT_{who}_DATE": f"@{at} +0000" for who in ("AUTHOR", "COMMITTER")}
    return named | dates


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turn() -> asyncio.Semaphore:
    """Give the semaphore of this loop, because an asyncio semaphore belongs to the loop that first waits on it."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


async def _started(place: Place, command: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=place.directory,
            env=_environment(place),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise failure.not_started(place.directory, error) from None


async def _printed(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None and process.stderr is not None
    return await asyncio.gather(
        _drained(process.stdout, MOST_OUTPUT, lambda: _kill_group(process.pid)),
        _drained(process.stderr, _MOST_SAID, lambda: None),
    )


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
    place: Place, args: Sequence[str], command: Sequence[str], environment: Mapping[str, str], limit: float
) -> tuple[int, bytes, bytes]:
    try:
        process = subprocess.Popen(
            command,
            cwd=place.directory,
            env=environment,
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


def _judged(
    place: Place, args: Sequence[str], status: int, out: bytes, said: bytes, fine: Collection[int]
) -> Answer:
    """Give the answer, or raise for too much output and for a status that is not fine."""
    if len(out) > MOST_OUTPUT:
        raise failure.too_much(place.directory, args[0], MOST_OUTPUT)
    if status not in fine:
        raise failure.ended_badly(place.directory, args[0], status, said)
    return Answer(status, out)
