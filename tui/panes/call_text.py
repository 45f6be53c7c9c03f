"""A tool call in full, as a human reads it: a command as lines, an edit as a difference, anything else as it is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, cast

from state.gates.request import Request
from tui.panes.foreign import hiding, quoted, shown
from tui.panes.line import Line, note
from tui.wording_gates import CALL_CUT, CALL_EMPTY, call_counted

CUT_AT = 256 * 1024
"""Characters of an input that a question carries (`state.gate_files.Question`)."""
_SLACK = 4096
"""Characters that laying a cut input out may have taken off it: blanks at the ends of lines."""
MOST_COMPARED = 1200
"""Lines of both sides of an edit that are compared; longer ones are shown one after the other."""
SAID_BY_THE_MODEL = frozenset({"description", "justification", "explanation", "rationale"})
"""Parts of an input that no tool does anything with: the model says there why it calls."""

_OLD, _NEW = ("old_string", "old_str", "oldText"), ("new_string", "new_str", "newText")
_WHOLE = frozenset({"content", "file_text", "new_source"})
_PATCH = "*** Begin Patch"


def is_cut(request: Request) -> bool:
    """Say whether a part of the call was too long to be asked about."""
    return len(request.input) >= CUT_AT - _SLACK and parts_of(request) is None


def parts_of(request: Request) -> dict[str, Any] | None:
    """Give the call's input by name, None where it is no object or was cut."""
    try:
        found = json.loads(request.input)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def texts_of(request: Request) -> tuple[str, ...]:
    """Give every text in which something could hide: what is shown of the call, part by part."""
    parts = parts_of(request)
    whole = (request.input,) if parts is None else tuple(_text(value) for value in parts.values())
    return (request.text, *whole, request.plan or "", request.advice or "")


def advice_of(request: Request) -> tuple[str, ...]:
    """Give what the model says of a call, beside it and inside it."""
    inside = (_text(value) for name, value in (parts_of(request) or {}).items() if name in SAID_BY_THE_MODEL)
    return tuple(one for one in (request.advice or "", *inside) if one.strip())


def call_lines(request: Request) -> Iterator[Line]:
    """Give the whole call: how much it is, and each of its parts behind the gutter."""
    parts = parts_of(request)
    yield note(counted(request), "dim")
    if is_cut(request):
        yield note(CALL_CUT, "warn")
    if parts is None:
        yield from quoted(request.input) if request.input else iter([note(CALL_EMPTY)])
        return
    told = {*_OLD, *_NEW} if _both(parts) else set[str]()
    for name, value in parts.items():
        said_already = name in told or name in SAID_BY_THE_MODEL or (request.plan is not None and value == request.plan)
        if not said_already:
            yield from _part(name, _text(value))
    yield from _difference(parts)


def counted(request: Request) -> str:
    """Say how much a call is and what hides in it."""
    found = hiding(texts_of(request))
    return call_counted(len(request.input), request.sha, found.characters, found.gaps, found.long)


def _part(name: str, text: str) -> Iterator[Line]:
    """Give one part of the input: in one line with its name, or below it."""
    strong = "strong" if name in ("command", "cmd") else "text"
    if "\n" not in text and name not in _WHOLE and _PATCH not in text:
        [line, *rest] = quoted(text, strong)
        yield replace(line, body=(*shown(f"{name}: ", "faint"), *line.body))
        yield from rest
        return
    yield from quoted(f"{name}:", "faint")
    for line in text.split("\n"):
        if _PATCH in text:
            yield from quoted(line, {"+": "plus", "-": "minus"}.get(line[:1], "text"))
        elif name in _WHOLE:
            yield from quoted(f"+ {line}", "plus")
        else:
            yield from quoted(line, strong)


def _both(parts: Mapping[str, Any]) -> tuple[str, str] | None:
    old = next((parts[name] for name in _OLD if isinstance(parts.get(name), str)), None)
    new = next((parts[name] for name in _NEW if isinstance(parts.get(name), str)), None)
    return None if old is None or new is None else (old, new)


def _difference(parts: Mapping[str, Any]) -> Iterator[Line]:
    """Give an edit as a difference that leaves no line of either side out."""
    both = _both(parts)
    if both is None:
        return
    old, new = both[0].split("\n"), both[1].split("\n")
    near = len(old) + len(new) <= MOST_COMPARED
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if near else [("replace", 0, -1, 0, -1)]
    for kind, i1, i2, j1, j2 in codes:
        if kind == "equal":
            for line in old[i1:i2]:
                yield from quoted(f"  {line}", "dim")
            continue
        for line in old[i1 : i2 if near else None]:
            yield from quoted(f"- {line}", "minus")
        for line in new[j1 : j2 if near else None]:
            yield from quoted(f"+ {line}", "plus")


def _text(value: object) -> str:
    """Give a value as text; what is no string as the JSON that it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
