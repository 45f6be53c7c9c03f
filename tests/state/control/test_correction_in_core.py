"""A correction in a core: its order leaves it in the run's file at once, and what was handed out is taken from it."""

import json
from pathlib import Path
from typing import Any

from state.control.hands import Hands
from state.gate_files import run_name
from tests.desktop import Messages
from tests.gates_world import AGENT, KEY, SESSION, GateHouse, found


def corrections(house: GateHouse) -> list[dict[str, Any]]:
    return json.loads((house.files.runs / f"{run_name(AGENT, SESSION)}.json").read_text())["corrections"]


async def order(house: GateHouse, verb: str, **words: str) -> dict[str, Any]:
    given = house.spool.order(verb, **words)
    await house.core.once()
    return house.spool.take_answer(given) or {}


class Taken(Messages):
    async def reached(self, run: object, mark: str, since: int) -> float | None:
        return self.reached_at


async def test_an_order_leaves_it_for_the_hook_and_a_new_core_still_does(tmp_path: Path) -> None:
    messages = Taken()
    house = await GateHouse(tmp_path, hands=Hands(messenger=messages)).begin(*found())
    try:
        answer = await order(house, "send", run=KEY, text="use pytest", by="ana")
        assert answer["state"] == "under_way"
        (left,) = corrections(house)
        assert left["id"] == answer["act"] and left["text"].endswith("supervises this run: use pytest")
    finally:
        await house.close()
    again = await GateHouse(tmp_path, hands=Hands(messenger=messages)).begin()
    try:
        await again.core.gates.step()
        assert [one["id"] for one in corrections(again)] == [left["id"]]
        messages.handed_at = again.now
        await again.core.controls.look()
        assert corrections(again) == []
        messages.reached_at = again.now + 3
        await again.core.controls.look()
        (act,) = again.core.acts.of(KEY)
        assert act.state == "confirmed"
        shown = (await again.reader.changes(0)).cards[0]
        assert (shown.act_kind, shown.act_state) == ("send", "confirmed")
    finally:
        await again.close()


async def test_a_person_who_is_waited_for_stands_on_the_row(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path, hands=Hands(messenger=Messages())).begin(*found())
    try:
        await order(house, "escalate_run", run=KEY, to="person:eve", reason="look", by="ana")
        shown = (await house.reader.changes(0)).cards[0]
        assert [(one.kind, one.severity) for one in shown.findings] == [("escalated", "warn")]
        house.now += 5 * 3600
        await house.core.controls.look()
        shown = (await house.reader.changes(0)).cards[0]
        assert [(one.kind, one.severity) for one in shown.findings] == [("escalation_overdue", "stop")]
    finally:
        await house.close()
