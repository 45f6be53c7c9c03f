"""The decide screen in the manner of a user: what stands there, and what each key does to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest
from textual import events

from state.board import BoardUnreadable, OrderRefused
from tests.tui.asking import ALL, DONE, EDIT, PLAN, PUSH
from tests.tui.fleet import NOW
from tests.tui.on_screen import Screen
from tests.tui.test_guard import Ticks
from tui.screens.decide import DecideScreen, grave
from tui.screens.help import HelpScreen
from tui.screens.request_evidence import RequestEvidence
from tui.wording_gates import CHANGED_HERE, CLICKED, NEW_HERE, NO_REASON, PASTED, TOO_QUICK

DecidingScreen = Callable[..., AbstractAsyncContextManager[tuple[Screen, Ticks]]]


@pytest.fixture
def deciding(open_board: Callable) -> DecidingScreen:
    """Opens the decide screen on requests; the clock of the guard stands until a test moves it."""

    @asynccontextmanager
    async def opened(*requests: object, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Screen, Ticks]]:
        async with open_board(size=size, requests=requests or ALL) as screen:
            ticks = Ticks()
            screen.app.clock = ticks
            screen.reader.answers = {verb: f"{verb} by ada" for verb in ("approve", "deny", "escalate", "freeze")}
            await screen.press("D")
            await drawn(screen)
            yield screen, ticks

    return opened


async def drawn(screen: Screen) -> DecideScreen:
    """Wait until what stands there was drawn."""
    for _ in range(100):
        shown = screen.app.screen
        if isinstance(shown, DecideScreen) and shown.guard.dwell(1e9) is not None:
            return shown
        await screen.settled()
    raise AssertionError(screen.text())


async def looked_and_pressed(screen: Screen, ticks: Ticks, *keys: str) -> None:
    """Look for a second, then press each key, a second apart."""
    for key in keys:
        await drawn(screen)
        ticks.at += 1.0
        await screen.press(key)
        await asyncio.sleep(0.03)
        await screen.settled()


async def typed(screen: Screen, ticks: Ticks, text: str) -> None:
    for letter in text:
        ticks.at += 0.2
        await screen.pilot.press("space" if letter == " " else letter)
    ticks.at += 1.0


def said(screen: Screen) -> str:
    return screen.lines()[-2].strip()


def answers(screen: Screen) -> list[tuple[str, str, str]]:
    return [(verb, words["request"], words["reason"]) for verb, words in screen.reader.orders if verb != "look"]


async def test_it_shows_all_that_decides_it(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, _):
        text = screen.text()
        for told in (
            "medium exception gate · 2 of 3",
            "9m 12s left",
            "a hook waits",
            "force-push · escalate · medium · decides: ada · within 15m",
            "A rewritten branch takes other people's commits away.",
            "Push to a new branch and open a second change.",
            "net.send: `git push` sends to `origin`",
            "│ cd payments &&",
            "│   git push --force-with-lease origin feat/checkout-retry",
            "│ timeout: 60000",
            "░ Push the rebased branch",
            "denied by ada 2h ago: Open a new branch instead.",
            "policy 3b1f0c9d8e7a6b5c · context c7d1",
            "feat/checkout-retry",
            "run 9c1f04ab27",
            "a lets exactly this go, once",
        ):
            assert told in text, told


async def test_a_plan_has_its_nine_parts_found_or_missing(deciding: DecidingScreen) -> None:
    async with deciding(PLAN) as (screen, _):
        text = screen.text()
        assert text.count("✓ found") + text.count("✗ MISSING") == 9
        assert "✗ MISSING  rollback" in text and "✓ found    expected tests" in text and "│ ledger/round.py" in text
        assert "a approves this plan: what lies outside it is asked about" in text


async def test_a_hard_stop_is_about_the_run_and_no_single_call(deciding: DecidingScreen) -> None:
    stop = replace(PUSH, id="halt-1", tool="", input="", listening=False, text="the same tests failed 3 times")
    async with deciding(stop) as (screen, _):
        text = screen.text()
        assert "the run halts at its next tool call" in text and "a lets the run go on" in text
        assert "the call" not in text and "leave for one call" not in text


async def test_an_edit_is_a_difference_and_what_an_approval_lacks_is_said(deciding: DecidingScreen) -> None:
    async with deciding(EDIT) as (screen, _):
        text = screen.text()
        assert "│ - CREATE INDEX invoice_due ON invoice (due);\n │ + DROP TABLE invoice;" in text
        assert "│   -- 0007: find invoices by due date" in text
        assert "to approve: open its evidence (o) and type a reason" in text
        assert "nobody is listening: an approval is kept as leave for one call" in text and "no deadline" in text
        assert "░ ┌ APPROVED by ada ┐" in text


async def test_a_approves_exactly_what_was_drawn_and_shows_what_was_recorded(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "a")
        [(verb, words)] = screen.reader.orders
        assert (verb, words["request"], words["sha"], words["run"]) == ("approve", PUSH.id, PUSH.sha, PUSH.run)
        assert (words["via"], words["opened"], words["reason"]) == ("board", "", "")
        assert 0.9 <= float(words["dwell"]) < 1.1
        assert said(screen) == f"approve {PUSH.id[:6]}: recorded: approve by ada"
        assert "Plan: round ledger amounts" in screen.text(), "the next one is there"


async def test_an_answer_that_the_core_has_not_recorded_is_not_called_recorded(deciding: DecidingScreen) -> None:
    async with deciding(PUSH, PLAN) as (screen, ticks):
        screen.reader.answers["approve"] = "asked; no core works yet"
        await looked_and_pressed(screen, ticks, "a")
        assert said(screen) == f"approve {PUSH.id[:6]}: requested, not recorded yet: asked; no core works yet"
        await looked_and_pressed(screen, ticks, "a", "d")
        assert len(screen.reader.orders) == 1 and "your answer is on its way" in said(screen)


@pytest.mark.parametrize("failure", [OrderRefused("it has its answer"), BoardUnreadable("the order was not kept")])
async def test_a_failure_is_said_and_can_be_tried_again(deciding: DecidingScreen, failure: Exception) -> None:
    async with deciding(PUSH) as (screen, ticks):
        screen.reader.answers["approve"] = failure
        await looked_and_pressed(screen, ticks, "a")
        assert said(screen) == f"approve {PUSH.id[:6]}: NOT recorded: {failure}"
        screen.reader.answers["approve"] = "done"
        await looked_and_pressed(screen, ticks, "a")
        assert said(screen) == f"approve {PUSH.id[:6]}: recorded: done" and "no request waits for you" in screen.text()


async def test_d_asks_why_and_enter_denies(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "d")
        assert answers(screen) == [] and "why not? the model reads this" in screen.text()
        await looked_and_pressed(screen, ticks, "enter")
        assert said(screen) == NO_REASON
        await typed(screen, ticks, "use a new branch and n o p e")
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == [("deny", PUSH.id, "use a new branch and n o p e")]
        assert said(screen) == f"deny {PUSH.id[:6]}: recorded: deny by ada"


async def test_escape_leaves_the_reason_and_then_the_screen(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "d")
        await typed(screen, ticks, "no")
        await screen.press("escape")
        assert "why not?" not in screen.text() and isinstance(screen.app.screen, DecideScreen)
        await screen.press("escape")
        assert not isinstance(screen.app.screen, DecideScreen) and answers(screen) == []


async def test_e_names_a_person_and_says_why(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "e")
        await typed(screen, ticks, "ben")
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == []
        await typed(screen, ticks, "your branch")
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == [("escalate", PUSH.id, "your branch")]
        assert screen.reader.orders[0][1]["to"] == "ben"


async def test_h_freezes_the_run_and_the_request_goes_on_waiting(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        await looked_and_pressed(screen, ticks, "h")
        [(verb, words)] = screen.reader.orders
        assert (verb, words["run"]) == ("freeze", PUSH.run)
        assert said(screen) == f"freeze {PUSH.id[:6]}: recorded: freeze by ada" and "Bash git push" in screen.text()


async def test_what_is_grave_needs_its_evidence_opened_and_a_reason(deciding: DecidingScreen) -> None:
    async with deciding(EDIT) as (screen, ticks):
        await looked_and_pressed(screen, ticks, "a")
        assert answers(screen) == [] and said(screen) == "approve: open its evidence first: o"
        await screen.press("o")
        assert isinstance(screen.app.screen, RequestEvidence)
        assert EDIT.sha in screen.text() and "shipped-migration" in screen.text()
        await screen.press("o")
        await drawn(screen)
        assert "to approve: type a reason" in screen.text()
        await looked_and_pressed(screen, ticks, "a")
        assert answers(screen) == [], "a reason is still to be typed"
        await typed(screen, ticks, "seen")
        await looked_and_pressed(screen, ticks, "enter")
        assert answers(screen) == [("approve", EDIT.id, "seen")] and screen.reader.orders[0][1]["opened"] == "yes"


async def test_evidence_opened_of_another_input_does_not_count(deciding: DecidingScreen) -> None:
    async with deciding(EDIT) as (screen, ticks):
        await screen.press("o", "o")
        await drawn(screen)
        await screen.asked(replace(EDIT, sha="other"))
        await looked_and_pressed(screen, ticks, "a")
        assert answers(screen) == [] and "open its evidence first" in said(screen)


def test_grave_is_what_is_severe_and_what_hides_something() -> None:
    assert [grave(one) for one in (EDIT, PUSH, PLAN)] == [True, False, False]
    assert grave(replace(PUSH, severity="high")) and not grave(replace(PUSH, severity="low"))
    assert grave(replace(PUSH, input='{"command": "ls \\u202e"}')) and grave(replace(PUSH, text="a⦃U+200B⦄"))
    assert grave(replace(PUSH, input="x" * (256 * 1024)))


async def test_n_and_p_go_through_the_queue(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, _):
        await screen.press("n")
        assert "3 of 3" in screen.text() and "Plan: round" in screen.text()
        await screen.press("p", "p")
        assert "1 of 3" in screen.text() and "critical" in screen.lines()[0]


async def test_nothing_decides_too_early_and_it_is_said(deciding: DecidingScreen) -> None:
    async with deciding() as (screen, ticks):
        for step in (0.01, 0.39):
            ticks.at += step
            await screen.press("a")
            assert said(screen) == TOO_QUICK
        ticks.at += 0.2
        await screen.press("a")
        await asyncio.sleep(0.05)
        await screen.settled()
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
        await asyncio.sleep(0.1)
        await screen.settled()
        assert answers(screen) == [] and isinstance(screen.app.screen, DecideScreen)
        assert said(screen) == TOO_QUICK or "p" in keys or len(keys) < 4


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
        await asyncio.sleep(0.05)
        await screen.settled()
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
            assert said(screen) == CLICKED
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
        assert screen.lines()[0].startswith(" 2 requests wait  D  3 need you")
        assert "▇ critical Edit migrations/0007" in screen.lines()[0]
        await screen.asked(DONE)
        assert screen.lines()[0].startswith(" 3 need you")
        await screen.press("D")
        assert "no request waits for you" in screen.status()


async def test_w_opens_what_stands_there_first_and_then_goes_on(open_board: Callable) -> None:
    async with open_board(size=(120, 40), requests=(EDIT, PUSH)) as screen:
        await screen.press("w")
        assert "2 of 2" in screen.lines()[0]
        await screen.press("escape", "w")
        assert "1 of 2" in screen.lines()[0]
        await screen.press("escape", "w")
        assert not isinstance(screen.app.screen, DecideScreen) and "Round ledger" in screen.selected()


async def test_a_request_that_comes_when_all_are_answered_is_shown_and_said(deciding: DecidingScreen) -> None:
    async with deciding(PUSH) as (screen, ticks):
        await looked_and_pressed(screen, ticks, "a")
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
