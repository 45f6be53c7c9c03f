"""The log of a run on the screen: a real file is read, grows, is searched, opened record by record, and replaced."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.log_reading import LogFiles
from state.board import CallLine, Detail
from state.reading import Ended, Handed, Program
from state.runs.card import Card
from tests.adapters.test_log_reading import call, result, story
from tests.tui.conftest import OpenBoard
from tests.tui.fleet import detail_of
from tests.tui.on_screen import Screen
from tui.reading_tools import ReadingTools
from tui.screens.log import LogScreen
from tui.widgets.filter_line import FilterLine


class Shelf:
    """An editor and a pager that keep what they are given."""

    def __init__(self) -> None:
        self.given: list[tuple[Program, Handed]] = []

    def run(self, program: Program, handed: Handed) -> Ended:
        self.given.append((program, handed))
        return Ended(f"{program} ended")


@asynccontextmanager
async def reading(open_board: OpenBoard, log: Path, size: tuple[int, int] = (80, 14)) -> AsyncIterator[Screen]:
    def detail(card: Card) -> Detail:
        told = replace(card, agent="claude-code", source_log=str(log))
        return replace(detail_of(told), story=(CallLine(1.0, "said", "x", log=str(log)),), origins={})

    async with open_board(size=size, detail_of=detail) as screen:
        screen.app.equip(reading=ReadingTools(Shelf(), LogFiles({})))
        await screen.press("O")
        await read(screen)
        yield screen


async def read(screen: Screen) -> None:
    """Wait until every window that was asked for is there, and every search is over."""
    log = screen.app.screen
    while under_way := [one for one in screen.app.workers if one.node is log and not one.is_finished]:
        await screen.app.workers.wait_for_complete(under_way)
        await screen.settled()


async def pressed(screen: Screen, *keys: str) -> list[str]:
    await screen.press(*keys)
    await read(screen)
    return body(screen)


def body(screen: Screen) -> list[str]:
    return [line[10:] for line in screen.lines()[1:-2]]


def cursor(screen: Screen) -> str:
    lines = screen.app.screen.query_one("#log")
    return lines.current.copied  # type: ignore[attr-defined]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_bytes(story(400))
    return path


async def test_a_log_is_read_from_its_end_to_its_beginning_and_followed(open_board: OpenBoard, log: Path) -> None:
    async with reading(open_board, log) as screen:
        assert body(screen)[-2:] == ["● echo 399", "■ said 399"]
        assert screen.lines()[0].endswith("following")
        with log.open("ab") as file:
            file.write(call(400, "echo grown"))
        await looked(screen)
        assert body(screen)[-1] == "● echo grown"
        # Whoever leaves the end is left alone; whoever comes back follows again.
        before = await pressed(screen, "k")
        with log.open("ab") as file:
            file.write(result(400, "and more"))
        await looked(screen)
        assert (body(screen), cursor(screen)) == (before, "said 399")
        assert not screen.lines()[0].endswith("following")
        assert (await pressed(screen, "G"))[-1] == "└ and more"
        assert (await pressed(screen, "g"))[:2] == ["● echo 0", "└ said 0"]
        assert "0 % of" in screen.lines()[0]
        for _ in range(5):  # beyond what was held at first: ten lines a page, two of them a call
            await screen.press("pagedown")
        await read(screen)
        assert cursor(screen) == "echo 25"
        for key, place in (("c", "echo 26"), ("C", "echo 25"), ("x", "said 29")):
            await pressed(screen, key)
            assert cursor(screen) == place
        # The mouse does what the keys do: a click puts the cursor, the second opens the record.
        await screen.pilot.click("#log", offset=(20, 0))
        assert cursor(screen) == body(screen)[0][2:]
        await screen.pilot.click("#log", offset=(20, 0), times=2)
        await read(screen)
        assert any(line.startswith("│") for line in body(screen))
        await pressed(screen, "enter")
        screen.forget_paint()
        await screen.press("j")
        assert screen.rows_painted("log") == 2
        screen.forget_paint()
        await looked(screen)
        assert (screen.frames, screen.rows_painted("log")) == ([], 0)


async def search(screen: Screen, words: str) -> None:
    await screen.press("slash")
    screen.app.screen.query_one(FilterLine).input.value = words
    await pressed(screen, "enter")


async def looked(screen: Screen) -> None:
    """Let the log be looked at as the timer does."""
    log = screen.app.screen
    assert isinstance(log, LogScreen)
    await log.look()
    await read(screen)


async def test_words_are_found_and_a_record_is_copied_and_handed_over(open_board: OpenBoard, log: Path) -> None:
    before = log.read_bytes()
    async with reading(open_board, log) as screen:
        await screen.press("k", "y", "Y")
        assert screen.clipboard.texts == ["echo 399", before.splitlines()[-2].decode()]
        page = screen.app.screen
        assert isinstance(page, LogScreen)
        last = len(before.splitlines())
        assert await page.to_hand_over("editor") == Handed("log.jsonl", before, line=last - 1)
        offset = len(b"".join(before.splitlines(keepends=True)[:-2]))
        assert await page.to_hand_over("pager") == Handed(str(log), path=str(log), offset=offset)
        await screen.press("e")
        assert screen.status() == " this terminal cannot be lent to another program"  # a test has none
        await pressed(screen, "g")
        await search(screen, "said 25")
        assert cursor(screen) == "said 25"
        await pressed(screen, "n")
        assert cursor(screen) == "said 250"
        await pressed(screen, "N")
        await pressed(screen, "N")
        assert cursor(screen) == "said 25"
        assert screen.status() == " no further “said 25” above"
        # The id of a call stands in its record alone: it is opened, and its line is gone to.
        await search(screen, "c300")
        assert cursor(screen) == "c300"
        assert any(line.startswith("│") and "id: c300" in line for line in body(screen))
        await screen.press("escape")  # ends the search and not the reading
        assert isinstance(screen.app.screen, LogScreen)
        await pressed(screen, "enter")
        assert not any(line.startswith("│") for line in body(screen))
        await screen.press("escape")
        assert not isinstance(screen.app.screen, LogScreen)
    assert log.read_bytes() == before


async def test_a_log_that_is_replaced_or_goes_is_said_and_what_was_read_stays(open_board: OpenBoard, log: Path) -> None:
    async with reading(open_board, log) as screen:
        other = log.with_name("other")
        other.write_bytes(story(3))
        await looked(screen)
        other.rename(log)
        await looked(screen)
        assert screen.status() == " another file stands in its place now; this is that one"
        assert body(screen)[:2] == ["● echo 0", "└ said 0"]
        log.unlink()
        await looked(screen)
        assert screen.status() == " the log cannot be read: it is no longer there"
        assert body(screen)[:2] == ["● echo 0", "└ said 0"]
        log.write_bytes(call(7, "back again"))
        await looked(screen)
        assert body(screen)[0] == "● back again"
