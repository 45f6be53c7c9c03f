"""The processes of this user that run an agent's program, with what they hold open; read from /proc, asking no one.

A name alone proves nothing: it only chooses the processes whose open files and directory are worth a look. What ties
one of them to a run is the run's log, open for writing, or (weaker) the run's directory. A system without /proc has no
table, and nothing is told of its processes but what an agent's own registry says.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.processes import PROC, began, started

_INTERPRETERS = ("node", "nodejs", "bun", "deno", "python", "ruby")
_SERVERS = frozenset({"app-server", "serve"})
"""Commands of agents' programs that start a server of many sessions."""
_VALUED = frozenset({"-c", "--config", "--enable", "--disable"})
"""Options of Codex that stand before its command and take the next word."""
_LONGEST = 4096
"""Bytes read of a command line: the program and its script stand first."""

FileId = tuple[int, int]
"""A file's device and inode: a path of another mount namespace may read the same and be another file."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs the program `program`: its pid and start (clock ticks after boot), and what it has open.

    `began` is its start in seconds since 1970, `written` the files that it holds open for writing, `cwd` None where the
    system does not tell.
    """

    pid: int
    parent: int
    start: str
    began: float | None
    program: str
    cwd: str | None
    written: frozenset[FileId]
    serves: bool = False
    """Whether it is a server, which works for sessions of any directory."""


class ProcessTable:
    """Reads /proc when asked; `walks` and `looked_into` count its work."""

    def __init__(self, programs: Iterable[str], proc: Path = PROC, user: int | None = None) -> None:
        """Look for processes of `programs` that belong to `user`, by default to the one who runs this."""
        self._programs, self._proc = frozenset(programs), proc
        self._user = os.getuid() if user is None else user
        self.walks = 0
        self.looked_into = 0

    @property
    def exists(self) -> bool:
        """Whether this system shows its processes as files."""
        return (self._proc / "self" / "stat").exists()

    def running(self) -> list[Running]:
        """Walk the table once; of a program that starts itself anew as a child the first process stands for both."""
        self.walks += 1
        found = {one.pid: one for pid in self._pids() if (one := self._running(pid)) is not None}
        first = {pid: self._first(pid, found) for pid in found}
        held = {
            pid: frozenset[FileId]().union(*(found[one].written for one in found if first[one] == pid)) for pid in found
        }
        return [replace(one, written=held[pid]) for pid, one in found.items() if first[pid] == pid]

    def above(self, pid: int) -> str | None:
        """Name the program that a process was started by, however many others stand between; None where none did."""
        seen: set[int] = set()
        while pid > 1 and pid not in seen:
            seen.add(pid)
            if (program := self._program(pid)) is not None:
                return program
            pid = _parent(self._proc / str(pid))
        return None

    def _first(self, pid: int, found: Mapping[int, Running]) -> int:
        """Give the process that began a chain of one program that starts itself anew as a child."""
        seen: set[int] = set()
        while pid not in seen and not found[pid].serves:
            seen.add(pid)
            parent = found.get(found[pid].parent)
            if parent is None or parent.program != found[pid].program or parent.serves:
                break
            pid = parent.pid
        return pid

    def _pids(self) -> Iterator[int]:
        with os.scandir(self._proc) as entries:
            for entry in entries:
                try:
                    if entry.name.isdecimal() and entry.stat().st_uid == self._user:
                        yield int(entry.name)
                except OSError:
                    continue

    def _running(self, pid: int) -> Running | None:
        program = self._program(pid)
        if program is None:
            return None
        self.looked_into += 1
        told = started(pid, self._proc)
        if told is None:
            return None
        parent = _parent(self._proc / str(pid))
        written = frozenset(written_by(self._proc / str(pid)))
        # Only a process that is still the same one after its files were read is told.
        if started(pid, self._proc) != told:
            return None
        start, cwd = began(told, self._proc), self._cwd(pid)
        return Running(pid, parent, str(told), start, program, cwd, written, serves(self._proc / str(pid)))

    def _program(self, pid: int) -> str | None:
        return program_of(self._proc / str(pid), self._programs)

    def _cwd(self, pid: int) -> str | None:
        try:
            return str((self._proc / str(pid) / "cwd").readlink())
        except OSError:
            return None


def program_of(home: Path, programs: Collection[str]) -> str | None:
    """Name which of `programs` the process of `/proc/<pid>` runs, itself or through an interpreter; None for none."""
    name = _name(script_of(home))
    return name if name in programs else None


def script_of(home: Path) -> str:
    """Give the first word of a process's command line, or the script where that is an interpreter; "" for none."""
    return next(iter(_command(home)), "")


def serves(home: Path) -> bool:
    """Say whether the process of `/proc/<pid>` is an agent's server of many sessions, by the command that it was given.

    Codex's terminals share one that the first of them begins (`codex app-server`, seen with 0.169), in the directory
    and with the environment of that first one: neither says whose a session in it is. `opencode serve` is another.
    """
    words = iter(_command(home)[1:])
    for word in words:
        if word in _VALUED:
            next(words, "")
        elif not word.startswith("-"):
            return word in _SERVERS
    return False


def _command(home: Path) -> list[str]:
    """Give the words of a command line, from the script on where the first is an interpreter."""
    try:
        with (home / "cmdline").open("rb") as file:
            words = [word.decode("utf-8", "replace") for word in file.read(_LONGEST).split(b"\0")]
    except OSError:
        return []
    if _name(words[0]).rstrip("0123456789.") in _INTERPRETERS:
        at = next((at for at, word in enumerate(words[1:], 1) if word and not word.startswith("-")), len(words))
        return words[at:]
    return words


def written_by(home: Path) -> Iterator[FileId]:
    """Give the regular files that a process holds open for writing (proc(5): `flags` of fdinfo, octal)."""
    yield from (found for _, found in _written(home))


def paths_written_by(home: Path) -> Iterator[str]:
    """Give their paths."""
    yield from (path for path, _ in _written(home))


def _written(home: Path) -> Iterator[tuple[str, FileId]]:
    try:
        numbers = [file.name for file in (home / "fd").iterdir()]
    except OSError:
        return
    for number in numbers:
        try:
            path = str((home / "fd" / number).readlink())
            if not path.startswith("/"):
                continue
            flags = (home / "fdinfo" / number).read_text().split("flags:", 1)[1].split(None, 1)[0]
            if int(flags, 8) & os.O_ACCMODE != os.O_RDONLY:
                found = (home / "fd" / number).stat()
                yield path, (found.st_dev, found.st_ino)
        except (OSError, IndexError, ValueError):
            continue


def _name(word: str) -> str:
    return word.rpartition("/")[2].removesuffix(".js")


def _parent(home: Path) -> int:
    try:
        text = (home / "stat").read_text(errors="replace")
        return int(text[text.rfind(")") + 1 :].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
