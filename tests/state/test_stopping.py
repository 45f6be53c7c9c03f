"""A stop: what is asked and what is observed stay apart, and the last word is the kernel's."""

from dataclasses import replace
from typing import Any

import pytest

from state.control.act import Act
from state.control.hands import Crew, Hands, Member, Rescue
from state.control.stopping import Stopping
from state.controls import Controls
from state.runs.event import ProcessGone
from state.runs.run import Run
from state.spool import Order
from tests.control_desk import desk_of, run_of, started
from tests.state.pretended import CLIENT, OTHER, TOOL, Clock, Keeps, Pretended

RUN = run_of("claude-code", "one", CLIENT.pid, worktree="/w")


class Stage:
    """One run, its pretended processes, and the duty."""

    def __init__(
        self, *members: Member, keeps: Keeps | None = None, runs: tuple[Run, ...] = (RUN,), **obeys: float
    ) -> None:
        self.clock = Clock()
        self.processes = Pretended(self.clock).add(*members, **obeys)
        self.keeps = keeps or Keeps()
        desk, self.noted = desk_of(runs, Hands(self.processes, self.keeps), self.clock)
        self.duty = Stopping(desk, self.clock.sleep)

    async def stop(self, order: str = "o1", verb: str = "stop", **words: str) -> Act:
        return await self.duty.carry_out(Order(order, verb, {"run": RUN.key, **words}))


def steps(act: Act) -> list[tuple[str, bool]]:
    return [(step.what, step.confirmed is not None) for step in act.steps]


async def test_a_client_that_obeys_is_asked_once() -> None:
    stage = Stage(CLIENT, TOOL, SIGINT=1.7)
    stage.processes.takes_along = {CLIENT.pid: (TOOL.pid,)}
    act = await stage.stop(reason="wrong branch", by="ana")
    assert (act.state, steps(act)) == ("confirmed", [("freeze", True), ("SIGINT", True)])
    assert stage.processes.sent == [(CLIENT.pid, "SIGINT")]
    assert act.text.startswith("stopped: no process of it lives") and act.left == ()
    assert (act.by, act.reason, act.facts["resume"]) == ("ana", "wrong branch", "cd /w && claude --resume one")
    (frozen,) = stage.noted.froze
    assert (frozen.verb, frozen.words["run"], frozen.words["reason"]) == ("freeze", RUN.key, "stopped: wrong branch")
    assert act.steps[1].confirmed is not None and 1.7 <= act.steps[1].confirmed - act.steps[1].requested < 2
    assert [type(one) for one in stage.noted.told] == [ProcessGone]


async def test_each_step_stands_on_the_row_before_it_is_observed() -> None:
    stage = Stage(CLIENT, SIGTERM=0.2)
    await stage.stop()
    shown = [steps(act) for act in stage.noted.recorded]
    assert [("freeze", True), ("SIGINT", False)] in shown and [
        ("freeze", True),
        ("SIGINT", False),
        ("SIGTERM", False),
    ] in shown
    assert shown[-1] == [("freeze", True), ("SIGINT", False), ("SIGTERM", True)]
    assert all(act.state == "under_way" for act in stage.noted.recorded[:-1])


async def test_who_hears_nothing_is_killed_and_what_it_forks_meanwhile_too() -> None:
    stage = Stage(CLIENT, TOOL, OTHER)
    stage.processes.forks = 3
    act = await stage.stop()
    assert (act.state, steps(act)[-1]) == ("confirmed", ("SIGKILL", True))
    assert stage.processes.members == {}
    killed = [pid for pid, name in stage.processes.sent if name == "SIGKILL"]
    assert sorted(killed) == [10, 11, 12, 110, 111, 112]
    first = next(at for at, (_, name) in enumerate(stage.processes.sent) if name == "SIGKILL")
    held = [pid for pid, name in stage.processes.sent[:first] if name == "SIGSTOP"]
    assert sorted(held) == sorted(killed)


async def test_tools_that_outlive_their_client_are_ended_and_told() -> None:
    stage = Stage(CLIENT, SIGINT=0.1)
    stage.processes.add(TOOL, SIGTERM=0.1)
    act = await stage.stop()
    assert (act.state, steps(act)) == ("confirmed", [("freeze", True), ("SIGINT", True), ("SIGTERM", True)])
    assert act.steps[1].text == "sleep (process 11) lives on"


async def test_an_agent_with_a_way_of_its_own_is_interrupted_so_first() -> None:
    stage = Stage(CLIENT)

    def ask() -> str:
        stage.processes.members.clear()
        return "claude stop was called"

    stage.processes.own_way = ask
    act = await stage.stop()
    assert steps(act) == [("freeze", True), ("interrupt", True)]
    assert "claude stop was called" in act.steps[1].text and stage.processes.sent == []


async def test_a_doubt_sends_no_signal_and_is_one_line() -> None:
    stage = Stage(CLIENT)
    stage.processes.told = Crew(doubt="2 processes share its directory")
    act = await stage.stop()
    assert (act.state, stage.processes.sent, stage.keeps.asked) == ("failed", [], [])
    assert act.text.startswith("no signal was sent: 2 processes share its directory")
    assert steps(act) == [("freeze", True)]


async def test_a_doubt_that_comes_after_a_signal_does_not_say_that_none_was_sent() -> None:
    stage = Stage(CLIENT)
    asked = stage.processes.signal

    async def doubted(*words: Any) -> Any:
        stage.processes.told = Crew(doubt="it is another run's too")
        return await asked(*words)

    stage.processes.signal = doubted  # type: ignore[method-assign]
    act = await stage.stop()
    assert act.state == "failed" and stage.processes.sent != []
    assert act.text.startswith("no further signal was sent: it is another run's too")


async def test_a_client_that_serves_two_runs_is_not_signalled() -> None:
    other = run_of("claude-code", "two", CLIENT.pid)
    stage = Stage(CLIENT, runs=(RUN, other))
    act = await stage.stop()
    assert act.state == "failed" and f"is run {other.key}'s too" in act.text and stage.processes.sent == []


async def test_another_users_process_gets_no_signal_and_the_run_is_not_called_stopped() -> None:
    stage = Stage(CLIENT, SIGINT=0.1)
    stage.processes.told = Crew(foreign=(replace(TOOL, why="it belongs to another user"),))
    act = await stage.stop()
    assert (act.state, {pid for pid, _ in stage.processes.sent}) == ("failed", {CLIENT.pid})
    assert act.left == ("sleep (process 11): it belongs to another user",)
    assert act.text.startswith("not stopped: sleep (process 11) lives on (another user's)")


async def test_a_process_that_cannot_be_signalled_is_named_with_the_reason() -> None:
    stage = Stage(CLIENT)
    stage.processes.refuses = {CLIENT.pid: "it belongs to another user"}
    act = await stage.stop()
    assert act.state == "failed" and act.left == ("claude (process 10)",)
    assert all("it belongs to another user" in step.text for step in act.steps[1:])


async def test_what_has_ended_is_no_life_but_is_named() -> None:
    stage = Stage(CLIENT, SIGINT=0.1)
    stage.processes.told = Crew(dead=(TOOL,))
    act = await stage.stop()
    assert act.state == "confirmed" and "sleep (process 11) ended and not yet taken note of" in act.text


async def test_what_set_itself_apart_is_told_and_ended_only_on_a_humans_word() -> None:
    apart = Member(30, 300, "codex", "environment", why="it is a codex of its own")
    stage = Stage(CLIENT, SIGINT=0.1)
    stage.processes.told = Crew(apart=(apart,))
    act = await stage.stop()
    assert act.state == "failed" and act.left == ("codex (process 30): it is a codex of its own",)
    assert act.text.startswith("stopped, but what it began goes on")
    assert all(pid != apart.pid for pid, _ in stage.processes.sent)
    stage.processes.told = Crew()
    stage.processes.add(replace(apart, why=""))
    ended = await stage.stop("o2", "end_left")
    assert "denied until" not in ended.text, "it froze nothing"
    assert (ended.state, steps(ended)) == ("confirmed", [("SIGKILL", True)])
    assert (apart.pid, "SIGKILL") in stage.processes.sent


async def test_a_held_run_is_let_go_on_so_that_it_hears() -> None:
    stage = Stage(replace(CLIENT, stopped=True), SIGINT=0.1)
    act = await stage.stop()
    assert stage.processes.sent == [(CLIENT.pid, "SIGINT"), (CLIENT.pid, "SIGCONT")]
    assert "it was held" in act.steps[1].text


async def test_where_no_process_is_known_nothing_is_called_stopped() -> None:
    stage = Stage(runs=(run_of("claude-code", "one"),))
    act = await stage.stop()
    assert act.state == "failed" and "no process of it is known here" in act.text


async def test_a_run_whose_process_was_seen_to_end_is_stopped() -> None:
    assert RUN.process is not None
    stage = Stage(runs=(replace(RUN, process=replace(RUN.process, alive=False)),))
    assert (await stage.stop()).state == "confirmed"


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        (
            Rescue("refs/headgate/rescue/x/1", "c" * 40, 1),
            {"rescue": "refs/headgate/rescue/x/1", "uncommitted": "1 file kept"},
        ),
        (None, {"uncommitted": "nothing"}),
        ("git hangs", {"uncommitted": "not kept: git hangs"}),
        (
            Rescue("refs/r/1", "c" * 40, 2, 3),
            {"rescue": "refs/r/1", "uncommitted": "2 files kept, 3 left out (too large, unreadable or no plain file)"},
        ),
    ],
)
async def test_uncommitted_work_is_kept_before_a_signal_and_its_loss_stops_no_stop(
    told: Rescue | str | None, facts: dict[str, str]
) -> None:
    stage = Stage(CLIENT, SIGINT=0.1, keeps=Keeps(told))
    act = await stage.stop()
    assert act.state == "confirmed" and facts.items() <= act.facts.items()
    assert ("rescue" in act.facts) == ("rescue" in facts)
    kept = next(at for at, one in enumerate(stage.noted.recorded) if "uncommitted" in one.facts)
    assert all(step.what == "freeze" for step in stage.noted.recorded[kept].steps)


async def test_the_label_of_a_run_that_headgate_started_is_looked_for() -> None:
    stage = Stage(CLIENT, SIGINT=0.1)
    await stage.noted.record(started(RUN, "hg-7"))
    await stage.stop()
    assert set(stage.processes.labels) == {"hg-7"}


async def test_who_was_found_once_is_looked_for_again() -> None:
    stage = Stage(CLIENT, TOOL, SIGTERM=0.1)
    await stage.stop()
    assert stage.processes.before[0] == () and set(stage.processes.before[2]) == {CLIENT.pid, TOOL.pid}


async def test_an_order_that_comes_twice_is_not_carried_out_twice() -> None:
    stage = Stage(CLIENT, SIGINT=0.1)
    first = await stage.stop()
    sent = list(stage.processes.sent)
    assert await stage.stop() == first and stage.processes.sent == sent


async def test_a_core_that_was_killed_goes_on_where_its_act_says() -> None:
    stage = Stage(CLIENT)
    await stage.stop()
    asked = [one for one in stage.noted.recorded if steps(one)[-1:] == [("SIGTERM", False)] and not one.steps[-1].text]
    again = Stage(CLIENT, TOOL)
    again.clock.now = stage.clock.now
    await again.noted.record(asked[0])
    act = await again.stop()
    assert again.processes.signals() == ["SIGTERM", "SIGSTOP", "SIGKILL"]
    assert CLIENT.pid in again.processes.before[0]
    assert steps(act) == [("freeze", True), ("SIGINT", False), ("SIGTERM", False), ("SIGKILL", True)]
    assert again.noted.froze == []


async def test_an_order_that_was_cut_off_long_ago_is_not_taken_up_again() -> None:
    stage = Stage(CLIENT)
    await stage.noted.record(Act("o1", RUN.key, "stop", "ana", stage.clock.now - 3600))
    act = await stage.stop()
    stage.clock.now += 1
    assert await stage.stop() == act
    assert act.state == "failed" and "order it anew" in act.text and stage.processes.sent == []
    assert stage.noted.acts.by_id["o1"] == act


async def test_a_second_order_on_the_same_run_is_refused() -> None:
    stage = Stage(CLIENT)
    await stage.noted.record(Act("o0", RUN.key, "hold", "ana", stage.clock.now))
    with pytest.raises(ValueError, match="is under way; nothing was done"):
        await stage.stop()
    assert stage.processes.sent == []


async def test_every_run_that_lives_is_stopped_by_one_order() -> None:
    gone = run_of("claude-code", "gone")
    stage = Stage(CLIENT, SIGINT=0.1, runs=(RUN, gone))
    act = await stage.duty.carry_out(Order("all", "stop", {"every": "true", "by": "ana"}))
    assert (act.run, act.state, act.text) == ("", "confirmed", "1 of 1 run stopped")
    assert stage.noted.acts.by_id[f"all-{RUN.key}"].state == "confirmed"
    assert gone.key not in stage.noted.acts.newest()
    assert await stage.duty.carry_out(Order("all", "stop", {"every": "true"})) == act


async def test_what_one_order_could_not_stop_is_named() -> None:
    stage = Stage(CLIENT)
    stage.processes.told = Crew(doubt="nobody can tell")
    act = await stage.duty.carry_out(Order("all", "stop", {"every": "true"}))
    assert act.state == "failed" and act.text == "0 of 1 run stopped"
    assert act.left[0].startswith(f"run {RUN.key}: no signal was sent: nobody can tell")


async def test_a_core_without_hands_says_so() -> None:
    desk, _ = desk_of([RUN], Hands())
    with pytest.raises(ValueError, match="cannot look for processes"):
        await Stopping(desk).carry_out(Order("o", "stop", {"run": RUN.key}))


async def test_an_order_that_nobody_carried_out_in_time_counts_no_more() -> None:
    desk, noted = desk_of([RUN], Hands(Pretended(Clock()).add(CLIENT)), lambda: 10_000.0)
    with pytest.raises(ValueError, match="this stop out for 17 minutes, so it counts no more: order it anew"):
        await Controls(desk).carry_out(Order("o1", "stop", {"run": RUN.key}, at=9_000.0))
    assert noted.recorded == []
