"""The bounds of single figures, on plain values: one second or one entry over the line changes the answer."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from state.money.accounts import Attended
from state.outcomes.attention import NEAR
from state.outcomes.closing import DAY
from state.outcomes.figure import Figure
from state.outcomes.journal import Entered, Journal, Paid, Read, Worked
from state.outcomes.outcomes import outcomes
from state.outcomes.period import SURVIVAL
from state.outcomes.waste import WEEK
from state.release.item import Item
from state.runs.run import RunKey

SINCE, UNTIL = 100 * DAY, 128 * DAY
AT = 110 * DAY
RUNS = (Worked("r1", task="t", title="a task", seen=AT), Worked("r2", task="u", title="another", seen=AT))


def figure(name: str, since: float = SINCE, until: float = UNTIL, **facts: Any) -> Figure:
    return outcomes(Journal(runs=RUNS, **facts), since, until).figure(name)


def entry(seq: int, at: float, kind: str, whose: str = "human", run: str = "r1", **body: Any) -> Entered:
    return Entered(seq, at, whose, "ada", kind, run, body)


PACKAGE = entry(1, AT, "evidence", "tool", package="p", complete=True)
APPROVED = entry(9, AT + 60, "decision", gate="merge", answer="approve", sha="p", request="q")
MERGED = entry(10, AT + 61, "merge", "tool", request="q", commit="c" * 40, by="ada")


def test_a_newer_package_takes_the_evidence_from_a_decision_on_an_older_one() -> None:
    newer = entry(5, AT + 30, "evidence", "tool", package="p2", complete=True)
    assert figure("evidence_share", entries=(PACKAGE, APPROVED)).value == 1
    assert figure("evidence_share", entries=(PACKAGE, newer, APPROVED)).value == 0
    assert figure("evidence_share", entries=(PACKAGE, APPROVED, replace(newer, seq=11, at=AT + 70))).value == 1
    assert figure("evidence_share", entries=(PACKAGE, replace(newer, run="r2"), APPROVED)).value == 1


@pytest.mark.parametrize(("later", "share"), [(SURVIVAL - 1, 1), (SURVIVAL, 0), (SURVIVAL + DAY, 0)])
def test_a_defect_counts_within_thirty_days_of_the_merge(later: float, share: int) -> None:
    defect = Item("i", RunKey("r1"), "c" * 40, "defect", "it broke", "confirmed", "ada", MERGED.at + later)
    told = figure(
        "escaped_defects", SINCE + 28 * DAY, UNTIL + 28 * DAY, entries=(PACKAGE, APPROVED, MERGED), items=(defect,)
    )
    assert (told.value, told.n) == (share, 1)


@pytest.mark.parametrize(("later", "again"), [(WEEK, 1), (WEEK + 1, 0)])
def test_a_file_that_another_run_read_counts_for_a_week(later: float, again: int) -> None:
    first = Read("r1", "a.py", "d", 1, 0, AT, "l:1")
    readings = (first, replace(first, run="r2", at=AT + later))
    assert figure("repeated_reads", readings=readings, readings_of=2).numerator == again
    same = (first, replace(first, at=AT + 1), replace(first, run="r2", digest="e", at=AT + 1))
    assert figure("repeated_reads", readings=same, readings_of=2).numerator == 0


@pytest.mark.parametrize(("later", "torn"), [(NEAR, 1), (NEAR + 1, 0)])
def test_a_human_is_called_away_within_five_minutes_of_taking_a_task_up(later: float, torn: int) -> None:
    first = Attended("a", "r1", "t", "detail", AT, AT + 10, 1, "ada")
    line = (first, replace(first, id="b", run="r2", task="u", since=AT + later, until=AT + later + 60))
    asked = entry(1, AT + 5, "request", "tool", "r2", text="may I?")
    told = figure("interruptions", attended=line, entries=(asked,), kept=frozenset({"attention"}))
    assert told.numerator == torn


def test_a_run_without_times_is_counted_without_them() -> None:
    nowhen = Worked("r3", task="v", title="nobody knows when")
    told = outcomes(Journal(runs=(*RUNS, nowhen), paid=(Paid("r3", 2, True, net=Decimal(1)),)), SINCE, UNTIL)
    assert told.figure("cache_net").value == 1
    assert [one.text for one in told.figure("cache_net").instances] == ["cache of nobody knows when (run r3)"]
