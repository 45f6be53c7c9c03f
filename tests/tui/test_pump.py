"""The pump: nothing is lost, nothing queues up, and a store that fails is asked again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from state.board import BoardUnreadable, Detail, Snapshot
from state.runs.card import Card
from tui import pump as pump_module
from tui.pump import Look, Pump


@pytest.fixture
def reader(open_board: Callable, cards: list[Card]):
    """The fake reader without a screen."""
    import tests_tui_fake  # noqa: F401  pragma: no cover


@asynccontextmanager
async def running(work) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
