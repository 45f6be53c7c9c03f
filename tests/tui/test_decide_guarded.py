"""What decides nothing at the decide screen, and how it moves under the hand and out of the board."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events

from tests.promises import attacks
from tests.tui.asking import DONE, EDIT, PLAN, PUSH
from tests.tui.at_a_request import DecidingScreen, Ticks, answers, drawn, judged, looked_and_pressed, said, typed
from tests.tui.fleet import NOW
from tests.tui.on_screen import Screen
from tui.screens.decide import DecideScreen
from tui.screens.help import HelpScreen
from tui.wording_gates import CHANGED_HERE, NEW_HERE, PASTED, TOO_QUICK

pytestmark = attacks("human")


async def test_nothing_decides_too_early_and_it_is_said(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        for step in (0.01, 0.39):
            ticks.at += step
            await screen.press("a")
            assert said(screen) == TOO_QUICK
        ticks.at += 0.2
        await screen.press("a")
        await judged(screen)
        assert answers(screen) == [("approve", PUSH.id, "")]
        await screen.press("a")
        assert said(screen) == TOO_QUICK and len(answers(screen)) == 1, "the next one has a time of its own"


@pytest.mark.parametrize("keys", ["aa", "ab", "ayes", "daaaa\r", "approve", "yes\ra"])
async def test_a_burst_decides_nothing(deciding: DecidingScreen, keys: str) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        for key in keys:
            named = "enter" if key == "\r" else key
            screen.app.post_message(events.Key(named, None if named == "enter" else key))
        await judged(screen)
        assert answers(screen) == [] and isinstance(screen.app.screen, DecideScreen)
        assert said(screen) == TOO_QUICK or "p" in keys or len(keys) < 4


async def test_keys_that_were_typed_into_an_editor_or_a_shell_decide_nothing(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        screen.app.app_resume_signal.publish(screen.app)
        await screen.press("h")
        assert said(screen) == TOO_QUICK and answers(screen) == []


async def test_pasted_text_decides_nothing(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        screen.app.post_message(events.Paste("a"))
        await screen.settled()
        assert said(screen) == PASTED
        ticks.at += 0.3
        await screen.press("a")
        assert said(screen) == TOO_QUICK and answers(screen) == []


async def test_a_pasted_reason_is_text_and_enter_behind_it_does_not_count_at_once(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "d")
        screen.app.post_message(events.Paste("no, because\n of this\n"))
        await screen.settled()
        ticks.at += 0.1
        await screen.press("enter")
        assert answers(screen) == [] and said(screen) == TOO_QUICK
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == [("deny", PUSH.id, "no, because of this")]


async def test_new_requests_are_counted_and_move_nothing(deciding: DecidingScreen) -> None:
    async with deciding(PUSH, PLAN) as (screen, ticks):
        before = screen.lines()[1:]
        ticks.at += 1
        await screen.asked(EDIT, replace(EDIT, id="second"), PUSH, PLAN)
        assert screen.lines()[1:] == before and "1 of 4 · 2 new" in screen.text()
        await screen.press("a")
        await judged(screen)
        assert answers(screen) == [("approve", PUSH.id, "")], "they put nothing off"


async def test_a_change_of_the_shown_request_is_said_and_begins_the_time_anew(deciding: DecidingScreen) -> None:
    async with deciding(PUSH, PLAN) as (screen, ticks):
        ticks.at += 5
        await screen.asked(replace(PUSH, listening=False, sha="other", input='{"command": "rm -rf /"}'), PLAN)
        assert said(screen).startswith(CHANGED_HERE) and "who listens" in said(screen) and "rm -rf /" in screen.text()
        await screen.press("a")
        assert said(screen) == TOO_QUICK and answers(screen) == []


async def test_a_reason_typed_for_what_has_changed_is_not_taken(deciding: DecidingScreen) -> None:
    async with deciding(PUSH) as (screen, ticks):
        await looked_and_pressed(screen, ticks, "d")
        await typed(screen, ticks, "no")
        await screen.asked(replace(PUSH, sha="other"))
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == [] and said(screen) == CHANGED_HERE


async def test_a_request_that_ends_while_it_is_shown_takes_no_answer(deciding: DecidingScreen) -> None:
    async with deciding(PUSH, PLAN) as (screen, ticks):
        await screen.asked(replace(PUSH, state="moot", listening=False), PLAN)
        assert "nobody needs the answer any more" in screen.text()
        await looked_and_pressed(screen, ticks, "a", "d", "e")
        assert answers(screen) == [] and "waits no more" in said(screen)
        await screen.press("n")
        assert "Plan: round" in screen.text() and "1 of 1" in screen.text()


async def test_a_late_approval_is_still_taken_as_leave_for_one_call(deciding: DecidingScreen) -> None:
    async with deciding(PUSH, PLAN) as (screen, ticks):
        await screen.asked(replace(PUSH, state="expired", listening=False), PLAN)
        assert "its deadline passed: denied; an approval is kept as leave" in screen.text()
        await looked_and_pressed(screen, ticks, "d")
        assert answers(screen) == [] and "waits no more" in said(screen)
        await looked_and_pressed(screen, ticks, "a")
        assert answers(screen) == [("approve", PUSH.id, "")]


async def test_what_stands_behind_another_screen_begins_the_time_anew(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        ticks.at += 5
        await screen.press("a", "escape", "a")
        assert answers(screen) == [] and said(screen) == TOO_QUICK


async def test_a_focus_that_comes_back_begins_the_time_anew(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        screen.app.post_message(events.AppBlur())
        await screen.settled()
        screen.app.post_message(events.AppFocus())
        await screen.settled()
        ticks.at += 0.1
        await screen.press("a")
        assert said(screen) == TOO_QUICK and answers(screen) == []


async def test_neither_clicks_nor_names_nor_scripts_decide(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        keys, shown = screen.lines()[-1], screen.app.screen
        for word in ("approve", "deny", "escalate", "freeze"):
            await screen.pilot.click("#keys", offset=(keys.index(word), 0))
            await screen.settled()
            assert said(screen).endswith("a click orders nothing")
        for name in ("approve", "deny", "escalate", "freeze_run"):
            await screen.app.run_action(f"screen.command('{name}')")
            await shown.run_command(name)
        for key in "adeh":
            await screen.app.run_action(f"app.simulate_key('{key}')")
        assert not [name for name in dir(shown) if name.startswith("action_") and "approve" in name]
        await asyncio.sleep(0.06)
        await screen.settled()
        assert answers(screen) == [] and isinstance(screen.app.screen, DecideScreen)


async def test_the_footer_can_be_clicked_for_what_only_looks(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, _):
        await screen.pilot.click("#keys", offset=(screen.lines()[-1].index("next"), 0))
        await screen.settled()
        assert "3 of 3" in screen.text()


async def test_the_seconds_count_down_in_one_row_and_nothing_else_is_painted(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, _):
        screen.forget_paint()
        screen.clock.time += 1
        screen.app.screen._tick()
        await screen.settled()
        assert "9m 11s left" in screen.lines()[0] and len(screen.frames) == 1 and screen.painted == []
        screen.app.screen._tick()
        await screen.settled()
        assert len(screen.frames) == 1, "what reads the same is not painted"


async def test_enter_leads_into_the_run_and_escape_to_the_board(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, _):
        await screen.press("n", "enter")
        assert "Round ledger" in screen.selected() or "Round ledger" in screen.text()
        assert screen.app.screen.view.place == "detail" and screen.app.screen.view.selected == PLAN.run


async def test_the_board_says_how_many_wait_and_the_first_in_words(open_board: Callable) -> None:
    async with open_board(size=(120, 40), requests=(EDIT, PUSH, DONE)) as screen:
        assert screen.lines()[0].startswith(" 3 need you  w")
        assert "▇ critical asks leave: Edit migrations/0007" in screen.lines()[0]
        await screen.asked(DONE)
        assert "asks leave: Bash git push" in screen.lines()[0] and "critical" not in screen.lines()[0]
        await screen.press("D")
        assert "no request waits for you" in screen.status()


async def test_w_opens_what_stands_there_first_and_then_goes_on(open_board: Callable) -> None:
    async with open_board(size=(120, 40), requests=(EDIT, PUSH)) as screen:
        await screen.press("w")
        assert "2 of 2" in screen.lines()[0]
        await screen.press("escape", "w")
        assert not isinstance(screen.app.screen, DecideScreen) and "Round ledger" in screen.selected()
        assert screen.status().strip().startswith("answer its question in its terminal")
        await screen.press("w")
        assert "1 of 2" in screen.lines()[0], "round and round, the gravest first"


async def test_a_request_that_comes_when_all_are_answered_is_shown_and_said(deciding: DecidingScreen) -> None:
    async with deciding(PUSH) as (screen, _):
        await screen.asked(replace(PUSH, state="moot"))
        await screen.press("n")
        assert "no request waits for you" in screen.text()
        await screen.asked(PLAN)
        assert "Plan: round" in screen.text() and said(screen) == NEW_HERE
        await screen.press("a")
        assert said(screen) == TOO_QUICK


@pytest.mark.parametrize("key", ["enter", "D", "w"])
async def test_the_keys_from_the_board_open_the_request_of_the_run(open_board: Callable, key: str) -> None:
    async with open_board(size=(120, 40), requests=(EDIT, PUSH)) as screen:
        await screen.press("j", key)
        assert isinstance(screen.app.screen, DecideScreen)
        assert "critical" in screen.lines()[0], "of the selected run, not the first row's"


async def test_a_row_without_a_request_opens_as_ever_and_d_takes_the_first(open_board: Callable) -> None:
    async with open_board(size=(120, 40), requests=(EDIT,)) as screen:
        await screen.press("enter")
        assert screen.app.screen.view.place == "detail"
        await screen.press("escape", "D")
        assert "critical" in screen.lines()[0]


def test_a_deadline_reads_by_the_second_in_its_last_ten_minutes() -> None:
    from tui.wording_gates import time_left, time_left_ends

    told = {5: "5s left", 59.5: "59s left", 61: "1m 01s left", 599: "9m 59s left", 601: "10m left", 7260: "2h 01m left"}
    assert {left: time_left(NOW + left, NOW) for left in told} == told
    assert (time_left(None, NOW), time_left(NOW - 1, NOW)) == ("no deadline", "its time is over")
    for left in (0.5, 1, 59.25, 61.5, 599, 630, 7260):
        ends = time_left_ends(NOW + left, NOW)
        assert time_left(NOW + left, ends) != time_left(NOW + left, NOW)
        if ends - NOW > 0.01:
            assert time_left(NOW + left, NOW + (ends - NOW) * 0.9) == time_left(NOW + left, NOW)
    assert time_left_ends(None, NOW) == float("inf") == time_left_ends(NOW - 1, NOW)


async def test_w_opens_a_request_whose_run_has_no_row_yet(open_board: Callable) -> None:
    async with open_board([], requests=(PUSH,)) as screen:
        await screen.press("w")
        assert isinstance(await drawn(screen), DecideScreen)


async def test_a_resize_is_a_drawing_anew_and_loses_no_words(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        ticks.at += 5
        await resized(screen, ticks, 60, 20)
        await screen.press("a")
        await judged(screen)
        assert said(screen) == TOO_QUICK and answers(screen) == []
        await looked_and_pressed(screen, ticks, "d")
        await typed(screen, ticks, "use a new branch")
        await resized(screen, ticks, 110, 40)
        ticks.at += 0.6
        await screen.press("enter")
        await judged(screen)
        assert answers(screen) == [("deny", PUSH.id, "use a new branch")]


async def resized(screen: Screen, ticks: Ticks, width: int, height: int) -> None:
    """Resize the terminal, and wait until what stands there was drawn anew: Textual waits a frame for more of it."""
    await screen.pilot.resize_terminal(width, height)
    for _ in range(3000):
        if (await drawn(screen)).guard.dwell(ticks.at) == 0.0:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("a resize is no drawing anew")
