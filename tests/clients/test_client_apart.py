"""Two sessions of one client at work at once: a stop of the one never reaches the other, or says why it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.pane import Pane, in_a_pane
from tests.clients.supervised import Supervised, supervised
from tests.clients.table import shows
from tests.clients.test_client_control import ordered
from tests.promises import attacks

pytestmark = [pytest.mark.timeout(600), attacks("stop")]
# Two clients begin one after the other, and each may take minutes where much runs.
SLEEP: dict[str, Any] = {"text": "I wait.", "tool": {"kind": "bash", "command": "env sleep 500", "timeout_ms": 500_000}}


def sleeping(worktree: Path) -> list[int]:
    """Give the tools that sleep in a worktree."""
    found: list[int] = []
    for home in Path("/proc").iterdir():
        try:
            if home.name.isdecimal() and (home / "cmdline").read_bytes() == b"sleep\x00500\0":
                found += [int(home.name)] if (home / "cwd").readlink() == worktree else []
        except OSError:
            continue
    return found


@contextmanager
def two(folder: Path, client: tuple[str, str]) -> Iterator[tuple[Supervised, Path, Path]]:
    """Prepare two worktrees for one client, each with a tool that sleeps as its first call."""
    with supervised(folder, client, "", SLEEP, SLEEP) as place:
        other = place.world.add_worktree("two")
        if client[0] == "codex":
            config = Path(place.lab.environment["CODEX_HOME"]) / "config.toml"
            config.write_text(f'{config.read_text()}\n[projects."{other}"]\ntrust_level = "trusted"\n')
        try:
            yield place, place.lab.worktree, other
        finally:
            place.lab.kill()


def run_in(place: Supervised, worktree: Path) -> dict[str, Any]:
    """Wait until a worktree's run is at work with its process, and give it."""

    def found() -> dict[str, Any] | None:
        runs = [one for one in place.world.told("status")["runs"] if one["worktree"] == str(worktree)]
        return runs[0] if runs and runs[0]["alive"] else None

    return place.until(found, lambda: f"no run with a process: {place.world.told('status')['runs']}")


@shows("apart")
@real("claude-code", "codex", "gemini-cli", "opencode")
def test_a_stop_of_one_session_leaves_another_of_the_same_client_at_work(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    with two(tmp_path, client) as (place, first, second):
        place.lab.start()
        place.until(lambda: sleeping(first), "the first tool never ran")
        place.lab.worktree = second
        place.lab.start()
        place.until(lambda: sleeping(second), "the second tool never ran")
        stopped, going_on = run_in(place, first), run_in(place, second)
        told = ordered(place, "stop", run=stopped["id"], reason="wrong branch")
        assert told.get("state") == "confirmed", told
        assert (sleeping(first), len(sleeping(second))) == ([], 1)
        assert run_in(place, second)["id"] == going_on["id"]


@shows("apart")
@real("codex")
def test_two_terminals_before_one_server_are_never_stopped_together(tmp_path: Path, client: tuple[str, str]) -> None:
    with two(tmp_path, client) as (place, first, second), in_a_pane(place.lab, tmp_path) as pane:
        pane.start()
        pane.until(lambda: sleeping(first))
        place.lab.worktree = second
        beside = Pane(place.lab, tmp_path / "wt")
        try:
            beside.start()
            beside.until(lambda: sleeping(second))
            told = ordered(place, "stop", run=run_in(place, first)["id"], reason="wrong branch")
            assert told["state"] == "failed" and "works for other sessions too" in told["text"], told
            assert len(sleeping(first)) == len(sleeping(second)) == 1
            assert run_in(place, first)["frozen"] and not run_in(place, second)["frozen"]
        finally:
            beside.tmux("kill-server")
