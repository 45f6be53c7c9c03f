"""From a hook's file to the board and back: rows first, files after them, and nothing decided twice."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.hook.exchange import plainly_named
from state.board import BoardUnreadable
from state.control.act import Act
from state.control.desk import Desk
from state.controls import IDLE_SECONDS, Controls
from state.runs.event import Event
from state.spool import Order
from state.supervisor import StoreLost
from tests.gates_world import KEY, SHA, GateHouse, found


@pytest.fixture
async def house(tmp_path: Path):
    made = await GateHouse(tmp_path).begin(*found())
    yield made
    await made.close()


async def test_a_question_reaches_the_board_with_all_that_it_is_bound_to(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    (asked,) = (await house.reader.changes(0)).requests
    assert (asked.id, asked.run, asked.gate, asked.state, asked.listening) == ("q-1", KEY, "exception", "open", True)
    assert (asked.text, asked.rule, asked.severity, asked.sha) == ("rm -rf build", "destructive", "high", SHA)
    assert asked.input.splitlines()[1].strip() == '"command": "rm -rf build",'
    assert asked.advice == "tidy"
    (card,) = (await house.reader.changes(0)).cards
    assert (card.state, card.need, card.next_gate, card.next_request) == ("waiting", 97, "exception", "q-1")
    assert card.next_text == "approve or deny: rm -rf build"


async def test_an_approval_is_a_row_first_and_then_the_hooks_answer(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    assert await house.decide("q-1") == {"text": "approved"}
    answer = house.answer()
    assert answer is not None
    assert (answer["answer"], answer["sha"], answer["policy"]) == ("approve", SHA, "default")
    assert answer["reason"] == "it is fine"
    told = (await house.requests())["q-1"]
    assert (told.state, told.decision and told.decision.answer) == ("approved", "approve")
    assert house.grants() == []


class Looking:
    """A duty that notes how the request stands at each look."""

    verbs = frozenset[str]()

    def __init__(self, desk: Desk, seen: asyncio.Queue[str]) -> None:
        self._desk, self._seen = desk, seen

    async def carry_out(self, order: Order) -> Act:
        raise ValueError(order.verb)

    def hear(self, events: Sequence[Event]) -> None:
        pass

    async def look(self) -> None:
        self._seen.put_nowait(self._desk.book().requests["q-1"].state)


async def test_a_decision_lets_the_duties_look_at_once(house: GateHouse) -> None:
    # Otherwise the words of a denied plan would lie until the next look by the clock.
    house.question()
    await house.core.gates.step()
    seen: asyncio.Queue[str] = asyncio.Queue()
    controls = house.core.controls = Controls(house.core.controls.desk, [lambda desk: Looking(desk, seen)])
    looking = asyncio.create_task(controls.run())
    async with asyncio.timeout(IDLE_SECONDS / 2):
        assert await seen.get() == "open"
        words = {"answer": "deny", "sha": SHA, "opened": "1", "reason": "no"}
        await house.core.gates.decide(house.spool.order("decide", request="q-1", **words))
        while await seen.get() != "denied":
            pass
    looking.cancel()


async def test_a_note_that_the_call_waits_ends_no_request(house: GateHouse) -> None:
    house.question()
    house.passes(request="q-1", verdict="seen", outcome="none")
    await house.core.gates.step()
    assert (await house.requests())["q-1"].listening
    assert await house.decide("q-1") == {"text": "approved"}


async def test_an_answer_is_not_given_into_a_database_that_was_removed(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    house.spool.database.unlink()
    with pytest.raises(StoreLost):
        await house.decide("q-1")
    assert house.answer() is None and len(list(house.spool.inbox.glob("*.json"))) == 1


async def test_a_second_answer_is_refused_and_leaves_no_row(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    await house.decide("q-1", "deny")
    again = await house.decide("q-1", "approve")
    assert "before" in again["error"]
    with sqlite3.connect(house.spool.database) as connection:
        assert connection.execute("SELECT count(*) FROM decision").fetchone()[0] == 1
    connection.close()


async def test_an_order_that_is_carried_out_twice_stands_once(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    words = {"request": "q-1", "answer": "approve", "sha": SHA, "opened": "1", "reason": "yes"}
    order = house.spool.order("decide", **words)
    assert await house.core.gates.decide(order) == "approved"
    assert await house.core.gates.decide(order) == "recorded before: approved"


async def test_rows_of_decisions_cannot_be_changed_or_taken_away(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    await house.decide("q-1")
    for statement in ("UPDATE decision SET answer = 'deny'", "DELETE FROM decision"):
        with sqlite3.connect(house.spool.database) as connection, pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.close()


async def test_approval_after_the_hook_died_is_leave_for_one_call(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    house.now += 30
    await house.core.gates.step()
    assert (await house.requests())["q-1"].listening is False
    assert await house.decide("q-1") == {"text": "nobody is listening; kept as leave for one call"}
    (grant,) = house.grants()
    assert (grant["request"], grant["sha"], grant["expires"]) == ("q-1", SHA, house.now + 900)
    assert house.answer() is None


async def test_a_leave_that_was_used_is_not_given_again_by_the_next_core(house: GateHouse, tmp_path: Path) -> None:
    house.question()
    await house.core.gates.step()
    house.hook_ends("q-1")
    house.now += 30
    await house.decide("q-1")
    (path,) = house.files.grants.glob("*.json")
    path.rename(path.with_suffix(".used"))
    await house.close()
    second = await GateHouse(tmp_path, house.now + 1).begin()
    assert second.grants() == []
    await second.close()


async def test_a_leave_that_a_hook_took_and_has_not_noted_yet_is_not_given_again(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    house.hook_ends("q-1")
    house.now += 30
    await house.decide("q-1")
    (path,) = house.files.grants.glob("*.json")
    path.unlink()
    await house.core.gates.step()
    assert house.grants() == []


async def test_a_leave_runs_out(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    house.hook_ends("q-1")
    house.now += 30
    await house.decide("q-1")
    house.now += 901
    await house.core.gates.step()
    assert house.grants() == []


async def test_a_decision_that_its_hook_could_not_use_is_kept_as_leave(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    await house.decide("q-1")
    house.passes(verdict="deny", request="q-1", outcome="failed")
    house.hook_ends("q-1")
    await house.core.gates.step()
    assert [grant["request"] for grant in house.grants()] == ["q-1"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("q-1", {"id": "another"}), ("a b", {}), ("q-1", {"severity": "none"}), ("q-1", {"sha": "x"}),
        ("q-1", {"input": "x" * 300_000}), ("q-1", {"session": "a\x1b]0;b"}), ("q-1", {"opened": 9e9}),
    ],
)  # fmt: skip
async def test_a_forged_question_is_set_aside_and_said(house: GateHouse, name: str, words: dict[str, object]) -> None:
    house.question(name, **words)
    await house.core.gates.step()
    shown = await house.reader.changes(0)
    assert (shown.requests, len(shown.problems)) == ((), 1)
    assert (house.folder / "spool" / "refused" / f"{name}.json").exists()


async def test_a_link_in_place_of_a_question_is_not_followed(house: GateHouse, tmp_path: Path) -> None:
    house.question("q-2")
    real = (house.files.requests / "q-2.json").rename(tmp_path / "elsewhere.json")
    (house.files.requests / "q-2.json").symlink_to(real)
    await house.core.gates.step()
    assert await house.requests() == {}


async def test_a_deadline_that_passed_is_a_denial_and_a_late_denial_is_refused(house: GateHouse) -> None:
    house.question(deadline=house.now + 10)
    await house.core.gates.step()
    house.now += 11
    await house.core.gates.step()
    assert (await house.reader.changes(0)).requests == ()
    assert "expired" in (await house.decide("q-1", "deny"))["error"]
    assert "leave for one call" in (await house.decide("q-1", "approve"))["text"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"sha": "cd" * 32}, "not what is asked"),
        ({"dwell": "0.2"}, "half a second"),
        ({"opened": ""}, "open its evidence"),
        ({"reason": ""}, "say why"),
        ({"answer": "perhaps"}, "no answer"),
    ],
)
async def test_an_approval_that_does_not_count_says_why(house: GateHouse, words: dict[str, str], why: str) -> None:
    house.question()
    await house.core.gates.step()
    assert why in (await house.decide("q-1", **{"answer": "approve", **words}))["error"]
    assert (await house.requests())["q-1"].state == "open"
    assert house.answer() is None


async def test_only_whom_a_rule_names_may_approve_and_anyone_may_deny(house: GateHouse) -> None:
    hit = {"rule": "money", "outcome": "escalate", "because": "it pays", "reviewers": ["grace"]}
    house.question(hits=[hit], severity="low")
    await house.core.gates.step()
    assert "only grace" in (await house.decide("q-1", by="mallory"))["error"]
    assert await house.decide("q-1", by="grace") == {"text": "approved"}


async def test_a_core_that_begins_anew_writes_the_answers_that_hooks_still_wait_for(
    house: GateHouse, tmp_path: Path
) -> None:
    house.question()
    await house.core.gates.step()
    await house.decide("q-1")
    (house.spool.answers / "q-1.json").unlink()
    await house.close()
    second = await GateHouse(tmp_path, house.now + 1).begin()
    assert (second.answer() or {})["answer"] == "approve"
    await second.close()


async def test_what_waits_is_unknown_where_the_database_is_gone(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    assert [one.id for one in await house.reader.requests()] == ["q-1"]
    house.spool.database.unlink()
    with pytest.raises(BoardUnreadable, match="unknown"):
        await house.reader.requests()


async def test_a_question_in_a_session_with_an_odd_name_waits_on_the_board(house: GateHouse) -> None:
    event = plainly_named({"session_id": "s\x1b[2J" + "x" * 600, "tool_name": "mcp__a__b\u202e"})
    house.question(session=event["session_id"], tool=event["tool_name"])
    await house.core.gates.step()
    (asked,) = await house.reader.requests()
    assert asked.session == event["session_id"] and asked.tool.startswith("mcp__a__b?")
    assert await house.decide("q-1") == {"text": "approved"}


async def test_a_question_that_a_board_cannot_show_is_a_problem_and_denied_by_its_deadline(house: GateHouse) -> None:
    house.question(session="s\x1b[2J")
    await house.core.gates.step()
    (told,) = (await house.reader.changes(0)).problems
    assert "cannot be shown" in told.text and "denies" in told.remedy


async def test_what_nobody_needed_may_be_asked_again_and_what_was_answered_stays_so(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    asked = (await house.requests())["q-1"]
    await house.core.gates.ask(replace(asked, state="moot"))
    assert "q-1" not in await house.requests()
    await house.core.gates.ask(asked)
    assert (await house.requests())["q-1"].state == "open", "its answer was lost with a damaged database"
    await house.decide("q-1")
    await house.core.gates.ask(asked)
    assert (await house.requests())["q-1"].state == "approved"
