"""What a theme adds for each role: its colour, the ground of some, and a text style that says it where colour cannot.

A table and no style sheet, because Textual would parse and apply a rule for each role before the first row is painted.
"""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

from tui.marks import ROLES

_GROUNDS: Mapping[str, str] = {
    "badge": "badge-ground",
    "cursor": "cursor-ground",
    "cursor-away": "cursor-away-ground",
    "added": "added-ground",
    "deleted": "deleted-ground",
}
_STYLES: Mapping[str, str] = {
    **{role: f"style-{role}" for role in ("strong", "dim", "faint", "badge", "cursor")},
    **dict.fromkeys(("rule", "title", "code-note"), "style-faint"),
    **dict.fromkeys(("waiting", "blocked"), "style-need"),
    "tab": "style-dim",
    "tab-open": "style-strong",
}
_MARKED_WORD = Style(bold=True, underline=True)
"""Of every theme: a changed word on the ground of its line."""


def look_of(role: str, variables: Mapping[str, str]) -> Style:
    """Give the look of a role by the variables of a theme. Raises `KeyError` for a role that no theme knows."""
    if role not in ROLES:
        raise KeyError(role)
    if role == "word":
        return _MARKED_WORD
    colour, ground = variables.get(f"role-{role}"), variables.get(_GROUNDS.get(role, ""))
    plain = Style(color=colour and Color.parse(colour).rich_color, bgcolor=ground and Color.parse(ground).rich_color)
    return plain + Style.parse(variables[_STYLES[role]]) if role in _STYLES else plain
