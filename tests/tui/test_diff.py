"""A change's text on the screen: nothing left out, marks that the core keeps, and jumps; and what makes up a line."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from state.board import OrderRefused
from state.evidence.proposal import DiffLine, FileDiff, Hunk
from tests.tui.at_change import CHANGE, DIFFS, HOSTILE, PACKAGE, RETRY_HUNK, RUN, SQL_HUNK, FakeDiffs
from tui.diff_source import LiveSource, PackageSource
from tui.panes.code import coloured, language_of
from tui.panes.colours import Colours
from tui.panes.diff import Looks, laid_out
from tui.panes.words import changed_words, pairs_of
from tui.review_tools import ReviewTools
from tui.screens.diff import DiffScreen
from tui.spans import plain
from tui.widgets.diff_heights import parts_of
from tui.widgets.diff_lines import joined
from tui.wording_review import NOTHING_DIFFERS, READING_DIFF, mode_said


def test_words_that_differ_are_found_and_lines_too_unlike_or_long_have_none() -> None:
    before, after = "return 3  # three times", "return 5  # five times"
    gone, come = changed_words(before, after)
    assert [before[a:b] for a, b in gone] == ["3", "three"] and [after[a:b] for a, b in come] == ["5", "five"]
    assert changed_words("abc def", "xyz {} 99") == ((), ()) == changed_words("a " * 400, "a " * 400)
    assert pairs_of(RETRY_HUNK.lines) == {1: 2, 2: 1}, "the second added line replaces nothing"


def test_colours_are_roles_and_a_piece_that_is_too_long_stays_plain() -> None:
    (line,) = coloured(["def f(): return 'x'  # no"], language_of("a/b.py"))
    text = "def f(): return 'x'  # no"
    assert {text[a:b]: role for a, b, role in line if role != "code-text"} == {
        "def": "code-key",
        "f": "code-name",
        "return": "code-key",
        "# no": "code-note",
    }
    assert coloured(["x" * 400], "python") == [()] and coloured(["def f(): 1"], language_of("LICENSE")) == [()]
    assert len(coloured(["a = 1"] * 500, "python")) == 500
    hunk = Hunk("x", "", (DiffLine("deleted", '"""', 1, None), DiffLine("added", "def f():", None, 1)))
    assert Colours(hunk, "python").of(1)[0] == (0, 3, "code-key"), "what is gone does not colour what is there"


def test_a_line_keeps_every_character_whatever_is_marked_in_it() -> None:
    text = "a = 1 ⦃U+202E⦄ [red]x[/]  "
    made = joined(text, "text", [(0, 1, "code-name"), (4, 5, "code-number")], [(4, 5)], ends=True)
    assert plain(made) == text
    roles = {span.text: span.role for span in made}
    assert roles["1"] == "code-number+exact+word" and roles["⦃U+202E⦄"] == "warn"
    assert roles["  "] == "text+exact+word"


def test_kinds_of_change_are_said_in_words() -> None:
    rows = [row for row in laid_out(DIFFS).rows if row.kind == "note"]
    said = "\n".join(row.text for row in rows)
    for told in (
        "file 100644 → executable 100755",
        "file 100644 → symbolic link 120000",
        "leads to ../../etc/passwd",
        "commit 777777777777 → 888888888888",
        "binary: its bytes",
        "NOT SHOWN: 9012 lines",
    ):
        assert told in said, told
    assert mode_said(replace(DIFFS[1].change, new_mode="100755")) == "nothing → executable 100755"


def test_only_new_leaves_out_what_is_known_and_never_what_has_no_hunk() -> None:
    known = {hunk.id for hunk in DIFFS[0].hunks}
    left = laid_out(DIFFS, Looks(known))
    assert {row.file for row in left.rows if row.file >= 0} == {1, 2, 3, 4, 5, 6}
    assert len(left.hunks) == 1 and len(laid_out(DIFFS).hunks) == 3 and not laid_out(()).rows


async def opened(screen, diffs: FakeDiffs, seen: frozenset[str] = frozenset(), before=None) -> DiffScreen:
    screen.app.equip(review=ReviewTools(diffs))
    shown = DiffScreen(PackageSource(PACKAGE, before), seen)
    await screen.app.push_screen(shown)
    for _ in range(3000):
        await screen.settled()
        told = screen.text()
        if (
            "esc back" in told
            and any(line.strip() for line in screen.lines()[1:-1])
            and "reading" not in told
            and "is read from" not in told
        ):
            return shown
        await asyncio.sleep(0.01)
    raise AssertionError(screen.text())


async def test_marks_are_kept_by_the_core_and_go_where_it_refuses(open_board: Callable) -> None:
    async with open_board(size=(100, 60)) as screen:
        shown = await opened(screen, FakeDiffs())
        await screen.press("c", "s")
        assert screen.reader.orders[-1] == ("seen", {"run": RUN, "hunks": "a" * 40, "seen": "yes"})
        assert "1 of 3 hunks seen" in screen.lines()[0] and "hunk 2/3" in screen.lines()[0]
        await screen.press("f", "S")
        assert screen.reader.orders[-1][1]["hunks"] == SQL_HUNK.id
        await screen.press("u")
        assert "hunk 2/3" in screen.lines()[0], "the one that is left"
        await screen.press("o")
        assert (
            "APPROVED" not in screen.text() and "steal()" in screen.text() and "only what changed" in screen.lines()[0]
        )
        screen.reader.answers["seen"] = OrderRefused("there is no run 9c1f here")
        await screen.press("o", "c", "s")
        assert "there is no run" in screen.status() and "2 of 3 hunks seen" in screen.lines()[0]
        await screen.press("g", "j", "j", "enter")
        assert shown.lines.at is not None and (shown.lines.at.kind, shown.lines.at.file) == ("file", 1)
        await screen.press("escape")
        assert screen.app.screen is not shown


async def test_what_was_there_at_the_last_decision_is_not_new(open_board: Callable) -> None:
    async with open_board(size=(100, 60)) as screen:
        await opened(screen, FakeDiffs(), before=replace(PACKAGE, sha="0" * 64))
        await screen.press("o")
        assert "APPROVED" not in screen.text() and "NOT SHOWN" in screen.text(), "what has no hunk is never known"


async def test_a_store_that_cannot_be_read_says_so(open_board: Callable) -> None:
    async with open_board() as screen:
        await opened(screen, FakeDiffs("git did not answer within 10 s \x1b[31m"))
        assert "git did not answer within 10 s ␛" in screen.status()
        await screen.press("c")
        assert "next hunk: git did not answer" in screen.status()
        assert "git did not answer within 10 s" in screen.lines()[1], "it stays there when the message is gone"


async def test_a_worktree_that_could_not_be_read_is_read_again_on_demand(open_board: Callable) -> None:
    async with open_board() as screen:
        diffs = FakeDiffs("another board reads it")
        screen.app.equip(review=ReviewTools(diffs))
        source = LiveSource(RUN, "/w", "feat", screen.app.reader)
        await screen.app.push_screen(DiffScreen(source))
        await screen.settled()
        assert "another board reads it" in screen.lines()[1]
        diffs.diffs = ()
        await screen.press("R")
        await screen.settled()
        assert NOTHING_DIFFERS in screen.lines()[1]


async def test_it_says_at_once_that_a_change_is_being_read(open_board: Callable) -> None:
    class Slow(FakeDiffs):
        async def diff_of(self, package):
            await come.wait()
            return await super().diff_of(package)

    come = asyncio.Event()
    async with open_board(size=(80, 24)) as screen:
        screen.app.equip(review=ReviewTools(Slow()))
        await screen.app.push_screen(DiffScreen(PackageSource(PACKAGE)))
        await screen.settled()
        assert READING_DIFF in screen.lines()[1], "below its title, where the change will stand"
        come.set()


def test_of_a_long_hunk_only_what_is_looked_at_is_lexed() -> None:
    hunk = Hunk("x", "@@", tuple(DiffLine("added", f"x = {n}", None, n) for n in range(1, 3001)))
    colours = Colours(hunk, "python")
    assert colours.of(2999)[-1] == (4, 8, "code-number") and colours.of(0) and len(colours._read) == 2


@pytest.mark.parametrize("text", ["naïve ⦃U+202E⦄ ␛[0m", "漢字 and e\u0301", "Ωмега – “x”…", "", "👩‍👩‍👧 x"])
def test_a_line_is_cut_by_its_cells_and_none_of_it_is_lost(text: str) -> None:
    parts = parts_of(text * 9, 8)
    assert "".join(parts) == text * 9 and all(cell_len(part) <= 8 for part in parts)


async def test_a_huge_diff_is_painted_where_it_is_looked_at(open_board: Callable) -> None:
    lines = tuple(DiffLine("added", f"line {n} {HOSTILE if n % 50 == 0 else ''}", None, n) for n in range(1, 40_001))
    huge = FileDiff(DIFFS[0].change, tuple(Hunk(f"{n:040x}", "@@", lines[n : n + 400]) for n in range(0, 40_000, 400)))
    async with open_board(size=(80, 24)) as screen:
        await opened(screen, FakeDiffs((huge,)))
        screen.forget_paint()
        await screen.press("G")
        assert "line 40000" in screen.text() and screen.rows_painted("diff") <= 2 * 24
        await screen.press("C", "F")
        assert "\x1b" not in screen.text() and "file 1/1" in screen.lines()[0]
        assert CHANGE.run == RUN
