"""The ledger on the screen: newest first, searched, one entry as a story, and how far it is intact."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tui.at_change import ENTRIES, FakeLedgers
from tui.ledgers import LedgerUnreadable, Soundness
from tui.panes.ledger import entry_line
from tui.review_tools import ReviewTools
from tui.screens.ledger import LedgerScreen
from tui.screens.story import StoryScreen
from tui.spans import plain
from tui.wording_ledger import intact


async def test_it_is_searched_and_an_entry_opens_as_a_story(open_board: Callable) -> None:
    async with open_board() as screen:
        screen.app.equip(review=ReviewTools(ledgers=(ledgers := FakeLedgers())))
        await screen.press("L")
        assert "3 entries" in screen.lines()[0] and "unwitnessed since #1" in screen.status()
        await screen.press("slash", *"advice", "enter")
        assert "1 entry with “advice”" in screen.lines()[0] and ledgers.asked[-1] == ("advice", None)
        await screen.press("enter")
        assert isinstance(screen.app.screen, StoryScreen) and "4.2 s" in screen.text()
        assert "\x1b" not in screen.text() and "\u202e" not in screen.text()
        await screen.press("escape", "slash", *"zzz", "enter")
        assert "it has not been decided before" in screen.text()
        await screen.press("escape")
        assert "3 entries" in screen.lines()[0], "the first one only takes the search back"
        ledgers.sound = Soundness(False, "NOT intact: entry 2 is not what was recorded")
        await screen.press("v")
        assert "NOT intact: entry 2" in screen.status()
        await screen.press("escape")
        assert not isinstance(screen.app.screen, LedgerScreen)


async def test_more_comes_at_the_end_and_what_cannot_be_read_is_said(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tuple(replace(ENTRIES[1], seq=number) for number in range(1, 151))
    async with open_board() as screen:
        screen.app.equip(review=ReviewTools(ledgers=(ledgers := FakeLedgers(*many))))
        await screen.press("L", "G")
        assert ledgers.asked == [("", None), ("", 51)] and "150 entries" in screen.lines()[0]

        async def broken(*_: object) -> None:
            raise LedgerUnreadable("the state database cannot be read: \x1b]0;x")

        monkeypatch.setattr(ledgers, "entries", broken)
        await screen.press("slash", "x", "enter")
        assert "cannot be read: ␛]0;x" in screen.text()
        screen.app.equip(review=ReviewTools())
        await screen.press("escape", "v")
        assert "no ledger to read" in screen.text()


def test_who_said_it_is_a_sign_and_a_word() -> None:
    told = [plain((*entry_line(one).label, *entry_line(one).body)) for one in ENTRIES]
    assert "░ agent" in told[0] and "▸ ada" in told[1] and "◆ tool" in told[2]


def test_how_far_it_is_intact_is_never_said_higher_than_it_is() -> None:
    assert intact(9, 7, None) == "intact up to #9, anchored at #7 · unwitnessed since #1"
    assert intact(9, 7, 7) == "intact up to #9, anchored at #7 · unwitnessed since #8"
    assert intact(9, 9, 9) == "intact up to #9, anchored at #9 · witnessed up to #9"
    assert intact(0, None, None) == "empty"
