"""The conflicts on the screen: the matrix, the cell under the cursor, the lines that clash, and what is not known."""

from collections.abc import Callable
from dataclasses import replace

from state.findings.cheaper import cheaper
from state.findings.conflict import Matrix, Pair
from state.findings.stale import Stale
from state.runs.run import Usage
from tests.tui.at_conflicts import ALONE, LEDGER, MATRIX, RETRY, FakeHunks, clashing
from tests.tui.fleet import NOW
from tests.tui.on_screen import Screen
from tui import wording_conflicts as words
from tui.panes.line import laid
from tui.panes.matrix import cell_said, cells_lines, grid_of
from tui.screens.clash import ClashScreen
from tui.screens.conflicts import ConflictsScreen
from tui.spans import plain, width_of
from tui.widgets.form_line import FormLine
from tui.wording_context import to_write


async def told(screen: Screen, text: str) -> None:
    """Wait for words that come when a thread has weighed the orders."""
    for _ in range(3000):
        if text in screen.text():
            return
        await screen.pilot.pause(0.01)
        await screen.settled()
    raise AssertionError(screen.text())


def drawn(width: int, at: tuple[int, int] = (0, 0)) -> list[str]:
    lines = cells_lines(grid_of(MATRIX, clashing()), *at, width)
    return [plain(row).rstrip() for line in lines for row in laid(line, width, False)]


def test_a_cell_says_how_many_files_and_how_grave_and_both_halves_say_the_same() -> None:
    grid = grid_of(MATRIX, clashing())
    assert grid.names == (LEDGER, RETRY, ALONE) and grid.columns == ("main", LEDGER, RETRY, ALONE)
    said = [[cell_said(grid, row, column) for column in range(4)] for row in range(3)]
    assert [text for text, _ in said[0]] == ["–", "·", "■2=", "?"]
    assert [text for text, _ in said[1]] == ["!1", "■2=", "·", "–"]
    assert said[0][2][1] == "blocked" and said[1][0][1] == "warn" and said[0][3][1] == "unknown"
    assert grid.found() == [(0, 2), (0, 3), (1, 0)]


def test_names_head_the_columns_where_there_is_room_and_numbers_else() -> None:
    wide, narrow = drawn(160), drawn(60)
    assert "main" in wide[0] and "2 feat/checkout-retry"[:18] in wide[0]
    assert narrow[0].split() == ["main", "1", "2", "3"] and "feat/checkout" in narrow[2]
    assert all(len(line) <= 60 for line in narrow)


def test_of_many_columns_those_around_the_cursor_are_shown() -> None:
    names = [f"/w/{number:02}" for number in range(30)]
    matrix = Matrix(tuple(replace(MATRIX.pairs[0], a=names[0], b=name) for name in names[1:]), MATRIX.sides[:0])
    matrix = replace(matrix, sides=tuple(replace(MATRIX.sides[0], name=name) for name in names))
    lines = cells_lines(grid_of(matrix, ()), 3, 29, 80)
    assert "30" in plain(lines[0].body).split() and "1" not in plain(lines[0].body).split()
    assert plain(lines[0].label).strip().endswith("of 30") and all(
        width_of((*line.label, *line.body)) <= 80 for line in lines
    )


def test_the_cheaper_run_is_told_by_cost_else_by_tokens_else_it_is_unknown() -> None:
    one, other, _ = clashing()
    assert (cheaper(one, other).keep, cheaper(one, other).by) == (other, "cost")
    bound = replace(one, cost_state="lower_bound", usage=Usage(fresh_input=5))
    assert (cheaper(bound, other).keep, cheaper(bound, other).by) == (bound, "tokens")
    assert cheaper(replace(bound, usage=Usage()), other).by == "unknown"
    assert cheaper(one, one).keep is None


async def test_c_shows_the_matrix_the_order_and_what_was_left_out(open_board: Callable) -> None:
    async with open_board(clashing(), matrix=MATRIX) as screen:
        await screen.press("c")
        await told(screen, words.ORDER_TITLE)
        lines = screen.lines()
        assert isinstance(screen.app.screen, ConflictsScreen)
        assert "4 worktrees · 2 pairs do not merge" in lines[0] and "3m ago" in lines[0]
        text = screen.text()
        assert "merge with all: docs" in text and words.ORDER_TITLE in text
        assert "ledger-rounding  merges cleanly; 1 later one will meet it" in text
        assert "gone: its repository names a program that git would run" in text
        assert (
            "ledger-rounding and feat/checkout-retry: 2 files (content, modify/delete), uncommitted" in screen.status()
        )
        await screen.press("n")
        assert "ledger-rounding and alone: git could not merge them" in screen.status()
        await screen.press("n")
        assert "feat/checkout-retry and main: 1 file (content)" in screen.status()
        await screen.press("up")
        assert "ledger-rounding and main: they merge" in screen.status()
        await screen.press("enter")
        assert "these two merge" in screen.status()
        await screen.press("l", "right", "n", "o")
        await screen.press("escape", "escape")
        assert not isinstance(screen.app.screen, ConflictsScreen)


async def test_enter_shows_the_lines_of_both_and_what_each_run_says(open_board: Callable) -> None:
    for width, both in ((120, True), (80, False)):
        async with open_board(clashing(), matrix=MATRIX, size=(width, 60)) as screen:
            screen.app.equip(hunks=(hunks := FakeHunks()))
            await screen.press("c")
            await told(screen, words.ORDER_TITLE)
            await screen.press("enter")
            await told(screen, "git marks no lines in it")
            text = screen.text()
            assert isinstance(screen.app.screen, ClashScreen)
            assert hunks.asked == [(RETRY, LEDGER, "pay.py"), (RETRY, LEDGER, "b.py")]
            assert "Retry a failed payment once" in text and "Round half to even" in text
            assert any("tries = 3" in line and "tries = 5" in line for line in screen.lines()) is both
            assert "git marks no lines in it" in text and "wait = 1" in text
            assert "keep ledger-rounding, the cheaper one by cost" in text
            await screen.press("n", "n")
            assert "the base branch" in screen.text() and "main" in screen.lines()[0]


async def test_what_was_never_compared_is_not_called_free_of_conflicts(open_board: Callable) -> None:
    async with open_board(clashing()) as screen:
        await screen.press("c")
        await told(screen, words.NOT_COMPARED)
        assert "merge" not in screen.lines()[0]
        screen.reader.matrix = replace(MATRIX, pairs=(), left_out={})
        screen.reader.ring()
        await told(screen, "all of them merge")
        assert "merge with all: " in screen.text()


async def test_the_cursor_stays_on_its_pair_when_others_come(open_board: Callable) -> None:
    async with open_board(clashing(), matrix=replace(MATRIX, pairs=MATRIX.pairs[1:2])) as screen:
        await screen.press("c")
        await told(screen, "feat/checkout-retry and main")
        more = Pair("/a/first", LEDGER, MATRIX.pairs[0].files)
        sides = (*MATRIX.sides, replace(MATRIX.sides[0], name="/a/first"))
        screen.reader.matrix = replace(MATRIX, pairs=(*MATRIX.pairs, more), sides=sides, at=NOW)
        screen.reader.ring()
        await told(screen, "5 worktrees")
        assert "feat/checkout-retry and main" in screen.status()


MOVED = Stale("base_moved", "main moved on by 2 commits: a.py", "rebase onto main and read a.py again")
COMPACTED = Stale("compacted", "…", "let it read its plan and the task again, or restart it with a hand-over")
TOLD = Stale("instructions_changed", "…", "restart it, or let it read AGENTS.md again")
INERT = Stale("hook_inert", "…", "run headgate doctor; until then stop the run")


def test_a_remedy_is_written_as_words_to_the_run_and_only_where_it_is_the_runs() -> None:
    assert [to_write(one) for one in (MOVED, COMPACTED, TOLD, INERT)] == [
        "Rebase onto main and read a.py again",
        "Read your plan and the task again",
        "Read AGENTS.md again",
        "",
    ]


async def test_m_on_a_stale_line_opens_the_message_with_its_remedy(open_board: Callable) -> None:
    card = replace(clashing()[2], stale=(MOVED,))
    async with open_board([card]) as screen:
        await screen.press("m")
        assert screen.app.screen.query_one(FormLine).values.get("text", "") == ""
        await screen.press("escape", "enter")
        lines = screen.app.screen.detail.lines
        while "main moved on" not in plain(lines.current().body):
            before = lines.at
            await screen.press("j")
            assert lines.at > before, "no line tells of it"
        await screen.press("m", *" now")
        assert "Rebase onto main and read a.py again now" in screen.text()
        assert screen.app.screen.query_one(FormLine).values == {"text": "Rebase onto main and read a.py again now"}
