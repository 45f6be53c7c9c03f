"""The decide screen on requests, with a clock that stands until a test moves it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.tui.asking import ALL
from tests.tui.on_screen import Screen
from tests.tui.test_guard import Ticks
from tui.screens.decide import DecideScreen

DecidingScreen = Callable[..., AbstractAsyncContextManager[tuple[Screen, Ticks]]]


@pytest.fixture
def deciding(open_board: Callable) -> DecidingScreen:
    """Opens the decide screen on requests; the clock of the guard stands until a test moves it."""

    @asynccontextmanager
    async def opened(*requests: object, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Screen, Ticks]]:
        async with open_board(size=size, requests=requests or ALL) as screen:
            ticks = Ticks()
            screen.app.clock = ticks
            screen.reader.answers = {verb: f"{verb} by ada" for verb in ("approve", "deny", "escalate", "freeze")}
            await screen.press("D")
            await drawn(screen)
            yield screen, ticks

    return opened


async def drawn(screen: Screen) -> DecideScreen:
    """Wait until what stands there was drawn."""
    for _ in range(3000):
        shown = screen.app.screen
        if isinstance(shown, DecideScreen) and shown.guard.dwell(1e9) is not None:
            return shown
        await screen.settled()
    raise AssertionError(screen.text())


async def looked_and_pressed(screen: Screen, ticks: Ticks, *keys: str) -> None:
    """Look for a second, then press each key, a second apart."""
    for key in keys:
        await drawn(screen)
        ticks.at += 1.0
        await screen.press(key)
        await judged(screen)


async def judged(screen: Screen) -> None:
    """Wait until it is known whether the newest key came alone, and what it does is drawn."""
    await screen.settled()
    shown = screen.app.screen
    for _ in range(3000):
        if not isinstance(shown, DecideScreen) or shown._pressed is None:
            return await screen.settled()
        await asyncio.sleep(0.01)
    raise AssertionError("the screen never made up its mind about a key")


async def typed(screen: Screen, ticks: Ticks, text: str) -> None:
    for letter in text:
        ticks.at += 0.2
        await screen.pilot.press("space" if letter == " " else letter)
    ticks.at += 1.0


def said(screen: Screen) -> str:
    return screen.lines()[-2].strip()


def answers(screen: Screen) -> list[tuple[str, str, str]]:
    return [(verb, words["request"], words["reason"]) for verb, words in screen.reader.orders if verb != "look"]
