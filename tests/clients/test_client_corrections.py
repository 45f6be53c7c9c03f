"""A human's correction reaches the model of a real client: by its hook, by a resume, and pasted into its tmux pane."""

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.supervised import Supervised, ended_well, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)
ALL = ("claude-code", "codex", "gemini-cli", "opencode")
TEXT = "prefer the small parser"


def bash(command: str) -> dict[str, Any]:
    return {"text": "I work.", "tool": {"kind": "bash", "command": command}}


def with_core(place: Supervised) -> None:
    """Start a core that could start the client itself, and a model that keeps what it is told."""
    place.world.environment |= place.lab.environment
    place.lab.keep_bodies()
    place.start_core()


def acts(place: Supervised) -> list[tuple[str, str, dict[str, str], list[dict[str, Any]]]]:
    with closing(sqlite3.connect(f"file:{place.house / 'state.db'}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT state, text, facts, steps FROM act ORDER BY at").fetchall()
    return [(state, text, json.loads(facts), json.loads(steps)) for state, text, facts, steps in rows]


def confirmed(place: Supervised) -> dict[str, str]:
    """Wait until the one act was confirmed, and give its facts."""
    place.until(lambda: acts(place)[0][0] == "confirmed", f"never confirmed: {acts(place)}", 30)
    ((_, text, facts, steps),) = acts(place)
    assert text.startswith("it reached the model") and steps[-1]["confirmed"] is not None
    return facts


def models_were_told(place: Supervised, text: str) -> int:
    return sum(text in json.dumps(one.get("body")) for one in place.lab.asked())


@shows("told-by-hook")
@real(*ALL)
def test_by_its_hook_with_the_next_tool_call(tmp_path: Path, client: tuple[str, str]) -> None:
    turns = bash("sleep 6; echo one"), bash("echo two"), bash("echo two"), bash("echo three")
    with supervised(tmp_path, client, "", *turns, core=False) as place:
        with_core(place)
        child = place.lab.start()
        place.until(place.calls, "no call passed the hook")
        run = place.until(lambda: place.world.told("status")["runs"], "no run appeared")[0]["id"]
        said = place.world.headgate("send", run, TEXT)
        assert "hands it out with its next tool call" in said
        ended_well(place, place.lab.end_of(child))
        assert models_were_told(place, TEXT) >= 1
        assert confirmed(place)["way"] == "hook"
        given = [one for one in place.calls() if one.get("corrections")]
        assert len(given) == 1 and given[0]["verdict"] == ("allow" if client[0] in ALL[:2] else "deny")


@shows("told-by-resume")
@real(*ALL)
def test_by_a_resume_of_a_session_that_ended(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, "", bash("echo one"), core=False) as place:
        with_core(place)
        ended_well(place, place.lab.run())
        before = len(place.lab.asked())
        run = place.until(lambda: place.world.told("status")["runs"], "no run appeared")[0]["id"]
        place.until(lambda: place.run_shown()["alive"] is not True, "the run never ended")
        said = place.world.headgate("send", run, TEXT, status=None)
        place.until(lambda: models_were_told(place, TEXT), f"the model was never told: {said} {acts(place)}")
        assert len(place.lab.asked()) > before
        facts = confirmed(place)
        assert facts["way"] == "resume"
        assert len(place.world.told("status")["runs"]) == 1, "it is the same session"


@shows("told-by-pane")
@real("claude-code")
def test_pasted_into_the_pane_of_an_interactive_client(tmp_path: Path, client: tuple[str, str]) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("NOT TRIED: there is no tmux here")
    with supervised(tmp_path, client, "", bash("sleep 5; echo one"), core=False) as place:
        with_core(place)
        home = Path(place.lab.environment["CLAUDE_CONFIG_DIR"])
        known = {"hasCompletedOnboarding": True, "customApiKeyResponses": {"approved": ["sk-ant-dummy"[-20:]]}}
        trusted = {str(place.lab.worktree): {"hasTrustDialogAccepted": True}}
        (home / ".claude.json").write_text(json.dumps({**known, "projects": trusted}))
        told = {**place.lab.environment, "TERM": "xterm-256color", "LANG": "C.UTF-8"}

        def tmux(*words: str) -> str:
            command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", os.devnull, *words]
            return subprocess.run(command, env=told, cwd=place.lab.worktree, capture_output=True, text=True).stdout

        try:
            words = shlex.join([client[1], "--model", "claude-sonnet-4-5", "go on"])
            tmux("new-session", "-d", "-x", "120", "-y", "40", f"sh -c {shlex.quote(words + '; true')}")
            place.until(place.calls, f"no call passed the hook: {tmux('capture-pane', '-p')}")
            run = place.until(lambda: place.world.told("status")["runs"], "no run appeared")[0]["id"]
            said = place.world.headgate("send", run, TEXT, status=None)
            place.until(lambda: models_were_told(place, TEXT), f"{said} {acts(place)} {tmux('capture-pane', '-p')}")
            assert confirmed(place)["way"] == "pane"
        finally:
            tmux("kill-server")
