"""What a run does over and over, as facts: counted only where the model had seen the last result."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from state.runs import event as ev
from state.runs import repeats
from state.runs.fold import fold
from state.runs.run import Origin, Run, RunKey
from state.store.rows import RUN

Happen = Callable[..., Run]
LOG = "/logs/one.jsonl"


def made(run: Run, at: int, digest: str, *, call: str = "c", text: str = "make", begun: int | None = None) -> Run:
    """Fold a call that begins at byte `at` and comes back ten bytes on."""
    begun = at if begun is None else begun
    run = fold(run, ev.ToolBegun(run.key, Origin(LOG, begun), call, "Bash", text))
    return fold(run, ev.ToolEnded(run.key, Origin(LOG, at + 10), call, False, "", False, digest, begun))


def edited(run: Run, at: int, path: str = "/w/a.py") -> Run:
    return fold(run, ev.FileEdited(run.key, Origin(LOG, at + 10), path))


def times(run: Run) -> dict[str, int]:
    return {one.digest: one.times for one in run.repeats}


def new(key: RunKey) -> Run:
    return Run(key=key, agent="claude-code", session="one", cwd="/w")


def test_a_call_counts_again_once_its_last_result_was_seen(key: RunKey) -> None:
    run = made(made(new(key), 0, "A"), 100, "A")
    assert times(run) == {"A": 2} and run.repeats[0].text == "make"
    assert [origin.offset for origin in run.repeats[0].seen] == [110, 10]


def test_parallel_calls_of_one_answer_count_once(key: RunKey) -> None:
    run = made(made(new(key), 0, "A"), 100, "A", begun=5)
    assert times(run) == {"A": 1}


def test_another_result_is_another_entry_and_other_calls_do_not_reset(key: RunKey) -> None:
    run = new(key)
    for at, digest in enumerate("ABAC"):
        run = made(run, at * 100, digest)
    assert times(run) == {"A": 2, "B": 1, "C": 1} and run.lately == ("A", "B", "A", "C")


def test_an_edit_a_prompt_and_a_compaction_begin_anew(key: RunKey) -> None:
    twice = made(made(new(key), 0, "A"), 100, "A")
    assert times(edited(twice, 200)) == {}
    assert fold(twice, ev.PromptGiven(key, Origin(LOG, 300), "again")).lately == ()
    assert times(fold(twice, ev.ContextCompacted(key, Origin(LOG, 300), "auto"))) == {}


def test_an_edit_that_is_made_again_counts_although_edits_lie_between(key: RunKey) -> None:
    run = new(key)
    for at, digest in enumerate(("there", "back", "there", "back", "there")):
        run = edited(made(run, at * 100, digest), at * 100)
    assert times(run) == {"back": 2, "there": 3} and all(one.edits for one in run.repeats)


def test_calls_far_apart_are_no_repetition(key: RunKey) -> None:
    run = made(new(key), 0, "A")
    for at in range(1, 20):
        run = made(run, at * 100, f"other {at}")
    assert times(run)["A"] == 1
    run = made(run, 2000, "A")
    assert times(run)["A"] == 1


def test_a_turn_that_is_over_keeps_only_what_was_repeated(key: RunKey) -> None:
    run = made(made(made(new(key), 0, "A"), 100, "A"), 200, "B")
    assert times(fold(run, ev.TurnEnded(key, Origin(LOG, 300), "done"))) == {"A": 2}


def test_the_calls_of_a_subagent_and_calls_without_a_digest_count_for_nothing(key: RunKey) -> None:
    run = made(made(new(key), 0, ""), 100, "")
    run = fold(run, ev.ToolEnded(key, Origin(LOG, 200), "c", False, "", True, "A", 150))
    assert run.repeats == () and run.called == 0


def reading(run: Run, at: int, digest: str = "same", **words: Any) -> Run:
    return fold(run, ev.FileRead(run.key, Origin(LOG, at), "/w/a.py", "", digest, 400, at - 5, **words))


def test_a_file_that_comes_back_unchanged_counts_with_its_size(key: RunKey) -> None:
    run = reading(reading(reading(new(key), 100), 200), 300)
    assert [(one.times, one.again) for one in run.readings] == [(3, 800)]
    assert [(one.times, one.again) for one in reading(run, 400, "changed").readings] == [(1, 0)]
    assert fold(run, ev.ContextCompacted(key, Origin(LOG, 500), "auto")).readings == ()
    assert reading(new(key), 100, side=True).readings == ()


def test_readings_and_subagents_have_an_end(key: RunKey) -> None:
    run = new(key)
    for at in range(100):
        run = fold(run, ev.FileRead(key, Origin(LOG, at), f"/w/{at}", "", "d", 1, at))
        run = fold(run, ev.SubagentBegun(key, Origin(LOG, at), f"agent {at}"))
    assert len(run.readings) == repeats.MOST_READINGS and run.readings[-1].path == "/w/99"
    assert len(run.spawned) == repeats.MOST_SPAWNED and run.spawned[-1].offset == 99


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.booleans()), max_size=80))
def test_however_calls_come_the_facts_stay_small_and_survive_the_store(done: list[tuple[str, bool]]) -> None:
    run = new(RunKey("0123456789"))
    for at, (digest, edit) in enumerate(done):
        run = made(run, at * 100, digest)
        run = edited(run, at * 100) if edit else run
    assert len(run.repeats) <= 20 and len(run.lately) <= repeats.WINDOW
    assert all(1 <= one.times <= 20 and one.times >= min(1, len(one.seen)) for one in run.repeats)
    assert RUN.validate_json(RUN.dump_json(run)) == replace(run, origins=dict(run.origins))


@given(st.lists(st.integers(0, 30), unique=True, max_size=31))
def test_what_always_brings_something_new_is_never_repeated(results: list[int]) -> None:
    run = new(RunKey("0123456789"))
    for at, result in enumerate(results):
        run = made(run, at * 100, f"poll {result}")
    assert set(times(run).values()) <= {1}
