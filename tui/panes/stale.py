"""Why a run's context is no longer what is true, and what to do about each: the line copies what to tell the run."""

from collections.abc import Iterator

from state.runs.card import Card
from tui.panes.line import Line, labelled
from tui.spans import spans
from tui.wording_context import STALE, STALE_TITLES


def stale(card: Card) -> Iterator[Line]:
    """Give one line a reason, and one for what to do about it."""
    for one in card.stale:
        title = STALE_TITLES[one.reason]
        yield labelled(spans((f"{STALE} {title}", "warn")), (one.text, "text"), copy=one.remedy or one.text)
        if one.remedy:
            yield labelled("", (one.remedy, "dim"), copy=one.remedy)
