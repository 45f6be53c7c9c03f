"""`headgate init --enforce` on a real terminal: the hooks are shown, asked for, and undone byte for byte."""

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path.resolve())
    made.environment["PATH"] = str(Path(shutil.which("git") or "").parent)
    return made


def hooks(world: World) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (world.repository / ".git" / "hooks").iterdir()}


def typed(world: World, *words: str) -> tuple[int, str]:
    """Run a verb on a terminal, say yes, and give its exit status and what it showed."""
    terminal = Terminal(words, {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository, 200, 120)
    terminal.until_text('Type "yes"')
    terminal.press("yes\r")
    deadline, status = time.monotonic() + 30, None
    while status is None and time.monotonic() < deadline:
        terminal.read(0.05)
        status = terminal.ended()
    while terminal.read(0.05):
        pass
    os.close(terminal.master)
    assert status is not None
    return status, "\n".join(terminal.lines())


def test_guards_come_after_a_typed_yes_and_go_without_a_trace(world: World) -> None:
    before = hooks(world)
    status, shown = typed(world, "init", "--enforce")
    assert status == 0 and "git hooks: the guards of protected branches are changed" in shown
    assert "/hooks/reference-transaction" in shown and "docs/security.md" in shown
    assert hooks(world).keys() - before.keys() == {"pre-push", "reference-transaction"}
    with pytest.raises(Exception, match="returned non-zero"):
        world.git("commit", "-q", "--allow-empty", "-m", "plain")
    world.git("commit", "-q", "--allow-empty", "-m", "work", at=world.worktrees["one"])
    status, _ = typed(world, "uninstall", "--enforce")
    assert status == 0 and hooks(world) == before
    world.git("commit", "-q", "--allow-empty", "-m", "plain")


def test_without_a_yes_nothing_is_written_and_a_dry_run_only_shows(world: World) -> None:
    before = hooks(world)
    shown = world.headgate("init", "--enforce", "--dry-run")
    assert "+# headgate-guard:" in shown and hooks(world) == before
    assert "asks for a yes on a terminal" in world.headgate("init", "--enforce", status=2)
    assert hooks(world) == before and not list(world.state.glob("*/guard.json"))


def test_a_move_around_the_guards_is_red_on_the_next_look_and_in_the_ledger(world: World) -> None:
    policy = world.repository / ".headgate" / "policy.toml"
    policy.parent.mkdir()
    policy.write_text("schema = 1\n")
    world.git("add", ".")
    world.git("commit", "-qm", "policy")
    assert world.told("status")["problems"] == []
    world.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "around")
    (problem,) = world.told("status")["problems"]
    assert "main was moved outside Headgate" in problem["text"] and "commit: around" in problem["text"]
    assert "nothing was changed" in problem["remedy"]
    database = next(world.state.glob("*/state.db"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT kind, body FROM ledger WHERE kind LIKE 'ref_%' ORDER BY seq").fetchall()
    connection.close()
    assert [kind for kind, _ in found] == ["ref_watched", "ref_moved"] and json.loads(found[1][1])["commits"] == 1
