"""What Headgate stands on is taken away: git, a log, a worktree, half a database; it is said, and comes back."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.promises import attacks
from tests.world import World

pytestmark = attacks("faults")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, worktrees=("one", "two"))
    for name, title in (("one", "mend the parser"), ("two", "tidy the docs")):
        log = world.claude(f"s-{name}", world.worktrees[name])
        log.append(log.prompt(title))
    return world


def titles(world: World) -> set[str | None]:
    return {run["task"]["title"] for run in world.told("status")["runs"]}


BOTH = {"mend the parser", "tidy the docs"}


def test_verbs_without_git_say_what_to_install(world: World, tmp_path: Path) -> None:
    assert titles(world) == BOTH
    (tmp_path / "bare").mkdir()
    path, world.environment["PATH"] = world.environment["PATH"], str(tmp_path / "bare")
    for verb in (("status",), ("queue",), ("stop", "x"), ("conflicts",)):
        said = world.headgate(*verb, status=2)
        assert said == "headgate: git is not on PATH: install git 2.36 or newer, or set PATH\n", verb
    world.environment["PATH"] = path
    assert titles(world) == BOTH


@pytest.mark.parametrize(
    "answer",
    ["echo --path-format=absolute; echo --show-object-format; pwd", "echo unknown option >&2; exit 129"],
    ids=["a word printed back", "a refusal"],
)
def test_a_git_that_is_too_old_is_named_and_no_repository_is_called_damaged(
    world: World, tmp_path: Path, answer: str
) -> None:
    (tmp_path / "old").mkdir()
    git = tmp_path / "old/git"
    git.write_text(f"#!/bin/sh\n{answer}\n")
    git.chmod(0o755)
    world.environment["PATH"] = f"{tmp_path / 'old'}:{world.environment['PATH']}"
    said = world.headgate("status", status=2)
    assert said == "headgate: the git on PATH is too old: install git 2.36 or newer, or set PATH\n"


def test_a_fifo_in_place_of_a_log_blocks_no_other_run(world: World) -> None:
    assert titles(world) == BOTH
    (log,) = (world.home / ".claude").rglob("s-one.jsonl")
    log.rename(log.with_suffix(".away"))
    os.mkfifo(log)
    other = world.claude("s-two", world.worktrees["two"])
    other.count = 5
    other.append(other.tool("echo on-and-on"))
    told = world.told("status")
    assert {run["task"]["title"]: run["because"] for run in told["runs"]}["tidy the docs"] == "echo on-and-on"
    log.with_suffix(".away").replace(log)
    assert titles(world) == BOTH and world.told("status")["problems"] == []


def test_a_worktree_that_is_removed_is_said_and_found_again(world: World, tmp_path: Path) -> None:
    assert titles(world) == BOTH
    world.worktrees["one"].rename(tmp_path / "away")
    told = world.told("status")
    (problem,) = told["problems"]
    assert problem["text"] == f"the directory of worktree {world.worktrees['one']} is gone"
    assert problem["remedy"] == "`git worktree prune` forgets it, or put it back"
    because = {run["task"]["title"]: (run["state"], run["because"]) for run in told["runs"]}
    assert because["mend the parser"] == (
        "unknown",
        "the directory of its worktree is gone; before, the model is at work",
    )
    assert because["tidy the docs"][0] == "working"
    (tmp_path / "away").rename(world.worktrees["one"])
    told = world.told("status")
    assert told["problems"] == [] and {run["state"] for run in told["runs"]} == {"working"}


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_cut_database_loses_no_run(world: World, suffix: str) -> None:
    assert titles(world) == BOTH
    database = world.house() / "state.db"
    kept = sqlite3.connect(database)
    kept.execute("UPDATE meta SET value = value WHERE key = 'rev'")
    kept.commit()
    copy = world.folder / "copy"
    shutil.copytree(world.house(), copy, ignore=shutil.ignore_patterns("*.bell"))
    kept.close()
    victim = copy / f"state.db{suffix}"
    os.truncate(victim, victim.stat().st_size // 2)
    for name in ("state.db", "state.db-wal"):
        (world.house() / name).unlink(missing_ok=True)
        shutil.copyfile(copy / name, world.house() / name)
    (world.house() / "state.db-shm").unlink(missing_ok=True)
    told = world.told("status")
    assert {run["task"]["title"] for run in told["runs"]} == BOTH
    said = [problem["text"] for problem in told["problems"]]
    if suffix:
        assert said == [], "a log that is cut in a commit lost only that commit, which the agents' logs tell again"
    else:
        assert said[0].startswith("state.db was damaged (") and "is kept as state.db.corrupt-" in said[0]


def test_a_repository_that_is_removed_is_said_and_found_again(world: World, tmp_path: Path) -> None:
    assert titles(world) == BOTH
    world.repository.rename(tmp_path / "away")
    said = world.headgate("--repo", str(world.repository), "status", at=tmp_path, status=2)
    assert said.startswith(f"headgate: {world.repository} is not a directory: ")
    (tmp_path / "away").rename(world.repository)
    assert titles(world) == BOTH
