"""Runs of the real OpenCode 1.18.33 against a scripted model: totals, and the state in which each was left.

Of eleven experiments only what the client printed was kept; their rows are written from that, part by part.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from state.runs.run import Step
from tests.adapters.opencode_world import LIVE, ONE_SHOT, Database, Home, columns_of, without_requests
from tests.adapters.witnessed import alone, both

pytestmark = pytest.mark.skipif(not LIVE.is_dir(), reason="the shared corpus of real logs is not beside the repository")

KEPT = ("o-basic", "o-plug-throw", "o-resume", "o-serve", "o-sig-int")
"""Experiments whose database was kept."""
LATER = 7200.0
"""Seconds after the last datum at which a state is asked for: nothing is left that could still be fresh."""
ENDS = {
    "o-basic": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-envcontent": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-envperm": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-managed": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-noproj": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-perm-ask": ("blocked", ("blocked", True), "failed: leave was refused: rm -rf build"),
    "o-perm-deny": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-perm-deny-projoff": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-plug-throw": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-plug-wait20": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-plug-wait20-throw": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-resume": ("done", ("idle", False), "a one-shot run: its turn ended"),
    "o-serve": ("idle", ("idle", True), "its turn ended; no process is known"),
    "o-sig-int": ("unknown", ("working", False), "its log fell silent in the middle of a turn while bash ran, and no process is known"),
    "o-sig-kill": ("unknown", ("working", False), "its log fell silent in the middle of a turn while bash ran, and no process is known"),
    "o-sig-term": ("unknown", ("working", False), "its log fell silent in the middle of a turn while bash ran, and no process is known"),
}
"""What is said of each experiment by its rows alone, which is never certain; what with a live process; and why the first.

Three of them were ended by signals: no row says so.
"""


def take(home: Home, experiment: str) -> str:
    """Put an experiment's database into the home, or one written from what the client printed; gives its session."""
    home.path.parent.mkdir(parents=True)
    if experiment in KEPT:
        shutil.copyfile(LIVE / experiment / "opencode.db", home.path)
        (session,) = (place.session for place in home.agent.logs(home.path.parent, []))
        return str(session)
    printed = [json.loads(line) for line in (LIVE / experiment / "out.stdout.jsonl").read_text().splitlines()]
    return written(Database(home.path), printed)


def written(database: Database, printed: list[dict[str, Any]]) -> str:
    """Write the rows of one session from the parts that `opencode run` printed."""
    session, begun = printed[0]["sessionID"], printed[0]["timestamp"] - 1000
    database.session(session, begun, permission=ONE_SHOT)
    database.prompt(session, begun, '"go"')
    for line in printed:
        part, at = line["part"], line["timestamp"]
        data = {name: value for name, value in part.items() if name not in ("id", "messageID", "sessionID")}
        database.part(part["id"], part["messageID"], session, at, **data)
        own: dict[str, Any] = {"role": "assistant", "agent": "build", "modelID": "fake-model", "providerID": "fake"}
        own["time"] = {"created": int(part["messageID"][4:16], 16) // 4096 + (at >> 36 << 36)}
        if part["type"] == "step-finish":
            own |= {"finish": part["reason"], "tokens": part["tokens"]}
            own["time"]["completed"] = at
        database.message(part["messageID"], session, own["time"]["created"], at, **own)
    if printed[-1]["type"] == "text" and "long" in printed[-1]["part"]["text"].lower():
        started = {"status": "running", "input": {"command": "sleep 25"}, "metadata": {"output": ""}}
        database.call(session, printed[-1]["part"]["messageID"], printed[-1]["timestamp"], "bash", **started)
    database.close()
    return session


@pytest.mark.parametrize("experiment", KEPT)
async def test_the_totals_of_a_real_run_are_those_of_its_own_columns(tmp_path: Path, experiment: str) -> None:
    home = Home(tmp_path)
    take(home, experiment)
    await home.catch_up()
    assert without_requests(home.usage()) == columns_of(home.path) and home.usage().tokens > 1000
    assert sorted(path.name for path in home.path.parent.iterdir()) == ["opencode.db"]


@pytest.mark.parametrize("experiment", sorted(ENDS))
async def test_every_real_run_is_left_in_the_state_that_it_was_in(tmp_path: Path, experiment: str) -> None:
    home = Home(tmp_path)
    session = take(home, experiment)
    await home.catch_up()
    run = home.run(session)
    state, with_process, because = ENDS[experiment]
    assert both(run, LATER) == ((state, False), with_process)
    assert alone(run, LATER).because == because
    assert run.not_understood == 0 and home.problems == {}


def test_no_experiment_is_left_out() -> None:
    assert set(ENDS) == {path.name for path in LIVE.iterdir()}


async def test_a_real_run_is_told_with_all_that_it_did(tmp_path: Path) -> None:
    home = Home(tmp_path)
    run = home.run(take(home, "o-basic"))
    await home.catch_up()
    run = home.run(run.session)
    assert (run.title, run.title_from, run.version, run.cwd) == (
        "Scripted title",
        "agent",
        "1.18.33",
        "/home/dev/lab/o-basic/wt",
    )
    assert (run.model, run.mode, run.headless, run.context_used) == ("fake-model", "build", True, 1240)
    assert run.plan.steps == (Step("Run the tests", "in_progress"), Step("Fix add()", "pending"))
    assert [path.rpartition("/")[2] for path in run.edited] == ["NOTES.md", "calc.py"]
    assert run.tests is not None and (run.tests.state, run.tests.failed, run.tests.fresh) == ("failed", 1, False)
    assert run.tests.failing == ("test_calc.py::test_add",)


async def test_a_resumed_run_has_two_prompts_and_two_models(tmp_path: Path) -> None:
    home = Home(tmp_path)
    session = take(home, "o-resume")
    told = [event for event in await home.catch_up() if type(event).__name__ in ("PromptGiven", "ModelUsed")]
    assert [getattr(event, "text", getattr(event, "model", "")) for event in told] == [
        "hello",
        "fake-model",
        "SUPERVISOR: continue",
        "fake-big",
    ]
    assert home.run(session).turn.end == "done"
