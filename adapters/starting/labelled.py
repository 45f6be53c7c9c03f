"""Finds the client of a started run by the label in its environment, which no other process was given (proc(5))."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.process_walk import walk
from adapters.processes import PROC
from state.control.launching import Client

VARIABLE = "HEADGATE_RUN"
_MOST = 1 << 20


def labelled_client(label: str, proc: Path = PROC) -> Client | None:
    """Give the live process that carries the label and whose parent does not; the oldest, where there are several."""
    table = walk(proc, names=[VARIABLE])
    carriers = table.marked([os.fsencode(f"{VARIABLE}={label}")])
    tops = [table.by_pid[pid] for pid in carriers if table.by_pid[pid].parent not in carriers]
    found = [Client(one.pid, one.start, tuple(sorted(carriers))) for one in tops]
    return min(found, key=lambda one: one.start, default=None)


def variable(pid: int, name: str, proc: Path = PROC) -> str | None:
    """Give a variable of the environment that a process began with; None where it has none or cannot be read."""
    try:
        with (proc / str(pid) / "environ").open("rb") as file:
            words = file.read(_MOST).split(b"\0")
    except OSError:
        return None
    head = os.fsencode(f"{name}=")
    return next((os.fsdecode(word.removeprefix(head)) for word in words if word.startswith(head)), None)


def ancestors(pid: int, proc: Path = PROC) -> Iterator[int]:
    """Give a process and those that it descends from, the nearest first."""
    seen: set[int] = set()
    while pid > 1 and pid not in seen:
        seen.add(pid)
        yield pid
        pid = _parent(proc / str(pid))


def environment_for(base: Mapping[str, str], label: str) -> dict[str, str]:
    """Give the user's own environment with the label in it, and without what a run of another agent put there."""
    foreign = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SESSION_ID", "CLAUDE_PID", "TMUX", "TMUX_PANE")
    return {**{name: value for name, value in base.items() if name not in foreign}, VARIABLE: label}


def _parent(home: Path) -> int:
    try:
        text = (home / "stat").read_text(errors="replace")
        return int(text[text.rfind(")") + 1 :].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
