"""What the board shows of control as lines of text: requested, confirmed, left running, frozen, held, failed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from state.control.act import Act
from state.runs.card import Card
from tests.tui.at_control import FIRST, LADDER, STOPPED, with_acts
from tests.tui.fleet import NOW, detail_of
from tui.columns import COLUMNS, act_failed, row
from tui.panes.facts import facts
from tui.panes.line import Line
from tui.spans import plain
from tui.wording_control import why_ends, why_text


def lines_of(card: Card, *acts: Act, now: float = NOW) -> list[str]:
    made = facts(replace(detail_of(card), acts=acts), now)
    return [f"{plain(one.label).strip():<9} {plain(one.body)}".rstrip() for one in made]


def cell(card: Card, key: str) -> tuple[str, str]:
    column = next(one for one in COLUMNS if one.key == key)
    first = next(one for one in row(card, NOW, [(column, 60)])[0] if one.text.strip())
    return first.text.strip(), first.role


def test_each_step_says_when_it_was_requested_and_when_confirmed(cards: list[Card]) -> None:
    told = lines_of(cards[0], LADDER)
    at = told.index("stop      by sam 11:59: not confirmed yet: SIGINT was sent to 4 processes")
    assert told[at + 1 : at + 3] == [
        "          freeze requested 11:59:55, confirmed after 0.1 s",
        "          SIGINT requested 11:59:57, not confirmed",
    ]
    assert at < told.index(next(one for one in told if one.startswith("task")))


def test_a_stop_says_what_it_left_running_and_how_to_go_on_and_each_can_be_copied(cards: list[Card]) -> None:
    told = lines_of(cards[0], STOPPED)
    for line in (
        "left      sleep 600 (pid 4711)",
        "rescued   refs/headgate/rescue/9c1f04ab27/1",
        "resume by claude --resume 6b1d9a1e",
    ):
        assert line in told
    made: list[Line] = facts(replace(detail_of(cards[0]), acts=(STOPPED,)), NOW)
    assert "claude --resume 6b1d9a1e" in [one.copied for one in made]


def test_what_is_no_news_stands_below_with_the_others_the_newest_first(cards: list[Card]) -> None:
    sent = replace(LADDER, id="a0", kind="send", reason="use x", state="failed", text="not sent: no", ended=NOW - 900)
    told = lines_of(cards[0], sent, STOPPED, now=NOW + 3600)
    at = told.index("          control")
    assert told[at + 1].startswith("stop ") and any(
        "correct" in one and "“use x”" in one and "failed" in one for one in told[at + 6 :]
    )
    assert at > told.index(next(one for one in told if one.startswith("run ")))


def test_the_facts_name_the_guard_the_terminal_and_who_froze_it(cards: list[Card]) -> None:
    card = replace(cards[0], assurance="confined", terminal="tmux attach -t shop", frozen="sam")
    told = lines_of(card)
    assert "assurance confined · the system confines it to its worktree" in told
    assert "terminal  tmux attach -t shop" in told
    assert "frozen    by sam: each further call is denied" in told
    assert not [one for one in lines_of(cards[0]) if one.startswith(("assurance", "terminal", "frozen"))]


def test_a_step_under_way_counts_its_seconds_in_its_first_words(cards: list[Card]) -> None:
    card = replace(
        cards[0], act_kind="stop", act_state="under_way", since=NOW - 3, because="stopping: SIGINT requested"
    )
    assert why_text(card, NOW) == "stopping 3 s: SIGINT requested" and why_ends(card, NOW) == NOW + 1
    assert why_text(card, NOW + 120) == "stopping 2m: SIGINT requested"
    assert why_text(replace(card, act_kind="send"), NOW) == card.because


@pytest.mark.parametrize(
    ("until", "says"),
    [(NOW + 170, "cache lives 3m more; held"), (NOW + 60, "cache lives 1m more; held"), (NOW, "cache expired; held")],
)
def test_the_cache_of_a_held_run_counts_down(cards: list[Card], until: float, says: str) -> None:
    card = replace(cards[0], state="held", because="held", cache_until=until)
    assert why_text(card, NOW) == says
    ends = why_ends(card, NOW)
    assert ends == float("inf") if until <= NOW else why_text(card, ends) != says
    assert why_text(replace(card, state="idle"), NOW) == "held", "any call renews it"


def test_what_failed_is_red_and_a_stop_under_way_comes_before_a_finding(cards: list[Card]) -> None:
    card = replace(cards[0], because="stop failed: no signal was sent", act_kind="stop", act_text="no signal was sent")
    lost = replace(card, act_state="failed")
    assert cell(lost, "why") == ("stop failed: no signal was sent", "blocked") and act_failed(lost)
    assert not act_failed(replace(lost, because="the model is at work"))
    stops = replace(cards[1].findings[0], severity="stop")
    halting = replace(card, state="working", findings=(stops,), because="stopping", act_state="under_way")
    assert cell(halting, "why")[0].startswith("stopping") and cell(replace(halting, act_state=None), "why")[0] == (
        f"■ {stops.text}"
    )


def test_guard_and_conflicts_are_columns_in_which_unknown_is_no_zero(cards: list[Card]) -> None:
    card = replace(cards[0], assurance="guardrail", conflicts=2)
    assert cell(card, "assurance")[0] == "guardrail" and cell(card, "conflicts")[0] == "2"
    assert cell(cards[0], "assurance")[0] == "?" and cell(cards[0], "conflicts")[0] == "?"
    assert cell(replace(card, conflicts=0), "conflicts")[0] == "–"


async def test_the_row_grows_older_by_the_second_while_a_stop_is_under_way(
    open_board: Callable, cards: list[Card]
) -> None:
    card = replace(cards[0], act_kind="stop", act_state="under_way", since=NOW - 3, because="stopping: SIGINT")
    async with open_board([card], size=(140, 30), detail_of=with_acts(LADDER)) as screen:
        assert "stopping 3 s: SIGINT" in screen.selected() and f"{FIRST}" in screen.text()
        screen.clock.time += 4
        screen.app.screen.grow_older()
        await screen.settled()
        assert "stopping 7 s: SIGINT" in screen.selected()
