"""A batch is folded into one new run; it says the same as its events one by one, and older runs stay as they were."""

from hypothesis import given
from hypothesis import strategies as st

from state.runs import event as ev
from state.runs.fleet import Fleet
from state.runs.fold import MOST_OPEN, fold, folded
from state.runs.run import Origin, Run, RunKey, Usage

KEY = RunKey("0123456789")
RUN = Run(KEY, "claude-code", "s")


def at(number: int) -> Origin:
    return Origin("/log", number, float(number))


def events(number: int) -> tuple[ev.Event, ...]:
    name, place = f"c{number % 4}", at(number)
    return (
        ev.PromptGiven(KEY, place, f"prompt {number}"),
        ev.ToolBegun(KEY, place, name, "Bash", "pytest"),
        ev.ToolEnded(KEY, place, name, False, "ok"),
        ev.FileEdited(KEY, place, f"/w/{name}.py"),
        ev.UsageCounted(KEY, place, Usage(output=number, requests=1)),
        ev.AgentSpoke(KEY, place, "well"),
        ev.ContextMeasured(KEY, place, number),
        ev.TurnEnded(KEY, place, "done"),
        ev.LogRestarted(KEY, place, "it was cut short"),
        ev.HumanAsked(KEY, place, "question", "which?", name),
    )


SOME = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)).map(lambda one: events(one[0])[one[1]]), max_size=30)


@given(SOME, SOME)
def test_a_batch_says_what_its_events_say_one_by_one_and_changes_no_older_run(
    before: list[ev.Event], batch: list[ev.Event]
) -> None:
    older = folded(RUN, before)
    kept = folded(RUN, before)
    single = older
    for event in batch:
        single = fold(single, event)
    assert folded(older, batch) == single
    assert Fleet({KEY: older}).folded(batch).get(KEY, older) == single
    assert older == kept


def test_calls_whose_results_never_come_make_a_new_line_no_dearer() -> None:
    many = [ev.ToolBegun(KEY, at(number), f"c{number}", "Bash", f"echo {number}") for number in range(1000)]
    run = folded(RUN, many)
    assert len(run.calls) == MOST_OPEN
    assert run.calls[-1].text == "echo 999"
