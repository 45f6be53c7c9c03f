"""Runs of the real OpenCode 1.18.33 against a scripted model: totals, and the state in which each was left.

Of eleven experiments only what the client printed was kept; their rows are written from that, part by part.
"""

from pathlib import Path

import pytest

from state.runs.run import Step
from tests.adapters.opencode_kept import KEPT, take
from tests.adapters.opencode_world import LIVE, Home, columns_of, without_requests
from tests.adapters.witnessed import alone, both

pytestmark = pytest.mark.skipif(not LIVE.is_dir(), reason="the shared corpus of real logs is not beside the repository")

LATER = 7200.0
"""Seconds after the last datum at which a state is asked for: nothing is left that could still be fresh."""
SILENT = "its log fell silent in the middle of a turn while bash ran, and no process is known"
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
    "o-sig-int": (
        "unknown",
        ("working", False),
        SILENT,
    ),
    "o-sig-kill": (
        "unknown",
        ("working", False),
        SILENT,
    ),
    "o-sig-term": (
        "unknown",
        ("working", False),
        SILENT,
    ),
}
"""What is said of each experiment by its rows alone, never for certain; what with a live process; and why the first.

Three of them were ended by signals: no row says so.
"""


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
