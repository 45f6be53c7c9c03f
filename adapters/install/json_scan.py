"""Finds the places of members and elements in the text of a JSON file, comments as in JSONC allowed.

Comments are read as blanks of the same length, so that every place in the blanked text is the same place in the file.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

MOST_BYTES = 1 << 20
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n]*")
_STRICT = json.JSONDecoder()


class Unsure(Exception):
    """A file that is not changed, because how to do it is not certain; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """A member or an element: where it begins (a member with its name) and ends, where its value begins, its value."""

    begin: int
    value_at: int
    end: int
    name: str
    value: Any


def parsed(content: bytes) -> Any:
    """Parse a settings file with or without comments. Raises `Unsure`."""
    return _value(without_comments(text_of(content)))


def text_of(content: bytes) -> str:
    """Give a settings file's text. Raises `Unsure`."""
    if len(content) > MOST_BYTES:
        raise Unsure("it is larger than 1 MiB, which no settings file is: look at it")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unsure(f"byte {error.start} is not UTF-8: save it as UTF-8") from None


def without_comments(text: str) -> str:
    """Put blanks where comments are, so that every offset stays what it is."""

    def blank(found: re.Match[str]) -> str:
        part = found.group()
        return part if part.startswith('"') else re.sub(r"[^\n]", " ", part)

    # A byte order mark is one character, as a blank is.
    return _COMMENT.sub(blank, text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise Unsure(f'"{twice}" stands in it twice: leave one of them')
    return made


def _value(blanked: str) -> dict[str, Any]:
    try:
        found = json.loads(blanked, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Unsure(f"line {error.lineno} is not valid JSON ({error.msg}): correct it") from None
    except RecursionError:
        raise Unsure("it is nested too deeply to be a settings file: look at it") from None
    if not isinstance(found, dict):
        raise Unsure("it holds no JSON object: correct it")
    return cast(dict[str, Any], found)


def children_of(blanked: str, at: int) -> tuple[list[Child], int]:
    """Give what the object or list that begins at `at` holds, and where its closing bracket is."""
    named, children = blanked[at] == "{", list[Child]()
    at = skip(blanked, at + 1)
    while blanked[at] not in "}]":
        begin, name = at, ""
        if named:
            name, at = _STRICT.raw_decode(blanked, at)
            at = skip(blanked, skip(blanked, at) + 1)
        value, end = _STRICT.raw_decode(blanked, at)
        children.append(Child(begin, at, end, name, value))
        at = skip(blanked, end)
        if blanked[at] == ",":
            at = skip(blanked, at + 1)
    return children, at


def skip(blanked: str, at: int) -> int:
    """Give the first place from `at` on that is no blank."""
    found = _BLANKS.match(blanked, at)
    return found.end() if found else at


def member(blanked: str, at: int, name: str) -> Child | None:
    """Give the member `name` of the object that begins at `at`."""
    return next((child for child in children_of(blanked, at)[0] if child.name == name), None)
