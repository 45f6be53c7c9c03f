"""Where the halves stand at which size, what z does, and what is left after a terminal was dragged about."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events
from textual.geometry import Size

from state.ports import Problem
from state.remembered import Remembered
from state.runs.card import Card
from tests.tui.at_change import CHANGE, MERGE, RUN, FakeDiffs, FakeLedgers
from tests.tui.at_conflicts import MATRIX
from tests.tui.at_money import FakeMoneys
from tests.tui.fake_reader import Clock, FakeClipboard, FakeReader
from tests.tui.fleet import fleet
from tests.tui.on_screen import Screen
from tui.app import HeadgateApp
from tui.review_tools import ReviewTools
from tui.widgets.form_line import FormLine

SIZES = ((60, 15), (80, 24), (130, 20), (120, 40), (200, 12), (170, 45), (40, 10))
WHERE = {
    (60, 15): "one at a time",
    (80, 24): "stacked",
    (130, 20): "side by side",
    (120, 40): "stacked",
    (200, 12): "side by side",
    (170, 45): "side by side",
    (40, 10): "one at a time",
}


def halves(screen: Screen) -> str:
    """Say how the two halves stand, by the lines alone."""
    lines = screen.lines()
    table = next((at for at, line in enumerate(lines) if "state " in line and "task" in line), None)
    detail = next((at for at, line in enumerate(lines) if "1 facts" in line), None)
    if table is None or detail is None:
        return "one at a time"
    return "side by side" if table == detail else "stacked"


async def resized(screen: Screen, size: tuple[int, int]) -> None:
    """Drag the terminal to a size and wait for it; Textual rests a moment, so that a storm is one layout."""
    await screen.pilot.resize_terminal(*size)
    async with asyncio.timeout(60):
        while len(screen.lines()) != size[1]:  # noqa: ASYNC110 - Textual tells nobody when it has laid out
            await asyncio.sleep(0.01)
    await screen.settled()


async def seen(screen: Screen, told: Callable[[], bool]) -> None:
    """Wait until the screen shows it: a busy machine may rest between a key and the layout that follows it."""
    for _ in range(3000):
        if told():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen.text())


async def test_the_halves_stand_as_the_size_has_room_for_them(open_board: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        told = {}
        for size in SIZES:
            await resized(screen, size)
            told[size] = halves(screen)
            assert len(screen.lines()) == size[1] and screen.selected()
        assert told == WHERE


async def test_where_one_half_stands_alone_each_key_leads_to_what_it_opens(open_board: Callable) -> None:
    async with open_board(size=(60, 15)) as screen:
        await screen.press("z")
        assert "zoom: one half is shown at a time here" in screen.status()
        await screen.press("4")
        assert "services/payment.py" in screen.text() and not screen.selected()
        await screen.press("escape")
        assert screen.selected() and "services/payment.py" not in screen.text()
        await screen.press("n")
        assert "which program runs it?" in screen.text(), "a form shows all that it asks for"
        await screen.press("escape")
        assert screen.selected()


@pytest.mark.parametrize("size", [(80, 24), (130, 20)])
async def test_z_gives_the_whole_screen_to_the_half_with_the_keys_and_takes_it_back(
    open_board: Callable, size: tuple[int, int]
) -> None:
    async with open_board(size=size) as screen:
        before = screen.lines()
        await screen.press("z")
        await seen(screen, lambda: "1 facts" not in screen.text() and "Document the pub" in screen.text())
        await screen.press("4")
        await seen(screen, lambda: "services/payment.py" in screen.text() and bool(screen.selected()))
        await screen.press("1", "z", "z")
        await seen(screen, lambda: screen.lines() == before)
        await screen.press("enter", "z")
        await seen(screen, lambda: screen.lines()[1].startswith("─ 1 facts") and not screen.selected())
        assert len(screen.lines()[1]) >= size[0] - 1
        await screen.press("z")
        await seen(screen, lambda: halves(screen) == WHERE[size])
        assert screen.app.screen.view.place == "detail"
        await screen.press("z", "escape", "escape")
        assert screen.app.screen.view.place == "table"
        await screen.press("z", "slash", "x", "escape")
        await seen(screen, lambda: "1 facts" not in screen.text())
        await screen.press("n")
        await seen(screen, lambda: "which program runs it?" in screen.text())
        await screen.press("escape", "escape")
        await seen(screen, lambda: halves(screen) == WHERE[size])


async def test_an_empty_board_says_why_there_is_nothing_to_zoom(open_board: Callable) -> None:
    async with open_board([]) as screen:
        await screen.press("z")
        assert "zoom: there is one half until there is a run" in screen.status()


def dragged() -> list[tuple[int, int]]:
    """A hundred sizes as a hand drags them, down to almost nothing and up again."""
    return [(max(4, 200 - 4 * step), max(2, 50 - step)) for step in range(50)] + [
        (4 + 3 * step, 2 + step) for step in range(50)
    ]


async def test_a_hundred_sizes_end_with_the_right_layout_and_few_frames(open_board: Callable) -> None:
    cards = [
        Card(
            id=f"{n:010x}",
            agent="codex",
            session_id=f"{n}",
            state="idle",
            because="",
            need=0,
            task_title=f"task {n:02}",
        )
        for n in range(60)
    ]
    async with open_board(cards, size=(120, 40)) as screen:
        await screen.press("pagedown", "pagedown", "j", "j", "j", "j", "enter", *"jjjjjj")
        assert "task 38" in screen.selected() and "▸" in screen.text()
        screen.forget_paint()
        for size in dragged():
            screen.app.post_message(events.Resize(Size(*size), Size(*size)))
            await asyncio.sleep(0.005)
        await resized(screen, (120, 40))
        assert len(screen.frames) <= 4 * 101, "a size costs a layout and a few paints at the most"
        assert "task 38" in screen.selected() and halves(screen) == "stacked"
        assert screen.app.screen.detail.lines.at == 6
        shown = [line for line in screen.lines() if "○ idle" in line]
        names = [f"task {number:02}" for number in range(60)]
        first = next(at for at, name in enumerate(names) if name in shown[0])
        assert len(shown) == 18 and all(name in line for name, line in zip(names[first:], shown, strict=False))


SCREENS = ("v", "L", "dollar_sign", "c", "question_mark", "colon", "n", "E", "m", "X", "e", "slash", "enter")


async def test_no_screen_breaks_at_twenty_by_five_and_each_is_of_use_at_sixty_by_fifteen(open_board: Callable) -> None:
    facts = {"requests": (MERGE,), "changed": {RUN: CHANGE}, "matrix": MATRIX}
    async with open_board(size=(60, 15), **facts) as screen:
        screen.app.equip(review=ReviewTools(FakeDiffs(), None, None, FakeLedgers(), "ada", FakeMoneys()))
        for key in SCREENS:
            await screen.press(key)
            before = screen.lines()
            assert sum(bool(line.strip()) for line in before) >= 6, (key, screen.text())
            await resized(screen, (20, 5))
            await screen.press("down")
            await resized(screen, (60, 15))
            await screen.press("escape", "escape")
            assert screen.app.screen.view.place == "table", key


async def test_a_board_begins_as_the_last_one_ended(open_board: Callable, cards: list[Card]) -> None:
    last = Remembered("task", "log", "57099ed001", "headgate-light")
    calm = [replace(card, need=0) for card in cards]
    async with open_board(calm, remembered=last) as screen:
        assert "Make the catalogue" in screen.selected() and "runs by task" in screen.status()
        assert screen.lines()[2].strip().startswith("◆ done      Document the public API")
        assert screen.text().count("a human interrupted it") == 2, "its row, and the log that was open"
        assert screen.app.board.remembered == last
        await screen.changed(replace(cards[0]))
        assert "Retry a failed payment" in screen.selected(), "nothing stands before what needs you"
        assert screen.app.board.remembered == last, "a board that was only looked at remembers nothing new"
        await screen.press("s", "tab", "j", "z", "slash", *"no such run", "enter")
        assert screen.app.board.remembered.sort == "branch" and screen.app.board.remembered.pane == "tests"


async def test_what_was_remembered_and_cannot_be_read_is_a_problem(open_board: Callable) -> None:
    trouble = Problem("board.json", "what the board remembered was left out: it is broken", "nothing else is lost")
    async with open_board(remembered=Remembered("task"), forgotten=trouble) as screen:
        assert "1 problem" in screen.status()
        await screen.press("exclamation_mark")
        assert "left out: it is broken" in screen.text() and "nothing else is lost" in screen.text()


async def test_several_repositories_stand_in_one_table_each_row_with_its_own(open_board: Callable) -> None:
    both = {card: "bank" if number % 2 else "shop" for number, card in enumerate(one.id for one in fleet())}
    async with open_board(size=(80, 24), repositories=both) as screen:
        assert screen.lines()[1].split()[:3] == ["state", "repo", "task"]
        assert screen.selected().split()[:4] == ["▸", "▲", "waiting", "shop"]
        await screen.press("slash", *"bank", "enter")
        rows = [line for line in screen.lines()[2:12] if "  bank  " in line]
        assert len(rows) == 5 and "shop " not in "".join(screen.lines()[2:12])
        await resized(screen, (60, 15))
        assert screen.lines()[1].split()[:3] == ["state", "repo", "task"]


async def test_keys_that_come_before_the_board_stands_are_kept_in_their_order(cards: list[Card]) -> None:
    app = HeadgateApp(FakeReader(cards), FakeClipboard(), Clock())
    app.board.recall(Remembered(pane="log"))
    for key in "4nhi":
        app.post_message(events.Key(key, key))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.board.view.place == "form" and app.board.query_one(FormLine).values == {"task": "hi"}
