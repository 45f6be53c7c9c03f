"""The duty that keeps attention: of runs that are there, once, and of one board never a second twice."""

import json

import pytest

from state.attention.attending import Attending
from state.control.desk import Desk
from state.money.accounts import Accounted, Attended
from state.spool import Order, account
from tests.control_desk import desk_of, run_of

NOW = 5_000.0
RUN = run_of("claude-code", "one")


def order(name: str, since: float, until: float, run: str = RUN.key) -> Order:
    row = {"run": run, "task": "", "surface": "board", "since": since, "until": until, "keys": 1, "idle": 0.0}
    return Order(name, "attended", {"board": "ab" * 16, "stretches": json.dumps([row])})


async def test_stretches_are_kept_once_and_never_overlap_on_one_board() -> None:
    kept: dict[str, Attended] = {}

    async def keep(news: Accounted) -> None:
        kept.update({one.id: one for one in news.attended})

    desk: Desk = desk_of([RUN], hands=None, clock=lambda: NOW)[0]  # type: ignore[arg-type]
    object.__setattr__(desk, "account", keep)
    duty = Attending(desk)
    act = await duty.carry_out(order("o1", 4_900, 4_930))
    again = await duty.carry_out(order("o1", 4_900, 4_930))
    assert act.text == again.text == "kept" and list(kept) == ["o1:0"] and kept["o1:0"].by == account()
    with pytest.raises(ValueError, match="told already"):
        await duty.carry_out(order("o2", 4_920, 4_940))
    with pytest.raises(ValueError, match="a run that is not here"):
        await duty.carry_out(order("o3", 4_940, 4_950, run="0" * 10))
    await duty.carry_out(order("o4", 4_930, 4_950, run=""))
    assert len(kept) == 2
