"""A Codex run whose sandbox lets nothing be written plans: its last words, its steps or its file ask for leave."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from state.gates.plan_gate import PREFIX, plans
from state.gates.plan_parts import missing
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Origin, Run, Step
from tests.gates_world import KEY, LOG, GateHouse, found
from tests.state.gates.test_plan_gate import PLAN, tells
from tests.state.gates.test_run_files import run_file

WORDS = """## Steps

1. Edit `src/parser.py`.
2. Run the tests.

## Risks

It may break the lexer.

Budget: 3 files.
"""
LIVE = Path(__file__).parents[4] / "shared" / "corpus" / "live" / "codex" / "x-gate"


def told(*records: dict[str, Any]) -> list[ev.Event]:
    agent, place, saved = Codex(), LogPlace("/l/rollout.jsonl", "s"), ""
    events: list[ev.Event] = []
    for offset, record in enumerate(records):
        reader = agent.reader(place, agent.head(place, []), saved)
        events += reader.read(json.dumps(record).encode(), offset)
        saved = reader.save()
    return events


def turn(sandbox: str, answer: str, key: str = "type") -> list[dict[str, Any]]:
    context = {"cwd": "/w", "approval_policy": "never", "sandbox_policy": {key: sandbox}, "model": "m"}
    return [
        {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", "source": "exec"}},
        {"type": "event_msg", "payload": {"type": "task_started", "turn_id": "t"}},
        {"type": "turn_context", "payload": context},
        {"type": "event_msg", "payload": {"type": "user_message", "message": "plan it"}},
        {"type": "event_msg", "payload": {"type": "task_complete", "turn_id": "t", "last_agent_message": answer}},
    ]


def run_of(events: list[ev.Event]) -> Run:
    run = Run(KEY, "codex", "s")
    for event in events:
        run = fold(run, event)
    return run


@pytest.mark.parametrize("key", ["type", "mode"])
def test_last_words_that_read_as_a_plan_are_one_in_a_sandbox_without_writes(key: str) -> None:
    run = run_of(told(*turn("read-only", WORDS, key)))
    assert (run.mode, run.plan.state, plans(run)) == ("never, read-only", "proposed", True)
    assert "lexer" in run.plan.text and "src/parser.py" in run.plan.names


def test_other_words_and_other_sandboxes_propose_nothing() -> None:
    assert run_of(told(*turn("read-only", "It is three files."))).plan.state == "none"
    run = run_of(told(*turn("workspace-write", WORDS)))
    assert (run.plan.state, plans(run), run.mode) == ("none", False, "never")


def test_a_reviewer_in_such_a_sandbox_does_not_plan() -> None:
    records = turn("read-only", WORDS)
    records[3]["payload"]["message"] = "Review the branch"
    assert not plans(run_of(told(*records)))


def test_a_real_run_that_read_first_and_wrote_when_it_was_resumed() -> None:
    if not LIVE.is_dir():
        pytest.skip(f"the recorded runs are not at {LIVE}")
    (log,) = LIVE.glob("rollout-*.jsonl")
    events = told(*map(json.loads, log.read_text().splitlines()))
    assert [event.mode for event in events if isinstance(event, ev.ModeEntered)] == ["never, read-only", "never"]


async def planned(house: GateHouse, *events: ev.Event) -> None:
    house.passes()
    at = Origin(LOG, 20, house.now)
    end = ev.TurnEnded(KEY, Origin(LOG, 40, house.now), "done", "I would do it so.")
    over = ev.RunEnded(KEY, Origin(LOG, 41, house.now), "codex exec ends with its turn")
    await tells(house, ev.ModeEntered(KEY, at, "never, read-only"), *events, end, over)


async def test_a_plan_of_a_run_that_has_ended_waits_says_how_to_go_on_and_is_bound(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    await planned(house, ev.PlanShown(KEY, Origin(LOG, 30, house.now), "proposed", PLAN.replace("\n", "⏎"), "ab"))
    (request,) = (await house.requests()).values()
    assert request.id.startswith(PREFIX) and (request.gate, run_file(house)["phase"]) == ("plan", "planning")
    assert "assumptions" in missing(request.plan or "")
    (hit,) = request.hits
    assert (hit.rule, "--resume" in hit.instead, "acceptEdits" in hit.instead) == ("gate.plan", True, True)
    house.now += 3600
    await house.core.gates.step()
    assert await house.decide(request.id, sha=request.sha) == {"text": "approved"}
    told = run_file(house)
    assert (told["phase"], told["plan"]["paths"], told["plan"]["files"]) == ("executing", ["src/parser.py", "tests"], 4)
    await house.close()


async def test_steps_are_a_plan_and_other_last_words_are_none(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    await planned(house)
    assert await house.requests() == {}
    steps = (Step("edit src/a.py", "pending"), Step("run tests", "pending"))
    await tells(house, ev.StepsSet(KEY, Origin(LOG, 50, house.now), steps))
    (request,) = (await house.requests()).values()
    assert (request.plan or "").startswith("1. edit src/a.py\n2. run tests\n\nI would")
    await house.close()
