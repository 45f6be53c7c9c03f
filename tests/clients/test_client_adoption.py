"""Real clients that nobody started from here: their runs appear with their processes, and their states as they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real, version
from tests.clients.lab import DESTRUCTIVE
from tests.clients.pane import in_a_pane
from tests.clients.supervised import Supervised, policy, supervised
from tests.clients.table import shows
from tests.promises import attacks

pytestmark = pytest.mark.timeout(600)
ALL = ("claude-code", "codex", "gemini-cli", "opencode")
VERSIONS = {"gemini-cli": None}
SLEEP: dict[str, Any] = {"text": "I wait.", "tool": {"kind": "bash", "command": "env sleep 60"}}
ECHO: dict[str, Any] = {"text": "I begin.", "tool": {"kind": "bash", "command": "echo one"}}
BRIEF: dict[str, Any] = {"text": "I look.", "tool": {"kind": "bash", "command": "sleep 6"}}
DELETE: dict[str, Any] = {"text": "I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}}


def only(place: Supervised, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Wait until the only run is as it should be, and give it."""
    last: list[Any] = []

    def found() -> dict[str, Any] | None:
        last[:] = place.world.told("status")["runs"]
        return last[0] if len(last) == 1 and holds(last[0]) else None

    return place.until(found, lambda: f"the board shows {[(one['state'], one['because']) for one in last]}")


@shows("adopted")
@attacks("stop")
@real(*ALL)
def test_a_run_that_nobody_started_from_here_appears_with_its_process(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, "", ECHO, SLEEP) as place:
        place.unregister()
        place.lab.start()
        # Gemini CLI writes a call down once it is over, so that its first tells the model and no log tells the second.
        found = only(place, lambda one: one["alive"] and one["model"] and (one["tool"] or client[0] == "gemini-cli"))
        # Gemini CLI writes its version nowhere.
        assert (found["agent"], found["agent_version"]) == (client[0], VERSIONS.get(client[0], version(client[1])))
        assert (found["worktree"], found["branch"]) == (str(place.lab.worktree), "feat/one")
        # OpenCode lets its model give the session a title.
        task = ("Scripted title", "agent") if client[0] == "opencode" else ("go on", "prompt")
        assert (found["task"]["title"], found["task"]["from"]) == task
        assert found["session_id"] and found["model"] and Path(found["source"]["log"].partition("#")[0]).exists()
        assert found["assurance"] == "observe" and found["hooked"] is not True
        if client[0] != "gemini-cli":
            assert found["state"] == "working", found["because"]
        else:  # its log names no call under way, so what it does is only inferred
            assert not found["certain"]
        # It is the very process: once that is gone, the row says so, and what the turn came to.
        place.lab.kill()
        gone = only(place, lambda one: one["alive"] is False)
        if client[0] == "gemini-cli":
            assert not gone["certain"]
        else:
            assert gone["state"] == "stopped" and "its process ended in the middle of a turn" in gone["because"]


@shows("states")
@real(*ALL)
def test_its_states_are_told_as_they_change_and_each_says_why(tmp_path: Path, client: tuple[str, str]) -> None:
    with (
        supervised(tmp_path, client, policy("escalate"), BRIEF, DELETE) as place,
        in_a_pane(place.lab, tmp_path) as pane,
    ):
        pane.start()
        pane.until(place.calls)
        working = only(place, lambda one: one["state"] == "working")
        question = place.question()
        waiting = only(place, lambda one: one["state"] == "waiting")
        place.decide("approve", "it is rebuilt anyway", question)
        pane.until(lambda: "FINAL" in pane.shown())
        idle = only(place, lambda one: one["state"] == "idle")
        pane.tmux("kill-server")
        done = only(place, lambda one: one["state"] == "done")
        # Gemini CLI writes a call down once it is over.
        assert working["because"] == ("the model is at work" if client[0] == "gemini-cli" else "sleep 6")
        assert waiting["because"] == f"waits at the exception gate: {DESTRUCTIVE}"
        assert idle["because"].endswith("it takes the next prompt")
        assert done["because"] == "its turn and session ended"
