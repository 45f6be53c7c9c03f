"""`headgate init` and `uninstall` on a real terminal: nothing is written without a typed yes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal, answered
from tests.world import ROOT, World

KEPT = '{\n  "model": "opus"\n}\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    file = settings(made)
    file.parent.mkdir()
    file.write_text(KEPT)
    return made


def settings(world: World) -> Path:
    return world.home / ".claude" / "settings.json"


def typed(world: World, answer: str, *words: str) -> tuple[int, str]:
    """Run a verb on a terminal, answer its question, and give its exit status and what it showed."""
    environment = {**world.environment, "PYTHONPATH": str(ROOT)}
    terminal = Terminal(words, environment, world.repository, 200, 320)
    return answered(terminal, answer)


def test_init_writes_after_a_typed_yes_and_uninstall_undoes_it(world: World) -> None:
    world.environment["PATH"] = str(Path(shutil.which("git") or "").parent)  # where a client is, doctor flies a canary
    status, shown = typed(world, "yes\r", "init", "--agent", "claude-code")
    assert status == 0
    assert f"+++ {settings(world)}" in shown and "claude-code: the hook is registered" in shown
    assert "placement: user settings" in shown and "stronger here:" in shown
    registered = json.loads(settings(world).read_text())
    (asked,) = registered["hooks"]["PreToolUse"]
    (hook,) = asked["hooks"]
    assert (asked["matcher"], hook["timeout"], hook["onFailure"]) == ("*", 86400, "block")
    document = world.told("doctor")
    assert hook["command"].startswith(" ".join(document["hook_command"]))
    told = next(one for one in document["agents"] if one["agent"] == "claude-code")["hook"]
    assert (told["installed"], told["file"], told["fires"]) == (True, str(settings(world)), None)
    assert told["guarantee"] == "observe" and "unverified" in told["why"]
    status, shown = typed(world, "yes\r", "uninstall", "--agent", "claude-code")
    assert (status, settings(world).read_text()) == (0, KEPT)


@pytest.mark.parametrize("answer", ["\r", "y\r", "no\r", "yes please\r", "\x04"])
def test_anything_but_the_whole_word_writes_nothing(world: World, answer: str) -> None:
    status, shown = typed(world, answer, "init", "--agent", "claude-code")
    assert status == 1 and "nothing was written" in shown
    assert settings(world).read_text() == KEPT and not (world.state / "hooks.json").exists()


def test_without_a_terminal_nothing_is_written(world: World) -> None:
    said = world.headgate("init", "--agent", "claude-code", status=2)
    assert "asks for a yes on a terminal" in said and settings(world).read_text() == KEPT


def test_a_dry_run_shows_the_change_and_writes_nothing(world: World) -> None:
    shown = world.headgate("init", "--agent", "claude-code", "--dry-run")
    assert f"--- {settings(world)}" in shown and '+  "hooks": {' in shown
    assert settings(world).read_text() == KEPT and not (world.state / "hooks.json").exists()


def test_an_agent_without_a_hook_is_refused(world: World) -> None:
    assert "no hook for pi" in world.headgate("init", "--agent", "pi", "--dry-run", status=2)


def test_a_file_that_is_not_understood_is_refused_and_the_others_are_shown(world: World) -> None:
    settings(world).write_text("{")
    (world.home / ".codex").mkdir()
    world.environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    words = [sys.executable, "-m", "tui", "init", "--dry-run"]
    environment = {**world.environment, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=world.repository, env=environment, capture_output=True, text=True, check=False)
    shown = done.stdout
    assert done.returncode == 1
    assert "refused:" in shown and "line 1 is not valid JSON" in shown and "hooks.json" in shown
