"""Every sentence of the screens on which a text is read."""

from tui.bound_keys import key

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


LOG_TITLE = "log"
OPENING = "the log is being opened"
NO_LOG = "no log of this run is known"
NO_LOGS = "logs cannot be read from here"
NOTHING_IN_LOG = "nothing stands in the log yet"
FOLLOWS = "following"
NO_TIME = "--:--:--"
MORE_LINES = "… {} more lines"
ONE_LOG = "the run has one log"
SORTS = {"call": "tool call", "failure": "failure"}


def sized(size: int) -> str:
    """Give a size in bytes, in the unit in which it is short."""
    for least, unit in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return f"{size} B"


def log_place(at: int, size: int, day: str, *, follows: bool) -> str:
    """Say where in the log the cursor is."""
    share = f"{100 * at // max(size, 1)} % of {sized(size)}"
    return " · ".join(part for part in (day, share, FOLLOWS if follows else "") if part)


def log_named(run: str, path: str, number: int, count: int) -> str:
    """Name the run, the log, and which of its logs that is."""
    name = path.rsplit("/", 1)[-1]
    return f"{run} · {name}" + (f" · {number} of {count}" if count > 1 else "")


def looking(fraction: float) -> str:
    """Say how far a search is, and how it is ended."""
    return f"searching: {100 * fraction:.0f} % · esc ends it"


def none_further(sort: str, *, forward: bool) -> str:
    """Say that there is no further record of a sort."""
    return f"no further {SORTS[sort]} {'below' if forward else 'above'}"


def not_shown() -> str:
    """Say that what was found is not on the screen."""
    return f"it stands in this record, beyond what is shown of it: {key('open_pager')} opens the log in $PAGER"
