"""Wrong routes by direction and cause, what may have gone too high, and how lanes did: by hand, with their numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest

from state.money.accounts import Chooser, Routed
from state.money.wrong_routes import (
    LaneRecord,
    Lanes,
    RoutedRun,
    lane_records,
    over_routes,
    reroutes,
    routed_tasks,
    wrong_routes,
)

LANES = Lanes(("cheap", "standard", "top"), {"cheap": "medium", "standard": "critical", "top": "critical"})


def route(
    lane: str,
    at: float = 10.0,
    by: Chooser = "human",
    why: str = "it drifts",
    spent: str | None = "0.5",
    edits: int = 1,
    model: str | None = None,
    effort: str | None = None,
) -> Routed:
    paid = None if spent is None else Decimal(spent)
    return Routed("r", at, "implementer", lane, model or lane, effort, by, why, paid, edits)


START = route("cheap", 1.0, spent="0", edits=0)


def run(*routes: Routed, name: str = "r", **also: object) -> RoutedRun:
    base = RoutedRun(name, "task", routes or (START,), "claude-code", "implementer", "fix", 1.0, 50.0)
    return replace(base, **{"cost": Decimal(2), "edits": 1, **also})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("later", "direction", "cost"),
    [
        (route("top"), "up", "0.5"),
        (route("top", spent="0.10", edits=0), "up", "0.10"),
        (route("top", spent=None, edits=2), "up", None),
        (route("cheap", model="other"), "across", "0.5"),
    ],
)
def test_a_humans_change_after_work_is_a_wrong_route(later: Routed, direction: str, cost: str | None) -> None:
    (found,) = wrong_routes([run(START, later)], LANES)
    assert (found.direction, found.cause, found.lane, found.to) == (direction, "human", "cheap", later.lane)
    assert found.cost == (None if cost is None else Decimal(cost))


def test_a_change_downwards_and_one_of_the_effort_have_their_direction() -> None:
    down = run(route("top", 1.0, spent="0", edits=0), route("standard"))
    assert [one.direction for one in wrong_routes([down], LANES)] == ["down"]
    harder = run(route("top", 1.0, effort="low"), route("top", effort="high"))
    assert [one.direction for one in wrong_routes([harder], LANES)] == ["up"]


@pytest.mark.parametrize(
    "later",
    [
        route("top", spent="0.09", edits=0),
        route("top", spent=None, edits=0),
        route("top", why="planned: it begins cheap"),
        route("top", by="agent"),
        route("cheap"),
        route("top", by="rule"),
    ],
)
def test_no_work_a_plan_the_agent_itself_and_a_rule_that_helped_nothing_are_none(later: Routed) -> None:
    assert wrong_routes([run(START, later)], LANES) == ()


def test_a_stop_rules_escalation_counts_where_the_higher_lane_was_accepted() -> None:
    (found,) = wrong_routes([run(START, route("top", by="rule"), accepted=True)], LANES)
    assert (found.direction, found.cause) == ("up", "stop")
    after = run(route("top", 60.0), name="next", since=60.0, accepted=True)
    (found,) = wrong_routes([run(START, route("top", by="rule")), after], LANES)
    assert found.cause == "stop"


def test_a_task_begun_again_elsewhere_counts_with_all_that_it_cost() -> None:
    again = run(route("top", 60.0), name="next", since=60.0, agent="codex")
    (found,) = wrong_routes([run(attention=Decimal(10)), again], LANES)
    assert (found.run, found.direction, found.cause, found.cost) == ("r", "up", "restart", Decimal(12))
    beside = replace(again, since=40.0)
    other_role = replace(again, role="reviewer")
    same = run(START, name="next", since=60.0)
    for second in (beside, other_role, same):
        assert wrong_routes([run(), second], LANES) == ()
    assert wrong_routes([run(accepted=True), again], LANES) == ()


def test_a_change_riskier_than_its_lane_takes_was_routed_too_low() -> None:
    (found,) = wrong_routes([run(risk="high")], LANES)
    assert (found.direction, found.cause, found.at) == ("up", "floor", 50.0)
    assert wrong_routes([run(risk="medium"), run(risk="high", edits=0, name="x")], LANES) == ()


def test_a_task_counts_once_by_its_first_correction() -> None:
    twice = run(START, route("top", 20.0), route("standard", 30.0), risk="high")
    other = run(START, route("standard", 5.0), name="o", task="other")
    found = wrong_routes([twice, other], LANES)
    assert [(one.task, one.at, one.direction) for one in found] == [("other", 5.0, "up"), ("task", 20.0, "up")]
    assert routed_tasks([twice, other, replace(other, run="x"), replace(other, task="none", routes=())]) == 2


def test_an_over_route_is_small_clean_low_and_at_once_accepted_in_the_top_lane() -> None:
    clean = run(route("top", 1.0), accepted=True, risk="low", lines=12)
    (found,) = over_routes([clean], LANES)
    assert (found.lane, found.lines) == ("top", 12)
    for spoilt in ({"lines": 50}, {"lines": None}, {"risk": "medium"}, {"corrections": 1}, {"accepted": False}):
        assert over_routes([replace(clean, **spoilt)], LANES) == ()  # type: ignore[arg-type]
    assert over_routes([replace(clean, routes=(route("standard", 1.0),))], LANES) == ()


def many(lane: str, count: int, held: int, usd: str) -> list[RoutedRun]:
    return [
        run(route(lane, 1.0), name=f"{lane}{n}", task=f"{lane}{n}", accepted=n < held, cost=Decimal(usd))
        for n in range(count)
    ]


def test_what_should_be_routed_differently_is_said_with_both_numbers_and_only_from_ten_on() -> None:
    records = lane_records([*many("cheap", 12, 4, "1"), *many("standard", 10, 9, "2")])
    assert records == (
        LaneRecord("fix", "cheap", 12, 4, 4, Decimal(12)),
        LaneRecord("fix", "standard", 10, 9, 9, Decimal(20)),
    )
    (found,) = reroutes(records, LANES)
    assert found.text == (
        "fix tasks: rather standard than cheap: 9 of 10 held at the first lane against 4 of 12, "
        "and an accepted one cost $2.22 against $3.00"
    )
    few = lane_records([*many("cheap", 12, 4, "1"), *many("standard", 9, 9, "2")])
    assert reroutes(few, LANES) == ()


def test_an_unpriced_lane_is_compared_with_none() -> None:
    lacks = [replace(one, at_least=True) for one in many("standard", 10, 9, "2")]
    assert reroutes(lane_records([*many("cheap", 12, 4, "1"), *lacks]), LANES) == ()


def test_a_lane_that_was_left_did_not_hold_though_the_task_was_accepted() -> None:
    (record,) = lane_records([run(START, route("top"), accepted=True)])
    assert (record.lane, record.n, record.held, record.accepted) == ("cheap", 1, 0, 1)
