"""Lays a record of a log out for a human: a field a line, a text of several lines as such, JSON within it unfolded.

Foreign bytes end here: each line is clean and cut, and of a huge record a head is given.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from state.log_text import BodyLine
from state.text import clean

LARGEST = 1 << 20
"""Bytes of a record that is laid out; of a larger one a head stands as it is."""
MOST_LINES = 2000
_HEAD = 64 << 10
_DEEPEST = 12
_COMMANDS = frozenset({"command", "cmd", "script", "bash"})
_PATHS = ("file_path", "filePath", "path", "absolute_path", "notebook_path", "filename")
_MORE = "… the rest is longer than is shown here"


def laid_out(data: bytes) -> tuple[BodyLine, ...]:
    """Give the lines of one record, at most `MOST_LINES` of them."""
    if len(data) > LARGEST:
        return _kept(_told(data[:_HEAD].decode("utf-8", "replace"), BodyLine("")), cut=True)
    text = data.decode("utf-8", "replace")
    try:
        value = cast("object", json.loads(text.strip(" \t\r\n\0"), strict=False))
    except (ValueError, RecursionError):
        return _kept(_told(text, BodyLine("")))
    return _kept(_fields(value, BodyLine("")))


def _kept(lines: Iterator[BodyLine], *, cut: bool = False) -> tuple[BodyLine, ...]:
    kept = tuple(islice(lines, MOST_LINES))
    cut = cut or next(lines, None) is not None
    return (*kept, BodyLine(_MORE)) if cut else kept


def _fields(value: object, at: BodyLine) -> Iterator[BodyLine]:
    """Give the lines of a value; `at` has the label, the depth and the language that its place gives it."""
    match value:
        case dict() if value and at.depth < _DEEPEST:
            yield from _within(cast("Mapping[str, object]", value).items(), cast("dict[str, Any]", value), at)
        case list() if value and at.depth < _DEEPEST:
            items = cast("list[object]", value)
            if at.label and all(isinstance(one, str) for one in items) and sum(len(str(one)) for one in items) < 200:
                yield BodyLine(clean(json.dumps(items, ensure_ascii=False)), at.label, at.depth)
            else:
                yield from _within(((f"{number}", one) for number, one in enumerate(items, 1)), {}, at)
        case str():
            yield from _text(value, at)
        case _:
            yield BodyLine(clean(json.dumps(value, ensure_ascii=False)), at.label, at.depth)


def _within(items: Any, siblings: Mapping[str, object], at: BodyLine) -> Iterator[BodyLine]:
    depth = at.depth
    if at.label:
        yield BodyLine("", at.label, depth)
        depth += 1
    path = next((one for one in (siblings.get(name) for name in _PATHS) if isinstance(one, str)), "")
    if not at.label and siblings:  # what a record says stands before what it says of itself
        items = sorted(items, key=lambda item: not isinstance(item[1], (dict, list)))
    for name, one in items:
        like = "x.sh" if name in _COMMANDS else "" if name in _PATHS else path
        yield from _fields(one, BodyLine("", clean(str(name), 60), depth, like))


def _text(text: str, at: BodyLine) -> Iterator[BodyLine]:
    """Give a text; one that is JSON itself, as some agents write the arguments of a call, is unfolded."""
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        try:
            value = cast("object", json.loads(text))
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, (dict, list)) and value:
            yield from _fields(cast("object", value), at)
            return
    yield from _told(text, at)


def _told(text: str, at: BodyLine) -> Iterator[BodyLine]:
    if "\n" not in text.rstrip("\n"):
        yield BodyLine(clean(text.rstrip("\n")), at.label, at.depth, at.like)
        return
    if at.label:
        yield BodyLine("", at.label, at.depth)
    depth = at.depth + 1 if at.label else at.depth
    start = 0
    while start <= len(text):  # not split at once: of a megabyte of short lines only the first are shown
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        yield BodyLine(clean(text[start:stop].expandtabs(4).rstrip("\r")), "", depth, at.like)
        start = stop + 1
