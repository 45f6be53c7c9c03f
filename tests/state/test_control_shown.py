"""What control did shows on the run's row: at once, and for as long as it is so."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from state.control.act import Act
from state.control.hands import Hands
from state.control.shown import LAST_WORDS
from state.gates.standing import Standing
from state.runs import event as ev
from state.runs.cache_life import LONG, SHORT, cache_until
from state.runs.display import card
from state.runs.run import Process, Run, Usage
from state.spool import Order, Spool
from state.store.reader import StoreReader
from state.store.writer import Store
from state.supervisor import Supervisor
from tests.state.pretended import CLIENT, TOOL, Clock, Keeps, Pretended
from tests.state.test_supervisor import HEADER, KEY, TREE, ScriptedSource, ScriptedWorktrees, story

Happen = Callable[..., Run]
DONE = (ev.TurnEnded, 110.0, {"end": "done"})
GONE = (ev.ProcessGone, 130.0, {})
STOP = Act("o", KEY, "stop", "ana", 120.0, "wrong branch", "confirmed", "stopped", ended=125.0)


def test_a_run_that_a_human_stopped_is_stopped_whatever_its_log_ends_with(happen: Happen) -> None:
    run = happen(DONE, GONE)
    assert (card(run, None, 150.0).state, card(run, None, 150.0, stands=Standing(act=STOP)).state) == (
        "done",
        "stopped",
    )
    assert card(run, None, 150.0, stands=Standing(act=STOP)).because == "stopped by ana: stopped"
    for other in (replace(STOP, state="failed"), replace(STOP, kind="hold")):
        assert card(run, None, 150.0, stands=Standing(act=other)).state == "done"


def test_a_run_that_was_taken_up_again_is_what_it_does(happen: Happen) -> None:
    run = happen(DONE, GONE)
    assert card(replace(run, process=Process(9, alive=True)), None, 150.0, stands=Standing(act=STOP)).state != "stopped"
    assert card(replace(run, seen=125.0 + LAST_WORDS + 1), None, 150.0, stands=Standing(act=STOP)).state == "done"
    assert card(replace(run, seen=125.0 + LAST_WORDS), None, 150.0, stands=Standing(act=STOP)).state == "stopped"


@pytest.mark.parametrize(
    ("usage", "lives"),
    [
        (Usage(cache_write_5m=7), SHORT),
        (Usage(cache_write_1h=7), LONG),
        (Usage(cache_write_5m=1, cache_write_1h=7), SHORT),
        (Usage(cache_read=7), None),
        (Usage(), None),
    ],
)
def test_the_cache_lives_as_long_as_the_runs_own_writes_tell(happen: Happen, usage: Usage, lives: float | None) -> None:
    run = replace(happen((ev.UsageCounted, 111.0, {"usage": usage})), agent="claude-code")
    assert cache_until(run) == card(run, None, 150.0).cache_until == (None if lives is None else 111.0 + lives)
    assert cache_until(replace(run, agent="codex")) is None and cache_until(replace(run, skimmed=5)) is None


def test_a_run_that_asked_nothing_has_no_cache() -> None:
    assert cache_until(Run(KEY, "claude-code", "one")) is None


class Now(Clock):
    """The time that it is, because a core sleeps by it."""

    def __getattribute__(self, name: str) -> Any:
        return time.time() if name == "now" else super().__getattribute__(name)


class Core:
    """A supervisor whose one run has a process that this test pretends."""

    def __init__(self, folder: Path) -> None:
        self.processes = Pretended(Now())
        self.spool = Spool(folder)
        self.store = Store(self.spool.database)
        seen = ev.ProcessSeen(KEY, ev_origin(), CLIENT.pid, noticed=12.0)
        source = ScriptedSource(story(seen))
        hands = Hands(self.processes, Keeps())
        trees = ScriptedWorktrees(TREE)
        self.supervisor = Supervisor(self.store, self.spool, source, trees, HEADER, time.time, hands=hands)
        self.reader = StoreReader(self.spool)

    async def close(self) -> None:
        await self.reader.close()
        self.store.close()

    async def card(self) -> Any:
        return (await self.reader.changes(0)).cards[0]


def ev_origin() -> Any:
    return story().events[0].origin


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    found = Core(tmp_path)
    yield found
    await found.close()


async def test_a_core_carries_orders_out_and_shows_at_once_what_the_kernel_said(core: Core) -> None:
    core.processes.add(CLIENT, SIGINT=0.0).add(TOOL, SIGINT=0.0)
    core.processes.takes_along = {CLIENT.pid: (TOOL.pid,)}
    await core.supervisor.begin()
    await core.supervisor.once()
    held = await core.supervisor.controls.carry_out(Order("h", "hold", {"run": KEY}))
    assert held.state == "confirmed"
    shown = await core.card()
    assert (shown.state, shown.act_kind, shown.act_state) == ("held", "hold", "confirmed")
    order = core.spool.order("stop", run=KEY, by="ana", reason="wrong branch")
    await core.supervisor.once()
    answer = core.spool.take_answer(order)
    assert answer is not None and answer["state"] == "confirmed"
    shown = await core.card()
    why = "stopped by ana: no process of it lives; no hook would deny it a call if it is taken up again"
    assert (shown.state, shown.because, shown.alive) == ("stopped", why, False)
    stored = await core.reader.act(order.id)
    assert stored is not None and [step.what for step in stored.steps] == ["freeze", "SIGINT"]
    assert stored.facts["resume"] == "cd /w && claude --resume one"
    freeze = core.supervisor.gates.book.freezes[KEY]
    assert (freeze.frozen, freeze.by, freeze.reason) == (True, "ana", "stopped: wrong branch")
