"""The demo's tour: it goes on when a thing was really done, in any order, is never in the way, and ends by esc."""

import re
from collections.abc import Callable

from tests.tui.asking import PUSH
from tests.tui.at_a_request import drawn, looked_and_pressed
from tests.tui.at_control import pressed
from tests.tui.test_guard import Ticks
from tui.tour import STOPS, Tour, TouringApp

LINE = re.compile(r"^ tour (\d)/5: ")


def told(lines: list[str]) -> str:
    return next((line for line in lines if LINE.match(line) or "that was the tour" in line), "")


def test_it_shows_the_first_thing_that_was_not_done() -> None:
    tour = Tour()
    assert tour.says == "tour 1/5: w goes to what needs you"
    tour.done |= {"need", "change"}
    assert tour.says.startswith("tour 2/5: answer it: a approves, d denies")
    tour.done |= {stop for stop, _ in STOPS}
    assert tour.says == "that was the tour; ? lists every key, : every command"
    tour.left = True
    assert tour.says == ""


async def test_each_step_is_over_once_it_was_done_by_keys(open_board: Callable) -> None:
    async with open_board(kind=TouringApp, requests=(PUSH,)) as screen:
        screen.app.clock = ticks = Ticks()
        screen.reader.answers = {"deny": "asked", "approve": "approve by ada"}
        assert told(screen.lines()).startswith(" tour 1/5: w goes") and screen.lines()[-2] == told(screen.lines())
        await screen.press("j", "k", "D")
        await drawn(screen)
        assert told(screen.lines()).startswith(" tour 2/5")
        await screen.press("escape", "w")
        await looked_and_pressed(screen, ticks, "a")
        assert [verb for verb, _ in screen.reader.orders if verb == "approve"] == ["approve"]
        while screen.app.screen is not screen.app._board:
            await screen.press("escape")
        assert told(screen.lines()).startswith(" tour 3/5: v"), screen.text()
        await screen.press("c")
        assert told(screen.lines()).startswith(" tour 3/5"), "conflicts were seen, a change was not"
        await screen.press("escape", "v")
        assert told(screen.lines()).startswith(" tour 5/5")
        await screen.press("escape")
        await pressed(screen, ticks, "f", "f")
        assert told(screen.lines()).startswith(" that was the tour")
        await screen.press("j")
        assert told(screen.lines()) == "" and screen.app.tour.left


async def test_esc_ends_it_and_it_takes_no_room_that_is_not_there(open_board: Callable) -> None:
    async with open_board(kind=TouringApp) as screen:
        await screen.press("enter", "escape")
        assert told(screen.lines()), "esc went back from the detail"
        await screen.resized(60, 12)
        await screen.settled()
        assert told(screen.lines()) == ""
        await screen.resized(120, 40)
        await screen.settled()
        assert told(screen.lines())
        await screen.press("escape")
        assert told(screen.lines()) == "" and "nothing to go back" not in screen.text()
        await screen.press("escape")
        assert "nothing to go back" in screen.text()
