"""From spans to strips: the one place where a role meets the theme.

Foreign text arrives here as plain segments and never as markup, so nothing in it can be a style, a link or an action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from tui.spans import Spans


class Roles(Protocol):
    """An app that knows the look of every role, and the signs that its terminal can show."""

    def role_style(self, role: str) -> Style:
        """Give what the theme adds for a role. Raises `KeyError` for a role that no theme knows."""
        ...

    def drawn(self, text: str, role: str) -> str:
        """Give text with the signs that the terminal can show."""
        ...


def role_style(widget: Widget, role: str) -> Style:
    """Give what the theme adds for a role. Raises `KeyError` for a role that no theme knows."""
    return cast("Roles", widget.app).role_style(role)


def painted(widget: Widget, spans: Spans, width: int, ground: str | None = None) -> Strip:
    """Give one line of exactly `width` cells, on the ground of a role if one is named.

    A ground that is reversed keeps its own colour throughout, because reversed colours would make a patchwork of it.
    """
    style = widget.rich_style + role_style(widget, ground) if ground else widget.rich_style
    drawn = cast("Roles", widget.app).drawn
    segments = [
        Segment(drawn(span.text, span.role), style if style.reverse else style + role_style(widget, span.role))
        for span in spans
    ]
    return Strip(segments).adjust_cell_length(width, style)


def bare(widget: Widget, crop: Region) -> list[Strip]:
    """Give nothing but the ground of a container without a border: a frame asks for each line, though others cover it.

    The filters let it out once for all its lines, and not once for each.
    """
    strip = Strip.blank(crop.width, widget.visual_style.rich_style)
    for one in widget.get_line_filters():
        strip = strip.apply_filter(one, widget.background_colors[1])
    return [strip] * crop.height


def marked(strip: Strip, start: int, end: int | None, style: Style) -> Strip:
    """Give the strip with the characters from `start` to `end` in the style of selected text."""
    segments: list[Segment] = []
    at = 0
    for text, own, control in strip:
        stop = len(text) if end is None else max(min(end - at, len(text)), 0)
        begin = max(min(start - at, stop), 0)
        parts = ((text[:begin], own), (text[begin:stop], (own or Style.null()) + style), (text[stop:], own))
        segments += [Segment(part, look, control) for part, look in parts if part]
        at += len(text)
    return Strip(segments, strip.cell_length)
