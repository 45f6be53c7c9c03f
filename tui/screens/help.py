"""The help: keys, states and columns, all made from the records that the screen itself is made from."""

from collections.abc import Sequence
from itertools import zip_longest

from state.commands import AUDITING, CHANGING, CONFLICTING, COUNTING, DECIDING, DIFFING, GROUPS, Command, in_group
from tui.columns import COLUMNS
from tui.keys import shown_keys
from tui.marks import STATES
from tui.panes.line import Line, heading, laid
from tui.screens.sheet import Sheet
from tui.spans import fit, spans
from tui.wording import HELP_COLUMNS, HELP_STATES, HELP_TITLE, STATE_MEANS, UNCERTAIN, UNCERTAIN_WORD
from tui.wording_conflicts import HELP_CONFLICTING
from tui.wording_gates import HELP_DECIDING
from tui.wording_ledger import HELP_AUDITING, HELP_CHANGING, HELP_DIFFING
from tui.wording_money import HELP_COUNTING

_TWO_COLUMNS = 116
"""Width from which on keys and signs stand side by side."""
_KEYS, _TITLES, _LEFT = 15, 15, 71
_EDGES = 5
"""Cells of the page's margins and its scroll bar."""
_STATES, _COLUMNS = 11, 9


class HelpScreen(Sheet):
    """Everything that a user may wonder about the board, on one page."""

    heading = HELP_TITLE

    def lines(self, width: int) -> Sequence[Line]:
        """Give the page: keys left and the rest right where there is room, else one below the other."""
        keys, signs = keys_told(), signs_told()
        if width < _TWO_COLUMNS:
            return [*keys, Line(), *signs]
        rows = [row for line in signs for row in laid(line, width - _LEFT - _EDGES, True)]
        pairs = zip_longest(keys, rows)
        told = [((*left.label, *left.body) if left else (), right or ()) for left, right in pairs]
        return [Line(right, fit(left, _LEFT)) for left, right in told]


def keys_told() -> list[Line]:
    """Give a line for each command, in groups."""
    lines: list[Line] = []
    for group in GROUPS:
        lines += [*([Line()] if lines else []), heading(group)]
        lines += [_told(command) for command in in_group(group)]
    lines += [Line(), heading(HELP_DECIDING), *(_told(command) for command in DECIDING)]
    lines += [Line(), heading(HELP_CONFLICTING), *(_told(command) for command in CONFLICTING)]
    audited = ((HELP_AUDITING, AUDITING), (HELP_COUNTING, COUNTING))
    for title, commands in ((HELP_CHANGING, CHANGING), (HELP_DIFFING, DIFFING), *audited):
        lines += [Line(), heading(title), *(_told(command) for command in commands)]
    return lines


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
