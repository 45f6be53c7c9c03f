"""One walk over all processes of this machine, as values: who they are, whose child each is, and what it was told.

A process is named by its pid and its start in clock ticks after boot (proc(5)): a pid alone is given again. What a
process says of itself (its name, its first word) is foreign text and only ever shown; what its environment held at its
beginning is read for marks that are looked up whole, never printed.
"""

import contextlib
import os
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.process_table import program_of, script_of, written_by
from adapters.processes import PROC
from state.text import clean

_LONGEST_ENVIRONMENT = 2**21
"""Bytes read of an environment: as much as Linux lets a program be given (execve(2): a quarter of the stack)."""
_KERNEL_THREAD = 0x00200000
"""The bit of a process's flags in proc(5) that says it is the kernel's own (`PF_KTHREAD` of include/linux/sched.h)."""
_BEGINNING_LOOKS, _BEGINNING_PAUSE = 50, 0.001
"""Looks and seconds between them while a process is in the middle of execve(2)."""
_MOST_LISTINGS = 100
"""Listings of one walk; on a machine that begins processes without end the last ones may be missed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One process. `state` is the letter of proc(5), `session` its session's number, `ours` whether it is our user's.

    `tty` is the number of its terminal's device, 0 where it has none; `marks` are the settings that were looked for.
    """

    pid: int
    parent: int
    session: int
    tty: int
    start: int
    state: str
    name: str
    ours: bool
    marks: frozenset[bytes] = frozenset()

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

    def age(self, pid: int) -> float:
        """Give for how many seconds a process has lived, by the clock in which its start is told."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) - self.by_pid[pid].start / os.sysconf("SC_CLK_TCK")

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
        """Give the living processes of our user whose environment holds one of these settings, with that setting."""
        found = {pid: one.marks.intersection(marks) for pid, one in self.by_pid.items() if not one.dead}
        return {pid: min(held) for pid, held in found.items() if held}

    def _follows(self, parent: int, child: int) -> bool:
        return self.by_pid[child].start >= self.by_pid[parent].start


def walk(proc: Path = PROC, user: int | None = None, names: Collection[str] = ()) -> Walk:
    """Read the whole table; of our user's processes also the settings of `names` in their environments.

    What begins meanwhile is read too, until a listing names nobody new: so who lives at the end of the walk is in it,
    even where it lives on in one child after the other. Raises `OSError` without a table.
    """
    own = os.getuid() if user is None else user
    begins = tuple(f"{name}=".encode() for name in names)
    by_pid: dict[int, Seen] = {}
    children: dict[int, list[int]] = {}
    looked_at = set[int]()
    for _ in range(_MOST_LISTINGS):
        fresh = _pids(proc) - looked_at
        if not fresh:
            break
        looked_at |= fresh
        for pid in fresh:
            one = _seen(f"{proc}/{pid}", pid, own, begins)
            if one is not None:
                by_pid[pid] = one
    for one in by_pid.values():
        children.setdefault(one.parent, []).append(one.pid)
    return Walk(proc, by_pid, {pid: tuple(below) for pid, below in children.items()})


def _pids(proc: Path) -> set[int]:
    with os.scandir(proc) as entries:
        return {int(entry.name) for entry in entries if entry.name.isdecimal()}


def _seen(home: str, pid: int, own: int, begins: tuple[bytes, ...]) -> Seen | None:
    try:
        text, owner = _read(f"{home}/stat", 4096)
        # The files are root's where a process may not be looked into, so its own words count too (proc(5)).
        ours = owner == own or _real_user(home) == own
    except (OSError, ValueError, IndexError):
        return None
    name, _, rest = text.partition(b" (")[2].rpartition(b")")
    fields = rest.split()
    if len(fields) < 20:
        return None
    parent, session, tty, start = (int(fields[at]) for at in (1, 3, 4, 19))
    state, shown = fields[0].decode("ascii", "replace"), clean(name.decode("utf-8", "replace"), 40)
    readable = ours and begins and state not in "ZX" and not int(fields[6]) & _KERNEL_THREAD
    marks = _marks(home, begins) if readable else frozenset[bytes]()
    return Seen(pid, parent, session, tty, start, state, shown, ours, marks)


def _marks(home: str, begins: tuple[bytes, ...]) -> frozenset[bytes]:
    try:
        told = _environment(home)
    except OSError:
        return frozenset()
    if not any(begin in told for begin in begins):
        return frozenset()
    return frozenset(word for word in told.split(b"\0") if word.startswith(begins))


def _environment(home: str) -> bytes:
    """Read what a process was told, once it was told: in the middle of execve(2) it has neither words nor settings.

    fs/proc/base.c gives both as empty while `env_end` is not set, which is after the caller of execve's parent goes on.
    """
    told = b""
    for _ in range(_BEGINNING_LOOKS):
        told = _read(f"{home}/environ", _LONGEST_ENVIRONMENT)[0]
        if told or _read(f"{home}/cmdline", 1)[0]:
            break
        time.sleep(_BEGINNING_PAUSE)
    return told


def _real_user(home: str) -> int:
    for line in _read(f"{home}/status", 4096)[0].splitlines():
        if line.startswith(b"Uid:"):
            return int(line.split()[1])
    return -1


def _read(path: str, most: int) -> tuple[bytes, int]:
    """Read a file of /proc and say whose it is; pathlib would take most of a walk's time."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        blocks, size = list[bytes](), 0
        while size < most and (block := os.read(descriptor, 65536)):
            blocks.append(block)
            size += len(block)
        return b"".join(blocks), os.fstat(descriptor).st_uid
    finally:
        os.close(descriptor)
