"""The eyes and hands of the screen tests: lines of text, keys, and counts of what was painted."""

import asyncio
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from state.gates.request import Request
from state.runs.card import Card
from tests.tui.fake_reader import Clock, FakeClipboard, FakeReader
from tui.app import HeadgateApp


async def nothing_left_to_do(*_: float) -> None:
    """Wait until nothing can go on before time passes; Textual's own wait sleeps and asks how busy the process was.

    `_ready` is asyncio's own, the same in every release: what the loop will call next.
    """
    loop: Any = asyncio.get_running_loop()
    busy = True
    while busy:
        await asyncio.sleep(0)
        busy = bool(loop._ready)


@dataclass
class Screen:
    """The running board, seen as lines of text and driven by keys."""

    app: HeadgateApp
    pilot: Pilot[None]
    reader: FakeReader
    clipboard: FakeClipboard
    clock: Clock
    frames: list[int]
    painted: list[tuple[str, int]]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def resized(self, width: int, height: int) -> None:
        """Let the terminal have another size, and wait until the screen is arranged in it."""
        await self.pilot.resize_terminal(width, height)
        async with asyncio.timeout(60.0):
            while tuple(self.app.screen._compositor.size) != (width, height):  # noqa: ASYNC110 - Textual's own timer
                await asyncio.sleep(0.002)

    async def settled(self) -> None:
        """Wait until no message and no repaint is outstanding: two looks in a row bring no frame."""
        calm = 0
        while calm < 2:
            frames = len(self.frames)
            await self.pilot.pause()
            calm = calm + 1 if len(self.frames) == frames else 0

    async def changed(self, *cards: Card) -> None:
        self.reader.put(*cards)
        self.reader.ring()
        await self.settled()

    async def asked(self, *requests: Request) -> None:
        self.reader.ask(*requests)
        self.reader.ring()
        await self.settled()

    def lines(self) -> list[str]:
        """The screen as the terminal would show it. `_compositor` is Textual's own; only this line knows it."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    def selected(self) -> str:
        """The row that the table's cursor stands on."""
        return next((line for line in self.lines() if line.startswith("▸")), "")

    def status(self) -> str:
        return self.lines()[-2]

    def forget_paint(self) -> None:
        self.frames.clear()
        self.painted.clear()

    def rows_painted(self, widget: str) -> int:
        return sum(1 for name, _ in self.painted if name == widget)
