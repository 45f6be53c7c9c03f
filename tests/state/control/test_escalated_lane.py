"""A run that goes on in another lane was asked into that lane: no warning says otherwise, in the next life neither."""

from pathlib import Path

from state.control.hands import Hands
from state.control.messenger import Resumed, Way
from state.ports import Batch
from state.runs import event as ev
from state.runs.card import Card
from state.runs.run import Origin, Run
from tests.desktop import Messages
from tests.gates_world import KEY, LOG, GateHouse, found


class Resumes(Messages):
    """A messenger that takes any session up."""

    def __init__(self) -> None:
        super().__init__(back=Way("x"), begins=Resumed(88, 5, "/l", "claude"))

    async def reached(self, run: Run, mark: str, since: int) -> float | None:
        return self.reached_at


async def shown(house: GateHouse) -> Card:
    return (await house.reader.changes(0)).cards[0]


async def test_an_escalation_asks_for_its_lane_once_it_reached_the_model(tmp_path: Path) -> None:
    messages, at = Resumes(), Origin(LOG, 3, 1_000_000.0)
    messages.reached_at = 1_000_003.0
    lane = ev.RunAssigned(KEY, at, "lane", "cheap", "ada", True)
    gone = ev.ProcessSeen(KEY, at, 77), ev.ProcessGone(KEY, at)
    house = await GateHouse(tmp_path, hands=Hands(messenger=messages)).begin(*found(), lane, *gone)
    try:
        given = house.spool.order("escalate_run", run=KEY, to="lane:top", reason="it drifts", by="ana")
        await house.core.once()
        assert (house.spool.take_answer(given) or {})["state"] == "confirmed"
        await house.core.take(Batch(events=(ev.ModelUsed(KEY, Origin(LOG, 9, 1_000_004.0), "claude-opus-4-8"),)))
        card = await shown(house)
        assert (card.lane_asked, card.lane_effective) == ("top", "top")
        assert [one.kind for one in card.findings if one.kind == "lane_mismatch"] == []
        assert [(one.lane, one.chosen_by) for one in house.core.accounts.routed[KEY]][-1:] == [("top", "human")]
        assert [one.lane for one in house.core.accounts.routed[KEY]].count("top") == 1
    finally:
        await house.close()
    again = await GateHouse(tmp_path, hands=Hands(messenger=messages)).begin()
    try:
        assert (await shown(again)).lane_asked == "top"
    finally:
        await again.close()
