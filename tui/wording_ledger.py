"""Every sentence of the ledger's screen."""

from tui.bound_keys import key
from tui.wording import many

TITLE = "Ledger"
READING = "the ledger is read"
NO_LEDGER = "this board has no ledger to read"
NOTHING_YET = "nothing is recorded yet"
NOTHING_FOUND = "nothing of this was recorded: it has not been decided before, as far as the ledger goes"
SEARCH_HINT = "words in an entry: a name, a run, a rule, a path; empty shows all"
SEARCH_KEYS = "enter keeps   esc clears "
VERIFYING = "the whole chain is read again"
STORY_TITLE = "One entry as a story"


def more() -> str:
    """Say that older entries are read when the cursor reaches the end."""
    return f"more below: go on with {key('down')}"


def not_verified() -> str:
    """Say that the chain was not read yet, and the key that reads it."""
    return f"not verified yet: {key('verify_ledger')}"


def shown(count: int, wanted: str, whole: bool) -> str:
    """Say how many entries are shown, and what they were searched for."""
    said = many(count, "entry", "entries") if whole else f"newest {count}"
    return f"{said} with “{wanted}”" if wanted else said


def intact(entries: int, anchored: int | None, witnessed: int | None) -> str:
    """Say up to where a ledger is intact, and since when nobody outside has seen it."""
    upto = f"intact up to #{entries}"
    kept = f", anchored at #{anchored}" if anchored else ", no anchor yet"
    seen = f"witnessed up to #{witnessed}" if witnessed == entries else f"unwitnessed since #{(witnessed or 0) + 1}"
    return f"{upto}{kept} · {seen}" if entries else "empty"


def all_intact(count: int) -> str:
    """Say that each of several ledgers is intact."""
    return f"all {count} ledgers are intact"


def broken(text: str, more: int) -> str:
    """Say what is wrong with it."""
    return f"NOT intact: {text}" + (f" (and {more} more)" if more else "")
