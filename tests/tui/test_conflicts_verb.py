"""`headgate conflicts` as a script meets it: the document, the exit status, and the lines for a human."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.git.merges import GitMerges
from state.findings.conflict import Hunks, Pair
from tui import wiring_conflicts
from tui.arguments import parser
from tui.wiring import house_at
from tui.wiring_board import HousesHunks
from tui.wording_conflicts import CHANGED_SINCE


def git(cwd: Path, *args: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@test.invalid")
    subprocess.run(["git", *who, *args], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Ask in a repository with two worktrees, `one` and `two`; gives the exit status and what was printed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    main = tmp_path / "repo"
    main.mkdir()
    git(main, "init", "-q", "-b", "main")
    (main / "a.txt").write_text("1\n2\n3\n")
    git(main, "add", "-A")
    git(main, "commit", "-q", "-m", "first")
    for name in ("one", "two"):
        git(main, "worktree", "add", "-q", "-b", name, str(tmp_path / name))

    def ask(*words: str) -> tuple[int, str]:
        arguments = parser().parse_args(["conflicts", "--repo", str(main), *words])
        status = wiring_conflicts.run(arguments, {"HEADGATE_STATE_DIR": str(tmp_path / "state")})
        return status, capsys.readouterr().out

    return ask


def test_pairs_and_order_are_told_and_the_exit_status_is_the_answer(asked: Callable[..., Any], tmp_path: Path) -> None:
    assert asked() == (0, "no conflicts among 4 states; 6 pairs were compared\n")
    for name in ("one", "two"):
        (tmp_path / name / "a.txt").write_text(f"1\n{name}\n3\n")
    status, out = asked("--json")
    told = json.loads(out)
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert status == 1
    assert told["schema"] == "headgate/conflicts/1"
    assert [{key: pair[key] for key in ("a", "b", "files", "uncommitted")} for pair in told["pairs"]] == [
        {"a": one, "b": two, "files": [{"path": "a.txt", "kind": "content"}], "uncommitted": True}
    ]
    assert told["order"] == [one, two], "the checkout of the base brings nothing to merge"
    assert (told["pairs_checked"], told["merges_run"]) == (6, 1)
    assert told["seconds"] > 0
    assert asked()[1].split("\n")[0] == "one  two  a.txt (content), not committed"


def test_the_board_shows_the_lines_of_a_pair_as_long_as_it_stands(asked: Callable[..., Any], tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "a.txt").write_text(f"1\n{name}\n3\n")
    house = house_at(str(tmp_path / "repo"), {"HEADGATE_STATE_DIR": str(tmp_path / "state")})
    matrix = asyncio.run(GitMerges(house.repository, house.spool.folder).compare())
    pair, *_ = matrix.pairs

    class Reader:
        async def pairs(self) -> tuple[Pair, ...]:
            return matrix.pairs

    board = HousesHunks([house], [Reader()])  # type: ignore[list-item]
    shown = asyncio.run(board.hunks_of(pair, "a.txt"))
    assert [(region.a, region.b) for region in shown.regions] == [(("one",), ("two",))]
    assert asyncio.run(board.hunks_of(replace(pair, a_commit="0"), "a.txt")) == Hunks("a.txt", cut=CHANGED_SINCE)
