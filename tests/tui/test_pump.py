"""The pump: nothing is lost, nothing queues up, and a store that fails is asked again."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from state.board import BoardUnreadable, Detail, Snapshot
from tests.tui.fake_reader import FakeReader
from tests.tui.fleet import detail_of, fleet
from tui import pump as pumps
from tui.pump import Look, Pump


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        await turns()
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_first_reading_brings_every_run() -> None:
    woken: list[int] = []
    pump = Pump(FakeReader(fleet()), lambda: woken.append(1))
    async with running(pump.run()):
        assert pump.take()[0] == {card.id for card in fleet()} == set(pump.cards)
    assert woken == [1]


async def test_rings_that_come_while_the_screen_is_late_are_one_message_with_all_their_runs() -> None:
    woken: list[int] = []
    reader = FakeReader(fleet())
    pump = Pump(reader, lambda: woken.append(1))
    async with running(pump.run()):
        pump.take()
        for card in fleet()[:4]:
            reader.put(replace(card, because="changed"))
            reader.ring()
            await turns()
        assert woken == [1, 1]
        assert pump.take()[0] == {card.id for card in fleet()[:4]}
        assert pump.take() == (frozenset(), None)


async def test_a_run_that_is_gone_goes() -> None:
    reader = FakeReader(fleet())
    pump = Pump(reader, lambda: None)
    async with running(pump.run()):
        pump.take()
        reader.drop("d09e000001")
        reader.ring()
        await turns()
        assert "d09e000001" in pump.take()[0] and "d09e000001" not in pump.cards


async def test_a_store_that_began_anew_is_read_from_its_beginning() -> None:
    reader = FakeReader(fleet())
    reader.rev = 900
    pump = Pump(reader, lambda: None)
    async with running(pump.run()):
        pump.take()
        reader.rev = 1
        reader.cards = {card.id: card for card in fleet()[:1]}
        reader.revs = dict.fromkeys(reader.cards, 1)
        reader.ring()
        await turns()
        assert pump.take()[0] == {card.id for card in fleet()}
        assert set(pump.cards) == {fleet()[0].id}


async def test_a_ring_without_news_wakes_nobody() -> None:
    woken: list[int] = []
    reader = FakeReader(())
    pump = Pump(reader, lambda: woken.append(1))
    async with running(pump.run()):
        pump.take()
        reader.ring()
        await turns()
    assert woken == [1]


class Broken(FakeReader):
    """Cannot be read until it is mended."""

    broken = True

    async def changes(self, since: int) -> Snapshot:
        if self.broken:
            raise BoardUnreadable("the state database is locked: close the program that holds it")
        return await super().changes(since)

    async def detail(self, run: str) -> Detail | None:
        if self.broken:
            raise BoardUnreadable("the state database is locked")
        return await super().detail(run)


async def test_a_store_that_cannot_be_read_is_said_and_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pumps, "AGAIN_AFTER", 0)
    reader = Broken(fleet())
    pump = Pump(reader, lambda: None)
    async with running(pump.run()):
        assert pump.trouble == "the state database is locked: close the program that holds it"
        reader.broken = False
        await turns()
        assert pump.trouble is None and len(pump.cards) == 10


async def test_the_run_that_is_looked_at_is_read_with_its_batch() -> None:
    reader = FakeReader(fleet())
    pump = Pump(reader, lambda: None)
    async with running(pump.run()):
        pump.take()
        pump.looked_at = fleet()[0].id
        reader.put(replace(fleet()[1], because="another"))
        reader.ring()
        await turns()
        assert reader.details == []
        reader.put(replace(fleet()[0], because="this one"))
        reader.ring()
        await turns()
        assert reader.details == [fleet()[0].id]
        _, detail = pump.take()
        assert detail and detail.card.because == "this one"
        reader.put(replace(fleet()[1], because="another again"))
        reader.ring()
        await turns()
        assert pump.take() == ({fleet()[1].id}, None), "a detail is given with its own batch and never again"


async def test_only_the_newest_wish_is_read() -> None:
    reader = FakeReader(fleet())
    shown: list[Detail] = []
    look = Look(reader, shown.append)
    async with running(look.run()):
        for card in fleet():
            look.want(card.id)
        await turns()
        assert reader.details == [fleet()[-1].id]
        assert shown == [detail_of(fleet()[-1])]


async def test_a_detail_that_comes_too_late_is_not_shown() -> None:
    reader = FakeReader(fleet())
    shown: list[Detail] = []
    look = Look(reader, shown.append)
    answer = reader.detail

    async def slow(run: str) -> Detail | None:
        look.want(None)
        return await answer(run)

    reader.detail = slow  # type: ignore[method-assign]
    async with running(look.run()):
        look.want(fleet()[0].id)
        await turns()
    assert shown == []


async def test_a_detail_that_cannot_be_read_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pumps, "AGAIN_AFTER", 0)
    reader = Broken(fleet())
    shown: list[Detail] = []
    look = Look(reader, shown.append)
    async with running(look.run()):
        look.want(fleet()[0].id)
        await turns()
        assert shown == []
        reader.broken = False
        await turns()
        assert len(shown) == 1


async def test_a_hundred_rings_in_a_row_are_no_hundred_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.pump.REST", 0.05)
    reader, readings = FakeReader(fleet()), []
    changes = reader.changes
    monkeypatch.setattr(reader, "changes", lambda since: readings.append(since) or changes(since))
    clock = asyncio.get_running_loop().time
    async with running(Pump(reader, lambda: None).run()):
        began = clock()
        for number in range(100):
            reader.put(replace(fleet()[0], because=f"step {number}"))
            reader.ring()
            await asyncio.sleep(0.001)
        assert 2 <= len(readings) <= 2 + (clock() - began) / 0.05
