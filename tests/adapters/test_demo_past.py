"""What is there when the demo's curtain rises: a repository, worktrees and logs that show every state."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from adapters import demo
from adapters.agents.claude_code import ClaudeCode
from adapters.demo_history import HISTORY
from adapters.git import repository as git
from adapters.git.merges import GitMerges
from adapters.git.worktrees import GitWorktrees
from state.runs.display import card
from state.runs.run import Run
from state.runs.status import status
from state.runs.worktree import Worktree
from tests.adapters.demo_reading import runs_in

NOW = 1_795_000_000.0
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a demo that all tests look at and none changes."""
    return prepared(tmp_path_factory.mktemp("shared") / "demo")


@pytest.fixture(scope="module")
def runs(folder: Path) -> dict[str, Run]:
    return runs_in(folder)


def prepared(folder: Path, seed: int = 7, now: float = NOW) -> Path:
    folder.mkdir()
    demo.prepare(folder, seed, now)
    return folder


def texts(folder: Path) -> dict[str, bytes]:
    """Give every file of a demo but git's own, whose index holds times."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def trees(folder: Path, state: Path) -> dict[str, Worktree]:
    """Give what git says of every worktree, by branch."""

    async def read() -> list[Worktree]:
        worktrees = GitWorktrees(git.find(str(folder / "ledger")), state)
        listed, problems = await worktrees.listed()
        assert not problems
        return [await worktrees.read(tree) for tree in listed]

    return {tree.branch or "": tree for tree in asyncio.run(read())}


def test_nine_runs_show_every_state(runs: dict[str, Run]) -> None:
    assert {branch: status(run, NOW).state for branch, run in runs.items()} == {
        "feat/retry-fetch": "working",
        "mig/tenant-id": "waiting",
        "fix/flaky-upload": "idle",
        "feat/webhook-signing": "blocked",
        "perf/report-query": "unknown",
        "refactor/settings": "working",
        "perf/invoice-list": "stopped",
        "chore/pin-deps": "done",
        "review/retry-fetch": "idle",
    }


def test_five_runs_are_claude_code_and_four_codex(runs: dict[str, Run]) -> None:
    agents = sorted(run.agent for run in runs.values())
    assert agents == ["claude-code"] * 5 + ["codex"] * 4


def test_nothing_in_the_past_lies_in_the_future(runs: dict[str, Run]) -> None:
    assert all(run.seen is not None and run.seen < NOW for run in runs.values())


def test_a_run_has_title_model_plan_and_edits(runs: dict[str, Run]) -> None:
    run = runs["feat/retry-fetch"]
    assert (run.title, run.title_from, run.model) == ("Retry rate fetches on 5xx", "agent", "claude-opus-4-7")
    assert [step.state for step in run.plan.steps] == ["completed", "completed", "in_progress", "pending"]
    assert [Path(path).name for path in run.edited] == ["fetch.py", "test_fetch.py"]
    assert run.calls[0].text == "pytest -q tests/test_fetch.py"
    assert run.context_used is not None and run.context_used > 20_000


def test_two_runs_share_a_task_as_implementer_and_reviewer(runs: dict[str, Run]) -> None:
    shown = {branch: card(runs[branch], None, NOW) for branch in ("feat/retry-fetch", "review/retry-fetch")}
    assert {branch: one.role for branch, one in shown.items()} == {
        "feat/retry-fetch": "implementer",
        "review/retry-fetch": "reviewer",
    }
    assert len({one.task_id for one in shown.values()}) == 1


def test_a_plan_waits_with_its_text(runs: dict[str, Run]) -> None:
    plan = runs["mig/tenant-id"].plan
    assert plan.state == "proposed" and "Backfill" in plan.text


def test_git_shows_changes_commits_and_a_branch_that_is_behind(folder: Path, tmp_path: Path) -> None:
    found = trees(folder, tmp_path / "state")
    assert len(found) == 10 and all(tree.problem is None for tree in found.values())
    assert (found["chore/pin-deps"].ahead, found["chore/pin-deps"].behind) == (1, 1)
    assert (found["refactor/settings"].ahead, found["refactor/settings"].behind) == (1, 0)
    changed = {file.path: file.committed for file in found["feat/retry-fetch"].files or ()}
    assert changed == {"ledger/fetch.py": False, "tests/test_fetch.py": False}
    assert [(file.path, file.kind) for file in found["feat/webhook-signing"].files or () if not file.committed] == [
        ("docs/webhooks.md", "untracked")
    ]


def test_the_logs_tell_of_edits_that_are_on_the_disk(runs: dict[str, Run]) -> None:
    for run in runs.values():
        assert all(Path(path).is_file() for path in run.edited)
    fetch = Path(runs["feat/retry-fetch"].cwd or "", "ledger/fetch.py").read_text()
    assert "range(TRIES - 1)" in fetch


def test_two_runs_really_conflict(folder: Path, tmp_path: Path) -> None:
    matrix = asyncio.run(GitMerges(git.find(str(folder / "ledger")), tmp_path / "state").compare())
    clashing = [(Path(pair.a).name, Path(pair.b).name, [clash.path for clash in pair.files]) for pair in matrix.pairs]
    assert ("chore-pin-deps", "feat-retry-fetch", ["ledger/fetch.py"]) in clashing and not matrix.left_out


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, heads = texts(prepared(tmp_path / "demo")), commits(tmp_path / "demo")
    shutil.rmtree(tmp_path / "demo")
    assert texts(prepared(tmp_path / "demo")) == first and commits(tmp_path / "demo") == heads != []


def test_ids_do_not_depend_on_the_day(runs: dict[str, Run], tmp_path: Path) -> None:
    later = runs_in(prepared(tmp_path / "demo", now=NOW + 86_400 * 30))
    assert {branch: run.key for branch, run in later.items()} == {branch: run.key for branch, run in runs.items()}


def test_another_seed_gives_other_ids(runs: dict[str, Run], tmp_path: Path) -> None:
    others = runs_in(prepared(tmp_path / "demo", seed=8))
    assert {run.key for run in runs.values()}.isdisjoint(run.key for run in others.values())


def commits(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted((folder / "ledger/.git/refs/heads").rglob("*")) if path.is_file()]


def test_nothing_outside_the_folder_is_touched(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "demo")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "home"]
    assert list((tmp_path / "home").iterdir()) == []
    assert sorted(path.name for path in folder.iterdir()) == [
        *("beginning.json", "config", "home", "ledger", "ledger.worktrees", "state")
    ]


def test_the_surroundings_name_no_directory_of_the_users(tmp_path: Path) -> None:
    user = {"HOME": "/home/user", "XDG_STATE_HOME": "/home/user/.state", "CODEX_HOME": "/home/user/x", "LANG": "C"}
    user |= {name: f"/home/user/{name}" for name in ("COPILOT_HOME", "OPENCODE_DB", "PI_CODING_AGENT_DIR", "QWEN_HOME")}
    inside = demo.surroundings(tmp_path, user)
    assert inside["LANG"] == "C"
    assert not [name for name, value in inside.items() if "/home/user" in value]


def test_no_process_is_told_of_before_the_player_lives(folder: Path) -> None:
    assert list(ClaudeCode().presences(folder / "home/.claude")) == []


def test_each_line_is_one_json_object_of_plain_text(folder: Path) -> None:
    logs = [*folder.glob("home/.claude/projects/*/*.jsonl"), *folder.glob("home/.codex/sessions/*/*/*/*.jsonl")]
    assert len(logs) == 9 + len(HISTORY)
    for log in logs:
        assert log.read_bytes().endswith(b"\n") and log.stat().st_mode & 0o777 == 0o600
        assert all(isinstance(json.loads(line), dict) for line in log.read_text().splitlines())
