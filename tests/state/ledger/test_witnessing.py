"""Checkpoints are pushed when a human orders it or the settings say so, never else; and a core's life is told."""

import asyncio
from dataclasses import replace
from pathlib import Path

from state.control.hands import Hands
from state.ledger.checkpoint import Checkpoint
from state.ledger.entry import Entry
from state.ledger.story import body_of
from state.ledger.verifying import Anchor
from state.settings import shipped
from state.store import witness
from tests.gates_world import GateHouse, found
from tests.promises import attacks

pytestmark = attacks("ledger")


class OneWitness:
    """A `Witness` in memory; `why` is what it says instead of taking anything."""

    def __init__(self) -> None:
        self.held: list[Checkpoint] = []
        self.why = ""

    async def push(self, remote: str, checkpoint: Checkpoint) -> Checkpoint | str:
        if self.why:
            return self.why
        self.held.append(replace(checkpoint, remote=remote, commit="c" * 40))
        return self.held[-1]

    async def anchors(self, remote: str) -> tuple[Anchor, ...] | str:
        return ()


async def entries(house: GateHouse, *kinds: str) -> list[Entry]:
    told = await house.reader.ledger(limit=1000)
    return [one for one in reversed(told) if not kinds or one.kind in kinds]


async def pushed(house: GateHouse, **words: str) -> dict[str, str]:
    order = house.spool.order("checkpoint", **words)
    await house.core.once()
    return house.spool.take_answer(order) or {}


async def test_an_order_pushes_the_head_and_both_stand_in_the_ledger(tmp_path: Path) -> None:
    held = OneWitness()
    house = await GateHouse(tmp_path, hands=Hands(witness=held)).begin()
    told = await pushed(house, remote="backup")
    (asked, ended) = await entries(house, "act", "act_confirmed")
    assert told["state"] == "confirmed" and [one.remote for one in held.held] == ["backup"]
    assert (held.held[0].seq, held.held[0].hash) == (asked.seq, asked.hash), "the order itself is witnessed too"
    assert (asked.actor_kind, ended.actor_kind) == ("human", "tool")
    assert body_of(ended)["facts"]["seq"] == str(asked.seq)
    await house.close()


async def test_a_remote_that_takes_nothing_is_said_and_decisions_go_on(tmp_path: Path) -> None:
    held = OneWitness()
    held.why = "the host is not known"
    house = await GateHouse(tmp_path, hands=Hands(witness=held)).begin()
    assert (await pushed(house))["text"] == "not pushed: the host is not known"
    house.question("q-1")
    await house.core.once()
    assert (await house.decide("q-1"))["text"] == "approved"
    before = await house.reader.unwitnessed()
    assert before.count == len(await entries(house)) and "nothing was ever pushed" in before.text
    witness.keep_pushed(tmp_path, Checkpoint(before.count - 1, "ab" * 32, house.now, "origin"))
    assert (await house.reader.unwitnessed()).count == 1
    await house.close()


async def test_nothing_is_pushed_unasked_unless_the_settings_name_a_remote(tmp_path: Path) -> None:
    held, settings = OneWitness(), [shipped()]
    house = await GateHouse(tmp_path, hands=Hands(witness=held, settings=lambda: settings[0])).begin()
    for _ in range(3):
        house.now += 3600
        await house.core.controls.look()
        await asyncio.sleep(0)
    assert held.held == []
    settings[0] = replace(shipped(), witness="backup")
    house.question("q-1")
    await house.core.once()
    for seconds in (0, 60, 3600, 3600, 3600):
        house.now += seconds
        for _ in range(2):
            await house.core.controls.look()
            await asyncio.sleep(0.05)
    assert [one.remote for one in held.held] == ["backup"], "and its own entry is no reason for the next"
    (told,) = await entries(house, "checkpoint")
    assert told.actor_kind == "tool" and body_of(told)["seq"] == held.held[0].seq
    await house.close()


async def test_a_remote_that_fails_again_and_again_is_said_once(tmp_path: Path) -> None:
    held = OneWitness()
    held.why = "the host is not known"
    house = await GateHouse(
        tmp_path, hands=Hands(witness=held, settings=lambda: replace(shipped(), witness="b"))
    ).begin()
    house.question("q-1")
    await house.core.once()
    for _ in range(6):
        house.now += 3600
        await house.core.controls.look()
        await asyncio.sleep(0.05)
    (told,) = await entries(house, "checkpoint_failed")
    assert body_of(told)["why"] == held.why
    await house.close()


async def test_a_core_tells_what_passes_at_the_gates_and_a_deadline_is_nobodys_word(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    house.question("q-1")
    await house.core.once()
    await house.decide("q-1")
    house.question("q-2", deadline=house.now + 5)
    house.passes("c-2", verdict="deny", outcome="rule", rule="destructive")
    await house.core.once()
    house.now += 10
    await house.core.once()
    told = [(one.actor_kind, one.actor, one.kind) for one in await entries(house)]
    assert [kind for _, _, kind in told] == [
        "policy", "request", "advice", "decision", "request", "advice", "call_denied", "expired",
    ]  # fmt: skip
    assert ("tool", "timeout", "expired") in told and ("hook", "rule:destructive", "call_denied") in told
    assert [kind for who, _, kind in told if who == "human"] == ["decision"]
    assert [one.kind for one in await house.reader.ledger("BUILD approve")] == ["decision"]
    assert [one.kind for one in await house.reader.ledger("build", before=6, limit=2)] == ["request", "decision"]
    await house.close()


async def test_a_core_that_is_killed_leaves_a_gap_and_one_that_ends_none(tmp_path: Path) -> None:
    first = await GateHouse(tmp_path).begin()
    await first.reader.close()
    first.store._connection.close()  # pyright: ignore[reportPrivateUsage] - as a kill: nothing is put in order
    second = await GateHouse(tmp_path, now=1_000_050.0).begin()
    (gap,) = await entries(second, "gap")
    assert body_of(gap) == {"from_ms": 1_000_000_000, "to_ms": 1_000_050_000, "reason": "unclean"}
    await second.close()
    third = await GateHouse(tmp_path, now=1_000_060.0).begin()
    assert len(await entries(third, "gap")) == 1
    await third.close()
