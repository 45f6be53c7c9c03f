"""Opens what must be a regular file, so that nothing else that stands in its place can hang, trick or flood a reader.

A FIFO would block an `open` for ever, a symbolic link could lead to a key, a terminal could become ours: so the flags
refuse or disarm each of them, and the type is asked of the open descriptor, where nobody can swap it any more.
"""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The path holds nothing that can be read as a file. `why` is a clause: "a symbolic link stands in its place"."""

    kind: Literal["gone", "denied", "not_a_file", "failed", "torn"]
    why: str


class _NotAFileError(OSError):
    """Something else than a regular file was opened."""


@contextmanager
def opened(path: str) -> Generator[tuple[int, os.stat_result]]:
    """Open the regular file at `path` for reading; gives its descriptor and what the system says of it.

    Raises OSError, which `unreadable` turns into a value.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _NotAFileError(f"{_named(found.st_mode)} stands in its place")
        yield descriptor, found
    finally:
        os.close(descriptor)


def unreadable(error: OSError) -> Unreadable:
    """Say in words why a file could not be opened or read."""
    if isinstance(error, _NotAFileError):
        return Unreadable("not_a_file", str(error))
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return Unreadable("gone", "it is no longer there")
        case errno.ELOOP:
            return Unreadable("not_a_file", "a symbolic link stands in its place")
        case errno.ENXIO | errno.ENODEV:
            return Unreadable("not_a_file", "a device or socket stands in its place")
        case errno.EACCES | errno.EPERM:
            return Unreadable("denied", "its permissions forbid it")
        case _:
            return Unreadable("failed", os.strerror(error.errno) if error.errno else "the system refused to read it")


def _named(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a FIFO" if stat.S_ISFIFO(mode) else "a device or socket"
