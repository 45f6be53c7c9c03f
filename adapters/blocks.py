"""Looks into an open file block by block: where a line ends and where a hole does; what was searched is not kept."""

import errno
import os
from typing import NamedTuple

BLOCK = 1 << 20
SCANNED_AT_ONCE = 64 << 20
"""Bytes searched for the end of one long line before the caller gets its turn again."""
HOLE = BLOCK
"""A hole of a sparse file from this size on is jumped over; a smaller one is read as its NUL bytes."""


class End(NamedTuple):
    """Where the search for a newline stopped: at a newline, before a hole that ends at `data`, or at `at` for now."""

    at: int
    newline: bool = False
    data: int | None = None


def find_end(descriptor: int, at: int, size: int) -> End:
    """Search for a newline from `at` on, block by block, without keeping what was searched."""
    limit = min(size, at + SCANNED_AT_ONCE)
    while at < limit:
        data = next_data(descriptor, at)
        if data is None:
            return End(at)
        if data - at >= HOLE:
            return End(at, data=data)
        block = os.pread(descriptor, min(BLOCK, size - at), at)
        found = block.find(b"\n")
        if found >= 0:
            return End(at + found, newline=True)
        if not block:
            break
        at += len(block)
    return End(at)


def next_data(descriptor: int, at: int) -> int | None:
    """Give the first byte from `at` on that is no hole; None when nothing but a hole follows."""
    if not hasattr(os, "SEEK_DATA"):
        return at
    try:
        return os.lseek(descriptor, at, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        if error.errno in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no holes
            return at
        raise


def read_fully(descriptor: int, at: int, length: int) -> bytes:
    """Read `length` bytes from `at` on; fewer where the file ends before."""
    parts: list[bytes] = []
    while length and (block := os.pread(descriptor, length, at)):
        parts.append(block)
        at, length = at + len(block), length - len(block)
    return b"".join(parts)
