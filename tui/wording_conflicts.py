"""The words and signs of the screen for conflicts between worktrees, and for work that two runs do twice."""

from collections.abc import Sequence

from state.findings.conflict import Clash, Pair
from state.findings.merge_order import Instead
from tui.bound_keys import key
from tui.marks import Mark
from tui.wording import ago, many

TITLE = "Conflicts"
CLASH_TITLE = "Conflict"
MERGES = "they merge"
NOT_COMPARED = "Not known: the worktrees have not been compared yet."
NOT_COMPARED_MORE = "They are compared by the core, soon after it began and whenever something stirs in one of them."
READING = "Reading what is known of the worktrees…"
MERGING = "Merging the two once more, to show where they clash…"
NO_HUNKS = "The lines cannot be shown here: this board has no repository to merge in."
CHANGED_SINCE = "the two have changed since; they are being compared anew"
DIAGONAL, CLEAN, TWICE, UNKNOWN_PAIR = "·", "–", "=", "?"
LINES = Mark("!", "lines", "warn")
CHOICE = Mark("■", "choice", "blocked")
CELLS: tuple[tuple[str, str, str], ...] = (
    (f"{LINES.glyph}n", LINES.role, "files, by lines"),
    (f"{CHOICE.glyph}n", CHOICE.role, "files, somebody must choose"),
    (TWICE, "dim", "same work"),
    (CLEAN, "faint", "merge"),
    (UNKNOWN_PAIR, "unknown", "not known"),
)
"""Each sign of a cell, its colour, and what it means."""
BY_LINES = frozenset({"content", "add/add"})
"""The kinds of conflict that are settled line by line; any other asks somebody to choose."""
ORDER_TITLE = "suggested merge order"
LEFT_TITLE = "not compared"
UNREAD_TITLE = "not compared whole"
FREE_TITLE = "merge with all"
TWICE_TITLE = "the same work twice"
SAID, STEP, TASK = "said", "step", "task"
NO_RUN_THERE = "no run is known in it"
NO_STEP = "no step of a plan is under way"
NOTHING_SAID_YET = "nothing that it said is known"
WIDE = 115
"""Cells of the page from which on both sides stand beside each other: those of a terminal of 120 columns."""


def clash_hint() -> str:
    """Name the keys of a clash."""
    return f"{key('next_clash')} next · {key('clash_evidence')} evidence · esc back"


def grave(files: Sequence[Clash]) -> Mark:
    """Give the mark of a conflict: by lines, or one in which somebody must choose."""
    return LINES if all(clash.kind in BY_LINES for clash in files) else CHOICE


def counted(pairs: int, worktrees: int) -> str:
    """Say how much was found."""
    found = f"{many(pairs, 'pair does', 'pairs do')} not merge" if pairs else "all of them merge"
    return f"{many(worktrees, 'worktree')} · {found}"


def as_of(at: float | None, now: float) -> str:
    """Say since when it stands like this."""
    return f"found {ago(at, now)}" if at is not None else "found at an unknown time"


def told(pair: Pair) -> str:
    """Say in one line what a cell is about."""
    if pair.problem:
        return pair.problem
    kinds = ", ".join(pair.kinds)
    return f"{many(len(pair.files), 'file')} ({kinds}){', uncommitted' if pair.uncommitted else ''}"


def path_of(clash: Clash) -> str:
    """Name the file of a conflict."""
    return clash.path or "a directory that was renamed"


def instead(one: Instead, name: str) -> str:
    """Say what taking another worktree at this place would cost more."""
    stops = f"{one.stops:+d} {'merge that stops' if abs(one.stops) == 1 else 'merges that stop'}" if one.stops else ""
    files = f"{one.files:+d} {'file' if abs(one.files) == 1 else 'files'} to mend" if one.files else ""
    more = ", ".join(part for part in (stops, files) if part)
    return f"{name} instead: {more or 'costs the same'}"


def kept(keep: str | None, by: str, costs: str) -> str:
    """Say which of two runs that do the same is the cheaper one to keep."""
    if by == "unknown":
        return "which of the two is cheaper is not known"
    return f"keep {keep}, the cheaper one by {by}: {costs}" if keep else f"both cost the same: {costs}"
