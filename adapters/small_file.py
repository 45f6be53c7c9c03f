"""Reads small foreign files: the one way in which a file that an agent wrote beside its logs is opened.

A path of an agent's can be swapped for a symbolic link, a FIFO or a device at any moment; none of them may be followed
or may make the reader wait.
"""

import hashlib
import os
import stat

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_small(path: str, cap: int) -> bytes | None:
    """Give the bytes of a regular file of at most `cap` bytes, or None where there is no such file to read.

    None covers missing, unreadable, too large and not a regular file: callers read hints here, never the only source
    of a fact, so the one answer "nothing to be learnt" is enough.
    """
    try:
        opened = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        return _read_at_most(opened, cap) if stat.S_ISREG(os.fstat(opened).st_mode) else None
    except OSError:
        return None
    finally:
        os.close(opened)


def blob_id(content: bytes) -> str:
    """Give the id that git gives to these bytes in a SHA-1 repository: the hash of `blob`, their size, NUL and them."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _read_at_most(opened: int, cap: int) -> bytes | None:
    """Read to the end of the file, or give None once it has grown beyond `cap`."""
    parts: list[bytes] = []
    left = cap + 1
    while left and (part := os.read(opened, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts) if left else None
