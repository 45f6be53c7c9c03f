"""The plan gate: planning until a human approves, bound to the plan, and planning again once the plan is another."""

import hashlib
from pathlib import Path

import pytest

from state.gates.plan_gate import budget_of
from state.gates.request import Request
from state.ports import Batch
from state.runs import event as ev
from state.runs.run import Origin
from tests.gates_world import KEY, LOG, GateHouse, found
from tests.state.gates.test_run_files import run_file

PLAN = "# Plan: mend the parser\n\nEdit `src/parser.py` and its tests.\nBudget: at most 4 files, 30 minutes, $2.50.\n"
OTHER = "# Plan: rewrite everything\n\nEdit `src/everything.py`.\n"


def sha(plan: str) -> str:
    return hashlib.sha256(plan.encode()).hexdigest()


@pytest.fixture
async def house(tmp_path: Path):
    made = await GateHouse(tmp_path).begin(*found())
    yield made
    await made.close()


async def asks(house: GateHouse, plan: str = PLAN, name: str = "q-1") -> Request:
    house.question(name, gate="plan", tool="ExitPlanMode", plan=plan, sha=sha(plan), hits=[], severity="medium")
    await house.core.gates.step()
    return (await house.requests())[name]


async def tells(house: GateHouse, *events: ev.Event) -> None:
    await house.core.take(Batch(events=events))
    await house.core.gates.step()


async def test_a_run_that_asks_plans_until_a_human_approves(house: GateHouse) -> None:
    request = await asks(house)
    assert (request.gate, request.text) == ("plan", "approve its plan: Plan: mend the parser")
    assert request.plan == PLAN.rstrip("\n")
    assert (run_file(house)["phase"], run_file(house)["plan"]) == ("planning", None)
    await house.decide("q-1", sha=sha(PLAN))
    told = run_file(house)
    assert told["phase"] == "executing"
    assert told["plan"] == {
        "sha": sha(PLAN), "paths": ["src/parser.py", "tests"], "files": 4, "minutes": 30.0, "usd": "2.50",
    }  # fmt: skip
    assert (house.answer() or {})["answer"] == "approve"


async def test_a_rejected_plan_carries_the_words_back_and_the_run_goes_on_planning(house: GateHouse) -> None:
    await asks(house)
    await house.decide("q-1", "deny", sha=sha(PLAN), reason="leave the lexer alone")
    assert (house.answer() or {})["reason"] == "leave the lexer alone"
    assert run_file(house)["phase"] == "planning"


async def test_the_phase_outlives_the_core(house: GateHouse, tmp_path: Path) -> None:
    await asks(house)
    await house.decide("q-1", sha=sha(PLAN))
    await house.close()
    second = await GateHouse(tmp_path, house.now + 5).begin()
    assert run_file(second)["plan"]["sha"] == sha(PLAN)
    await second.close()


async def test_another_plan_in_the_log_leads_back_to_planning(house: GateHouse) -> None:
    await asks(house)
    await house.decide("q-1", sha=sha(PLAN))
    same = ev.PlanShown(KEY, Origin(LOG, 50, house.now + 1), "approved", PLAN.replace("\n", "⏎"), sha("as cleaned"))
    await tells(house, same)
    assert run_file(house)["phase"] == "executing"
    other = ev.PlanShown(KEY, Origin(LOG, 60, house.now + 2), "approved", OTHER.replace("\n", "⏎"), sha(OTHER))
    await tells(house, other)
    told = run_file(house)
    assert (told["phase"], told["plan"]) == ("planning", None)


async def test_a_run_in_plan_mode_is_asked_about_at_its_turns_end(house: GateHouse) -> None:
    house.passes()
    text = PLAN.replace("\n", "⏎")
    await tells(house, ev.ModeEntered(KEY, Origin(LOG, 20, house.now), "plan"))
    assert run_file(house)["phase"] == "planning"
    await tells(house, ev.PlanWritten(KEY, Origin(LOG, 30, house.now), "/w/a/PLAN.md", text, sha(PLAN)))
    assert await house.requests() == {}
    await tells(house, ev.TurnEnded(KEY, Origin(LOG, 40, house.now), "done"))
    (request,) = (await house.requests()).values()
    assert (request.gate, request.tool, request.listening) == ("plan", "", False)
    assert "then resume it" in request.text
    assert await house.decide(request.id, sha=request.sha) == {"text": "approved"}
    assert (run_file(house)["phase"], run_file(house)["plan"]["paths"]) == ("executing", ["src/parser.py", "tests"])
    assert house.grants() == []


async def test_a_run_that_goes_on_planning_takes_its_proposal_back(house: GateHouse) -> None:
    house.passes()
    await tells(
        house,
        ev.ModeEntered(KEY, Origin(LOG, 20, house.now), "plan"),
        ev.PlanWritten(KEY, Origin(LOG, 30, house.now), "/w/a/PLAN.md", PLAN, sha(PLAN)),
        ev.TurnEnded(KEY, Origin(LOG, 40, house.now), "done"),
    )
    (request,) = (await house.requests()).values()
    await tells(
        house, ev.PromptGiven(KEY, Origin(LOG, 50, house.now), "think again"), ev.TurnBegun(KEY, Origin(LOG, 50))
    )
    assert await house.requests() == {}
    assert "went on without it" in (await house.decide(request.id, sha=request.sha))["error"]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("Budget: 12 files, 2 hours, $8", (12, 120.0, "8")),
        ("I touch 3 files.", (None, None, None)),
        ("It takes no more than 45 min and 1.50 USD.", (None, 45.0, "1.50")),
        ("", (None, None, None)),
    ],
)
def test_only_a_plans_own_bound_is_its_budget(text: str, bounds: tuple[object, ...]) -> None:
    assert budget_of(text) == bounds
