"""The screens as text, at three sizes, compared with stored files."""

from collections.abc import Callable

import pytest

from state.ports import Problem

SIZES = [(80, 24), (120, 40), (200, 50)]
PROBLEMS = (
    Problem(
        "/home/ada/.codex/sessions/2026/11/20/rollout-0199.jsonl",
        "rollout-0199.jsonl cannot be read: permission denied",
        "chmod u+r the file, then press R",
    ),
    Problem("git", "git did not answer within 10 s in the worktree ledger", "see whether its disk hangs"),
)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_board(open_board: Callable, matches_snapshot: Callable, size: tuple[int, int]) -> None:
    async with open_board(size=size) as screen:
        matches_snapshot(f"board_{size[0]}x{size[1]}", screen.text())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_help(open_board: Callable, matches_snapshot: Callable, size: tuple[int, int]) -> None:
    async with open_board(size=size) as screen:
        await screen.press("question_mark")
        matches_snapshot(f"help_{size[0]}x{size[1]}", screen.text())
        assert "…  " not in screen.text(), "help that is cut off helps nobody"


@pytest.mark.parametrize("pane", ["plan", "calls", "files", "log"])
async def test_a_pane(open_board: Callable, matches_snapshot: Callable, pane: str) -> None:
    async with open_board(size=(120, 40)) as screen:
        await screen.press(str(["facts", "plan", "calls", "files", "log"].index(pane) + 1))
        matches_snapshot(f"pane_{pane}", screen.text())


async def test_the_zoomed_log(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        await screen.press("5", "enter", "enter")
        matches_snapshot("log_zoomed", screen.text())


async def test_the_empty_board(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board([], size=(80, 24)) as screen:
        matches_snapshot("empty", screen.text())


async def test_the_first_index(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board([], size=(80, 24), indexing=0.43) as screen:
        matches_snapshot("first_index", screen.text())


async def test_the_filter(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        await screen.press("slash", *"codex work")
        matches_snapshot("filter", screen.text())


async def test_the_filter_that_hides_everything(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        await screen.press("slash", *"zzz", "enter")
        matches_snapshot("filter_nothing", screen.text())


async def test_the_problems(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board(size=(80, 24), problems=PROBLEMS) as screen:
        matches_snapshot("problems_counted", screen.text())
        await screen.press("exclamation_mark")
        matches_snapshot("problems", screen.text())


async def test_the_palette(open_board: Callable, matches_snapshot: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        await screen.press("colon", *"pane")
        matches_snapshot("palette", screen.text())


async def test_a_terminal_that_is_too_small_says_so(open_board: Callable) -> None:
    async with open_board(size=(36, 8)) as screen:
        assert screen.text().split() == ["Headgate", "needs", "40", "columns", "and", "10", "rows."]


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (39, 40), (40, 9), (40, 10), (60, 15)])
async def test_no_size_breaks_the_board(open_board: Callable, size: tuple[int, int]) -> None:
    async with open_board(size=size) as screen:
        await screen.press("enter", "5", "enter", "escape", "escape", "slash", "x", "escape", "question_mark")
        assert len(screen.lines()) == size[1]
