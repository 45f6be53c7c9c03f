"""The text of a tool's result, decoded as far as it is needed: half the bytes of a log are results of which one line
is shown.

Of a long result the ends are decoded, and a checksum stands for what lies between, so that two results that differ
anywhere give two different texts.
"""

import zlib

import msgspec
from msgspec import Raw, Struct

from adapters.agents.loose import read_loosely

_LONG = 3000
"""Bytes of JSON from which on only the ends are decoded."""
_END = 600
_TELLING = 200
"""Characters that each end must come to; where escapes leave less, everything is decoded."""
_LONGEST_ESCAPE = 12
"""Bytes of a character outside the basic plane: two escaped surrogates."""
_SEARCHED = 200
_LIST = 0x5B


class Part(Struct, frozen=True, gc=False):
    """A piece of a tool's result."""

    type: str | None = None
    text: str | None = None


class Result(Struct, frozen=True, gc=False):
    """What stands in `content` of a `tool_result`."""

    content: str | list[Part | str | None] | None = None


Content = str | list[Part | str | None] | None
_content: msgspec.json.Decoder[Content] = msgspec.json.Decoder(Content)
_text = msgspec.json.Decoder(str)


def result_text(raw: Raw, *, whole: bool) -> str:
    """Give a result's text; unless `whole`, a long one by its ends."""
    if not raw:
        return ""
    view = memoryview(raw)
    ends = None if whole or len(view) < _LONG else _ends(view)
    return ends or _whole(raw)


def pictured(raw: Raw) -> bool:
    """Say whether a result holds more than text, such as an image, so that its text does not tell it from another."""
    if not raw or memoryview(raw)[0] != _LIST:
        return False
    try:
        parts = _content.decode(raw)
    except (ValueError, RecursionError):
        return True
    return any(isinstance(part, Part) and part.text is None for part in parts or ())


def _whole(raw: Raw) -> str:
    try:
        content = _content.decode(raw)
    except (ValueError, RecursionError):
        content = _loosely(bytes(raw))
    if isinstance(content, list):
        return "\n".join(part if isinstance(part, str) else part.text or "" for part in content if part)
    return content or ""


def _loosely(content: bytes) -> Content:
    try:
        return read_loosely(b'{"content":' + content + b"}", Result).content
    except ValueError:
        return None


def _ends(view: memoryview) -> str | None:
    """Give the decoded ends of a JSON text; None where it is something else or cannot be cut with certainty."""
    if view[0] != 0x22:
        return None
    head, tail = _cut(view, _END), _cut(view, len(view) - _END)
    if head is None or tail is None:
        return None
    try:
        first, last = _text.decode(bytes(view[:head]) + b'"'), _text.decode(b'"' + bytes(view[tail:]))
    except ValueError:
        return None
    if min(len(first), len(last)) < _TELLING:
        return None
    return f"{first} … {zlib.adler32(view):08x} … {last}"


def _cut(view: memoryview, at: int) -> int | None:
    """Give a byte from `at` on before which no escape and no character is open."""
    window = bytes(view[at - _LONGEST_ESCAPE : at + _SEARCHED])
    begin = _LONGEST_ESCAPE
    while begin < len(window):
        escape = window.rfind(b"\\", begin - _LONGEST_ESCAPE, begin)
        if escape >= 0:
            begin = escape + _LONGEST_ESCAPE + 1
        elif window[begin] & 0xC0 == 0x80:
            begin += 1
        else:
            return at - _LONGEST_ESCAPE + begin
    return None
