"""Which route was chosen when and by whom: at a start, at what a human or a rule changes, at what an agent switches."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from state.beside import NOTHING, Beside, Said
from state.control.act import Act
from state.findings.finding import Finding
from state.money.accounts import Accounts, Routed
from state.money.lane import Lane, Route
from state.money.meter import Metered
from state.money.routing import ADOPTED, BY_ROLE, Routing, routed, with_routes
from state.money.spending import Quote
from state.runs import event as ev
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Assigned, Origin, RunKey, Usage, run_key

RUN = run_key("claude-code", "one")
LANES = {
    "standard": Lane("standard", ("claude-sonnet-*",), agents={"claude-code": Route("sonnet")}),
    "top": Lane("top", ("claude-opus-*",), agents={"claude-code": Route("opus", "high")}),
}


def at(seconds: float) -> Origin:
    return Origin("/log", int(seconds), seconds)


def call(seconds: float, usd: str) -> tuple[ev.RequestMetered, Metered]:
    used, key = Usage(output=1, requests=1), f"call {seconds}"
    quote = Quote(Decimal(usd), "priced")
    return (
        ev.RequestMetered(RUN, at(seconds), key, "m", used),
        Metered(key, RUN, seconds, "m", False, used, "/log", 0, quote=quote),
    )


class Core:
    """Fleet, acts and routes after each step, as the core keeps them."""

    def __init__(self) -> None:
        self.fleet, self.accounts = Fleet(), Accounts()
        self.acts: dict[str, Act] = {}
        self.cards: dict[RunKey, Card] = {}
        self.calls: dict[str, Metered] = {}

    def step(
        self, *events: ev.Event, beside: Beside = NOTHING, calls: Sequence[Metered] = (), everyone: bool = False
    ) -> list[Routed]:
        after = self.fleet.with_runs(changed := self.fleet.folded(events))
        touched = set(after.runs) if everyone else {*changed, *(act.run for act in beside.acts)}
        news = self.fleet.runs, after.runs, events, beside, self.acts, self.cards, LANES
        found = routed(Routing(*news, self.accounts.routed, touched), calls, self.metered)
        self.calls |= {one.key: one for one in calls}
        self.fleet, self.acts = after, self.acts | {act.id: act for act in beside.acts}
        self.accounts = self.accounts.after(with_routes(beside, found).accounts)
        return found

    def metered(self, keys: object) -> Mapping[str, Metered]:
        return self.calls


BEGUN = (ev.RunFound(RUN, at(10), "claude-code", "one"), ev.PlaceEntered(RUN, at(10), "/w/one", "feat/one"))
SONNET, OPUS = (ev.ModelUsed(RUN, at(11), "claude-sonnet-4-6"), ev.ModelUsed(RUN, at(30), "claude-opus-4-7"))
STARTED = Act(
    "order",
    RunKey(""),
    "start",
    "ana",
    5.0,
    facts={"agent": "claude-code", "task": "t", "role": "tester", "lane": "standard", "worktree": "/w/one"},
)


def test_an_adopted_run_is_routed_once_by_its_agent_when_its_model_is_known() -> None:
    core = Core()
    assert core.step(*BEGUN) == []
    assert core.step(SONNET) == [
        Routed(RUN, 10.0, None, "standard", "claude-sonnet-4-6", None, "agent", ADOPTED, Decimal(0))
    ]
    assert core.step(ev.FileEdited(RUN, at(12), "/w/one/a.py"), everyone=True) == []


def test_a_start_tells_who_chose_the_lane_and_its_log_tells_nothing_more_of_it() -> None:
    for by, chooser in ((BY_ROLE, "rule"), ("human", "human")):
        core = Core()
        core.step(beside=Beside(acts=(STARTED,)))
        assert core.step(*BEGUN, SONNET) == []
        facts = {**STARTED.facts, "lane_by": by, "lane_why": "because", "model": "sonnet", "linked": "yes"}
        (route,) = core.step(beside=Beside(acts=(replace(STARTED, run=RUN, facts=facts),)))
        assert (route.at, route.lane, route.model, route.role) == (5.0, "standard", "sonnet", "tester")
        assert (route.chosen_by, route.why) == (chooser, "because")
        assert core.step(everyone=True) == []


def test_another_model_than_the_one_that_a_start_asked_for_is_a_switch_though_the_log_came_first() -> None:
    core = Core()
    core.step(beside=Beside(acts=(STARTED,)))
    core.step(*BEGUN, SONNET)
    facts = {**STARTED.facts, "model": "opus", "linked": "yes"}
    first, second = core.step(beside=Beside(acts=(replace(STARTED, run=RUN, facts=facts),)))
    assert (first.model, first.chosen_by) == ("opus", "human")
    assert (second.at, second.model, second.chosen_by) == (11.0, "claude-sonnet-4-6", "agent")


def test_a_switch_in_flight_says_what_was_spent_and_edited_by_then() -> None:
    core = Core()
    (before, cheap), (after, dear) = call(12, "0.25"), call(31, "4")
    core.step(*BEGUN, SONNET)
    edits = [ev.FileEdited(RUN, at(13), "/w/one/a.py"), ev.FileEdited(RUN, at(14), "/w/one/a.py")]
    (route,) = core.step(before, *edits, OPUS, after, calls=[cheap, dear])
    assert (route.at, route.lane, route.model, route.chosen_by) == (30.0, "top", "claude-opus-4-7", "agent")
    assert (route.spent, route.edits) == (Decimal("0.25"), 1)


def test_a_log_that_is_read_again_tells_the_same_routes_and_each_stands_once() -> None:
    core = Core()
    (before, cheap), again = call(12, "0.25"), ev.LogRestarted(RUN, at(0), "rewritten")
    told = (*BEGUN, SONNET, before, OPUS)
    first = core.step(*told, calls=[cheap])
    assert [(one.at, one.chosen_by) for one in first] == [(10.0, "agent"), (30.0, "agent")]
    assert core.step(again, *told) == []
    anew = Core()
    anew.calls = core.calls
    anew.step(*BEGUN, SONNET)
    assert anew.step(again, *told) == first[1:]


def test_an_escalation_is_a_humans_route_and_the_model_that_it_asked_for_is_no_switch() -> None:
    for findings, chooser in (((), "human"), ((Finding("doom_loop", "stop", "round and round"),), "rule")):
        core = Core()
        core.step(*BEGUN, SONNET)
        core.cards[RUN] = Card(RUN, "claude-code", "one", "stopped", "", 0, findings=findings)
        act = Act("e", RUN, "escalate", "ana", 20.0, "it drifts", facts={"lane": "top", "model": "opus"})
        assert core.step(beside=Beside(acts=(act,))) == []
        (route,) = core.step(beside=Beside(acts=(replace(act, state="confirmed"),)))
        assert (route.at, route.lane, route.effort, route.chosen_by) == (20.0, "top", "high", chooser)
        assert "it drifts" in route.why
        assert core.step(OPUS, beside=Beside(acts=(replace(act, state="confirmed"),))) == []


def test_a_role_that_is_said_on_the_board_is_a_route_and_a_task_is_none() -> None:
    core = Core()
    core.step(*BEGUN, SONNET)
    words = (Assigned("role", "reviewer", "ana", 40.0), Assigned("task", "look", "ana", 40.0))
    (route,) = core.step(beside=Beside(said=Said("o", RUN, words)))
    assert (route.role, route.lane, route.chosen_by, route.at) == ("reviewer", "standard", "human", 40.0)
    assert core.step(beside=Beside(said=Said("p", RUN, words[1:]))) == []


def test_a_changed_effort_is_a_switch_and_a_first_one_is_not() -> None:
    core = Core()
    first, second = (ev.ContextPartNoted(RUN, at(t), "effort", "effort", v) for t, v in ((11, "low"), (20, "high")))
    (start,) = core.step(*BEGUN, first, SONNET)
    assert start.effort == "low"
    (route,) = core.step(second)
    assert (route.effort, route.model, route.chosen_by) == ("high", "claude-sonnet-4-6", "agent")


def test_a_skimmed_run_begins_with_the_first_of_its_models() -> None:
    core = Core()
    core.step(*BEGUN)
    run = replace(core.fleet.runs[RUN], models=("claude-sonnet-4-6", "claude-opus-4-7"), model="claude-opus-4-7")
    core.fleet = core.fleet.with_runs({RUN: run})
    (route,) = core.step(everyone=True)
    assert (route.at, route.model) == (10.0, "claude-sonnet-4-6")
