"""A hold is whole or none, and what is resumed is said as the kernel has it."""

from dataclasses import replace

import pytest

from state.control.act import Act, ActKind, Step
from state.control.hands import Crew, Hands, Member
from state.control.holding import Holding
from state.control.stopping import Stopping
from state.runs.run import Run
from state.runs.status import status
from state.spool import Order
from tests.control_desk import desk_of, run_of
from tests.state.pretended import CLIENT, TOOL, Clock, Pretended

RUN = run_of("claude-code", "one", CLIENT.pid, worktree="/w")


class Stage:
    """One run, its pretended processes, and the two duties that touch it."""

    def __init__(self, *members: Member, runs: tuple[Run, ...] = (RUN,)) -> None:
        self.clock = Clock()
        self.processes = Pretended(self.clock).add(*members)
        self.desk, self.noted = desk_of(runs, Hands(self.processes), self.clock)
        self.duty = Holding(self.desk, self.clock.sleep)

    async def order(self, verb: str, name: str = "", **words: str) -> Act:
        return await self.duty.carry_out(Order(name or verb, verb, {"run": RUN.key, **words}))

    def state(self) -> str:
        return status(self.noted.runs[RUN.key], self.clock.now).state


async def test_a_run_is_held_whole_and_shows_so_at_once() -> None:
    stage = Stage(CLIENT, TOOL)
    stage.processes.forks = 2
    act = await stage.order("hold")
    assert (act.state, act.text, act.left) == ("confirmed", "held: all 4 processes of it", ())
    assert [(step.what, step.confirmed is not None) for step in act.steps] == [("SIGSTOP", True)]
    assert all(one.stopped for one in stage.processes.members.values())
    assert stage.state() == "held"
    resumed = await stage.order("resume")
    assert (resumed.state, resumed.text) == ("confirmed", "nothing holds it any more")
    assert not any(one.stopped for one in stage.processes.members.values())
    assert stage.state() != "held"
    # Tools go on before the client that waits for them.
    assert [pid for pid, name in stage.processes.sent if name == "SIGCONT"][-1] == CLIENT.pid


async def test_what_only_waits_around_the_client_is_not_held() -> None:
    box = replace(TOOL, pid=9, program="bwrap", around=True)
    stage = Stage(CLIENT, box)
    stage.processes.unstoppable = {box.pid}
    act = await stage.order("hold")
    assert (act.state, act.text, act.left) == ("confirmed", "held: its only process", ())
    assert [pid for pid, name in stage.processes.sent if name == "SIGSTOP"] == [CLIENT.pid]


async def test_where_one_process_cannot_be_held_the_others_go_on() -> None:
    stage = Stage(CLIENT, TOOL)
    stage.processes.unstoppable = {TOOL.pid}
    act = await stage.order("hold")
    assert act.state == "failed" and act.text == "not held: sleep (process 11) could not be held; it goes on"
    assert not stage.processes.members[CLIENT.pid].stopped
    assert stage.state() != "held"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Crew(doubt="two processes share its directory"), "two processes share its directory"),
        (Crew(foreign=(TOOL,)), "sleep (process 11) belongs to another user, so the run cannot be held whole"),
    ],
)
async def test_what_cannot_be_held_whole_is_refused_and_not_touched(told: Crew, why: str) -> None:
    stage = Stage(CLIENT)
    stage.processes.told = told
    with pytest.raises(ValueError, match="nothing was done") as refused:
        await stage.order("hold")
    assert str(refused.value) == f"{why}; nothing was done"
    assert stage.processes.sent == [] and stage.noted.recorded == []


async def test_a_run_without_a_process_is_neither_held_nor_resumed() -> None:
    stage = Stage()
    for verb in ("hold", "resume"):
        with pytest.raises(ValueError, match="no process of it is known; nothing was done"):
            await stage.order(verb)


async def test_what_is_held_already_is_not_held_again() -> None:
    stage = Stage(replace(CLIENT, stopped=True))
    act = await stage.order("hold")
    assert (act.state, stage.processes.sent) == ("confirmed", []) and "held already" in act.text
    assert stage.state() == "held"


async def test_what_nothing_holds_is_not_resumed() -> None:
    stage = Stage(CLIENT)
    with pytest.raises(ValueError, match="no signal holds it; nothing was done"):
        await stage.order("resume")


async def test_a_client_that_its_shell_stops_again_is_told_with_the_remedy() -> None:
    stage = Stage(replace(CLIENT, stopped=True))
    stage.processes.again = True
    act = await stage.order("resume")
    assert act.state == "failed" and "type fg there" in act.text and act.steps[0].confirmed is None


@pytest.mark.parametrize("hooked", [True, False])
async def test_resuming_a_stopped_run_takes_its_freeze_back_and_says_how_to_go_on(hooked: bool) -> None:
    stage = Stage(CLIENT)
    stage.noted.hooked = hooked
    stage.processes.add(CLIENT, SIGINT=0.1)
    stopped = await Stopping(stage.desk, stage.clock.sleep).carry_out(Order("s", "stop", {"run": RUN.key}))
    assert (stopped.steps[0].confirmed is not None) == hooked
    assert ("is denied" in stopped.text) == hooked
    act = await stage.order("resume")
    assert (act.state, act.facts["resume"]) == ("confirmed", "cd /w && claude --resume one")
    assert act.text == "its tool calls go again; take it up with: cd /w && claude --resume one"
    assert [order.verb for order in stage.noted.froze] == ["freeze", "thaw"]
    with pytest.raises(ValueError, match="nothing was done"):
        await stage.order("resume", "again")


async def test_only_a_human_takes_the_freeze_of_a_stop_back() -> None:
    stage = Stage(CLIENT)
    stage.processes.add(CLIENT, SIGINT=0.1)
    await Stopping(stage.desk, stage.clock.sleep).carry_out(Order("s", "stop", {"run": RUN.key}))
    act = await stage.order("resume", human="no")
    assert act.state == "failed" and "no human at a terminal asked" in act.text
    assert [order.verb for order in stage.noted.froze] == ["freeze"]
    assert (await stage.order("resume", "later")).state == "confirmed"


async def test_every_run_is_held_by_one_order() -> None:
    stage = Stage(CLIENT)
    act = await stage.duty.carry_out(Order("all", "hold", {"every": "true"}))
    assert (act.state, act.text) == ("confirmed", "1 of 1 run held") and stage.state() == "held"


async def test_an_order_that_comes_twice_is_not_carried_out_twice() -> None:
    stage = Stage(CLIENT)
    first = await stage.order("hold")
    sent = list(stage.processes.sent)
    assert await stage.order("hold") == first and stage.processes.sent == sent


@pytest.mark.parametrize(("verb", "what"), [("hold", "SIGSTOP"), ("resume", "SIGCONT")])
async def test_an_order_that_was_cut_off_is_taken_to_its_end(verb: ActKind, what: str) -> None:
    for members, state in (((replace(CLIENT, stopped=verb == "hold"),), "confirmed"), ((), "failed")):
        stage = Stage(*members)
        cut_off = Act("o", RUN.key, verb, "ana", stage.clock.now, steps=(Step(what, stage.clock.now),))
        await stage.noted.record(cut_off)
        act = await stage.order(verb, "o")
        assert (act.state, stage.noted.acts.by_id["o"]) == (state, act)
