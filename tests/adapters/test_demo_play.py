"""The demo as it is played: logs that grow, files that change, commits, a registry entry, and an end to all of it."""

import asyncio
import itertools
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from adapters import demo, demo_actor, launch
from adapters import demo_beats as beats
from adapters.demo_actor import Actor
from adapters.demo_logs import Ids
from adapters.demo_script import STORIES
from adapters.demo_service import COMMITS
from adapters.git import repository as git
from adapters.git.worktrees import GitWorktrees
from adapters.processes import started
from state.runs.status import status
from tests.adapters.demo_reading import runs_in, states_in

FILES = {path: text for _, added in COMMITS for path, text in added.items()}
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    folder.mkdir()
    demo.prepare(folder, 7, time.time())
    return folder


@asynccontextmanager
async def playing(folder: Path, speed: float) -> AsyncIterator[None]:
    """Play in this process for as long as the block runs."""
    leash, held = os.pipe()
    task = asyncio.create_task(demo.play(folder, speed, 7, leash))
    try:
        yield
    finally:
        os.close(held)
        assert await asyncio.wait_for(task, 20) == 0
        os.close(leash)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1800):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to that")


def rehearsed(folder: Path) -> tuple[list[Actor], float]:
    """Give the cast as the player knows it after its rehearsal, and when their demo began."""
    now = json.loads((folder / "beginning.json").read_text())["now"]
    actors = [Actor(story, folder, Ids(7, story.branch), now, FILES) for story in STORIES]
    for actor in actors:
        actor.rehearse(now)
    return actors, now


async def test_logs_grow_files_change_and_a_run_appears(folder: Path, tmp_path: Path) -> None:
    before = {branch: run.seen or 0.0 for branch, run in runs_in(folder).items()}
    new = folder / "ledger.worktrees/fix-log-redaction"
    async with playing(folder, 200.0):
        await until(lambda: new.is_dir() and "fix/log-redaction" in runs_in(folder, "fix/log-redaction"))
        await until(lambda: runs_in(folder, "fix/log-redaction")["fix/log-redaction"].asks != ())
        await until(lambda: runs_in(folder, "feat/retry-fetch")["feat/retry-fetch"].ended is not None)
    runs = runs_in(folder)
    moved = {branch for branch, at in before.items() if (runs[branch].seen or 0.0) > at}
    assert moved == {
        *("feat/retry-fetch", "mig/tenant-id", "fix/flaky-upload", "refactor/settings", "review/retry-fetch")
    }
    worktrees = GitWorktrees(git.find(str(folder / "ledger")), tmp_path / "state")
    found = {tree.branch: await worktrees.read(tree) for tree in (await worktrees.listed())[0]}
    assert found["feat/retry-fetch"].ahead == 1
    assert [file.path for file in found["feat/retry-fetch"].files or ()] == ["ledger/fetch.py", "tests/test_fetch.py"]
    assert [file.path for file in found["fix/log-redaction"].files or ()] == ["ledger/webhooks.py"]
    assert runs["fix/log-redaction"].asks[0].text.startswith("Old log lines")


async def test_a_run_whose_process_is_held_waits_and_one_that_is_ended_is_over(folder: Path) -> None:
    entries = folder / "home/.claude/sessions"

    def told_of(branch: str) -> dict[str, object]:
        told = [json.loads(one.read_text()) for one in entries.glob("*.json")] if entries.exists() else []
        return next((one for one in told if one["cwd"].endswith(branch)), {})

    def size_of(session: object) -> int:
        return next((folder / "home/.claude/projects").rglob(f"{session}.jsonl")).stat().st_size

    async with playing(folder, 40.0):
        await until(lambda: told_of("feat-retry-fetch") != {} and told_of("mig-tenant-id") != {})
        held, ended = told_of("feat-retry-fetch"), told_of("mig-tenant-id")
        os.kill(int(str(held["pid"])), signal.SIGSTOP)
        os.kill(int(str(ended["pid"])), signal.SIGINT)
        await until(lambda: not (entries / f"{ended['pid']}.json").exists())
        assert not Path(f"/proc/{ended['pid']}").exists(), "not even a zombie"
        sizes = [size_of(one["sessionId"]) for one in (held, ended)]
        await until(lambda: (folder / "ledger.worktrees/fix-log-redaction").is_dir())
        assert [size_of(one["sessionId"]) for one in (held, ended)] == sizes
        os.kill(int(str(held["pid"])), signal.SIGCONT)
        await until(lambda: size_of(held["sessionId"]) > sizes[0])


def test_a_permission_prompt_stands_in_the_live_registry_and_goes(folder: Path) -> None:
    actors, now = rehearsed(folder)
    (actor,) = (one for one in actors if one.story.branch == "fix/flaky-upload")
    actor.register()
    seen = [states_in(folder, now)["fix/flaky-upload"]]
    for moment in itertools.islice(beats.future(actor.story, Random(1)), 30):
        actor.act(moment, now + moment.at)
        actor.register()
        told = status(runs_in(folder, "fix/flaky-upload")["fix/flaky-upload"], now)
        assert told.state != "waiting" or told.because == "permission prompt: docker compose up -d minio"
        seen.append(told.state)
    assert [state for state, _ in itertools.groupby(seen)] == ["idle", "working", "waiting", "working", "idle"]
    actor.leave()
    assert list((folder / "home/.claude/sessions").iterdir()) == []


def test_the_whole_script_fits_its_files_and_is_understood(folder: Path) -> None:
    actors, now = rehearsed(folder)
    for actor in actors:
        for moment in itertools.islice(beats.future(actor.story, Random(1)), 90):
            actor.act(moment, now + moment.at)
    runs = runs_in(folder)
    assert set(runs) == {story.branch for story in STORIES}
    assert runs["feat/retry-fetch"].ended == "/exit"
    assert [step.state for step in runs["feat/retry-fetch"].plan.steps] == ["completed"] * 4
    assert runs["mig/tenant-id"].plan.state == "approved"
    assert "range(TRIES)" in (folder / "ledger.worktrees/feat-retry-fetch/ledger/fetch.py").read_text()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.branch)
def test_the_calm_part_comes_back_to_where_it_began(story: beats.Story) -> None:
    files = dict(FILES)
    for beat in (*story.past, *story.live):
        change(files, beat)
    before = dict(files)
    for beat in story.calm:
        change(files, beat)
    assert files == before


def change(files: dict[str, str], beat: beats.AnyBeat) -> None:
    if isinstance(beat, beats.Edit):
        assert not beat.old or files[beat.path].count(beat.old) == 1
        files[beat.path] = files[beat.path].replace(beat.old, beat.new) if beat.old else beat.new


def test_what_happens_first_comes_soon_and_in_the_order_of_the_script() -> None:
    firsts = {story.branch: next(beats.future(story, Random(1)), None) for story in STORIES}
    assert min(moment.at for moment in firsts.values() if moment) < 3.0
    new = firsts["fix/log-redaction"]
    assert new is not None and 24.0 < new.at < 27.0


def test_a_log_that_is_long_enough_grows_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    actors, now = rehearsed(folder)
    (actor,) = (one for one in actors if one.story.branch == "refactor/settings")
    log = Path(runs_in(folder)["refactor/settings"].log or "")
    monkeypatch.setattr(demo_actor, "MOST_BYTES", log.stat().st_size + 20_000)
    sizes: list[int] = []
    for moment in itertools.islice(beats.future(actor.story, Random(1)), 300):
        actor.act(moment, now + moment.at)
        sizes.append(log.stat().st_size)
    assert sizes[100] == sizes[-1] < demo_actor.MOST_BYTES + 40_000
    run = runs_in(folder)["refactor/settings"]
    assert not run.turn.open and run.calls == ()


def stand_ins(folder: Path) -> list[int]:
    """Give the pids of the processes that stand for runs of Claude Code."""
    return [int(path.stem) for path in (folder / "home/.claude/sessions").glob("*.json")]


@pytest.mark.parametrize("kindly", [True, False])
def test_the_player_ends_with_its_input_and_clears_everything_away(folder: Path, tmp_path: Path, kindly: bool) -> None:
    log = tmp_path / "player.log"
    words = ("demo-player", "--repo", str(folder), "--speed", "50", "--seed", "7")
    player = launch.start_player(words, log, demo.surroundings(folder, os.environ))
    try:
        asyncio.run(until(lambda: len(stand_ins(folder)) >= 4))
        pids = stand_ins(folder)
        assert player.poll() is None and all(started(pid) for pid in pids)
        assert player.stdin is not None
        if kindly:
            player.stdin.close()
            assert player.wait(20) == 0, log.read_text()
    finally:
        player.kill()
        player.wait()
        if player.stdin is not None:
            player.stdin.close()
    asyncio.run(until(lambda: not any(started(pid) for pid in pids)))
    if not kindly:
        return
    assert not folder.exists() and log.read_text() == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "player.log"]


async def test_an_input_that_cannot_be_waited_for_has_ended(folder: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        assert await asyncio.wait_for(demo.play(folder, 1.0, 7, nothing), 20) == 0
    finally:
        os.close(nothing)


def test_only_a_folder_of_the_demos_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "keep").write_text("mine")
    demo.clear_away(tmp_path)
    assert (tmp_path / "keep").read_text() == "mine"


def test_a_player_whose_folder_is_gone_says_so_in_its_log(tmp_path: Path) -> None:
    words = ("demo-player", "--repo", str(tmp_path / "demo"))
    player = launch.start_player(words, tmp_path / "log", os.environ)
    assert player.wait(20) != 0
    assert "beginning.json" in (tmp_path / "log").read_text()
    if player.stdin is not None:
        player.stdin.close()
