"""The mouse: it selects, opens and copies on every screen, and nothing that is clicked decides or orders anything."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby

import pytest
from textual.events import Click
from textual.widget import Widget

from state.board import ChangeDetail
from state.clicking import by_click
from state.commands import command
from state.runs.view import PANES
from tests.tui.at_change import RUN
from tests.tui.at_conflicts import MATRIX, FakeHunks, clashing
from tests.tui.fleet import fleet
from tests.tui.on_screen import Screen, nothing_left_to_do
from tui.screens.conflicts import ConflictsScreen
from tui.screens.diff import DiffScreen
from tui.screens.evidence import EvidenceScreen
from tui.screens.palette import PaletteScreen
from tui.screens.pointed import command_in, pane_in, state_in
from tui.spans import Span
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine

_QUIET = {"look", "read", "attended"}
"""Orders that only have something read again."""


def places(screen: Screen) -> Iterator[tuple[Widget, int, int]]:
    """Give a grid over the screen: each bar at every second cell, each list at each second row and three columns."""
    for widget in screen.app.screen.query("*"):
        width, height = widget.size
        if isinstance(widget, OneLine) and height:
            yield from ((widget, x, 0) for x in range(1, width, 6))
        elif isinstance(widget, Lines) and height:
            yield from ((widget, x, y) for y in range(0, height, 6) for x in (1, width // 2, width - 2))


async def clicked_everywhere(screen: Screen) -> set[str]:
    """Click the whole grid, each place once and twice; screens are named and not opened, and nothing is left."""
    came, app, base = set[str](), screen.app, screen.app.screen
    with pytest.MonkeyPatch.context() as kept:
        kept.setattr(app, "push_screen", lambda shown, *_: came.add(type(shown).__name__))
        kept.setattr(app, "exit", lambda *_: came.add("exit"))
        kept.setattr(base, "dismiss", lambda *_: came.add("left"))
        for widget, those in groupby(reversed(list(places(screen))), lambda place: place[0]):
            with app.batch_update():  # nothing that is painted between two clicks is looked at
                for _, x, y in those:
                    await clicked(widget, x, y)
            await screen.settled()
    return came


async def clicked(widget: Widget, x: int, y: int) -> None:
    left, top = widget.content_region.offset
    for chain in (1, 2):
        widget.post_message(Click(widget, x, y, 0, 0, 1, False, False, False, left + x, top + y, chain=chain))
    await nothing_left_to_do()


def ordered(screen: Screen) -> list[str]:
    return [verb for verb, _ in screen.reader.orders if verb not in _QUIET]


def test_what_carries_something_out_is_asked_for_by_a_key() -> None:
    withheld = ("stop", "stop_all", "hold", "freeze", "freeze_all", "refresh", "approve", "deny", "merge_change")
    withheld += ("run_checks", "end_checks", "rebuild", "mark_seen", "mark_file", "freeze_run", "escalate", "attach")
    assert not any(by_click(command(name)) for name in withheld)
    assert all(by_click(command(name)) for name in ("open", "pane_tests", "copy", "help", "change", "next_hunk"))


def test_a_piece_of_the_bars_stands_for_what_it_says() -> None:
    assert [pane_in(Span(f"{number} ", "faint")) for number in range(1, 8)] == [*PANES, None]
    assert pane_in(Span("files", "tab")) == "files" and pane_in(Span(" 3/7", "dim")) is None
    assert (state_in(Span(" ● 4", "working")), state_in(Span(" waiting ", "dim"))) == ("working", "waiting")
    assert state_in(Span("main", "faint")) is None
    told = [
        command_in(Span(*one)) for one in ((" 3 need you ", "badge"), (" D ", "key"), ("$4.12/h", "dim"), ("x", "dim"))
    ]
    assert told == ["next_waiting", "decide", "money", None]


async def test_no_click_on_the_board_or_a_change_orders_anything(changing: Callable) -> None:
    async with changing(size=(100, 26)) as page:
        screen = page.screen
        found = await clicked_everywhere(screen)
        assert ordered(screen) == [] and "DiffScreen" in found, "the footer's diff was opened"
        await screen.pilot.click(offset=row_of(screen, "t checks"))
        assert "run checks: press t; a click orders nothing" in screen.text()
        await screen.press("v")
        assert isinstance(screen.app.screen, DiffScreen)
        await clicked_everywhere(screen)
        screen.app.pop_screen()
        screen.app.pop_screen()
        await screen.settled()
        found = await clicked_everywhere(screen)
        assert {"HelpScreen", "PaletteScreen", "exit"} <= found and ordered(screen) == []
        await screen.press("colon")
        assert isinstance(screen.app.screen, PaletteScreen)
        await clicked_everywhere(screen)
        assert ordered(screen) == [] and not page.signed and screen.app.is_running


async def test_no_click_answers_a_request(deciding: Callable) -> None:
    async with deciding(size=(100, 26)) as (screen, ticks):
        ticks.at += 5.0
        await clicked_everywhere(screen)
        assert ordered(screen) == []
        await screen.pilot.click(offset=row_of(screen, "a approve"))
        assert "approve: press a; a click orders nothing" in screen.text() and ordered(screen) == []


def row_of(screen: Screen, words: str) -> tuple[int, int]:
    y, line = next((at, one) for at, one in enumerate(screen.lines()) if words in one)
    return line.index(words), y


async def test_clicks_select_and_open(open_board: Callable, monkeypatch) -> None:
    one = replace(fleet()[0], worktree="/home/ada/wt")
    async with open_board([one, fleet()[1]], size=(110, 34), changed={RUN: ChangeDetail(RUN)}) as screen:
        await screen.pilot.click(offset=row_of(screen, "4 files"))
        assert "services/payment.py" in screen.text()
        await screen.pilot.click(offset=row_of(screen, "services/retry.py"), times=2)
        await screen.settled()
        assert isinstance(screen.app.screen, DiffScreen) and screen.app.screen._path_wanted == "services/retry.py"
        screen.app.pop_screen()
        await screen.pilot.click(offset=row_of(screen, "1 facts"))
        await screen.pilot.click(offset=row_of(screen, ".jsonl:"), times=2)
        await screen.settled()
        assert isinstance(screen.app.screen, EvidenceScreen), "a line opens the record that it was read from"


async def test_a_click_on_a_cell_of_the_matrix_selects_its_pair(open_board: Callable) -> None:
    async with open_board(clashing(), size=(120, 30), matrix=MATRIX) as screen:
        screen.app.equip(hunks=FakeHunks())
        await screen.press("c")
        shown = screen.app.screen
        assert isinstance(shown, ConflictsScreen)
        x, y = row_of(screen, "ledger-rounding ")
        row = next(at for at, line in enumerate(screen.lines()) if at > y and line.lstrip(" ▸").startswith("feat/"))
        await screen.pilot.click(offset=(x + 2, row))
        await screen.settled()
        assert {shown._grid.name(one) for one in shown._pair} == {"feat/checkout-retry", "ledger-rounding"}
        await clicked_everywhere(screen)
        assert ordered(screen) == []


async def test_text_that_the_mouse_marks_is_copied_and_nothing_else_is_laid_out(open_board: Callable) -> None:
    async with open_board(size=(110, 34)) as screen:
        await screen.press("2")
        x, y = row_of(screen, "Retry a failed payment exactly once.")
        await screen.pilot.mouse_down(offset=(x, y))
        await screen.pilot.hover(offset=(x + 14, y))
        await screen.pilot.mouse_up(offset=(x + 14, y))
        await screen.press("y")
        assert screen.clipboard.texts == ["Retry a failed "]
        assert isinstance(screen.app.screen.focused, Widget)
