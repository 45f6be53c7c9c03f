"""`w` leads to the next need from every screen; after an answer the next one is there, or the board that says so."""

from collections.abc import Callable
from dataclasses import replace

from state.board import ChangeDetail
from tests.tui.asking import PLAN, PUSH
from tests.tui.at_a_request import looked_and_pressed, said
from tests.tui.at_change import CARDS, CHANGE, MERGE, RUN
from tests.tui.fleet import fleet
from tests.tui.test_guard import Ticks
from tui.screens.change import ChangeScreen
from tui.screens.decide import DecideScreen
from tui.wording_gates import ANSWER_ON_ITS_WAY, TOO_QUICK
from tui.wording_needs import NOTHING_LEFT

QUIET = [replace(card, need=20) for card in fleet()]


async def test_w_leads_from_every_screen_and_is_text_where_text_is_typed(open_board: Callable) -> None:
    async with open_board(QUIET, requests=(PUSH,), changed={RUN: ChangeDetail(RUN)}) as screen:
        for way in ("dollar_sign", "c", "L", "v", "question_mark", "enter", "colon"):
            await screen.press(way)
            if way == "colon":
                await screen.press("w")
                assert not isinstance(screen.app.screen, DecideScreen), "a letter of a command's name"
                continue
            await screen.press("w")
            assert isinstance(screen.app.screen, DecideScreen), way
            await screen.press("w")
            assert said(screen) == NOTHING_LEFT and isinstance(screen.app.screen, DecideScreen)
            await screen.press("escape")
            assert screen.app.screen is screen.app._board, way


async def test_w_says_on_each_screen_that_nothing_needs_you(open_board: Callable) -> None:
    async with open_board(QUIET) as screen:
        await screen.press("dollar_sign", "w")
        assert "nothing needs you" in screen.status() and screen.app.screen is not screen.app._board
        await screen.press("escape", "question_mark", "w")
        assert screen.app.screen is screen.app._board and "nothing needs you" in screen.status()


async def test_answers_lead_on_to_a_change_and_at_last_to_the_board(open_board: Callable) -> None:
    requests = (PUSH, PLAN, MERGE)
    async with open_board(
        [replace(card, need=20) for card in CARDS], requests=requests, changed={RUN: CHANGE}
    ) as screen:
        ticks = Ticks()
        screen.app.clock = ticks
        screen.reader.answers = dict.fromkeys(("approve", "deny"), "done")
        await screen.press("D")
        await looked_and_pressed(screen, ticks, "a")
        assert "Plan: round" in screen.text() and said(screen) == f"approve {PUSH.id[:6]}: recorded: done"
        await screen.press("a")
        assert said(screen) == TOO_QUICK and len(screen.reader.orders) == 1, (
            "what was typed ahead decides nothing there"
        )
        await screen.asked(PLAN, MERGE)
        await looked_and_pressed(screen, ticks, "a")
        assert isinstance(screen.app.screen, ChangeScreen), "a change has a page of its own"
        assert "feat/checkout-retry" in screen.text()
        await screen.press("a")
        assert len([verb for verb, _ in screen.reader.orders if verb == "approve"]) == 2
        await screen.press("escape")
        await screen.asked(PUSH)
        await screen.press("w")
        await looked_and_pressed(screen, ticks, "a")
        assert screen.app.screen is screen.app._board
        assert screen.status().strip().startswith(f"approve {PUSH.id[:6]}: recorded: done · {NOTHING_LEFT}")


async def test_w_waits_for_an_answer_that_is_on_its_way(open_board: Callable) -> None:
    async with open_board(QUIET, requests=(PUSH, PLAN)) as screen:
        ticks = Ticks()
        screen.app.clock = ticks
        screen.reader.answers["approve"] = "asked; no core works yet"
        await screen.press("w")
        await looked_and_pressed(screen, ticks, "a", "w")
        assert said(screen) == ANSWER_ON_ITS_WAY and "Bash git push" in screen.text()
