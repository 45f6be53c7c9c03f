"""Decodes one line of JSON fast where it is as expected, slowly where it is not, and says which of the two it was.

A caller reports what came the slow way: something of such a line may be lost, and what is lost is never passed over.
"""

import re
from typing import TypeVar

import msgspec

from adapters.agents.loose import read_loosely

_Wanted = TypeVar("_Wanted", bound=msgspec.Struct)

PADDING = b" \t\r\n\0"
"""What may stand around a record: a file that grew before a power loss is padded with NUL bytes."""
DAMAGED = "its shape or its bytes are not as expected; what fits of it was read"

_CONTROL = re.compile(rb"[\0-\x1f]")


def is_text(line: bytes) -> bool:
    """Say whether a line is UTF-8: msgspec passes over names and texts that nobody asks for without looking."""
    if line.isascii():
        return True
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_torn(line: bytes) -> bool:
    """Say whether bytes stand in a line that no writer of JSON writes; costly, for lines that were odd already."""
    return not is_text(line) or _CONTROL.search(line.strip(PADDING)) is not None


def read_line(line: bytes, decoder: msgspec.json.Decoder[_Wanted], wanted: type[_Wanted]) -> tuple[_Wanted, bool]:
    """Give a line as `wanted`, and whether it is whole: False where a part of it may have been left out.

    Raises ValueError with one short sentence where the line is no JSON object at all.
    """
    try:
        return decoder.decode(line), is_text(line)
    except (ValueError, RecursionError):
        return read_loosely(line, wanted), False
