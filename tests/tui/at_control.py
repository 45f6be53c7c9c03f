"""The board with its clocks in a test's hand, and a run of which something was asked."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from state.board import Detail
from state.control.act import Act, Step
from state.runs.card import Card
from state.runs.run import RunKey
from tests.tui.fleet import NOW, detail_of
from tests.tui.on_screen import Screen
from tests.tui.test_guard import Ticks

FIRST = "9c1f04ab27"
LADDER = Act(
    id="a1",
    run=RunKey(FIRST),
    kind="stop",
    by="sam",
    at=NOW - 5,
    text="SIGINT was sent to 4 processes",
    steps=(Step("freeze", NOW - 5, NOW - 4.9), Step("SIGINT", NOW - 3)),
)
STOPPED = replace(
    LADDER,
    state="confirmed",
    text="4 processes ended, 1 left running",
    steps=(Step("freeze", NOW - 5, NOW - 4.9), Step("SIGINT", NOW - 3, NOW - 2.4, "3 ended")),
    left=("sleep 600 (pid 4711)",),
    facts={"rescue": "refs/headgate/rescue/9c1f04ab27/1", "resume": "claude --resume 6b1d9a1e"},
    ended=NOW - 1,
)
Controlled = Callable[..., AbstractAsyncContextManager[tuple[Screen, Ticks]]]


@pytest.fixture
def controlled(open_board: Callable) -> Controlled:
    """Opens the board; the clock of the guard stands until a test moves it."""

    @asynccontextmanager
    async def opened(*words: object, **facts: object) -> AsyncIterator[tuple[Screen, Ticks]]:
        async with open_board(*words, **facts) as screen:
            ticks = Ticks()
            screen.app.clock = ticks
            screen.reader.answers = {verb: f"{verb} of it" for verb in ("freeze", "thaw", "hold", "resume", "send")}
            yield screen, ticks

    return opened


def with_acts(*acts: Act) -> Callable[[Card], Detail]:
    """Give details in which these acts stand."""

    def detail(card: Card) -> Detail:
        return replace(detail_of(card), acts=acts)

    return detail


async def drawn(screen: Screen) -> None:
    """Wait until what a key would do was drawn."""
    for _ in range(3000):
        if screen.app.screen.guard.dwell(1e9) is not None:
            return
        await screen.settled()
    raise AssertionError(screen.text())


async def pressed(screen: Screen, ticks: Ticks, *keys: str) -> None:
    """Press each key a second after what it is about was drawn, and wait until it counts."""
    for key in keys:
        await drawn(screen)
        ticks.at += 1.0
        await screen.press(key)
        await screen.pilot.pause(0.06)
        await screen.settled()


def orders(screen: Screen) -> list[tuple[str, dict[str, str]]]:
    """The orders that were given, without those that only look."""
    return [(verb, words) for verb, words in screen.reader.orders if verb not in ("look", "read")]
