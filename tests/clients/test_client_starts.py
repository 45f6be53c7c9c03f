"""Real clients started by Headgate: one start each, its run found with the task, role and lane that were asked for."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.starting.labelled import labelled_client
from tests.clients.found import PROGRAMS, real
from tests.clients.lab import Lab
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(400)
MODELS = {
    "claude-code": "claude-sonnet-4-5",
    "codex": "gpt-5.4",
    "gemini-cli": "gemini-2.5-pro",
    "opencode": "fake/fake-model",
}
WAIT: dict[str, Any] = {"text": "I wait.", "tool": {"kind": "bash", "command": "sleep 60"}}


def started(lab: Lab) -> dict[str, Any]:
    """Start a run as a user would, and give it once it was seen; OpenCode takes a minute to come up."""
    programs, config = lab.world.folder / "programs", Path(lab.environment["HEADGATE_CONFIG_DIR"])
    programs.mkdir()
    config.mkdir()
    (programs / PROGRAMS[lab.agent]).symlink_to(lab.program)
    lab.environment["PATH"] = f"{programs}:{lab.environment['PATH']}"
    lab.world.environment = lab.environment
    (config / "config.toml").write_text(
        f'[start]\nterminal = "detached"\n[lanes.standard.agents.{lab.agent}]\nmodel = "{MODELS[lab.agent]}"\n'
    )
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
