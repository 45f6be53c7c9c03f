"""Hands a human's corrections to the model with a call that is let go, each of them once. Standard library only.

Claude Code and Codex take a text beside the call; the others read nothing of a hook's but why a call was denied, so
there the call is denied once, with the correction as the reason (research/real-clients.md 3, outputs honoured). A call
that a human approved is never spent for that.
"""

import posix

from adapters.hook.dialects import of
from adapters.hook.record import Record
from state.gate_files import Correction

_MAKE = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_NOFOLLOW | posix.O_CLOEXEC


def hand_out(record: Record) -> None:
    """Take what waits and is handed out by no other hook, and write the call's line with it.

    Raises `OSError` where the line cannot be kept; nothing was handed out then.
    """
    heard, dialect = record.heard, of(record.heard.agent)
    if dialect.BY_DENIAL and record.outcome in ("human", "grant"):
        record.note("allow")
        return
    taken = _taken(f"{record.folder}/spool/corrections", record.corrections, dialect.LONGEST)
    record.told = [one["id"] for one in taken]
    try:
        record.note("deny" if taken and dialect.BY_DENIAL else "allow")
    except OSError:
        for name in record.told:
            posix.unlink(f"{record.folder}/spool/corrections/{name}")
        raise
    if taken:
        record.handed = dialect.hand_out(heard, "\n\n".join(one["text"] for one in taken))


def _taken(folder: str, waiting: list[Correction], longest: int) -> list[Correction]:
    """Take as many as one answer holds; whoever makes a correction's file has it, and nobody after."""
    taken: list[Correction] = []
    room = longest
    for one in waiting:
        room -= len(one["text"]) + 2
        if room < 0 or not one["id"].isalnum():
            break
        if _made(f"{folder}/{one['id']}"):
            taken.append(one)
    return taken


def _made(path: str) -> bool:
    """Make a file that nobody made before; one that cannot be made leaves its correction where it is."""
    try:
        posix.close(posix.open(path, _MAKE, 0o600))
    except OSError:
        return False
    return True
