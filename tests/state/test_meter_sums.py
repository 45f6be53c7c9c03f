"""Calls of one run are added up before they are folded: the run is the same as if each had been folded alone."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from state.money.meter import summed
from state.money.spending import Cost
from state.runs.event import UsageCounted
from state.runs.fold import folded
from state.runs.run import Origin, Run, RunKey, Usage

RUNS = [RunKey("aaaaaaaaaa"), RunKey("bbbbbbbbbb")]


@st.composite
def counted(draw: st.DrawFn) -> UsageCounted:
    at = draw(st.none() | st.sampled_from([0.0, 1.0, 299.0, 300.0, 301.0, 9000.0]))
    output = draw(st.integers(-3, 9))
    cost = Cost(Decimal(output), priced=draw(st.integers(0, 1)))
    origin = Origin("/log", draw(st.integers(0, 9)), at)
    return UsageCounted(draw(st.sampled_from(RUNS)), origin, Usage(output=output, requests=1), cost)


@given(st.lists(counted(), max_size=12))
def test_sums_fold_to_what_each_call_folds_to(calls: list[UsageCounted]) -> None:
    sums = summed(calls)
    for key in RUNS:
        run = Run(key=key, agent="claude-code", session="s")
        alone = folded(run, [one for one in calls if one.run == key])
        added = folded(run, [one for one in sums if one.run == key])
        assert (added.usage, added.cost, added.burn, added.seen) == (alone.usage, alone.cost, alone.burn, alone.seen)


def test_calls_of_one_run_within_five_minutes_become_one() -> None:
    calls = [UsageCounted(RUNS[0], Origin("/log", at, float(at)), Usage(output=1)) for at in (1, 2, 299, 300)]
    assert [(one.usage.output, one.origin.offset) for one in summed(calls)] == [(3, 299), (1, 300)]
