"""What a run was told: the parts of its context version, what changed since it began, and where each was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.panes.line import Line, heading, labelled
from tui.wording import CHANGED_MARK, CONTEXT_TITLE, CONTEXT_UNKNOWN, PART_TITLES, context_changed

if TYPE_CHECKING:
    from state.board import Detail
    from state.runs.run import ContextPart, Origin

_DIGEST = 40
_SHORT = 8


def told(detail: Detail) -> list[Line]:
    """Give the lines of what the agent was told, what changed since the start first."""
    parts, card = detail.context, detail.card
    if not parts:
        return [heading(CONTEXT_TITLE), labelled("version", (CONTEXT_UNKNOWN, "dim"))]
    from state.runs.context import UNKNOWN, changed, in_order, version  # it loads what a run is made of

    start = version(card.agent, parts, at_start=True)
    moved = changed(parts)
    before = f", {start} at the start" if moved else ""
    said = (f" · {context_changed(len(moved))}{before}", "warn" if moved else "dim")
    first = labelled("version", card.context_version or UNKNOWN, said, copy=card.context_version or "")
    rest = [part for part in in_order(parts) if part not in moved and part.value is not None]
    return [heading(CONTEXT_TITLE), first, *_lines(in_order(moved), "warn"), *_lines(rest, "text")]


def _lines(parts: list[ContextPart], role: str) -> Iterator[Line]:
    for part in parts:
        mark = CHANGED_MARK if role == "warn" else ""
        body = (f"{part.name} {_short(part.value)}".strip(), role)
        was = "" if part.value == part.start else f" · was {_short(part.start)}"
        yield labelled(f"{PART_TITLES[part.part]}{mark}", body, (was, "dim"), tail=_where(part), copy=_copied(part))


def _short(value: str | None) -> str:
    """Give a value in few cells: a digest by its first digits, what is not there in words."""
    if value is None:
        return "not there"
    return value[:_SHORT] if len(value) >= _DIGEST and value.isalnum() else value


def _copied(part: ContextPart) -> str:
    return f"{part.name} {part.value or ''}".strip()


def _where(part: ContextPart) -> str | Origin:
    """Say where a part was read: a file that Headgate looked at itself, or a record of the log."""
    return "read by headgate" if part.observed else part.origin
