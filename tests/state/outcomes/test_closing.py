"""When a task is closed, and by what: pure values, one thing changed at a time."""

from dataclasses import replace
from typing import Any

import pytest

from state.outcomes.closing import DAY, GRACE, IDLE, closings
from state.outcomes.journal import Entered, Journal, Worked
from state.outcomes.outcomes import outcomes

RUN = Worked("r1", task="t", title="a task", branch="feat/x", head="h" * 40, ahead=2, began=0.0, seen=DAY)
UNTIL = 10 * DAY


def entry(kind: str, at: float, whose: str = "human", run: str = "r1", **body: Any) -> Entered:
    return Entered(round(at), at, whose, "ada", kind, run, body)


def closed(*entries: Entered, runs: tuple[Worked, ...] = (RUN,), until: float = UNTIL) -> tuple[str, float] | None:
    found = closings(Journal(runs=runs, entries=entries), until)
    assert len(found) <= 1
    return (found[0].how, found[0].at) if found else None


STOP = entry("act", DAY, act="stop")
MERGED = entry("merge", 2 * DAY, "tool", request="q", commit="c" * 40, by="ada")
MOVED = entry("ref_moved", 3 * DAY, "tool", "", new="z" * 40, reflog={"words": "merge feat/x: Fast-forward"})
PACKAGE = entry("evidence", DAY / 2, "tool", package="p", head="h" * 40, patch_id="i")


def test_a_task_is_open_until_something_ends_it() -> None:
    assert closed() is None
    assert closings(Journal(runs=(replace(RUN, task=""),)), UNTIL) == ()


def test_it_is_closed_two_weeks_after_its_last_work() -> None:
    assert closed(until=DAY + IDLE - 1) is None
    assert closed(until=DAY + IDLE) == ("idle", DAY + IDLE)


@pytest.mark.parametrize(
    "word",
    [STOP, entry("decision", DAY, answer="deny", gate="merge"), entry("decision", DAY, answer="deny", gate="plan")],
)
def test_a_humans_word_ends_it(word: Entered) -> None:
    assert closed(word) == ("stopped", DAY)


@pytest.mark.parametrize(
    "word",
    [
        entry("act", DAY, "tool", act="stop"),
        entry("act", DAY, act="hold"),
        entry("decision", DAY, answer="approve", gate="plan"),
        entry("decision", DAY, answer="deny", gate="exception"),
    ],
)
def test_other_words_do_not(word: Entered) -> None:
    assert closed(word) is None


def test_a_task_on_which_a_run_works_again_is_open_again() -> None:
    again = Worked("r2", task="t", began=2 * DAY, seen=DAY + GRACE)
    assert closed(STOP, runs=(RUN, again)) == ("stopped", DAY)
    assert closed(STOP, runs=(RUN, replace(again, seen=DAY + GRACE + 1))) is None


def test_a_merge_closes_it_whatever_came_after() -> None:
    assert closed(STOP, MERGED) == ("merged", 2 * DAY)
    assert closed(MERGED, until=2 * DAY - 1) is None


def test_a_branch_that_moved_outside_closes_it_without_an_approval() -> None:
    assert closed(MOVED) == ("merged outside", 3 * DAY)
    assert closed(replace(MOVED, body={"new": "h" * 40})) == ("merged outside", 3 * DAY)
    assert closed(replace(MOVED, body={"new": "z" * 40, "reflog": {"words": "merge feat/xy: x"}})) is None


def test_what_headgate_merged_is_not_merged_outside() -> None:
    assert closed(MERGED, MOVED) == ("merged", 2 * DAY)


def test_a_head_of_which_evidence_was_made_and_that_its_base_has_was_merged_elsewhere() -> None:
    inside = replace(RUN, ahead=0)
    assert closed(PACKAGE, runs=(inside,)) == ("merged outside", DAY)
    assert closed(PACKAGE) is None
    assert closed(runs=(inside,)) is None
    assert closed(replace(PACKAGE, body={**PACKAGE.body, "patch_id": ""}), runs=(inside,)) is None


def test_the_first_end_counts_of_several_merges() -> None:
    later = replace(MERGED, seq=9, at=4 * DAY, body={**MERGED.body, "commit": "d" * 40})
    (found,) = closings(Journal(runs=(RUN,), entries=(later, MERGED)), UNTIL)
    assert (found.at, [one.commit[0] for one in found.accepted]) == (2 * DAY, ["d", "c"])


SQUASHED = replace(MOVED, body={"new": "z" * 40, "patches": {"i": "s" * 40, "j": "z" * 40}})


@pytest.mark.parametrize("kind", ["ref_moved", "ref_followed"])
def test_a_squash_is_known_again_by_the_patch_of_its_evidence(kind: str) -> None:
    (task,) = closings(Journal(runs=(RUN,), entries=(PACKAGE, replace(SQUASHED, kind=kind))), UNTIL)
    assert (task.how, task.at, task.accepted) == ("merged outside", 3 * DAY, ())
    assert task.outside[0].why == f"squashed or rebased: {'s' * 12} has the same patch id"


@pytest.mark.parametrize(
    "package", [replace(PACKAGE, body={**PACKAGE.body, "patch_id": "k"}), replace(PACKAGE, run="r9"),
                replace(PACKAGE, at=4 * DAY)]
)  # fmt: skip
def test_another_patch_another_runs_and_a_later_one_are_no_squash_of_it(package: Entered) -> None:
    assert closed(package, SQUASHED) is None


def test_a_task_is_not_left_for_two_weeks_before_they_are_over_though_the_window_ends_later() -> None:
    journal, ends = Journal(runs=(RUN,)), DAY + IDLE
    found = [outcomes(journal, 0.0, 20 * DAY, at=at).figure("abandoned_spend").n for at in (ends - 1, ends + 1, 1e12)]
    assert found == [0, 1, 1]
