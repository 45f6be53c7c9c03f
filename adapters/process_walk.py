"""One walk over all processes of this machine, as values: who they are, whose child each is, and what it was told.

A process is named by its pid and its start in clock ticks after boot (proc(5)): a pid alone is given again. What a
process says of itself (its name, its first word) is foreign text and only ever shown; what its environment held at its
beginning is read for marks that are looked up whole, never printed.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.process_table import program_of, script_of, written_by
from adapters.processes import PROC
from state.text import clean

_LONGEST_ENVIRONMENT = 2**21
"""Bytes read of an environment: as much as Linux lets a program be given (execve(2): a quarter of the stack)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One process. `state` is the letter of proc(5), `session` its session's number, `ours` whether it is our user's.

    `tty` is the number of its terminal's device, 0 where it has none.
    """

    pid: int
    parent: int
    session: int
    tty: int
    start: int
    state: str
    name: str
    ours: bool

    @property
    def dead(self) -> bool:
        """Whether it has ended and only its number is left."""
        return self.state in "ZX"


@dataclass(frozen=True, slots=True)
class Walk:
    """All processes at one moment, by pid, and the children of each."""

    proc: Path
    by_pid: Mapping[int, Seen]
    children: Mapping[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])

    def living(self, pid: int, start: int | None = None) -> Seen | None:
        """Give a process that lives, and is the one of that start where it is given."""
        found = self.by_pid.get(pid)
        return found if found and not found.dead and start in (None, found.start) else None

    def below(self, pids: Iterable[int], stop: Collection[int] = ()) -> set[int]:
        """Give these processes and all that descend from them, but for those in `stop` and what descends from it."""
        found, waiting = set[int](), [pid for pid in pids if pid not in stop]
        while waiting:
            pid = waiting.pop()
            if pid in found or pid not in self.by_pid:
                continue
            found.add(pid)
            waiting += (one for one in self.children.get(pid, ()) if one not in stop and self._follows(pid, one))
        return found

    def above(self, pid: int) -> list[int]:
        """Give a process and all that it was started by, nearest first."""
        found: list[int] = []
        while pid > 0 and pid not in found:
            found.append(pid)
            pid = self.by_pid[pid].parent if pid in self.by_pid else 0
        return found

    def program(self, pid: int, programs: Collection[str]) -> str | None:
        """Name which of `programs` a process runs, itself or through an interpreter; None for none of them."""
        return program_of(self.proc / str(pid), programs)

    def runs(self, pid: int, program: str) -> bool:
        """Say whether a process runs a program, or a file that is installed under its name or one that begins so."""
        if self.program(pid, {program}):
            return True
        home = self.proc / str(pid)
        files = [script_of(home)]
        with contextlib.suppress(OSError):
            files.append(str((home / "exe").readlink()))
        parts = [part for file in files for part in file.split("/")]
        return any(part == program or part.startswith(f"{program}-") for part in parts)

    def directory(self, pid: int) -> str | None:
        """Give the directory in which a process works; None where the system does not tell."""
        try:
            return str((self.proc / str(pid) / "cwd").readlink())
        except OSError:
            return None

    def writes(self, pid: int, path: str) -> bool:
        """Say whether a process holds a file open for writing."""
        try:
            found = Path(path).stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) in set(written_by(self.proc / str(pid)))

    def marked(self, marks: Collection[bytes]) -> dict[int, bytes]:
        """Give the living processes of our user whose environment holds one of these settings, with the first found."""
        wanted = frozenset(mark for mark in marks if mark)
        found: dict[int, bytes] = {}
        for pid, one in self.by_pid.items() if wanted else ():
            if one.ours and not one.dead:
                told = self._environment(pid)
                if any(mark in told for mark in wanted) and (whole := wanted.intersection(told.split(b"\0"))):
                    found[pid] = min(whole)
        return found

    def _environment(self, pid: int) -> bytes:
        try:
            with (self.proc / str(pid) / "environ").open("rb") as file:
                return file.read(_LONGEST_ENVIRONMENT)
        except OSError:
            return b""

    def _follows(self, parent: int, child: int) -> bool:
        return self.by_pid[child].start >= self.by_pid[parent].start


def walk(proc: Path = PROC, user: int | None = None) -> Walk:
    """Read the whole table once; a process that ends meanwhile is left out. Raises `OSError` without a table."""
    own = os.getuid() if user is None else user
    by_pid: dict[int, Seen] = {}
    children: dict[int, list[int]] = {}
    with os.scandir(proc) as entries:
        names = [entry.name for entry in entries if entry.name.isdecimal()]
    for name in names:
        one = _seen(proc / name, int(name), lambda uid: uid == own)
        if one is not None:
            by_pid[one.pid] = one
            children.setdefault(one.parent, []).append(one.pid)
    return Walk(proc, by_pid, {pid: tuple(below) for pid, below in children.items()})


def _seen(home: Path, pid: int, is_own: Callable[[int], bool]) -> Seen | None:
    try:
        text = (home / "stat").read_text(errors="replace")
        # The directory is root's where a process may not be looked into, so its own words come first (proc(5)).
        ours = is_own(home.stat().st_uid) or is_own(_real_user(home))
    except (OSError, ValueError, IndexError):
        return None
    name, _, rest = text.partition(" (")[2].rpartition(")")
    fields = rest.split()
    if len(fields) < 20:
        return None
    return Seen(pid, int(fields[1]), int(fields[3]), int(fields[4]), int(fields[19]), fields[0], clean(name, 40), ours)


def _real_user(home: Path) -> int:
    for line in (home / "status").read_text(errors="replace").splitlines():
        if line.startswith("Uid:"):
            return int(line.split()[1])
    return -1
