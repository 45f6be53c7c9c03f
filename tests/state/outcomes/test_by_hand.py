"""Every figure over a journal of three tasks, against answers that were worked out by hand, with their arithmetic."""

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest

from state.outcomes.figure import Figure, Outcomes
from state.outcomes.outcomes import outcomes
from state.outcomes.period import Measure
from state.store.journal import read_journal
from tests.state.outcomes.outcome_world import SINCE, UNTIL, lay

DAY = 86400.0

# What each task cost, all attempts and roles, in USD:
#   A  a0 0.90 (mapper, before the window) + a1 0.30 + 0.10 + a2 1.00 + 0.50 + a3 0.20 = 3.00   merged on day 4
#   B  b1 1.50 + 2.50, the last with 500 tokens of no price                            = 4.00+  stopped on day 6
#   C  c1 0.40                                                                         = 0.40   merged outside, day 8
#   -  x1 0.05, no task
# Attention, in seconds: A 600 + 1200 + 300 + 60 = 2160, of it after the approval 360; B 900. At 200 USD an hour:
#   3060 s = 0.85 h = 170 USD; 360 s = 0.1 h = 20 USD.
# name: (value, numerator, denominator, n, lower bound)
Answer = tuple[str | None, str | None, str | None, int, bool]
BY_HAND: dict[str, Answer] = {
    # 3.00 + 4.00 + 0.40 by the one accepted diff, which is A's
    "cost_per_accepted": ("7.40", "7.40", "1", 1, True),
    # A alone has an accepted diff: 3.00 / 1
    "median_cost_per_accepted": ("3.00", "3.00", None, 1, False),
    # 7.40 + 20 of attention after the approval, by the one diff whose evidence was opened
    "cost_per_shipped": ("27.40", "27.40", "1", 1, True),
    # 7.40 + 170
    "cost_fully_loaded": ("177.40", "177.40", "1", 1, True),
    # nothing was merged 30 days before the window
    "cost_per_survived": (None, "0", "0", 0, False),
    # A changes 590 + 10 + 20 = 620 lines: two units of 500
    "cost_per_unit": ("3.70", "7.40", "2", 1, True),
    # all but a0: 0.40 + 1.50 + 0.20 + 4.00 + 0.40 + 0.05; six runs
    "spend": ("6.55", "6.55", None, 6, True),
    "unattributed": ("0.05", "0.05", None, 1, False),
    # between the plan (day 2, 11:30) and the approval (day 4, 13:00): one correction, one denial;
    # the correction before the plan and the one on day 4 at 15:00 do not count
    "interventions_per_accepted": ("2", "2", "1", 1, False),
    # decisions on a plan and twice on a merge, and one answer
    "gate_touches_per_accepted": ("4", "4", "1", 1, False),
    # A's second implementer, by three tasks with one
    "attempts_per_task": ("0.3333", "1", "3", 3, True),
    # b1 was halted once, by the six runs at work in the window
    "failure_loops": ("0.1667", "1", "6", 6, True),
    # A's implementers: haiku to opus, opus to sonnet; by three tasks
    "model_switches_per_task": ("0.6667", "2", "3", 3, True),
    # A went from cheap to top after a1 had cost 0.40
    "wrong_route_corrections": ("0.3333", "1", "3", 3, False),
    "wrong_route_cost": ("0.40", "0.40", None, 1, False),
    "escalation_rate": ("0.3333", "1", "3", 3, False),
    # A went through two lanes, B was stopped, C has no approval
    "first_lane_success": ("0", "0", "3", 3, False),
    # runs with a route: a1 0.40 + a2 1.50 + b1 4.00 + c1 0.40, by A; the mapper and the reviewer have none
    "cost_by_lane": ("6.30", "6.30", "1", 1, True),
    "route_differently": ("0", "0", None, 3, False),
    "over_route_candidates": ("0", "0", None, 3, False),
    # 14:00 to 14:30 (1800 s, looked at the change) and 12:00 to 12:20 (1200 s, a hunk): the lower is the median
    "review_first_action": ("1200", None, None, 2, False),
    # an hour each
    "review_decision": ("3600", None, None, 2, False),
    # the second of two packages was complete
    "evidence_share": ("0.5", "1", "2", 2, False),
    # A by ada, C without anybody
    "high_risk_named": ("0.5", "1", "2", 2, False),
    "version_recorded": ("1", "1", "1", 1, False),
    # a2 was refused with one patch and approved with another
    "re_reviewed": ("1", "1", "1", 1, False),
    "escaped_defects": (None, "0", "0", 0, False),
    # merged on day 4, and the window ends 24 days later
    "seasoning": ("1", "1", None, 1, False),
    # the double charge led to a test
    "incidents_improved": ("1", "1", "1", 1, False),
    "accepted_unshipped": ("0", "0", None, 0, False),
    # B
    "abandoned_spend": ("4.00", "4.00", None, 1, True),
    # b1 and c1: the cheaper cost 0.40, 60 % of it is the same: 0.24 of 6.55
    "duplicated_work": ("0.0366", "0.24", "6.55", 1, True),
    # main threads: read 3000 + 90000 + 10000 + 0 + 1000 + 1000 + 500 + 500 = 106000;
    # fresh 1000 + 10000 + 80000 + 4000 + 2000 + 2000 + 1500 + 0 = 100500; written 10000
    "cache_hit": ("0.4896", "106000", "216500", 6, False),
    # read 100000 at 4.50 saved a million, written 10000 at 1.25 more: 0.45 - 0.0125
    "cache_net": ("0.4375", "0.4375", None, 6, False),
    # a2: 90 % at noon, 10 % an hour later
    "cache_breaks": ("1", "1", None, 6, False),
    # a1 read pay.py again: 8000 characters; seven runs were looked at
    "redundant_context": ("2000", "2000", None, 7, True),
    # a2 read the pay.py that a1 had read the day before, of two readings
    "repeated_reads": ("0.5", "1", "2", 2, True),
    # b1, of seven messages: 3 to a1, 3 to a2, 1 to b1; a denial is none
    "repeated_explanations": ("0.1429", "1", "7", 7, False),
    # a2 and b1; with main there are three pairs
    "conflicting_branches": ("0.3333", "1", "3", 3, False),
    "stopped_ownership": ("1", "1", "1", 1, False),
    # 3060 s by one diff
    "attention_per_accepted": ("3060", "3060", "1", 1, True),
    "attention": ("3060", "3060", None, 5, True),
    # called from A to B at 14:02, five minutes after A was taken up; by 0.85 hours
    "interruptions": ("1.1765", "1", "0.85", 1, False),
    # a1 1, a2 2, a3 1, b1 2, c1 1, x1 1 = 8 hours, by 7 hours: c1 and x1 worked in the same one
    "concurrency": ("1.1429", "8", "7", 6, False),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("outcomes"))


@pytest.fixture(scope="module")
def told(database: Path) -> Outcomes:
    return over(database, 0)


def over(database: Path, later: float) -> Outcomes:
    """Give the outcomes of the window, or of one that many days later."""
    since, until = SINCE + later * DAY, UNTIL + later * DAY
    return outcomes(read_journal(database, since, until), since, until, Measure(zone=UTC))


def rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 4)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_figure_is_what_was_worked_out_by_hand(told: Outcomes, name: str) -> None:
    figure, answer = told.figure(name), BY_HAND[name]
    found = (figure.value, figure.numerator, figure.denominator)
    wanted = [None if one is None else Decimal(one) for one in answer[:3]]
    assert ([*map(rounded, found)], figure.n, figure.at_least) == (wanted, *answer[3:])


def test_every_figure_was_worked_out(told: Outcomes) -> None:
    assert [figure.name for figure in told.figures if figure.name not in BY_HAND] == []


# Of B's second call 0.40 is for web searches, ten at 0.04 USD each.
PARTS: dict[str, dict[str, str | None]] = {
    "cost_per_accepted": {"model": "7.00", "tools": "0.40", "attention, beside it": "170"},
    "cost_per_shipped": {"model": "7.00", "tools": "0.40", "attention after accepting": "20"},
    "cost_fully_loaded": {"model": "7.00", "tools": "0.40", "attention": "170", "rework": None},
    # decided A 2.10, B 4.00 and C 0.40
    "spend": {"decided": "6.50", "open": None, "no task": "0.05"},
    "interventions_per_accepted": {"correction": "1", "interrupt": "0", "deny": "1", "edit": "0"},
    "gate_touches_per_accepted": {"decisions": "3", "gate": "0", "answer": "1"},
    "wrong_route_corrections": {"up": "1", "down": "0", "across": "0"},
    # A is of no class that its words tell, "rename" and "typo" tell the class of B and C
    "first_lane_success": {"no class, cheap 0/1": "0", "format, cheap 0/1": "0", "format, standard 0/1": "0"},
    "cost_by_lane": {"no class, cheap 1/1": "1.90", "format, cheap 0/1": None, "format, standard 0/1": None},
    "review_first_action": {"P50": "1200", "P90": "1800", "P50 in working hours": "1200",
                            "P90 in working hours": "1800"},
    "evidence_share": {"with an incomplete package": "1"},
    "abandoned_spend": {"stopped": "4.00", "idle": "0"},
    "attention": {"change": "600", "diff": "1200", "detail": "360", "decide": "900",
                  "writing outside the board, estimated and not in it": "0"},
    # B was taken up at 14:05 and A again at 14:20
    "interruptions": {"minutes until back, estimated": "15"},
    # A's runs: 4 hours of 7; 8 hours by 0.85
    "concurrency": {"useful": "0.5714", "hours of runs per hour of attention": "9.4118"},
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_its_parts_are_what_was_worked_out_by_hand(told: Outcomes, name: str) -> None:
    parts = {part: rounded(value) for part, value in told.figure(name).parts}
    assert parts == {part: None if value is None else Decimal(value) for part, value in PARTS[name].items()}


def test_the_events_of_a_figure_add_up_to_it_and_name_their_source(told: Outcomes) -> None:
    figure = told.figure("cost_per_accepted")
    costs = [(one.text, one.amount, one.source) for one in figure.instances if one.part == "numerator"]
    assert costs == [
        ("Retry payments: merged, 4 runs", Decimal("3.00"), costs[0][2]),
        ("Rename columns: stopped, 1 run", Decimal("4.00"), costs[1][2]),
        ("Mend a typo: merged outside, 1 run", Decimal("0.40"), costs[2][2]),
    ]
    assert all(source.startswith("ledger ") for *_, source in costs)
    assert [one.part for one in figure.instances] == ["numerator"] * 3 + ["denominator"]


SUMMED = ("spend", "unattributed", "abandoned_spend", "cache_net", "redundant_context", "attention",
          "attention_per_accepted", "wrong_route_cost")  # fmt: skip


@pytest.mark.parametrize("name", SUMMED)
def test_amounts_add_up_to_the_numerator(told: Outcomes, name: str) -> None:
    figure = told.figure(name)
    amounts = [one.amount or Decimal(0) for one in figure.instances if one.part == "numerator"]
    assert sum(amounts, Decimal(0)) == figure.numerator


def counted(name: str) -> Callable[[Figure], bool]:
    return lambda figure: figure.name == name


COUNTED = ("interventions_per_accepted", "gate_touches_per_accepted", "attempts_per_task", "failure_loops",
           "model_switches_per_task", "wrong_route_corrections", "escalation_rate", "evidence_share", "re_reviewed",
           "version_recorded", "seasoning", "incidents_improved", "cache_breaks", "repeated_reads",
           "repeated_explanations", "conflicting_branches", "stopped_ownership", "interruptions")  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(COUNTED) - {"re_reviewed"}))
def test_a_count_has_as_many_events(told: Outcomes, name: str) -> None:
    figure = told.figure(name)
    assert sum(one.part == "numerator" for one in figure.instances) == figure.numerator


def test_the_window_before_is_told_beside_it(told: Outcomes) -> None:
    spend = told.figure("spend")
    assert (spend.before, spend.before_n) == (Decimal("0.90"), 1)  # a0 on the ninth day before
    assert told.figure("cost_per_accepted").before is None


def test_a_defect_within_thirty_days_shows_thirty_days_later(database: Path) -> None:
    later = over(database, 30)
    # A's thirty days end in this window, and its defect was confirmed on day 10: 1 of 1 escaped, none survived.
    assert (later.figure("escaped_defects").value, later.figure("escaped_defects").n) == (Decimal(1), 1)
    survived = later.figure("cost_per_survived")
    # A, B and C were closed on days 4, 6 and 8: 7.40, by no diff that survived.
    assert (survived.numerator, survived.value) == (Decimal("7.40"), None)
    # Of the window before, which holds the tasks' ends but not all of its hours, the same figures are told as now.
    assert later.figure("seasoning").value == 0


def test_what_nobody_recorded_is_unknown_and_never_nothing(tmp_path: Path) -> None:
    from state.store.writer import Store

    store = Store(tmp_path / "state.db")
    store.close()
    empty = over(tmp_path / "state.db", 0)
    unknown = [
        "interventions_per_accepted",
        "attention",
        "interruptions",
        "wrong_route_corrections",
        "cost_per_shipped",
    ]
    assert all(empty.figure(name).value is None and empty.figure(name).note for name in unknown)
    assert [one.name for one in empty.figures if one.value is None and not one.note] == []


def test_what_no_tool_but_a_search_costs_is_said_to_be_unpriced(told: Outcomes) -> None:
    assert any("unpriced" in note and "web searches" in note for note in told.notes)


def test_runs_that_began_after_a_window_are_read_only_where_their_task_began_before(database: Path) -> None:
    read = {run.run[:2] for run in read_journal(database, SINCE - 28 * DAY, SINCE).runs}
    assert read == {"a0", "a1", "a2", "a3"}, "b1, c1 and x1 have nothing to do with it"
