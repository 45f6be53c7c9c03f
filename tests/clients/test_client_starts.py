"""Real clients started by Headgate: one start each, its run found with the task, role and lane that were asked for."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.starting.labelled import labelled_client
from tests.clients.found import PROGRAMS, real
from tests.clients.lab import Lab
from tests.clients.table import shows
from tests.world import ROOT

pytestmark = pytest.mark.timeout(900)
MODELS = {
    "claude-code": "claude-sonnet-4-5",
    "codex": "gpt-5.4",
    "gemini-cli": "gemini-2.5-pro",
    "opencode": "fake/fake-model",
}
WAIT: dict[str, Any] = {"text": "I wait.", "tool": {"kind": "bash", "command": "env sleep 60"}}


def prepare(lab: Lab) -> None:
    """Put the client on the PATH, and its model into the standard lane."""
    programs, config = lab.world.folder / "programs", Path(lab.environment["HEADGATE_CONFIG_DIR"])
    programs.mkdir()
    config.mkdir()
    (programs / PROGRAMS[lab.agent]).symlink_to(lab.program)
    lab.environment["PATH"] = f"{programs}:{lab.environment['PATH']}"
    lab.world.environment = lab.environment
    (config / "config.toml").write_text(
        f'[start]\nterminal = "detached"\n[lanes.standard.agents.{lab.agent}]\nmodel = "{MODELS[lab.agent]}"\n'
    )


def started(lab: Lab) -> dict[str, Any]:
    """Start a run as a user would, and give it once it was seen; OpenCode takes a minute to come up."""
    prepare(lab)
    words = ("start", "--agent", lab.agent, "--task", "Clean the build up", "--role", "tester")
    printed = lab.world.headgate(*words, status=None)
    until = time.monotonic() + 200
    while time.monotonic() < until:
        runs = lab.world.told("status")["runs"]
        if runs and runs[0]["task"]["from"] == "start":
            return runs[0]
    raise AssertionError(printed)


def end(lab: Lab) -> None:
    for begun in lab.world.state.glob("*/starts/*.begun"):
        client = labelled_client(begun.stem)
        for pid in client.pids if client is not None else ():
            with suppress(ProcessLookupError):  # who is in a sandbox ends with it
                os.kill(pid, signal.SIGKILL)
    lab.close()


@shows("started")
@real("claude-code", "codex", "gemini-cli", "opencode")
def test_a_real_client_is_started_and_its_run_is_known(tmp_path: Path, client: tuple[str, str]) -> None:
    lab = Lab(tmp_path, client, WAIT)
    try:
        run = started(lab)
        assert (run["agent"], run["task"]["title"], run["role"]) == (lab.agent, "Clean the build up", "tester")
        assert run["worktree"].endswith("clean-the-build-up")
        assert run["branch"].startswith("headgate/")
        assert run["lane"]["asked"] == "standard"
        (begun,) = lab.world.state.glob("*/starts/*.begun")
        assert begun.stem in run["branch"]
        assert "clean-the-build-up" in lab.world.git("worktree", "list")
    finally:
        end(lab)


ROUNDS = 20


@contextmanager
def core(lab: Lab) -> Iterator[None]:
    """Let a core work, so that each verb only asks it: without one each does the core's whole step itself."""
    watch = [sys.executable, "-m", "tui", "watch", "--json"]
    environment = {**lab.environment, "PYTHONPATH": str(ROOT)}
    nothing = subprocess.DEVNULL
    child = subprocess.Popen(watch, cwd=lab.world.repository, env=environment, stdout=nothing, stderr=nothing)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@shows("many")
@real("claude-code")
def test_twenty_starts_and_stops_leave_nothing(
    tmp_path: Path, client: tuple[str, str], record_property: Callable[[str, object], None]
) -> None:
    lab = Lab(tmp_path, client, *[WAIT] * ROUNDS)
    prepare(lab)
    begun_at = time.monotonic()
    try:
        with core(lab):
            for number in range(ROUNDS):
                task = f"Clean the build up {number}"
                act = json.loads(lab.world.headgate("start", "--agent", lab.agent, "--task", task, "--json"))
                assert act["state"] == "confirmed", act
                assert "confirmed" in lab.world.headgate("stop", act["run"], "--reason", "once more")
            runs = lab.world.told("status")["runs"]
        record_property("seen", f"{(time.monotonic() - begun_at) / ROUNDS:.0f} s a round")
        labels = [begun.stem for begun in lab.world.state.glob("*/starts/*.begun")]
        assert len(labels) == len(runs) == ROUNDS
        assert [label for label in labels if labelled_client(label) is not None] == []
        assert list((lab.world.repository / ".git").rglob("*.lock")) == []
        for run in runs:
            # None: it was stopped before the core had found its process in the table.
            assert run["alive"] is not True and run["state"] == "stopped"
            lab.world.git("worktree", "remove", "--force", run["worktree"])
        assert len(lab.world.git("worktree", "list").splitlines()) == 2
    finally:
        end(lab)


@shows("unconfined")
@real("gemini-cli", "opencode")
def test_a_client_that_cannot_be_confined_is_started_with_the_reason_said(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    lab = Lab(tmp_path, client, WAIT)
    try:
        prepare(lab)
        printed = lab.world.headgate("start", "--agent", lab.agent, "--task", "Clean the build up", status=None)
        assert "It runs in no sandbox" in printed and "assurance: observe" in printed, printed
    finally:
        end(lab)
