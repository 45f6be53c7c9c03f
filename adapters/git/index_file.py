"""Looks through an index of git's without git, where it holds nothing but plain files: that is so of nearly every one.

To have git list twenty thousand files takes ten times as long as to walk over them. Whatever is not plain is left to
git. Source of the format: gitformat-index(5), versions 2 and 3.
"""

import os
import struct
from collections.abc import Iterator

_HEADER = struct.Struct(">4sLL")
_EXTENSION = struct.Struct(">4sL")
_STATED = 40
"""Bytes of an entry before its object id: times, device, inode, mode, owner and size."""
_MODE_AT = 26
_PLAIN_MODES = frozenset({0x81, 0xA0})
"""The upper byte of a mode: a file, executable or not, and a symbolic link; a submodule and a directory have others."""
_LONGER = 0xFFF
"""The length of names that are as long or longer."""
_MARKED = 0xC0
"""Bits of the flags that hide changes of a file or say that more flags follow."""


def files_named(name: bytes, content: bytes, width: int) -> list[str] | None:
    """Give the raw paths of the files with this name in an index, whose object ids are `width` bytes long.

    None where something in it is no plain file, is marked, or is written otherwise: then git has to be asked.
    """
    if len(content) < _HEADER.size + width:
        return None
    magic, version, count = _HEADER.unpack_from(content)
    if magic != b"DIRC" or version not in (2, 3):
        return None
    named, flags = set(_ends(name + b"\0", content)), _STATED + width
    at, found = _HEADER.size, list[str]()
    try:
        for _ in range(count):
            marks, begin = content[at + flags], at + flags + 2
            length = (marks & 0x0F) << 8 | content[begin - 1]
            end = begin + length
            # Git goes by the length that stands there, so whatever does not agree with it is git's to read.
            if marks & _MARKED or length == _LONGER or content[end] or content[at + _MODE_AT] not in _PLAIN_MODES:
                return None
            if end in named and (path := os.fsdecode(content[begin:end])) not in found:
                found.append(path)
            # An entry ends in one to eight NUL bytes, so that its size is a multiple of eight.
            at += (end - at + 8) & ~7
    except IndexError:
        return None
    wanted = [path for path in found if os.fsencode(path).rpartition(b"/")[2] == name]
    return wanted if _ends_in_options(content, at, width) else None


def _ends(wanted: bytes, content: bytes) -> Iterator[int]:
    at = content.find(wanted)
    while at >= 0:
        yield at + len(wanted) - 1
        at = content.find(wanted, at + 1)


def _ends_in_options(content: bytes, at: int, width: int) -> bool:
    """Say whether only extensions follow that a reader may pass over: their names begin with a capital letter."""
    last = len(content) - width
    while at + _EXTENSION.size <= last:
        name, size = _EXTENSION.unpack_from(content, at)
        if not 0x41 <= name[0] <= 0x5A:
            return False
        at += _EXTENSION.size + size
    return at == last
