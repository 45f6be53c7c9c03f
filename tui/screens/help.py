"""The help: keys, states and columns, all made from the records that the screen itself is made from."""

from collections.abc import Sequence
from itertools import zip_longest

from state.commands import GROUPS, Command, in_group
from tui.columns import COLUMNS
from tui.keys import shown_keys
from tui.marks import STATES
from tui.panes.line import Line
from tui.screens.sheet import Sheet
from tui.spans import Span, Spans, cut, fit, spans
from tui.wording import HELP_COLUMNS, HELP_STATES, HELP_TITLE, STATE_MEANS, UNCERTAIN

_TWO_COLUMNS = 110
_GAP = 4
_KEYS, _TITLES, _STATES, _COLUMNS = 12, 20, 11, 9


class HelpScreen(Sheet):
    """Everything that a user may wonder about the board, on one page."""

    heading = HELP_TITLE

    def lines(self, width: int) -> Sequence[Line]:
        """Give the page: keys left and the rest right where there is room, else one below the other."""
        keys, signs = keys_told(), signs_told()
        if width < _TWO_COLUMNS:
            return [Line(told) for told in (*keys, (), *signs)]
        half = (width - _GAP) // 2
        blank: Spans = ()
        pairs = zip_longest(keys, signs, fillvalue=blank)
        return [Line((*fit(left, half), Span(" " * _GAP), *cut(right, half - 2))) for left, right in pairs]


def keys_told() -> list[Spans]:
    """Give a line for each command, in groups."""
    lines: list[Spans] = []
    for group in GROUPS:
        lines += [*([()] if lines else []), spans((group, "title"))]
        lines += [_told(command) for command in in_group(group)]
    return lines


def signs_told() -> list[Spans]:
    """Give a line for each state and for each column."""
    lines = [spans((HELP_STATES, "title"))]
    for state, mark in STATES.items():
        lines.append((*fit(spans((f"{mark.glyph} {mark.word}", mark.role)), _STATES), Span(STATE_MEANS[state], "dim")))
    lines += [spans((UNCERTAIN, "dim")), (), spans((HELP_COLUMNS, "title"))]
    return [*lines, *((*fit(spans(one.title), _COLUMNS), Span(one.means, "dim")) for one in COLUMNS)]


def _told(command: Command) -> Spans:
    keys = fit(spans((shown_keys(command), "key")), _KEYS)
    return (*keys, *fit(spans(command.title), _TITLES), Span(command.explains, "dim"))
