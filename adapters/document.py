"""Logs that are one JSON document, written whole again at each change.

The document is parted into the records that a line-wise log would have: first the document without its messages, then
each message, with the byte at which it stands. So one reader serves both forms. Messages stand in the document again
at each reading; the reader knows them by their ids and tells only what is new of them.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from adapters import blocks
from adapters.anchor import Anchor
from adapters.opening import Unreadable, opened, unreadable
from adapters.tail import FIRST_LINES, Beginning, Chunk, Line, Skipped
from state.ports import LogMark

LARGEST = 64 << 20
"""A document with more bytes than this is not read: it would have to be held in memory whole."""
_MESSAGES = "messages"
_DECODE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DECODE_MESSAGES = msgspec.json.Decoder(list[msgspec.Raw])


def read_document(path: str, mark: LogMark) -> Chunk | Unreadable:
    """Read a document if it is another than `mark` describes; the mark that is given describes all of it.

    A document that is not whole yet, or no more, is `Unreadable` as "torn", and what was read of it before is kept.
    """
    try:
        with opened(path) as (descriptor, found):
            if _same(found, mark):
                return Chunk((), mark)
            if found.st_size > LARGEST:
                return Chunk((Skipped(0, found.st_size, "too_long"),), _marked(mark, found, b""))
            data = blocks.read_fully(descriptor, 0, found.st_size)
    except OSError as error:
        return unreadable(error)
    try:
        return Chunk(tuple(_parted(data)), _marked(mark, found, data))
    except (ValueError, RecursionError):
        return Unreadable("torn", "it is no whole JSON document")


def document_beginning(path: str, most: int = FIRST_LINES) -> Beginning | Unreadable:
    """Give the first `most` bytes of a document as one line."""
    try:
        with opened(path) as (descriptor, found):
            block = blocks.read_fully(descriptor, 0, min(most, found.st_size))
    except OSError as error:
        return unreadable(error)
    return Beginning((block,), found, "nothing" if not block else "all" if len(block) == most else "some")


def _parted(data: bytes) -> Iterator[Line]:
    """Give the records of a document. Raises ValueError where it is not whole."""
    try:
        fields = _DECODE.decode(data)
        messages = _DECODE_MESSAGES.decode(fields.pop(_MESSAGES, b"[]"))
    except msgspec.ValidationError:
        yield 0, data
        return
    yield 0, msgspec.json.encode(fields)
    at = 0
    for message in messages:
        line = bytes(message)
        at = data.index(line, at)
        yield at, line
        at += len(line)


def _same(found: os.stat_result, mark: LogMark) -> bool:
    seen = (mark.inode, mark.size, mark.modified_ns)
    return mark.offset > 0 and seen == (found.st_ino, found.st_size, found.st_mtime_ns)


def _marked(mark: LogMark, found: os.stat_result, data: bytes) -> LogMark:
    """Describe the document as it was read; its records are counted anew each time, what was odd in them once."""
    anchor = Anchor(b"", b"")
    anchor.took(data)
    return replace(
        mark,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
        offset=found.st_size,
        head=anchor.head,
        tail=anchor.tail,
        records=0,
    )
