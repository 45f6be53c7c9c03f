"""`headgate check`: the base branch's checks on the tree that would be merged, from the command line."""

import json
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.checks.walls import LABEL
from adapters.process_walk import walk
from state.spool import Spool
from tests import warm
from tests.world import ROOT, World

POLICY = """
schema = 1
[[check]]
name = "tests"
command = "sh t.sh && echo '=== 3 passed in 0.1s ==='"
base_paths = ["t.sh"]
[[check]]
name = "lint"
command = "test ! -e bad"
tests = false
[gate.merge]
checks = ["tests", "lint"]
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A worktree whose branch is one commit ahead of a base branch with a policy, and a run in it."""
    found = World(tmp_path)
    commit(found, found.repository, {".headgate/policy.toml": POLICY, "t.sh": "exit 0\n"})
    found.git("merge", "-q", "main", at=found.worktrees["one"])
    log = found.claude("s-1")
    log.append(log.prompt("Mend it"), log.said("Mended, all tests pass."))
    yield found


def commit(world: World, at: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (at / name).parent.mkdir(exist_ok=True)
        (at / name).write_text(text)
    world.git("add", "-A", at=at)
    world.git("commit", "-qm", "work", at=at)


def checked(world: World, status: int, *words: str, run: str = "") -> dict[str, Any]:
    run = run or world.told("status")["runs"][0]["id"]
    done = warm.run(["check", run, "--json", *words], world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout) if done.stdout else {"error": done.stderr}


def test_what_would_be_merged_is_checked_by_the_base_branchs_policy(world: World) -> None:
    planted = POLICY.replace("test ! -e bad", "true").replace("sh t.sh", "true")
    commit(world, world.worktrees["one"], {".headgate/policy.toml": planted, "t.sh": "exit 1\n", "b.py": "x = 1\n"})
    told = checked(world, 0)
    assert (told["schema"], told["state"], told["text"]) == (
        "headgate/check/1",
        "passed",
        "verified: tests, lint passed",
    )
    assert [(one["name"], one["state"], one["grade"]) for one in told["checks"]] == [
        ("tests", "passed", "E2"),
        ("lint", "passed", "E1"),
    ]
    assert told["checks"][1]["command"] == "test ! -e bad", "the worktree's own policy counts nothing"
    # One byte more is another tree, and says nothing of the first.
    commit(world, world.worktrees["one"], {"bad": ""})
    again = checked(world, 1)
    assert (again["state"], again["text"]) == ("failed", "not verified: lint failed")
    assert again["tree"] != told["tree"]
    (shown,) = [one for one in world.told("show", told["run"])["checks"] if one["name"] == "lint"]
    assert (shown["state"], shown["exit"]) == ("failed", 1)
    with sqlite3.connect(world.house() / "state.db") as database:
        kept = [json.loads(body) for (body,) in database.execute("SELECT body FROM ledger WHERE kind = 'check'")]
    database.close()
    assert [(one["check"], one["state"], one["tree"]) for one in kept] == [
        ("tests", "passed", told["tree"]),
        ("lint", "passed", told["tree"]),
        ("tests", "passed", again["tree"]),
        ("lint", "failed", again["tree"]),
    ]
    assert all(one["policy"] == told["policy"] and len(one["log_sha"]) == 64 for one in kept)


def test_where_the_policy_requires_nothing_nothing_is_verified(tmp_path: Path) -> None:
    world = World(tmp_path)
    log = world.claude("s-1")
    log.append(log.prompt("Mend it"), log.said("All tests pass."))
    assert "no required check is named in the policy" in checked(world, 1)["error"]


def test_it_joins_what_a_killed_one_had_ordered(world: World) -> None:
    commit(world, world.worktrees["one"], {"b.py": "x = 1\n"})
    run = world.told("status")["runs"][0]["id"]
    left = Spool(world.house()).order("check", run=run)
    told = checked(world, 0, run=run)
    assert (told["act"], told["text"]) == (left.id, "verified: tests, lint passed")


def test_who_interrupts_it_cancels_the_check_and_leaves_no_process(world: World) -> None:
    commit(world, world.repository, {"t.sh": "sleep 300\n"})
    commit(world, world.worktrees["one"], {"b.py": "x = 1\n"})
    run = world.told("status")["runs"][0]["id"]
    with Path(os.devnull).open() as nothing, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as also:
        place = warm.Place("tui", world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
        verb = warm.start(["check", run], place, [nothing.fileno(), said.fileno(), said.fileno()])
        while not sleeping(world) and verb.ended(0.05) is None:
            pass
        second = warm.start(["check", run], place, [nothing.fileno(), also.fileno(), also.fileno()])
        inbox = Spool(world.house()).inbox
        until = time.monotonic() + 5  # its order may have come and gone between two looks
        while not [*inbox.glob("*.json")] and second.ended(0.002) is None and time.monotonic() < until:
            pass
        while [*inbox.glob("*.json")] and second.ended(0.02) is None:
            pass
        os.kill(verb.pid, signal.SIGINT)
        assert verb.ended(30) == 130
        assert second.ended(30) == 1, "it waits for the end of what is under way"
        also.seek(0)
        assert b"cancelled by " in also.read()
        said.seek(0)
        assert b"headgate: cancelled by " in said.read()
    assert not sleeping(world)


def sleeping(world: World) -> list[str]:
    """Name the processes of a check of this world that sleep."""
    begin = f"{LABEL}={world.house().name}:".encode()
    marked = [one for one in walk(names=[LABEL]).by_pid.values() if any(mark.startswith(begin) for mark in one.marks)]
    return [one.name for one in marked if one.name == "sleep" and not one.dead]
