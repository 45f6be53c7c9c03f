"""`headgate doctor` answers "why don't I see my run?": where was looked, whose each log is, and what writes none."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Give a world with one log of each kind that is no run here, beside one that is."""
    world = World(tmp_path_factory.mktemp("doctor"))
    world.environment["PATH"] = str(Path(shutil.which("git") or "").parent)
    far = world.folder / "far"
    world.git("init", "-q", str(far), at=world.folder)
    (world.folder / "bare").mkdir()
    (far / "src").mkdir()
    places = {"ours": None, "far": far / "src", "gone": world.folder / "gone", "bare": world.folder / "bare"}
    for session, cwd in places.items():
        log = world.claude(session, cwd)
        log.append(log.prompt("hello"))
    broken = world.claude("broken", far)
    broken.append(b"not a record\n", b"nor this\n")
    closed = world.claude("closed", far)
    closed.path.symlink_to("/dev/null")
    return world


def claude(world: World) -> dict[str, Any]:
    return next(one for one in world.told("doctor")["agents"] if one["agent"] == "claude-code")


def test_every_log_that_shows_no_run_says_why_and_what_to_do(world: World) -> None:
    found = claude(world)
    assert (found["logs"], found["looked_into"], found["belonging"]) == (5, 5, 1)
    assert found["looked_in"] == [{"path": str(world.home / ".claude"), "stands": "directory", "logs": 5}]
    why = {one["session"]: (one["why"], one["remedy"]) for one in found["others"]}
    far = world.folder / "far"
    assert why["far"] == (f"{far}/src lies in another repository", f"headgate --repo {far}")
    assert why["gone"][0] == f"its directory {world.folder}/gone is gone"
    assert why["bare"][0] == f"{world.folder}/bare lies in no git repository"
    assert why["broken"][0] == "none of its first 2 records is understood"
    assert all(remedy for _, remedy in why.values()) and len(why) == 4
    said = world.headgate("doctor")
    assert "claude-code: 5 logs, 1 of this repository" in said and f"headgate --repo {far}" in said
    # Another program of the machine may be called as one of them, beside this test.
    assert {"gemini-cli", "opencode"} & set(said.rpartition("no log and no process of ")[2].split(", "))


def test_one_log_is_told_by_its_session_or_its_path(world: World) -> None:
    assert "not read yet: `headgate index` reads it" in world.headgate("doctor", "--run", "ours")
    world.headgate("index")
    (ours,) = world.told("doctor", "--run", "our")["logs"]
    assert (ours["worktree"], ours["why"]) == (os.path.realpath(world.worktrees["one"]), None)
    assert ours["known"]["records"] == 1 and ours["known"]["offset"] == Path(ours["path"]).stat().st_size
    far = next(one["path"] for one in claude(world)["others"] if one["session"] == "far")
    done = warm.run(["doctor", "--run", far], world.repository, world.environment)
    assert done.returncode == 1 and "not shown here" in done.stdout and "lies in another repository" in done.stdout
    assert "none of 5 logs is of nobody" in world.headgate("doctor", "--run", "nobody", status=2)
    assert "lies where no agent's logs are looked for" in world.headgate("doctor", "--run", "./a.py", status=2)


def test_a_process_that_keeps_its_logs_elsewhere_is_named_with_the_place(world: World) -> None:
    home = world.folder / "other-home"
    program = world.folder / "claude"
    program.symlink_to(shutil.which("sleep") or "")
    own = {**world.environment, "CLAUDE_CONFIG_DIR": str(home)}
    told = subprocess.Popen([str(program), "60"], cwd=world.worktrees["one"], env=own)
    fresh = subprocess.Popen([str(program), "60"], cwd=world.folder, env=world.environment)
    try:
        ends = time.monotonic() + 40
        seen: list[dict[str, Any]] = []
        while len(seen) < 2 and time.monotonic() < ends:
            seen = [one for one in claude(world)["processes"] if one["pid"] in (told.pid, fresh.pid)]
    finally:
        for one in (told, fresh):
            one.kill()
            one.wait()
    first, second = seen
    assert (first["pid"], first["here"], first["log"]) == (told.pid, True, None)
    assert first["why"] == f"it keeps its logs in {home}, where is not looked"
    assert (second["pid"], second["here"]) == (fresh.pid, False)
    assert second["why"] == "it has written no log yet: agents begin one with the first prompt"


def test_outside_every_repository_logs_are_counted_and_nothing_is_judged(world: World) -> None:
    told = world.told("doctor", "--repo", str(world.folder / "bare"))
    found = next(one for one in told["agents"] if one["agent"] == "claude-code")
    assert (found["logs"], found["belonging"], found["others"]) == (5, None, [])
    assert told["problems"][0]["text"]
