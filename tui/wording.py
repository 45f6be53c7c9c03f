"""Every sentence that the user can read on the screen, and the shapes of ages and numbers.

One place, so that the same thing has the same name everywhere. Ages are coarse on purpose: an age that changes each
second is a screen that never rests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from state import figures
from state.figures import DAY as DAY
from state.figures import HOUR as HOUR
from state.figures import MINUTE as MINUTE
from state.problem import Problem
from state.runs.view import PANES, Pane, Sort

if TYPE_CHECKING:
    from state.money.spending import CostState
    from state.runs.card import Card, State
    from state.runs.run import Assignable, PartKind, TestState

UNKNOWN = "?"
NONE = "–"

_UNITS = ((2 * DAY, DAY, "d"), (HOUR, HOUR, "h"), (MINUTE, MINUTE, "m"))

STATE_MEANS: Mapping[State, str] = {
    "waiting": "waits for your answer",
    "blocked": "something outside keeps it back",
    "working": "the model thinks or a tool runs",
    "idle": "turn ended; takes the next prompt",
    "held": "halted by you, can go on",
    "stopped": "cut off before its work was done",
    "done": "its work and its session ended",
    "unknown": "its log does not tell; go and look",
}
UNCERTAIN_WORD = "…?"
UNCERTAIN = "inferred from its log, not told"

PANE_TITLES: Mapping[Pane, str] = {one: one for one in PANES}
SORT_TITLES: Mapping[Sort, str] = {
    "need": "need",
    "recent": "recency",
    "task": "task",
    "branch": "branch",
    "state": "state",
}
AGENTS: Mapping[str, str] = {
    "claude-code": "Claude Code",
    "codex": "Codex",
    "gemini-cli": "Gemini CLI",
    "opencode": "OpenCode",
    "qwen-code": "Qwen Code",
}

TESTS_MEAN: Mapping[TestState, str] = {
    "passed": "passed",
    "failed": "failed",
    "none_ran": "ran, and found no test",
    "not_run": "could not be begun",
    "unverified": "ran, and nothing tells how they ended",
    "truncated": "ran, and the log keeps only a part of their output",
}
RISK_UNKNOWN = "nothing to judge yet"
TESTS_STALE = "older than the last edit"
TESTS_UNKNOWN = "none in its log"
STALE_MARK = "~"

FINDING_WORDS: Mapping[str, str] = {
    "repeated_failure": "failing",
    "doom_loop": "loop",
    "fan_out": "fan-out",
    "unplanned_file": "off plan",
    "silent_success": "untested",
    "repeated_reads": "reread",
    "duplicate_work": "double",
}
"""Findings in at most eight characters, for the board; a kind that is not here is shown by its own name."""
EVIDENCE_TITLE = "Evidence"
EVIDENCE_READING = "reading the record"
EVIDENCE_BEFORE, EVIDENCE_AFTER = "before", "after"
NO_EVIDENCE = "no record stands behind this line"

NOTHING_NEEDS_YOU = "nothing needs you"
NOTHING_SO_FAR = "nothing needs you so far"
NOT_READ_YET = "reading"
ONE_HALF = "there is one half until there is a run"
ALONE_HERE = "one half is shown at a time here; enter and esc go between them"
NO_RUN_SELECTED = "no run selected"
READING_RUN = "reading"
NO_PLAN = "no plan in its log"
NO_CALLS = "no tool call in its log yet"
NO_STORY = "nothing in its log yet"
NO_CHANGES = "no file differs from the base"
CHANGES_UNKNOWN = "not read yet which files differ"
NO_OUTPUT = "no output"
NO_WORKTREE = "its directory lies in no worktree that exists"
TOO_SMALL = "Headgate needs 40 columns and 10 rows."
FILTER_HINT = "words in task, branch, agent, model or state"
FILTER_KEYS = (("enter", "keep"), ("esc", "clear"))
FILTER_CLEARED = "filter cleared to show it"
EDIT_HINTS: Mapping[Assignable, str] = {
    "task": "what is it to do? empty takes your word back",
    "owner": "who answers for it? empty takes your word back",
    "role": "planner, mapper, implementer, tester, reviewer, security, release, watcher, librarian",
}
NO_SUCH_ROLE = "no such role; emptied, it lists them"
NOTHING_SAID = "nothing was changed"
TASK_FROM: Mapping[str, str] = {
    "human": "your word",
    "start": "started here",
    "agent": "the agent's title",
    "prompt": "its prompt",
    "branch": "its branch",
}
OWNER_FROM: Mapping[str, str] = {
    "human": "your word",
    "start": "started here",
    "account": "the account that its log belongs to",
}
ROLE_FROM: Mapping[str, str] = {
    "human": "your word",
    "start": "started here",
    "agent": "the agent's definition",
    "prompt": "its first prompt",
    "mode": "it is in plan mode",
    "edits": "it edits files",
}
PART_TITLES: Mapping[PartKind, str] = {
    "model": "model",
    "version": "version",
    "effort": "effort",
    "mode": "mode",
    "agent": "agent",
    "instructions": "file",
    "loaded": "loaded",
    "skills": "skill",
    "mcp": "server",
    "settings": "settings",
    "plan": "plan",
    "task": "task",
}
"""What each part of a context is called in the pane."""
CONTEXT_TITLE = "what it was told"
CONTEXT_UNKNOWN = "nothing in its log tells"
CHANGED_MARK = "~"
PALETTE_HINT = "a command"
NO_COMMAND = "no command of that name"
HELP_TITLE = "Keys"
HELP_COMMON = "As elsewhere"
HELP_STATES = "States"
HELP_COLUMNS = "Columns"
PROBLEMS_TITLE = "Problems"
CLOSE_HINT = "esc closes"
LOGS_UNASSIGNED = "logs of no worktree here"


def age(at: float | None, now: float) -> str:
    """Say how long ago `at` was: now, 1m, 12m, 3h, 2d; a time to come is now, an unknown one a question mark."""
    if at is None:
        return UNKNOWN
    silent = now - at
    for least, unit, letter in _UNITS:
        if silent >= least:
            return f"{int(silent // unit)}{letter}"
    return "now"


def age_ends(at: float | None, now: float) -> float:
    """Give the time at which `age(at, ...)` next reads differently; infinity when it never does."""
    if at is None:
        return float("inf")
    silent = now - at
    for least, unit, _ in _UNITS:
        if silent >= least:
            following = at + (silent // unit + 1) * unit
            return min(following, at + 2 * DAY) if unit == HOUR else following
    return at + MINUTE


def ago(at: float | None, now: float) -> str:
    """Say an age as a phrase."""
    said = age(at, now)
    return {"now": "just now", UNKNOWN: "at an unknown time"}.get(said, f"{said} ago")


def skimmed(unread: int) -> str:
    """Say how much of a run's logs was skimmed and not read."""
    return f"skimmed: {unread / 1e6:,.1f} MB not yet read; what they tell is unknown"


def short(number: int | None) -> str:
    """Give a count in at most five characters: 0, 999, 1.2k, 38k, 1.2M; an unknown one is a question mark."""
    return UNKNOWN if number is None else figures.counted(number)


def many(number: int, one: str, more: str | None = None) -> str:
    """Give a count and its noun."""
    return f"{number:,} {one if number == 1 else more or one + 's'}".replace(",", " ")


def agent_name(agent: str) -> str:
    """Give an agent's own name."""
    return AGENTS.get(agent, agent)


def branch_name(ref: str | None) -> str:
    """Give a branch without the place where git keeps it."""
    return (ref or "").removeprefix("refs/heads/").removeprefix("refs/remotes/")


def needs(count: int, *, reading: bool = False) -> str:
    """Say how many runs wait for the human; `reading` says that not every log has been read yet."""
    if count == 0:
        return NOTHING_SO_FAR if reading else NOTHING_NEEDS_YOU
    return f"{count} needs you" if count == 1 else f"{count} need you"


def spent(card: Card) -> str:
    """Say what a run cost; what cannot be priced shows its tokens, never a zero."""
    if card.cost_usd is None or card.cost_state == "unpriced":
        return amount(None, "unpriced", card.unpriced_tokens or card.usage.tokens)
    said = amount(card.cost_usd, card.cost_state, card.unpriced_tokens)
    burns = f" · {money(card.cost_per_hour)} in the last hour" if card.cost_per_hour else ""
    return f"{said}{_COST_MEANS.get(card.cost_state, '')}{burns}"


_COST_MEANS: Mapping[CostState, str] = {
    "plan": " at list price, paid by a plan",
    "assumed": ", some prices assumed",
}


def amount(usd: str | None, state: CostState, unpriced: int) -> str:
    """Say an amount with what it lacks: $4.12, ≈ $4.12, ≥ $4.12 + 38k tok unpriced, 38k tok unpriced."""
    lacking = f"{short(unpriced)} tok unpriced" if unpriced else ""
    if usd is None or state == "unpriced":
        return lacking or UNKNOWN
    sign = {"lower_bound": "≥ ", "assumed": "≈ "}.get(state, "")
    return f"{sign}{money(usd)}" + (f" + {lacking}" if lacking else "")


def cost_cell(card: Card) -> str:
    """Say what a run cost in few cells: ≥4.12, ≈4.12, 4.12; tokens without any price show no number."""
    if card.cost_usd is None or card.cost_state == "unpriced":
        return "unpriced" if card.usage.tokens else UNKNOWN
    sign = {"lower_bound": "≥", "assumed": "≈"}.get(card.cost_state, "")
    return sign + money(card.cost_usd)


def money(usd: str) -> str:
    """Give dollars and cents; an amount below half a cent says so, because $0.00 would read as free.

    What is no number is shown as it stands: a row of the state table may have been written by anyone.
    """
    try:
        value = Decimal(usd)
    except InvalidOperation:
        return usd
    if not value.is_finite():
        return usd
    return figures.money(value)


def tests_counted(passed: int | None, failed: int | None) -> str:
    """Give failed and all tests in at most six characters: 42, 3/42, 171; empty where nothing was counted."""
    if failed:
        both = short(failed) if passed is None else f"{short(failed)}/{short(passed + failed)}"
        return both if len(both) <= 6 else short(failed)
    return short(passed) if passed else ""


def tests_said(
    state: TestState, runner: str | None, passed: int | None, failed: int | None, skipped: int | None
) -> str:
    """Say what a test run came to, with the counts that its output told."""
    counts = ((failed, "failed"), (passed, "passed"), (skipped, "skipped"))
    told = [f"{number:,} {word}".replace(",", " ") for number, word in counts if number]
    return f"{', '.join(told) if told and state in ('passed', 'failed') else TESTS_MEAN[state]} ({runner or 'tests'})"


def nothing_there(looked_in: tuple[str, ...], indexing: float | None) -> list[tuple[str, str]]:
    """Say why the table is empty, where was looked, and what to do next: lines with their roles."""
    if indexing is not None:
        return [("Reading the agents' logs for the first time.", "strong"), (_percent(indexing), "dim")]
    places = [(f"  {place}", "text") for place in looked_in] or [
        ("  nowhere: no agent's log directory is there", "text")
    ]
    return [
        ("No agent run works in this repository yet.", "strong"),
        ("", "text"),
        ("Looked in", "dim"),
        *places,
        ("", "text"),
        ("headgate demo     shows the board with a scripted fleet", "dim"),
        ("headgate doctor   says why a run of yours is not seen", "dim"),
        ("A run appears here by itself as soon as its agent writes a log.", "dim"),
    ]


def no_match(wanted: str) -> list[tuple[str, str]]:
    """Say that the filter hides every run."""
    return [(f"No run matches “{wanted}”.", "strong"), ("esc clears the filter", "dim")]


_BAR = 10
"""Cells of a progress bar."""


def indexing_progress(fraction: float) -> str:
    """Say how far the first reading of the logs is, with a bar."""
    full = int(fraction * _BAR)
    return f"reading logs {'━' * full}{'╌' * (_BAR - full)} {_percent(fraction)}"


def refused(title: str, why: str) -> str:
    """Say why a command did nothing."""
    return f"{title.lower()}: {why}"


def copied(what: str, how: str) -> str:
    """Say what was copied and what the clipboard says that it did with it."""
    return f"{what}: {how}"


def keys_alone(key: str, title: str) -> str:
    """Say that a click carries nothing out."""
    return f"{title.lower()}: press {key}; a click orders nothing"


def ordered(verb: str, said: str) -> str:
    """Say what became of an order."""
    return f"{verb}: {said}"


def edit_keys(run: str, following: str) -> str:
    """Say which run is spoken of, and the keys of the line."""
    return f"of {run}   tab {following}   enter keeps   esc leaves "


def context_changed(changes: int | None) -> str:
    """Say how much of a context is not what it was when the run began."""
    if changes is None:
        return ""
    return f"{many(changes, 'part')} changed since the start" if changes else "as at the start"


def kept(count: int, total: int) -> str:
    """Say how many runs the filter lets through."""
    return f"{count} of {total}"


def filtered(wanted: str, count: int, total: int) -> str:
    """Say what the filter lets through."""
    return f"/{wanted}  {kept(count, total)}"


def sorted_runs(total: int, sort: Sort) -> str:
    """Say how many runs there are and how they are ordered."""
    return f"{many(total, 'run')} by {SORT_TITLES[sort]}"


def from_worktree(text: str, worktree: str | None) -> str:
    """Leave a worktree's own path out before a name in it: nearly every call begins with it, and it hides the name."""
    return re.sub(rf"(?<![^\s'\"=]){re.escape(worktree)}/(?=\w)", "", text) if worktree else text


def problem_count(count: int) -> str:
    """Say how many problems there are."""
    return many(count, "problem")


def not_remembered(why: str) -> str:
    """Say that what the board is to begin with the next time was not kept."""
    return f"headgate: what the board should remember was not kept: {why}"


def store_trouble(why: str) -> Problem:
    """Make a problem of a store that cannot be read: what is on the screen may be old then."""
    return Problem("state database", why, "the board shows what it last read and tries again each second")


def _percent(fraction: float) -> str:
    return f"{int(max(0.0, min(fraction, 1.0)) * 100)}%"
