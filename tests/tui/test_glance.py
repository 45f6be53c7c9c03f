"""What a glance tells: the header by priority, the title, the reason on a row, and in which order needs stand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from state.board import Snapshot
from state.findings.finding import Finding
from state.findings.stale import Stale
from state.gates.hard_stops import PREFIX
from state.gates.request import Request
from state.money.accounts import BudgetStands
from state.money.budgeting import ASKS
from state.money.forecast import Forecast
from state.money.purse import Purse
from state.ports import Problem
from state.runs.attention import next_text
from state.runs.card import Card
from state.runs.run import Run, RunKey
from state.runs.status import Status
from state.runs.view import ordered
from tests.tui.asking import EDIT, PLAN, PUSH
from tests.tui.fleet import NOW, fleet
from tui.columns import COLUMNS
from tui.glance_parts import fitted, parts
from tui.needs import needs, next_need
from tui.spans import plain, width_of
from tui.terminal import titled
from tui.wording_needs import BUDGET, HALT, card_asks, request_asks, terminal_title

MONTH = BudgetStands("envelope", "envelope", "", 0.0, 9e9, Decimal(900), Decimal(100), None, "ok", "")
PURSE = Purse((MONTH,), Forecast(), ())
INERT = Finding("hook_inert", "stop", "3 calls passed no hook, its hook did not run: Bash make", (), NOW)
BOARD = Snapshot(1, (), (), (), "/home/ada/shop", "refs/heads/main", 0, (), None)
KNOWN = [replace(card, conflicts=0, hooked=True, cost_per_hour="0.50") for card in fleet()]


def header(
    width: int,
    cards: list[Card] = KNOWN,
    requests: tuple[Request, ...] = (PUSH,),
    purse: Purse | None = PURSE,
    board: Snapshot = BOARD,
) -> str:
    line = fitted(parts(cards, board, needs(cards, requests, NOW), purse, NOW), width)
    assert width_of(line) <= width
    return plain(line)


def test_a_wide_header_says_everything_and_the_foreign_words_last() -> None:
    troubled = [replace(KNOWN[0], stale=(Stale("base_moved", "main moved"),)), replace(KNOWN[1], conflicts=2)]
    told = header(200, [*troubled, *KNOWN[2:]])
    order = (
        "3 need you",
        "▲2",
        "$3.00/h",
        "$800 left",
        "1 in conflict",
        "1 stale",
        "hooks 8/8",
        "▃ asks leave:",
    )
    places = [told.index(one) for one in order]
    assert places == sorted(places) and told.rstrip().endswith("shop main")


@pytest.mark.parametrize(
    ("width", "there", "gone"),
    [
        (
            120,
            ("3 need you", "▲2 ■1", "$3.00/h", "$800 left", "1 conf", "asks leave: Bash git push --force"),
            (),
        ),
        (80, ("3 need you", "▲2 ■1", "$3.00/h", "asks leave: Bash"), ("waiting", "in conflict")),
        (60, ("3 need you", "▲2 ■1", "asks leave:"), ("main",)),
        (20, ("3 need you",), ("asks", "▲", "/h")),
    ],
)
def test_what_matters_most_stays_longest(width: int, there: tuple[str, ...], gone: tuple[str, ...]) -> None:
    told = header(width, [replace(KNOWN[0], conflicts=1), *KNOWN[1:]])
    assert [one for one in there if one not in told] == [] == [one for one in gone if one in told]


def test_what_is_not_known_says_so_and_is_no_zero() -> None:
    told = header(260, fleet(), (), None)
    assert "?/h" in told and "budget ?" in told and "? in conflict" in told and "hook" not in told
    some = [replace(KNOWN[0], conflicts=None), replace(KNOWN[1], conflicts=3), *KNOWN[2:]]
    assert "≥1 in conflict" in header(260, some)
    assert "? stale" in header(260, [replace(card, depth="skimmed") for card in KNOWN])


def test_a_hook_past_which_calls_went_comes_before_money_and_an_alarm_is_there() -> None:
    past = [replace(KNOWN[0], findings=(INERT,)), *KNOWN[1:]]
    assert "1 INERT" in header(80, past) and "hooks 7/8, 1 INERT" in header(200, past)
    alarmed = replace(BOARD, problems=(Problem("alarm warn burn", "burns fast: $9 in an hour", ""),), frozen="ada")
    assert "burns fast" in header(120, board=alarmed) and header(120, board=alarmed).startswith(" fleet frozen by ada ")


def test_only_runs_that_made_calls_are_counted_for_their_hooks() -> None:
    quiet, *others = [replace(card, hooked=None) for card in KNOWN]
    assert "hooks 1/2 " in header(260, [replace(KNOWN[0]), replace(KNOWN[1], hooked=False), *others[1:]])
    assert "hook" not in header(260, [quiet, *others]), "no run made a call yet"
    none = header(260, [replace(card, hooked=False) for card in KNOWN])
    assert none.count("no hook heard") == 1 and "hooks" not in none
    skimmed = [replace(card, hooked=None, depth="skimmed") for card in KNOWN]
    assert "hooks 0/8, 8 ?" in header(260, skimmed)
    [said] = [
        span
        for part in parts([replace(quiet, hooked=False)], BOARD, (), PURSE, NOW)
        for form in part.forms[:1]
        for span in form
        if "no hook" in span.text
    ]
    assert said.role == "faint", "it is no alarm"


def test_nothing_that_needs_you_is_said_in_words() -> None:
    assert header(120, [KNOWN[3]], ()).startswith(" nothing needs you   ● 1 working")
    assert header(120, [], (), board=replace(BOARD, indexing=0.5)).startswith(" nothing needs you so far ")


def test_the_first_need_is_the_row_on_top_and_each_request_is_one() -> None:
    second = replace(PUSH, id="other", severity="low")
    cards = [replace(card, need=97) if card.id in (EDIT.run, PUSH.run) else card for card in fleet()]
    soon, late = replace(EDIT, severity="high", deadline=NOW + 5), replace(PUSH, severity="high", deadline=NOW + 900)
    for asked in ((soon, late, second), (late, second, soon)):
        found = needs(cards, asked, NOW)
        rows = ordered(cards, "need", NOW, tuple(one.run for one in asked))
        assert found[0].request == asked[0] and rows[0].id == asked[0].run
        assert [one.request.id if one.request else one.run for one in found][3:] == [PLAN.run]
    lost = replace(PUSH, run=RunKey("gone"))
    assert needs(cards, (lost,), NOW)[0].run == "gone"


def test_the_next_need_goes_round_and_begins_anew_where_one_is_over() -> None:
    found = needs(fleet(), (EDIT, PUSH), NOW)
    assert [next_need(found, one) for one in found] == [*found[1:], found[0]]
    assert next_need(found, needs((), (PLAN,), NOW)[0]) == found[0] and next_need((), found[0]) is None


def test_the_words_of_each_gate_say_what_it_needs() -> None:
    assert (HALT, BUDGET) == (PREFIX, ASKS)
    halt = replace(PUSH, id=f"{PREFIX}1", tool="", text="the same tests failed 3 times")
    budget = replace(PUSH, id=f"{ASKS}1", tool="", text="budget month of $900 is at 100%")
    merge = replace(PLAN, gate="merge", text="merge feat/x into main: 3 files")
    release = replace(PLAN, gate="release", text="merged as 12ab: which lasting thing came of it? Retry")
    plan = replace(PLAN, text="approve its plan: Rounding")
    why = next(one for one in COLUMNS if one.key == "why")
    for one, said in (
        (PUSH, f"asks leave: {PUSH.text}"),
        (halt, "halted: the same tests failed 3 times"),
        (budget, budget.text),
        (merge, merge.text),
        (release, release.text),
        (plan, "approve its plan: Rounding"),
    ):
        assert request_asks(one) == said
        told = next_text(Run(RunKey("r"), "codex", "s"), Status("idle", "", None), (), one)
        card = replace(fleet()[5], next_gate=one.gate, next_request=one.id, next_text=told)
        assert card_asks(card) == said and plain(why.cell(card, NOW)) == said
    stopping = replace(KNOWN[3], findings=(INERT,))
    assert card_asks(stopping) == INERT.text and card_asks(KNOWN[1]).startswith("asks: which of the two")


@pytest.mark.parametrize(
    "first",
    ["rm\x1b]2;x\x07 \x9b31m", "a\u202eb #[fg=red]#(touch x)", "`reboot`; $(x) | y", "注文" * 99, "é\u0301 [red]"],
)
def test_the_title_holds_nothing_that_acts(first: str) -> None:
    told = terminal_title(2, first)
    assert titled(told).startswith("\x1b]2;headgate: 2 need you: ") and len(told) <= 72
    assert not set(told) & set("#$`;|()[]\\'\"<>&")


def test_the_title_says_the_count_and_the_first() -> None:
    assert terminal_title(1, "approve its plan: Rounding") == "headgate: 1 needs you: approve its plan: Rounding"
    assert (terminal_title(0, "x"), terminal_title(3)) == ("headgate", "headgate: 3 need you")
