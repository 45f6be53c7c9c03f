"""Reads and writes the small files of the spool with nothing but `posix`, because `os` alone costs a tenth of a start.

Whatever lies in a file's place (a link, a FIFO, a directory, half a document) is an `OSError` or a `ValueError`, never
a wait: nothing is opened that could block, and no link is followed.
"""

import json
import posix
from typing import Any, cast

MOST = 4 << 20
"""Bytes read of one file; a run's file and a compiled policy are some kilobytes."""
_FILE, _KIND = 0o100000, 0o170000
_READ = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW | posix.O_CLOEXEC
_ADD = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_NONBLOCK | posix.O_NOFOLLOW | posix.O_CLOEXEC
_MAKE = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_NOFOLLOW | posix.O_CLOEXEC


def read(path: str) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no file. Raises `OSError` or `ValueError` where it is something else."""
    try:
        descriptor = posix.open(path, _READ)
    except FileNotFoundError:
        return None
    try:
        if posix.fstat(descriptor).st_mode & _KIND != _FILE:
            raise OSError(f"{path} is no plain file")
        text = read_all(descriptor, MOST)
    finally:
        posix.close(descriptor)
    found = json.loads(text.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no JSON object")
    return cast("dict[str, Any]", found)


def read_all(descriptor: int, most: int) -> bytes:
    """Read to the end. Raises `ValueError` where more than `most` bytes come."""
    pieces: list[bytes] = []
    size = 0
    while piece := posix.read(descriptor, 65536):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise ValueError(f"more than {most} bytes")
    return b"".join(pieces)


def append(path: str, line: str) -> None:
    """Add a line in one write, so that lines of many hooks do not mix. Raises `OSError` where it is not whole."""
    try:
        descriptor = posix.open(path, _ADD, 0o600)
    except FileNotFoundError:
        posix.mkdir(path.rpartition("/")[0], 0o700)
        descriptor = posix.open(path, _ADD, 0o600)
    try:
        if posix.fstat(descriptor).st_mode & _KIND != _FILE:
            raise OSError(f"{path} is no plain file")
        bytes_of = line.encode("utf-8", "replace")
        if posix.write(descriptor, bytes_of) != len(bytes_of):
            raise OSError(f"{path} took half a line: the disk is full")
    finally:
        posix.close(descriptor)


def write_whole(path: str, document: dict[str, Any]) -> None:
    """Write JSON aside and rename it, so that a reader sees all of it or nothing. Raises `OSError`."""
    folder, _, name = path.rpartition("/")
    aside = f"{folder}/.{name}.{posix.getpid()}"
    try:
        descriptor = posix.open(aside, _MAKE, 0o600)
    except FileNotFoundError:
        posix.mkdir(folder, 0o700)
        descriptor = posix.open(aside, _MAKE, 0o600)
    try:
        try:
            left = memoryview(json.dumps(document).encode())
            while left:
                left = left[posix.write(descriptor, left) :]
        finally:
            posix.close(descriptor)
        posix.rename(aside, path)
    except OSError:
        posix.unlink(aside)
        raise


def ring(path: str, *, softly: bool = False) -> bool:
    """Ring a bell, or ask softly whether somebody would hear it, as `state.spool.ring` does."""
    try:
        descriptor = posix.open(path, posix.O_WRONLY | posix.O_NONBLOCK | posix.O_CLOEXEC | posix.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if posix.fstat(descriptor).st_mode & _KIND != 0o010000:
            return False
        if not softly:
            posix.write(descriptor, b"\n")
    except BlockingIOError:
        return True  # a full pipe has rung already
    finally:
        posix.close(descriptor)
    return True
