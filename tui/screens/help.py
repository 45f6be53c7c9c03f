"""The help: keys, states and columns, all made from the records that the screen itself is made from."""

from collections.abc import Sequence
from itertools import zip_longest

from state.commands import GROUPS, Command, in_group
from state.screens import SCREENS, screen
from tui.bound_keys import shown_keys
from tui.columns import COLUMNS
from tui.marks import STATES
from tui.panes.line import Line, heading, laid
from tui.screens.sheet import Sheet
from tui.spans import fit, spans
from tui.wording import HELP_COLUMNS, HELP_COMMON, HELP_STATES, HELP_TITLE, STATE_MEANS, UNCERTAIN, UNCERTAIN_WORD

_TWO_COLUMNS = 116
"""Width from which on keys and signs stand side by side."""
_KEYS, _TITLES, _LEFT = 15, 15, 71
_EDGES = 5
"""Cells of the page's margins and its scroll bar."""
_STATES, _COLUMNS = 11, 9


class HelpScreen(Sheet):
    """What a user may wonder about where they are: the keys of that screen; over the board everything else, too."""

    heading = HELP_TITLE

    def __init__(self, here: str = "board") -> None:
        super().__init__()
        self._here = here

    def lines(self, width: int) -> Sequence[Line]:
        """Give the page: keys left and the rest right where there is room, else one below the other."""
        if self._here != "board":
            return screen_told(self._here)
        keys, signs = keys_told(), signs_told()
        if width < _TWO_COLUMNS:
            return [*keys, Line(), *signs]
        rows = [row for line in signs for row in laid(line, width - _LEFT - _EDGES, True)]
        pairs = zip_longest(keys, rows)
        told = [((*left.label, *left.body) if left else (), right or ()) for left, right in pairs]
        return [Line(right, fit(left, _LEFT)) for left, right in told]


def keys_told() -> list[Line]:
    """Give a line for each command: those of the board in groups, then those of every other screen."""
    lines: list[Line] = []
    for group in GROUPS:
        lines += [*([Line()] if lines else []), heading(group)]
        lines += [_told(command) for command in in_group(group)]
    for one in SCREENS[1:]:
        lines += [Line(), heading(one.title), *(_told(command) for command in one.own)]
    return lines


def screen_told(name: str) -> list[Line]:
    """Give a line for each command of one screen: its own, then those that mean the same elsewhere."""
    here = screen(name)
    common = [_told(command) for command in here.common]
    return [heading(here.title), *(_told(command) for command in here.own), Line(), heading(HELP_COMMON), *common]


def signs_told() -> list[Line]:
    """Give a line for each state and for each column."""
    states = [_sign(f"{mark.glyph} {mark.word}", mark.role, STATE_MEANS[state]) for state, mark in STATES.items()]
    columns = [Line(spans((one.means, "dim")), fit(spans(one.title), _COLUMNS)) for one in COLUMNS]
    uncertain = _sign(f"  {UNCERTAIN_WORD}", "text", UNCERTAIN)
    return [heading(HELP_STATES), *states, uncertain, Line(), heading(HELP_COLUMNS), *columns]


def _sign(sign: str, role: str, means: str) -> Line:
    return Line(spans((means, "dim")), fit(spans((sign, role)), _STATES))


def _told(command: Command) -> Line:
    keys = fit(spans((shown_keys(command), "key")), _KEYS)
    return Line(spans((command.explains, "dim")), (*keys, *fit(spans(command.title), _TITLES)))
