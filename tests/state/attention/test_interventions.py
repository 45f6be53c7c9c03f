"""What humans say and do to runs, by class: made events, real logs, and the windows that are asked for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from state.attention.interventions import Noted
from state.money.accounts import Accounted, Attended, Intervention
from state.runs import event as ev
from state.runs.event import Event
from state.runs.fleet import Fleet
from state.runs.run import Origin, Run, run_key
from state.store.attention import compositions, interventions, minutes
from state.store.writer import Store

KEY = run_key("claude-code", "one")
Told = tuple[Callable[..., Event], dict[str, Any]]
FOUND: Told = (ev.RunFound, {"agent": "claude-code", "session": "one"})
TASK: Told = (ev.PromptGiven, {"text": "build it"})
BEGUN: Told = (ev.TurnBegun, {})
DONE: Told = (ev.TurnEnded, {"end": "done"})
CALL: Told = (ev.ToolBegun, {"call": "c1", "tool": "Bash", "text": "rm -rf build"})


def classes(*told: Told | list[Told]) -> list[tuple[str, str]]:
    """Give class and words of what these events were; a list stands for several events of one record."""
    fleet, found = Fleet(), list[tuple[str, str]]()
    for number, one in enumerate([FOUND, *told]):
        noted = Noted()
        origin = Origin("log", number * 10, float(number))
        events = [make(KEY, origin, **words) for make, words in (one if isinstance(one, list) else [one])]
        fleet = fleet.with_runs(fleet.folded(events, noted))
        found += [(said.kind, said.text) for said in noted.all()]
    return found


def asked(kind: str, certain: bool = True) -> Told:
    return ev.HumanAsked, {"kind": kind, "text": f"a {kind}", "call": "c1", "certain": certain}


def answered(accepted: bool | None, call: str | None = "c1") -> Told:
    return ev.HumanAnswered, {"call": call, "accepted": accepted}


def said(text: str) -> Told:
    return ev.PromptGiven, {"text": text}


def test_the_first_words_are_the_task_and_words_in_the_middle_of_work_a_correction() -> None:
    assert classes(TASK, BEGUN, said("no, the other")) == [("task", "build it"), ("correction", "no, the other")]


def test_words_to_a_run_that_rests_answer_it() -> None:
    assert classes(TASK, BEGUN, DONE, said("yes")) == [("task", "build it"), ("answer", "yes")]


def test_who_interrupts_and_then_speaks_speaks_unasked() -> None:
    stopped: Told = (ev.TurnEnded, {"end": "interrupted"})
    told = classes(TASK, BEGUN, CALL, stopped, said("smaller"))
    assert told[1:] == [("interrupt", "rm -rf build"), ("correction", "smaller")]


def test_a_hook_that_stops_a_turn_is_no_human() -> None:
    assert classes(TASK, BEGUN, (ev.TurnEnded, {"end": "interrupted", "text": "a hook said so"})) == [
        ("task", "build it")
    ]


@pytest.mark.parametrize(
    ("kind", "accepted", "certain", "class_"),
    [
        ("question", True, True, "answer"),
        ("question", False, True, "answer"),
        ("plan", True, True, "gate"),
        ("plan", False, True, "gate"),
        ("permission", False, False, "deny"),
        ("permission", True, False, None),
        ("permission", True, True, "answer"),
        ("question", None, True, None),
    ],
)
def test_an_answer_is_classed_by_what_was_asked(
    kind: str, accepted: bool | None, certain: bool, class_: str | None
) -> None:
    ended: Told = (ev.ToolEnded, {"call": "c1", "failed": accepted is False, "text": ""})
    expected = [(class_, f"on: a {kind}")] if class_ else []
    assert classes(TASK, BEGUN, asked(kind, certain), answered(accepted))[1:] == expected
    # Agents that write down the end of the call first tell the same.
    assert classes(TASK, BEGUN, asked(kind, certain), [ended, answered(accepted)])[1:] == expected


def test_a_refused_call_is_denied_with_its_line() -> None:
    ended: Told = (ev.ToolEnded, {"call": "c1", "failed": True, "text": ""})
    assert classes(TASK, BEGUN, CALL, [ended, answered(False)])[1:] == [("deny", "rm -rf build")]


def test_a_prompt_that_answers_a_question_is_one_answer_in_the_humans_words() -> None:
    told = classes(TASK, BEGUN, asked("question"), [answered(None, None), said("the second"), BEGUN])
    assert told[1:] == [("answer", "the second")]


def test_words_on_a_plan_that_was_shown_are_a_gate() -> None:
    shown: Told = (ev.PlanShown, {"state": "proposed", "text": "first this"})
    assert classes(TASK, BEGUN, shown, DONE, said("go"))[1:] == [("gate", "go")]


def test_a_skimmed_run_tells_nothing() -> None:
    noted, run = Noted(), Run(KEY, "claude-code", "one", skimmed=10)
    noted(run, ev.PromptGiven(KEY, Origin("log", 0), "x"))
    assert noted.all() == ()


def row(at: float, kind: str, text: str, run: str = "r1", offset: int | None = None) -> Intervention:
    return Intervention(run, at, kind, text, f"/{run}", int(at) if offset is None else offset)  # type: ignore[arg-type]


TOLD = "the orders table is append only, so never update a row of it but write a new one with its number"


def kept(path: Path, *rows: Intervention, attended: tuple[Attended, ...] = ()) -> Store:
    store = Store(path / "state.db")
    for _ in range(2):
        with store.transaction() as transaction:
            transaction.account(Accounted(interventions=rows, attended=attended))
    return store


def test_an_explanation_that_another_run_was_given_before_is_one_over_again(tmp_path: Path) -> None:
    rows = (
        row(5, "correction", TOLD.upper(), "r2"),
        row(1, "task", TOLD),
        row(3, "correction", TOLD),
        row(7, "answer", "yes"),
    )
    store = kept(tmp_path, *rows)
    connection = store._connection  # pyright: ignore[reportPrivateUsage]
    told = [(one.run, one.kind) for one in interventions(connection, 0, 10)]
    # What the same run was told before is no other run's, and the log that was read first is not the first one.
    assert told == [("r1", "task"), ("r1", "correction"), ("r2", "re-explain"), ("r1", "answer")]
    assert [one.kind for one in interventions(connection, 4, 6)] == ["re-explain"]
    store.close()


def test_what_a_copied_log_tells_again_and_a_cancelled_call_count_once(tmp_path: Path) -> None:
    rows = (
        row(1, "correction", "a"),
        row(1, "correction", "a", "r2"),
        row(5, "deny", "ls"),
        row(6, "interrupt", ""),
        row(99, "deny", "x"),
    )
    store = kept(tmp_path, *rows)
    told = interventions(store._connection, 0, 1000)  # pyright: ignore[reportPrivateUsage]
    assert [(one.at, one.kind) for one in told] == [(1, "correction"), (6, "interrupt"), (99, "deny")]
    store.close()


def test_minutes_are_cut_to_the_window_and_composing_is_what_no_board_saw(tmp_path: Path) -> None:
    looked = Attended("o:0", "r1", "", "detail", 950.0, 1010.0, 4, "ana")
    store = kept(tmp_path, row(1100, "answer", "yes"), row(1200, "interrupt", ""), attended=(looked,))
    with store.transaction() as transaction:
        transaction.tell([ev.AgentSpoke(KEY, Origin("/r1", 1, 1000.0), "which?")], {})
    connection = store._connection  # pyright: ignore[reportPrivateUsage]
    connection.execute("UPDATE event SET run = 'r1'")
    assert minutes(connection, 1000, 1005) == (replace(looked, since=1000, until=1005),)
    (gap,) = compositions(connection, 0, 2000)
    assert (gap.since, gap.until, gap.seconds) == (1000, 1100, 90)
    store.close()


def test_what_an_agent_asks_twice_is_no_explanation_of_the_humans(tmp_path: Path) -> None:
    store = kept(tmp_path, row(1, "answer", f"on: {TOLD}"), row(2, "answer", f"on: {TOLD}", "r2"))
    told = interventions(store._connection, 0, 10)  # pyright: ignore[reportPrivateUsage]
    assert [one.kind for one in told] == ["answer", "answer"]
    store.close()
