"""What a board remembers between two starts, and how it stands in its file.

How the runs are ordered, which pane was open, which run was looked at, and the theme that was chosen by hand. No
filter: a board that begins with rows hidden might hide the one that needs you. No zoom: the first look is at all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from state.runs.view import PANES, SORTS, Pane, Sort

SCHEMA = "headgate/board/1"
_LONGEST = 64
"""Characters of a name; what is longer was not written by a board."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one board leaves to the next one on the same repository."""

    sort: Sort = "need"
    pane: Pane = "facts"
    run: str | None = None
    """The run that the cursor stood on."""
    theme: str | None = None
    """The theme that was chosen by hand, None where none was."""
    theme_over: str | None = None
    """What the settings said of the theme at that time."""

    def theme_now(self, set_theme: str | None) -> str | None:
        """Give the theme chosen by hand, as long as the settings say what they said when it was chosen."""
        return self.theme if self.theme_over == set_theme else None


NOTHING_REMEMBERED = Remembered()


def remembered_of(document: Mapping[str, Any]) -> Remembered:
    """Read what was written by `document_of`. Raises `ValueError` with why it is not that, in a few words."""
    if document.get("schema") != SCHEMA:
        raise ValueError(f"it is not {SCHEMA}")
    sort, pane = document.get("sort"), document.get("pane")
    if sort not in SORTS or pane not in PANES:
        raise ValueError("it names an order or a pane that is not known")
    names = {name: document.get(name) for name in ("run", "theme", "theme_over")}
    for name, value in names.items():
        if value is not None and not (isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST):
            raise ValueError(f"its {name} is no name")
    return Remembered(sort, pane, **names)


def document_of(remembered: Remembered) -> dict[str, Any]:
    """Give the JSON object that is written."""
    return {
        "schema": SCHEMA,
        "sort": remembered.sort,
        "pane": remembered.pane,
        "run": remembered.run,
        "theme": remembered.theme,
        "theme_over": remembered.theme_over,
    }
