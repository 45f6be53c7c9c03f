"""Runs that Headgate starts outlive it: the verb that started them, a core that is killed, and the next core."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.starting.labelled import labelled_client
from tests.adapters.a_client import put_client, with_client
from tests.promises import attacks
from tests.world import ROOT, World

pytestmark = attacks("crash")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, worktrees=())
    (world.home / ".claude").mkdir()
    world.environment = with_client(world.environment, put_client(tmp_path / "bin"))
    yield world
    for begun in world.state.glob("*/starts/*.begun"):
        client = labelled_client(begun.stem)
        for pid in client.pids if client is not None else ():
            with suppress(ProcessLookupError):  # who is in a sandbox ends with it
                os.kill(pid, signal.SIGKILL)


def started(world: World) -> dict[str, Any]:
    """Start a run and give its act, which is confirmed."""
    act = world.told("start", "--agent", "claude-code", "--task", "Mend it", "--role", "tester", "--lane", "top")
    assert (act["state"], act["kind"]) == ("confirmed", "start")
    assert all(step["confirmed"] for step in act["steps"])
    return act


def lives(act: dict[str, Any]) -> bool:
    """Say whether the very process that was started still lives."""
    client = labelled_client(act["facts"]["label"])
    return client is not None and (str(client.pid), str(client.start)) == (act["facts"]["pid"], act["facts"]["start"])


def shown(world: World, act: dict[str, Any]) -> dict[str, Any]:
    """Give the run as the next core tells it."""
    (run,) = world.told("status")["runs"]
    assert (run["id"], run["alive"], run["worktree"]) == (act["run"], True, act["facts"]["worktree"])
    return run


def test_a_run_outlives_the_verb_that_started_it_where_no_core_works(world: World) -> None:
    act = started(world)
    assert lives(act)
    run = shown(world, act)
    assert (run["task"]["title"], run["task"]["from"], run["role"], run["role_from"]) == (
        "Mend it",
        "start",
        "tester",
        "start",
    )
    assert run["lane"] == {"asked": "top", "effective": "top"}


def test_a_run_outlives_a_core_that_is_killed_and_the_next_one_knows_it(world: World) -> None:
    core = subprocess.Popen(
        [sys.executable, "-m", "tui", "watch", "--json"],
        cwd=world.repository,
        env={**world.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while not list(world.state.glob("*/spool/core.bell")) and time.monotonic() < until:
            time.sleep(0.05)
        act = started(world)
        parent = Path(f"/proc/{act['facts']['pid']}/stat").read_text().rsplit(")", 1)[1].split()[1]
        assert int(parent) != core.pid
    finally:
        core.kill()
        core.wait()
    assert lives(act)
    assert shown(world, act)["owner_from"] == "start"
