"""Every screen, and the keys that lead to it: walks through boards on which there is something to see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from state.ports import Problem
from state.runs.card import Card
from tests.tui.asking import EDIT, PLAN, PUSH
from tests.tui.at_change import CARDS, CHANGE, RUN, FakeDiffs, FakeLedgers
from tests.tui.at_conflicts import MATRIX, FakeHunks, clashing
from tests.tui.at_control import LADDER, STOPPED, with_acts
from tests.tui.at_money import FakeMoneys, burning
from tests.tui.fleet import fleet
from tests.tui.on_screen import Screen
from tests.tui.test_guard import Ticks
from tui.review_tools import ReviewTools

PROBLEMS = (
    Problem(
        "/home/ada/.codex/sessions/2026/11/20/rollout-0199.jsonl",
        "rollout-0199.jsonl cannot be read: permission denied",
        "chmod u+r the file, then press R",
    ),
    Problem("git", "git did not answer within 10 s in the worktree ledger", "see whether its disk hangs"),
)
LACKS = (("its evidence lacks rollback", "ask the run for it"),)


@dataclass(frozen=True, slots=True)
class Stop:
    """One screen: the keys that lead to it from the stop before, and a text that says that it has come."""

    name: str
    keys: Sequence[str] = ()
    shows: str = ""
    narrow: bool = False
    """Whether it differs from the stop before by so little that one size of it is enough."""
    over: bool = False
    """Whether the screen beneath shines through: it is opened anew in each size, on a screen that lies still."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A board and the screens that are looked at on it, one after the other."""

    cards: Callable[[], list[Card]]
    stops: Sequence[Stop]
    facts: Callable[[], dict[str, Any]] = dict
    prepare: Callable[[Screen], None] = field(default=lambda screen: None)


async def _lacks(shown: object, card: object) -> Sequence[tuple[str, str]]:
    return LACKS


def _with_tools(screen: Screen) -> None:
    screen.app.equip(review=ReviewTools(FakeDiffs(), _lacks, None, FakeLedgers(), "ada@corp", FakeMoneys()))
    screen.app.equip(hunks=FakeHunks())
    screen.app.clock = Ticks()


WALKS: dict[str, Walk] = {
    "board": Walk(
        fleet,
        (
            Stop("board"),
            *(
                Stop(f"pane_{name}", (key,))
                for key, name in (("2", "plan"), ("3", "calls"), ("4", "files"), ("5", "log"))
            ),
            Stop("log_zoomed", ("enter", "enter")),
            Stop("record", ("o",), narrow=True),
            Stop("help", ("escape", "escape", "escape", "1", "question_mark")),
            Stop("palette", ("escape", "colon", *"pane"), over=True),
            Stop("filter", ("escape", "slash", *"codex work"), narrow=True),
            Stop("filter_nothing", (*"zzz", "enter"), narrow=True),
            Stop("ledger", ("escape", "L"), "#3"),
            Stop("story", ("enter",), "on the screen for"),
            Stop("form_start", ("escape", "escape", "n", *"Fix it")),
            Stop("form_send", ("escape", "m", *"look at"), narrow=True),
            Stop("edit", ("escape", "e"), narrow=True),
            Stop("pane_text", ("escape", "2", "enter", "slash", *"plan", "enter"), "of "),
            Stop("stop_asked", ("escape", "x"), narrow=True),
        ),
        prepare=_with_tools,
    ),
    "acts": Walk(
        fleet,
        (Stop("acts", narrow=True),),
        lambda: {"detail_of": with_acts(STOPPED, LADDER), "frozen": "everything is frozen"},
    ),
    "decide": Walk(
        lambda: CARDS,
        (
            Stop("decide_call", ("D",), "asks"),
            Stop("decide_plan", ("n",)),
            Stop("decide_evidence", ("o",)),
            Stop("decide_edit", ("escape", "n")),
            Stop("decide_reason", ("d",), narrow=True),
        ),
        lambda: {"requests": (EDIT, PUSH, PLAN)},
        _with_tools,
    ),
    "change": Walk(
        lambda: CARDS,
        (Stop("change", ("v",), "Claims"), Stop("diff", ("v",), "hunk"), Stop("diff_hunk", ("n", "n"), narrow=True)),
        lambda: {"requests": CHANGE.requests, "changed": {RUN: CHANGE}},
        _with_tools,
    ),
    "conflicts": Walk(
        clashing,
        (Stop("conflicts", ("c",), "merge order"), Stop("clash", ("n", "n", "enter"), "tries = 5")),
        lambda: {"matrix": MATRIX},
        _with_tools,
    ),
    "money": Walk(
        burning,
        (
            Stop("money_now", ("dollar_sign",), "Burning"),
            Stop("money_time", ("2",), "$150"),
            Stop("money_outcomes", ("3",), "accepted"),
            Stop("figure", ("enter",), "ledger 41"),
            Stop("money_waste", ("escape", "4"), "loop"),
        ),
        prepare=_with_tools,
    ),
    "empty": Walk(list, (Stop("empty"), Stop("palette_refuses", ("colon", *"copy"), narrow=True))),
    "first_index": Walk(list, (Stop("first_index"),), lambda: {"indexing": 0.43}),
    "problems": Walk(
        fleet,
        (Stop("problems_counted", narrow=True), Stop("problems", ("exclamation_mark",))),
        lambda: {"problems": PROBLEMS},
    ),
}
