"""Hard stops: a run with a hook halts and asks, once a cause; a human lets it go on or stops it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from state.gates.book import Book
from state.gates.hard_stops import Cause, causes_of, is_hard_stop
from state.gates.request import Request
from state.ports import Batch
from state.runs import event as ev
from state.runs.display import card
from state.runs.run import Ask, OpenCall, Origin, Ran, Run, Turn
from tests.gates_world import AGENT, KEY, LOG, SESSION, GateHouse, found
from tests.state.gates.test_run_files import order, run_file

FILES = ("/w/a/src/auth/session.ts",)


@pytest.fixture
async def house(tmp_path: Path):
    made = await GateHouse(tmp_path).begin(*found())
    yield made
    await made.close()


async def edits(house: GateHouse, *paths: str) -> None:
    events = [ev.FileEdited(KEY, Origin(LOG, 10 + n, house.now), path) for n, path in enumerate(paths)]
    await house.core.take(Batch(events=tuple(events)))
    await house.core.gates.step()


async def halts(house: GateHouse) -> list[Request]:
    return [one for one in (await house.requests()).values() if is_hard_stop(one)]


async def test_a_run_that_touches_a_dangerous_part_halts_and_asks_at_once(house: GateHouse) -> None:
    house.passes()
    await edits(house, *FILES)
    (halt,) = await halts(house)
    assert (halt.rule, halt.severity, halt.state, halt.tool) == ("high_risk_path", "high", "open", "")
    assert run_file(house)["halted"] == {"request": halt.id, "kind": "high_risk_path", "text": halt.text}
    (shown,) = (await house.reader.changes(0)).cards
    assert shown.next_request == halt.id


async def test_a_run_without_a_hook_is_never_shown_as_halted(house: GateHouse) -> None:
    await edits(house, *FILES)
    assert await halts(house) == []
    assert run_file(house)["halted"] is None


async def test_letting_it_go_on_lifts_this_cause_alone(house: GateHouse) -> None:
    house.passes()
    await edits(house, *FILES)
    (halt,) = await halts(house)
    assert await house.decide(halt.id, "approve", sha=halt.sha) == {"text": "approved"}
    assert run_file(house)["halted"] is None
    assert (house.answer(halt.id) or {})["answer"] == "approve"
    await edits(house, *FILES)
    assert run_file(house)["halted"] is None
    await edits(house, "/w/a/db/migrate/2026_add_x.rb")
    assert (run_file(house)["halted"] or {})["kind"] == "migration"


@pytest.mark.parametrize("outcome", ["expired", "rule", "failed"])
async def test_a_call_that_was_denied_while_halted_does_not_lift_the_halt(house: GateHouse, outcome: str) -> None:
    house.passes()
    await edits(house, *FILES)
    (halt,) = await halts(house)
    house.passes("c-2", verdict="deny", request=halt.id, outcome=outcome)
    await house.core.gates.step()
    assert (run_file(house)["halted"] or {})["request"] == halt.id


async def test_upholding_it_stops_the_run_with_the_humans_words_until_a_thaw(house: GateHouse) -> None:
    house.passes()
    await edits(house, *FILES)
    (halt,) = await halts(house)
    await house.decide(halt.id, "deny", sha=halt.sha, reason="leave the login alone", by="ada")
    told = run_file(house)
    assert (told["halted"], told["frozen"]["reason"], told["frozen"]["by"]) == (None, "leave the login alone", "ada")
    house.now += 1
    await order(house, "thaw", run=KEY)
    assert run_file(house)["frozen"] is None


async def test_a_cause_that_is_gone_makes_the_request_moot_and_asks_anew_when_it_comes_back() -> None:
    from state.gates.hard_stops import halts as asked

    made = run(ran=(Ran("git.discard", "git reset --hard", Origin(LOG, 1, 1.0)),))
    book = Book(calls={KEY: frozenset()})
    (first,) = asked(book, {KEY: made}, {KEY: card(made, None, 10.0)}, 10.0)
    book = replace(book, requests={first.id: first})
    calm = replace(made, ran=())
    (moot,) = asked(book, {KEY: calm}, {KEY: card(calm, None, 10.0)}, 11.0)
    assert (moot.id, moot.state) == (first.id, "moot")
    book = replace(book, requests={first.id: moot})
    (again,) = asked(book, {KEY: made}, {KEY: card(made, None, 10.0)}, 12.0)
    assert (again.id != first.id, again.sha) == (True, first.sha)


def run(**facts: Any) -> Run:
    turn = Turn(open=True, since=1.0)
    return Run(key=KEY, agent=AGENT, session=SESSION, turn=turn, seen=9.0, account="ada", headless=True, **facts)


def causes(made: Run, book: Book | None = None) -> list[Cause]:
    return list(causes_of(made, card(made, None, 10.0), book or Book()))


@pytest.mark.parametrize(
    ("effect", "kind"), [("db.reset", "destructive_operation"), ("db.migrate", "migration"), ("net.send", None)]
)
def test_what_a_command_did_halts_by_its_effect(effect: str, kind: str | None) -> None:
    made = run(ran=(Ran(effect, "it", Origin(LOG, 1, 1.0)),))
    assert [one.kind for one in causes(made)] == ([kind] if kind else [])


def test_a_question_without_an_answer_halts_a_run_that_goes_on_alone() -> None:
    ask = Ask("question", "which database?", "c-1", 2.0)
    waits = run(asks=(ask,), calls=(OpenCall("c-1", "AskUserQuestion", "", 2.0),))
    assert causes(waits) == []
    goes_on = replace(waits, calls=(*waits.calls, OpenCall("c-2", "Bash", "psql", 3.0)))
    assert [one.kind for one in causes(goes_on)] == ["unresolved_ambiguity"]


def test_nobody_who_answers_for_a_run_halts_it() -> None:
    assert [one.kind for one in causes(replace(run(), account=None))] == ["unclear_ownership"]
