"""`headgate init --enforce` on a real terminal: the hooks are shown, asked for, and undone byte for byte."""

import shutil
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal, answered
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
    return answered(terminal, "yes\r")


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
