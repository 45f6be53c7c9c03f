"""The columns of the run table as data: title, width, what goes first when the screen is narrow, and a pure cell.

Textual is not imported here, so that `headgate status` prints the same cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.runs.view import needs_you
from tui.marks import EVIDENCE, RISKS, SEVERITY, TESTS, VERIFIED, state_mark
from tui.spans import Align, Spans, cut, fit, spans
from tui.wording import (
    CHANGED_MARK,
    FINDING_WORDS,
    NONE,
    STALE_MARK,
    UNKNOWN,
    age,
    cost_cell,
    from_worktree,
    short,
    tests_counted,
)
from tui.wording_control import why_text
from tui.wording_needs import card_asks

if TYPE_CHECKING:
    from state.runs.card import Card

SAME_TASK = "└ "
"""Before the task of a run whose task the row above has too."""
GAP = 2
"""Blank cells between two columns."""

NEARLY_FULL = 80
"""Percent of the context from which on it is shown as a warning."""

_DATE = re.compile(r"-20\d{6}$")
_NOT_SKIMMED = frozenset({"plan", "tests", "found", "risk", "version"})
"""Columns whose emptiness means nothing while a run is only skimmed."""
_PLAN_WORDS = {"none": NONE, "proposed": "shown", "approved": "yes", "rejected": "no", "drifted": "drift"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` is what it wants, `least` what it can do with; `flex` its share of the room left over.

    A column of high `priority` stays longest when the screen gets narrow; an `essential` one is shown at its least
    width before any other is shown at all.
    """

    key: str
    title: str
    cell: Callable[[Card, float], Spans]
    means: str
    width: int
    priority: int
    least: int | None = None
    flex: int = 0
    most: int = 400
    align: Align = "left"
    essential: bool = False

    @property
    def smallest(self) -> int:
        """The width below which the column is not shown."""
        return self.width if self.least is None else self.least


def _state(card: Card, now: float) -> Spans:
    mark = state_mark(card)
    return spans((f"{mark.glyph} {mark.word}", mark.role))


def _task(card: Card, now: float) -> Spans:
    if card.task_title is None:
        return spans((UNKNOWN, "dim"))
    return spans((card.task_title, "strong" if needs_you(card) else "text"))


def _because(card: Card, now: float) -> Spans:
    if card.next_request is not None and not _asked_now(card):
        return spans((card_asks(card), "waiting"))
    gravest = next(iter(card.findings), None)
    if gravest is not None and gravest.severity == "stop" and card.state == "working" and not _asked_now(card):
        return spans((f"{SEVERITY['stop'].glyph} {gravest.text}", "blocked"))
    why = from_worktree(why_text(card, now) or card.next_text or UNKNOWN, card.worktree)
    return spans((why, "blocked" if act_failed(card) else card.state if needs_you(card) else "dim"))


def _asked_now(card: Card) -> bool:
    return card.act_state == "under_way" or act_failed(card)


def _agent(card: Card, now: float) -> Spans:
    return spans((card.agent.removesuffix("-code").removesuffix("-cli"), "dim"))


def _branch(card: Card, now: float) -> Spans:
    return spans((card.branch or UNKNOWN, "dim"))


def _model(card: Card, now: float) -> Spans:
    return spans((model_name(card.model), "dim"))


def _plan(card: Card, now: float) -> Spans:
    if card.plan_steps:
        return spans((f"{card.plan_steps_done}/{card.plan_steps}", "dim"))
    return spans((_PLAN_WORDS.get(card.plan_state, card.plan_state), "faint" if card.plan_state == "none" else "dim"))


def _tests(card: Card, now: float) -> Spans:
    if card.tests_state is None:
        return spans((NONE, "faint"))
    mark = TESTS[card.tests_state]
    told = f"{mark.glyph} {tests_counted(card.tests_passed, card.tests_failed)}".rstrip()
    stale = card.tests_fresh is False
    return spans((told, "dim" if stale else mark.role), (STALE_MARK if stale else "", "warn"))


def _found(card: Card, now: float) -> Spans:
    gravest = next(iter(card.findings), None)
    if gravest is None:
        return spans((NONE, "faint"))
    mark = SEVERITY[gravest.severity]
    return spans((f"{mark.glyph} {FINDING_WORDS.get(gravest.kind, gravest.kind.replace('_', ' '))}", mark.role))


def _risk(card: Card, now: float) -> Spans:
    if card.risk_level is None:
        return spans((NONE, "faint"))
    mark = RISKS[card.risk_level]
    return spans((f"{mark.glyph} {mark.word}", mark.role))


def _evidence(card: Card, now: float) -> Spans:
    if card.evidence_state is None:
        return spans((NONE, "faint"))
    mark = EVIDENCE[card.evidence_state]
    lacks = f" −{len(card.evidence_missing)}" if card.evidence_missing else ""
    return spans((f"{mark.glyph} {mark.word}{lacks}", mark.role))


def _checks(card: Card, now: float) -> Spans:
    """Give what Headgate's own checks came to; what an agent's log says of tests stands in another column."""
    mark = VERIFIED.get(card.verified_state or "")
    if mark is None:
        return spans((card.verified_state or NONE, "faint"))
    counts = tests_counted(card.verified_passed, card.verified_failed)
    return spans((f"{mark.glyph} {counts or mark.word}", mark.role))


def _approved(card: Card, now: float) -> Spans:
    return spans((card.approved_by or NONE, "strong" if card.approved_by else "faint"))


def _files(card: Card, now: float) -> Spans:
    if card.changed_files is None:
        return spans((UNKNOWN, "faint"))
    if card.changed_files == 0:
        return spans((NONE, "faint"))
    return spans((f"{short(card.changed_files)} ", "dim"), *change(card))


def _base(card: Card, now: float) -> Spans:
    if card.ahead is None or card.behind is None:
        return spans((UNKNOWN, "faint"))
    behind = "warn" if card.behind else "faint"
    return spans((f"↑{short(card.ahead)} ", "dim" if card.ahead else "faint"), (f"↓{short(card.behind)}", behind))


def _context(card: Card, now: float) -> Spans:
    percent = context_percent(card)
    if percent is None:
        return spans((short(card.context_used), "faint" if card.context_used is None else "dim"))
    return spans((f"{percent}%", "warn" if percent >= NEARLY_FULL else "dim"))


def _tokens(card: Card, now: float) -> Spans:
    return spans((short(card.usage.tokens) if card.usage.requests else UNKNOWN, "dim"))


def _cost(card: Card, now: float) -> Spans:
    return spans((cost_cell(card), "dim" if card.cost_state in ("priced", "plan") else "warn"))


def _age(card: Card, now: float) -> Spans:
    return spans((age(card.seen, now), "dim"))


def _role(card: Card, now: float) -> Spans:
    return spans((card.role or UNKNOWN, "dim" if card.role else "faint"))


def _owner(card: Card, now: float) -> Spans:
    return spans((card.owner or UNKNOWN, "dim" if card.owner else "faint"))


def _version(card: Card, now: float) -> Spans:
    """Give the context version, and whether something of it is not what it was when the run began."""
    mark = CHANGED_MARK if card.context_changes else ""
    return spans((card.context_version or UNKNOWN, "dim" if card.context_version else "faint"), (mark, "warn"))


def _assurance(card: Card, now: float) -> Spans:
    return spans((card.assurance or UNKNOWN, "dim" if card.assurance else "faint"))


def _conflicts(card: Card, now: float) -> Spans:
    if not card.conflicts:
        return spans((UNKNOWN if card.conflicts is None else NONE, "faint"))
    return spans((short(card.conflicts), "warn"))


def _id(card: Card, now: float) -> Spans:
    return spans((card.id, "faint"))


def model_name(model: str | None) -> str:
    """Give a model's name without its maker and date, which tell no two running models apart."""
    return UNKNOWN if model is None else _DATE.sub("", model.removeprefix("claude-"))


def context_percent(card: Card) -> int | None:
    """Give how full the main thread's context is, None where either number is unknown."""
    if card.context_used is None or not card.context_limit:
        return None
    return round(100 * card.context_used / card.context_limit)


def act_failed(card: Card) -> bool:
    """Say whether the reason that stands there is that something asked of the run failed."""
    return card.act_state == "failed" and bool(card.act_text) and str(card.act_text) in card.because


def change(card: Card) -> Spans:
    """Give the added and deleted lines."""
    return spans((f"+{short(card.added)}", "plus"), " ", (f"−{short(card.deleted)}", "minus"))


COLUMNS: tuple[Column, ...] = (
    Column("state", "state", _state, "what the run does now", 10, 100, essential=True),
    Column("task", "task", _task, "what was asked for", 27, 95, 12, 3, 64, essential=True),
    Column("why", "why", _because, "the reason for the state", 27, 90, 16, 4, 110, essential=True),
    Column("branch", "branch", _branch, "branch of its worktree", 16, 70, flex=1, most=28),
    Column("agent", "agent", _agent, "the program that runs", 6, 58, flex=0),
    Column("model", "model", _model, "the model that answered last", 12, 50, flex=1, most=20),
    Column("plan", "plan", _plan, "steps done of the agent's plan", 5, 75, align="right", essential=True),
    Column(
        "tests", "tests", _tests, "its tests: ✓ passed, ✗ failed of all, ~ before its last edit", 9, 80, essential=True
    ),
    Column("found", "found", _found, "the gravest finding: ■ should stop, ! deserves a look, · to read", 10, 65),
    Column("risk", "risk", _risk, "how much harm its change and commands can do, by rules", 6, 68),
    Column("files", "change", _files, "files, and lines added and deleted", 14, 55),
    Column("evidence", "evid", _evidence, "its evidence package: whole, or parts that it lacks", 8, 64),
    Column("checks", "checks", _checks, "required checks that Headgate ran itself", 9, 56),
    Column("approved", "appr", _approved, "who approved its change as it stands", 8, 39),
    Column("conflicts", "conf", _conflicts, "other worktrees that its change conflicts with", 4, 67, align="right"),
    Column("base", "base", _base, "commits ahead of and behind the base", 7, 45),
    Column("context", "ctx", _context, "how full the context is", 4, 60, align="right"),
    Column("tokens", "tokens", _tokens, "all tokens, each counted once", 6, 40, align="right"),
    Column("cost", "cost", _cost, "list price; ≥ where a part has none", 8, 62, align="right"),
    Column("role", "role", _role, "what part of the task it does", 11, 48),
    Column("owner", "owner", _owner, "the human who answers for it", 8, 28),
    Column("assurance", "guard", _assurance, "what stands between it and what it may not do", 9, 42),
    Column("version", "version", _version, "version of what it was told; ~ changed since its start", 9, 35),
    Column("id", "run", _id, "the run's id", 10, 30),
    Column("age", "age", _age, "age of the newest datum", 3, 92, align="right", essential=True),
)


def with_repository(name_of: Callable[[str], str | None]) -> tuple[Column, ...]:
    """Give the columns of a board of several repositories: each run says of which it is, by its id."""

    def cell(card: Card, now: float) -> Spans:
        return spans((name_of(card.id) or UNKNOWN, "dim"))

    means = "the repository of the run, where the board shows several"
    repo = Column("repo", "repo", cell, means, 12, 82, 8, 1, 24, essential=True)
    return (*COLUMNS[:1], repo, *COLUMNS[1:])


def laid_out(width: int, columns: Sequence[Column] = COLUMNS) -> list[tuple[Column, int]]:
    """Choose the columns that `width` cells hold, with their widths, in the order in which they stand.

    The first that finds no room ends the choice: no lesser one takes its place, so a wider table only ever gains.
    """
    chosen: list[Column] = []
    for column in sorted(columns, key=lambda one: -one.priority):
        trial = [*chosen, column]
        wanted = sum(one.smallest if column.essential else one.width for one in trial) + GAP * (len(trial) - 1)
        if wanted > width and chosen:
            break
        chosen.append(column)
    widths = _shared(chosen, width - GAP * (len(chosen) - 1))
    return [(column, widths[column.key]) for column in columns if column.key in widths]


def _shared(chosen: Sequence[Column], room: int) -> dict[str, int]:
    """Give each column its least, then its wish, then its share of what is left, as far as `room` goes."""
    widths = {column.key: min(column.smallest, room) for column in chosen}
    left = room - sum(widths.values())
    for goal in ("width", "most"):
        growing = [column for column in chosen if column.flex and getattr(column, goal) > widths[column.key]]
        while left > 0 and growing:
            shares = sum(column.flex for column in growing)
            given = 0
            for column in growing:
                more = min(
                    max(left * column.flex // shares, 1), getattr(column, goal) - widths[column.key], left - given
                )
                widths[column.key] += more
                given += more
            left -= given
            growing = [column for column in growing if getattr(column, goal) > widths[column.key]]
    return widths


def row(card: Card, now: float, layout: Sequence[tuple[Column, int]], *, follows: bool = False) -> tuple[Spans, ...]:
    """Give the cells of one run, each cut and padded to its column; `follows` the row of another run of its task."""
    return tuple(fit(_cell(column, card, now, follows), width, column.align) for column, width in layout)


def _cell(column: Column, card: Card, now: float, follows: bool) -> Spans:
    """Give a cell; the task of a row that follows another one of the same task is marked and not said loudly again."""
    if follows and column.key == "task":
        return spans((SAME_TASK, "faint"), (card.task_title or UNKNOWN, "dim"))
    told = card.tests_state if column.key == "tests" else card.findings if column.key == "found" else None
    if card.depth == "skimmed" and column.key in _NOT_SKIMMED and not told:
        return spans((UNKNOWN, "faint"))
    return column.cell(card, now)


def titles(layout: Sequence[tuple[Column, int]]) -> tuple[Spans, ...]:
    """Give the cells of the line above the rows."""
    return tuple(fit(cut(spans((column.title, "title")), width), width, column.align) for column, width in layout)
