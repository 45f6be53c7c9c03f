"""The board on a fake reader with a fleet of fixed runs at a fixed time, and the snapshots of its text."""

import difflib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from state.board_setting import SHIPPED_BOARD, BoardSetting
from state.ports import Problem
from state.remembered import NOTHING_REMEMBERED, Remembered
from state.runs.card import Card
from tests.tui.at_a_request import deciding  # noqa: F401 - a fixture of this room
from tests.tui.at_change import changing  # noqa: F401 - a fixture of this room
from tests.tui.at_control import controlled  # noqa: F401 - a fixture of this room
from tests.tui.fake_reader import Clock, FakeClipboard, FakeReader
from tests.tui.fleet import fleet
from tests.tui.on_screen import Screen, nothing_left_to_do
from tests.tui.parsed_once import share_parsed_rules
from tui.app import HeadgateApp
from tui.widgets.lines import Lines

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "HEADGATE_UPDATE_SNAPSHOTS"


@pytest.fixture(autouse=True)
def one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is put up for a test be read in the same moment."""
    monkeypatch.setattr("tui.pump.REST", 0.0)


@pytest.fixture
def cards() -> list[Card]:
    return fleet()


OpenBoard = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def open_board(monkeypatch: pytest.MonkeyPatch) -> OpenBoard:
    """Opens the board on cards at a size, and counts frames and painted rows."""

    @asynccontextmanager
    async def opened(
        cards: Iterable[Card] | None = None,
        size: tuple[int, int] = (120, 40),
        theme: str | None = None,
        remembered: Remembered = NOTHING_REMEMBERED,
        forgotten: Problem | None = None,
        setting: BoardSetting = SHIPPED_BOARD,
        kind: type[HeadgateApp] = HeadgateApp,
        **facts: object,
    ) -> AsyncIterator[Screen]:
        reader, clipboard, clock = FakeReader(fleet() if cards is None else cards), FakeClipboard(), Clock()
        for name, value in facts.items():
            setattr(reader, name, value)
        frames: list[int] = []
        painted: list[tuple[str, int]] = []
        render_line = Lines.render_line

        def counting(self: Lines, y: int):
            painted.append((self.id or "", y))
            return render_line(self, y)

        monkeypatch.setattr(Lines, "render_line", counting)
        share_parsed_rules(monkeypatch)
        for module in ("textual.app", "textual.pilot"):
            monkeypatch.setattr(f"{module}.wait_for_idle", nothing_left_to_do)
        app = kind(reader, clipboard, clock, theme, setting=setting)
        app.board.recall(remembered, forgotten)
        app.post_display_hook = lambda: frames.append(1)  # type: ignore[method-assign]
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot, reader, clipboard, clock, frames, painted)
            await screen.settled()
            yield screen

    return opened


@pytest.fixture
def matches_snapshot() -> Callable[[str, str], None]:
    """Compares text with a stored file; writes the file instead when the environment asks for it."""

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get(UPDATE):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        assert path.exists(), f"no snapshot {path.name}: set {UPDATE}=1 once"
        stored = path.read_text(encoding="utf-8")
        told = difflib.unified_diff(stored.splitlines(), [*text.split("\n")], path.name, "the screen", lineterm="", n=1)
        assert text + "\n" == stored, "\n".join(["the screen is not what it was", *told])

    return compare
