"""Why a run's context is no longer what is true, and what to do about each: the line copies it, and `m` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.panes.line import Line, labelled
from tui.spans import spans
from tui.wording_context import STALE, STALE_TITLES, to_write

if TYPE_CHECKING:
    from state.runs.card import Card


def stale(card: Card) -> Iterator[Line]:
    """Give one line a reason, and one for what to do about it."""
    for one in card.stale:
        title, message = STALE_TITLES[one.reason], to_write(one)
        said = labelled(spans((f"{STALE} {title}", "warn")), (one.text, "text"), copy=one.remedy or one.text)
        yield replace(said, message=message)
        if one.remedy:
            yield replace(labelled("", (one.remedy, "dim"), copy=one.remedy), message=message)
