"""Every sentence of the screens on which a text is read."""

FIND_HINT = "words, as they stand in the text; a capital makes capitals count"
NOTHING_WANTED = "nothing is searched for: press / first"
NO_PROGRAMS = "no program can be run from here"
NO_TERMINAL = "this terminal cannot be lent to another program"
WRAPPED, CUT = "long lines are shown whole", "long lines are cut at the edge"
HELP_READING = "Wherever a text is read"
HELP_LOGGING = "In a log"


def not_found(wanted: str, *, forward: bool) -> str:
    """Say that the words do not come again that way."""
    return f"no further “{wanted}” {'below' if forward else 'above'}"
