"""What a row says of what was asked: what was observed, never what was only asked for."""

from dataclasses import replace

import pytest

from state.control.act import Act, Acts, Step
from state.control.shown import FAILED_SHOWN, acted, failed, frozen_told, left_of, next_after
from state.gates.book import Book, Change, Freeze
from state.gates.standing import standings
from state.runs.run import Run, RunKey
from state.runs.status import Status

NOW = 1000.0
RUN = RunKey("r1")
STOP = Act("a1", RUN, "stop", "sam", NOW - 10, text="is being stopped: SIGINT")
WORKING = Status("working", "Bash pytest", 900.0)
GONE = Status("stopped", "its process ended in the middle of a turn", NOW)


def confirmed(act: Act, text: str, **facts: str) -> Act:
    return replace(act, state="confirmed", text=text, ended=NOW - 5, facts=facts)


def test_a_requested_stop_is_no_stop() -> None:
    asked = replace(STOP, steps=(Step("freeze", 990.0, 990.1), Step("SIGINT", 997.0)))
    shown = acted(WORKING, asked, 995.0, NOW)
    assert shown == Status("working", "stopping: SIGINT requested, not confirmed", 997.0)
    seen = replace(STOP, steps=(Step("freeze", 990.0, 990.1),))
    assert acted(WORKING, seen, 995.0, NOW).because == "stopping: freeze confirmed"
    assert acted(WORKING, STOP, 995.0, NOW) == Status("working", "stopping", 990.0)


def test_a_confirmed_stop_is_said_with_who_and_what_until_the_run_moves_again() -> None:
    done = confirmed(STOP, "stopped: no process of it lives")
    for told in (WORKING, GONE, Status("done", "its session ended", NOW)):
        assert acted(told, done, 990.0, NOW) == Status("stopped", "stopped by sam: no process of it lives", NOW - 5)
    assert acted(WORKING, done, NOW + 20, NOW + 20) == WORKING, "it was resumed"
    assert acted(GONE, done, NOW + 20, NOW + 20).because.startswith("stopped by sam"), "its end was noticed late"


def test_a_failed_act_is_said_in_its_own_words_for_a_while() -> None:
    why = "no signal was sent: two processes may be its own"
    lost = replace(STOP, state="failed", text=why, ended=NOW - 5)
    assert acted(WORKING, lost, 990.0, NOW).because == f"stop failed: {why}" and failed(lost, NOW)
    apart = replace(lost, text="stopped, but what it began goes on: sleep (process 7)")
    assert acted(GONE, apart, 990.0, NOW).because == apart.text
    later = NOW + FAILED_SHOWN
    assert acted(WORKING, lost, 990.0, later) == WORKING and not failed(lost, later)


@pytest.mark.parametrize(
    ("told", "now", "state"),
    [("held", NOW + 9000, "held"), ("working", NOW, "held"), ("working", NOW + 60, "working"), ("done", NOW, "done")],
)
def test_a_hold_counts_as_long_as_a_signal_holds_the_run(told: str, now: float, state: str) -> None:
    held = confirmed(replace(STOP, kind="hold"), "held: all 4 processes of it")
    shown = acted(Status(told, "so it is", 1.0), held, 990.0, now)  # type: ignore[arg-type]
    assert shown.state == state
    assert (shown.because == "held by sam: all 4 processes of it") == (state == "held")


def test_a_correction_on_its_way_leaves_the_run_its_own_reason() -> None:
    sent = replace(STOP, kind="send", text="queued: its hook hands it out")
    assert acted(WORKING, sent, 995.0, NOW).because == "a correction is not read yet; Bash pytest"
    assert acted(WORKING, confirmed(sent, "it reached the model"), 995.0, NOW) == WORKING


def test_what_comes_next_after_a_stop() -> None:
    done = confirmed(STOP, "stopped", resume="claude --resume s1")
    assert next_after(done, GONE) == "resume it, then claude --resume s1"
    left = replace(done, left=("sleep (process 7)",))
    assert next_after(left, GONE) == "stop again: it left processes running" and left_of((left,)) == left.left
    assert next_after(done, WORKING) is None and next_after(None, GONE) is None and next_after(STOP, GONE) is None
    assert left_of((left, replace(left, id="a2", left=()))) == () and left_of((replace(left, state="under_way"),)) == ()


def test_a_frozen_run_says_who_froze_it_while_it_goes_on() -> None:
    assert frozen_told(WORKING, "sam").because == "frozen by sam: its calls are denied; Bash pytest"
    assert frozen_told(replace(WORKING, state="held"), "sam", asked=True).because == "Bash pytest; frozen by sam"
    assert frozen_told(GONE, "sam") == GONE and frozen_told(WORKING, None) == WORKING


def test_a_freeze_stands_on_its_own_run_and_its_thaw_takes_it_away() -> None:
    runs = {RUN: Run(RUN, "claude-code", "s1")}
    frozen = Change(frozen=(("o1", Freeze(RUN, True, "sam", "", NOW)),))
    book = Book().after(frozen)
    assert frozen.runs == {RUN} and standings(book, runs, Acts())[RUN].frozen == "sam"
    fleet = Book().after(Change(frozen=(("o2", Freeze("", True, "sam", "", NOW)),)))
    assert RUN not in standings(fleet, runs, Acts())
    thawed = book.after(Change(frozen=(("o3", Freeze(RUN, False, "sam", "", NOW + 1)),)))
    assert RUN not in standings(thawed, runs, Acts())
