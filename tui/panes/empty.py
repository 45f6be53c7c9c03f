"""A pane with nothing in it: it says what is missing, and teaches where that comes from and what to do next."""

from tui.panes.line import Line, note
from tui.wording_empty import Empty, taught


def empty(about: Empty, first: str = "", role: str = "dim") -> list[Line]:
    """Give the lines of an empty pane; `first` stands in the place of its first sentence, in this role."""
    title, *more = taught(about)
    return [note(first or title, role), *(note(one, "faint") for one in more)]
