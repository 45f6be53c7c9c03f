"""Money on the board: its parts, what opens behind a figure, and what it costs to keep it on the screen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.tui.at_change import ENTRIES, FakeLedgers
from tests.tui.at_money import DAY, PURSE, UNTIL, FakeMoneys, budget, burning
from tests.tui.on_screen import Screen
from tests.tui.test_hostile import assert_harmless
from tui import purse_look
from tui import wording_money as words
from tui.moneys import MoneyUnreadable
from tui.review_tools import ReviewTools
from tui.screens import money
from tui.screens.evidence import EvidenceScreen
from tui.screens.figure import FigureScreen
from tui.screens.money import MoneyScreen
from tui.screens.story import StoryScreen


def with_moneys(screen: Screen, **tools: Any) -> FakeMoneys:
    moneys = FakeMoneys()
    screen.app.equip(review=ReviewTools(moneys=moneys, **tools))
    return moneys


async def test_its_parts_ask_only_for_what_they_show(open_board: Callable) -> None:
    async with open_board(burning(), (80, 24)) as screen:
        moneys = with_moneys(screen)
        await screen.press("dollar_sign")
        assert "Burning ≥ $12.33" in screen.text() and moneys.asked == [("purse",)]
        await screen.press("p")
        assert "period: burn is of the last hour" in screen.status()
        await screen.press("2")
        assert "by run · 28 days" in screen.lines()[0] and "$150 ┤" in screen.text()
        assert moneys.asked[1:] == [
            ("over_time", UNTIL - 28 * DAY, UNTIL, 24),
            ("spent", "session", UNTIL - 28 * DAY, UNTIL),
        ]
        await screen.press("b", "b", "p")
        assert "by lane · 1 day" in screen.lines()[0] and moneys.asked[-1][1] == "lane"
        assert moneys.asked[-2][0] == "over_time" and moneys.asked[-2][3] == 1
        await screen.press("tab")
        assert "What an accepted change costs" in screen.text() and moneys.asked[-1][0] == "outcomes"
        await screen.press("b")
        assert words.only_over_time() in screen.status()
        await screen.press("tab", "o")
        assert isinstance(screen.app.screen, EvidenceScreen), "a loop that runs now opens its record"
        await screen.press("escape", "enter")
        assert not isinstance(screen.app.screen, MoneyScreen) and "Round ledger" in screen.selected()


async def test_a_figure_opens_its_events_and_an_event_its_place(open_board: Callable) -> None:
    async with open_board(burning()) as screen:
        entry = replace(ENTRIES[1], seq=41)
        with_moneys(screen, ledgers=FakeLedgers(entry))
        await screen.press("dollar_sign", "3", "enter")
        assert isinstance(screen.app.screen, FigureScreen) and "ledger 41" in screen.text()
        await screen.press("enter")
        assert isinstance(screen.app.screen, StoryScreen) and "#41" in screen.lines()[0]
        await screen.press("escape", "j", "o")
        assert isinstance(screen.app.screen, EvidenceScreen)
        await screen.press("escape", "j", "enter")
        assert "Retry a failed" in screen.selected(), "an event that is read nowhere here leads to its run"
        await screen.press("dollar_sign", "y")
        assert screen.clipboard.texts == ["run:f00d5a11e7"]
        await screen.press("enter")
        assert "over 200 %" in screen.text() and "f00d5a11e7" in screen.text()
        await screen.press("escape", "escape")
        assert not isinstance(screen.app.screen, MoneyScreen)


async def test_news_are_read_once_a_second_and_paint_what_reads_differently(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money, "PAUSE", 3600.0)
    monkeypatch.setattr(purse_look, "PAUSE", 3600.0)
    async with open_board(burning(), (160, 40)) as screen:
        moneys = with_moneys(screen)
        await screen.changed(replace(screen.reader.cards["77aa31c90b"], cost_per_hour="7.90"))
        assert "≥ $13.33/h  ≥ $1,400 left" in screen.lines()[0]
        await screen.press("dollar_sign")
        assert moneys.asked == [("purse",), ("purse",)], "one for the first line, one for the page"
        screen.forget_paint()
        for number in range(5):
            await screen.changed(replace(screen.reader.cards["77aa31c90b"], rev=number + 2, source_offset=number))
        assert len(moneys.asked) == 2 and screen.painted == [], "they wait, and nothing reads differently"
        screen.forget_paint()
        await screen.settled()
        assert screen.frames == []
        monkeypatch.setattr(money, "PAUSE", 0.0)
        await screen.press("1")
        screen.forget_paint()
        more = budget("role:tester", "1081", "700", "pause_new", "over 150 %: no new run of this role")
        moneys.told_purse = replace(PURSE, budgets=(*PURSE.budgets[:3], more, *PURSE.budgets[4:]))
        asked = len(moneys.asked)
        await screen.changed(replace(screen.reader.cards["77aa31c90b"], rev=99))
        assert len(moneys.asked) == asked + 1 and "$1,081.00 of $700" in screen.text()
        assert screen.rows_painted("money") == 1


async def test_what_changes_on_the_board_beneath_paints_nothing_here(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money, "PAUSE", 3600.0)
    async with open_board(burning(), (160, 40)) as screen:
        with_moneys(screen)
        await screen.press("dollar_sign")
        screen.forget_paint()
        await screen.changed(replace(screen.reader.cards["77aa31c90b"], task_title="Another title", rev=50))
        assert screen.painted == [] and screen.frames == []
        await screen.press("escape")
        assert "Another title" in screen.text()


async def test_what_cannot_be_read_is_said_and_it_opens_at_every_size(open_board: Callable) -> None:
    async with open_board(burning(), (40, 10)) as screen:
        await screen.press("dollar_sign", "2")
        assert words.NO_MONEYS in screen.text()
        with_moneys(screen).told_purse = MoneyUnreadable("the state database cannot be read: \x1b]0;x")
        await screen.press("1")
        assert "cannot be read: ␛]0;x" in screen.text().replace("\n ", " ")
        assert_harmless(screen)
