"""`headgate status --tmux`: one line for tmux's `status-right`, in tmux's own words for styles.

tmux expands what a program prints: `#{...}` and `#[...]` in it act, so every `#` of foreign text is doubled
(tmux(1), FORMATS and STYLES). The line is at most so many cells wide, because tmux cuts it in the middle of a style.
"""

from collections.abc import Sequence

from state.store.glimpse import Glimpse
from state.text import clean
from tui.spans import cut, plain, spans, width_of
from tui.wording import NOTHING_NEEDS_YOU, UNKNOWN, age, needs
from tui.wording_needs import asks

CELLS = 60
"""How wide the line is at the most, where nobody says otherwise."""
NOT_KNOWN = f"headgate {UNKNOWN}"


def line(found: Sequence[Glimpse], cells: int = CELLS, *, colours: bool = True) -> str:
    """Give the line for what is known of some repositories: how many needs, the first of them, and what is old."""
    known = [one.needs for one in found if one.needs is not None]
    if not known:
        return _styled(plain(cut(spans(NOT_KNOWN), cells)), "dim")
    waiting = [one for some in known for one in some]
    ages = [one.age for one in found if one.age is not None]
    old = f" · no core, {age(0.0, max(ages))} old" if ages else ""
    old += f" · {len(found) - len(known)} {UNKNOWN}" if len(known) < len(found) else ""
    head = needs(len(waiting)) if waiting else NOTHING_NEEDS_YOU
    first = ""
    if waiting and (room := cells - width_of(spans(head, old)) - 1) > 0:
        said = " ".join(clean(asks(waiting[0].gate, waiting[0].request, waiting[0].text)).split())
        first = f" {plain(cut(spans(said), room))}"
    tail = plain(cut(spans(old), max(cells - width_of(spans(head, first)), 0)))
    style = "bold" if not colours else "fg=yellow,bold"
    return _styled(plain(cut(spans(head), cells)), style if waiting else "dim") + _safe(first) + _styled(tail, "dim")


def _safe(text: str) -> str:
    """Double what tmux would read."""
    return text.replace("#", "##")


def _styled(text: str, style: str) -> str:
    return f"#[{style}]{_safe(text)}#[default]" if text else ""
