"""The decide screen in the manner of a user: what stands there, and what each key does to it."""

from dataclasses import replace

import pytest

from state.board import BoardUnreadable, OrderRefused
from tests.tui.asking import EDIT, PLAN, PUSH
from tests.tui.at_a_request import DecidingScreen, answers, drawn, looked_and_pressed, said, typed
from tui.screens.decide import DecideScreen, grave
from tui.screens.request_evidence import RequestEvidence
from tui.wording_gates import NO_REASON


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
            "denied by ada (declared) 2h ago: Open a new branch instead.",
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
        assert said(screen).startswith(f"approve {PUSH.id[:6]}: recorded: done · next: ")
        assert not isinstance(screen.app.screen, DecideScreen) and "▸" in screen.text(), "the next need is on the board"


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
