"""What a change may cost, counted in frames and painted rows and never in milliseconds."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.geometry import Size
from textual.widget import Widget

from state.runs.card import Blocker, Card
from tui.app import HeadgateApp

BUSY = 200
OTHER_SCREENS = {
    f"tui.screens.{name}"
    for name in (
        "answering",
        "change",
        "conflicts",
        "decide",
        "diff",
        "evidence",
        "help",
        "ledger",
        "log",
        "money",
        "palette",
    )
}


def many(count: int) -> list[Card]:
    """Runs that all work, so that no change of one moves another."""
    return [
        Card(
            id=f"{number:010x}", agent="codex", session_id=str(number), state="working", because="b", need=20, seen=0.0
        )
        for number in range(count)
    ]


def titled(cards: list[Card], now: float) -> list[Card]:
    return [replace(card, task_title=f"task {number:03}", seen=now) for number, card in enumerate(cards)]


@pytest.fixture
def busy(open_board: Callable) -> Callable:
    def opened(**words: object):
        return open_board(titled(many(BUSY), 1_795_262_400.0), **words)

    return opened


async def test_one_changed_visible_run_is_one_frame_and_one_row(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await screen.changed(replace(screen.reader.cards[f"{3:010x}"], because="pytest -x"))
        assert screen.painted == [("runs", 4)]
        assert len(screen.frames) == 1
        assert "pytest -x" in screen.lines()[5]


async def test_a_changed_run_that_is_looked_at_is_one_frame_too(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await screen.changed(replace(screen.reader.cards[f"{0:010x}"], because="pytest -x"))
        assert len(screen.frames) == 1
        assert screen.rows_painted("runs") == 1
        assert [line for line in screen.lines() if "● working  pytest -x" in line]


async def test_a_changed_run_off_the_screen_paints_nothing(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await screen.changed(replace(screen.reader.cards[f"{150:010x}"], because="pytest -x"))
        assert (screen.painted, screen.frames) == ([], [])


async def test_a_change_that_shows_nowhere_paints_nothing(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await screen.changed(replace(screen.reader.cards[f"{3:010x}"], source_offset=99, rev=7))
        assert (screen.painted, screen.frames) == ([], [])


async def test_five_hundred_updates_in_one_batch_are_one_frame(busy: Callable) -> None:
    async with busy() as screen:
        height = screen.app.screen.query_one("#runs").size.height
        screen.forget_paint()
        for number in range(500):
            run = f"{number % BUSY:010x}"
            screen.reader.put(replace(screen.reader.cards[run], because=f"step {number}"))
        screen.reader.ring()
        await screen.settled()
        assert len(screen.frames) == 1
        assert screen.rows_painted("runs") == height - 1


async def test_a_cursor_that_goes_down_one_row_paints_two_rows(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await screen.press("j")
        assert sorted(y for name, y in screen.painted if name == "runs") == [1, 2]


async def test_a_cursor_on_a_run_with_more_lines_lays_nothing_out_anew(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = titled(many(BUSY), 1_795_262_400.0)
    cards[1] = replace(cards[1], blockers=tuple(Blocker("tests", f"blocker {number}", None) for number in range(5)))
    async with open_board(cards, size=(100, 24)) as screen:
        laid = list[Widget]()
        pane = screen.app.screen.query_one("#pane")
        lines, room = pane.virtual_size.height, pane.size.height
        monkeypatch.setattr(Compositor, "reflow", lambda self, parent, size: laid.append(parent))
        await screen.press("j")
        assert pane.virtual_size.height > lines > room
        assert laid == []


async def test_a_cursor_on_a_run_without_news_costs_one_frame(busy: Callable) -> None:
    async with busy() as screen:
        await screen.press("4", "j")
        screen.forget_paint()
        await screen.press("j")
        assert len(screen.frames) == 1


async def test_a_mouse_that_passes_paints_nothing(busy: Callable) -> None:
    async with busy() as screen:
        await screen.pilot.hover("#runs", offset=(3, 3))
        await screen.settled()
        screen.forget_paint()
        for column in range(5, 60, 5):
            await screen.pilot.hover("#runs", offset=(column, column % 9))
            await screen.pilot.hover("#pane", offset=(column, 2))
        await screen.settled()
        assert (screen.painted, screen.frames) == ([], [])


async def test_an_idle_screen_paints_no_frame(busy: Callable) -> None:
    async with busy() as screen:
        screen.forget_paint()
        await asyncio.sleep(2.0)
        assert (screen.painted, screen.frames) == ([], [])


async def test_only_an_age_that_reads_differently_is_painted(busy: Callable) -> None:
    async with busy() as screen:
        await screen.changed(replace(screen.reader.cards[f"{4:010x}"], seen=screen.clock() - 30))
        await screen.press("5")
        screen.forget_paint()
        screen.clock.time += 31
        screen.app.screen.grow_older()
        await screen.settled()
        moved = [y for name, y in screen.painted if name == "runs"]
        assert moved, "the run is quiet now: its age reads 1m and it goes below the busy ones"
        screen.forget_paint()
        screen.app.screen.grow_older()
        await screen.settled()
        assert screen.painted == []


async def test_the_first_frame_shows_the_rows_and_all_that_a_key_brings_comes_behind_it(
    busy: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid, reparsed = list[bool](), list[object]()
    reflow = Compositor.reflow
    monkeypatch.setattr(Stylesheet, "reparse", reparsed.append)

    def counting(self: Compositor, parent: Widget, size: Size):
        laid.append(not all(one.display for one in parent.query("*")))
        return reflow(self, parent, size)

    monkeypatch.setattr(Compositor, "reflow", counting)
    async with busy() as screen:
        first = screen.painted[: screen.painted.index(("runs", 1)) + 1]
        assert ("runs", 1) in screen.painted and [y for name, y in first if name == "runs"] == [0, 1]
        assert laid[0] is False and laid[-1] is True, "what is hidden is no part of the first arrangement"
        assert reparsed == [], "a theme that is taken while the app runs reads every style sheet anew"


def test_the_app_loads_nothing_heavy() -> None:
    heavy = {"git", "markdown_it", "pygments.lexers", "tree_sitter", "pydantic", "sqlite3", "aiosqlite", "msgspec"}
    program = f"import sys, tui.app; loaded = {heavy} & set(sys.modules); assert not loaded, loaded"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_first_row_loads_no_half_of_the_core_and_no_other_screen() -> None:
    heavy = {"pydantic", "msgspec", "watchfiles", "git", "tree_sitter", "genai_prices", "state.supervisor"}
    heavy |= {"argparse", "importlib.metadata", "tomllib", "state.runs.run", "state.money.spending"}
    heavy |= {"tui.forms", "tui.screens.control", "tui.widgets.form_line", "tui.widgets.edit_line"}
    program = (
        "import sys, tui.wiring_open, tui.opening, state.store.reader\n"
        "screens = {name for name in sys.modules if name.startswith('tui.screens.')}\n"
        f"print(*sorted({heavy} & set(sys.modules)), *sorted(screens & {OTHER_SCREENS}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


async def test_a_board_that_is_ended_before_it_stands_ends_once_it_does(
    busy: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = HeadgateApp.on_load

    async def ended(app: HeadgateApp) -> None:
        await loaded(app)
        app.board.end(143)
        assert app.return_code is None, "half of a board breaks when it is taken down"

    monkeypatch.setattr(HeadgateApp, "on_load", ended)
    async with busy() as screen:
        assert screen.app.board.composed and screen.app.return_code == 143
