"""Reading a diff: folding, searching, copying, an editor; a run's worktree as it is now; and how little work it is."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from state.evidence.proposal import DiffLine, FileChange, FileDiff, Hunk
from state.reading import Ended, Handed, Program, Wanted
from tests.tui.at_change import DIFFS, LONG_HUNK, RUN, FakeDiffs
from tests.tui.fleet import fleet
from tui.panes.diff import Looks, laid_out, line_of
from tui.panes.diff_search import match_in, patch_of
from tui.reading_tools import ReadingTools
from tui.review_tools import ReviewTools
from tui.screens.diff import DiffScreen
from tui.widgets import diff_heights
from tui.widgets.diff_heights import Counted


def many_lines(hunks: int, each: int) -> FileDiff:
    line = DiffLine("added", "some = line(of, code)", None, 7)
    lines = (*[line] * (each - 1), DiffLine("added", "the end of a hunk", None, 8))
    return FileDiff(FileChange("a.py", "added"), tuple(Hunk(f"{n:040x}", "@@", lines) for n in range(hunks)))


def test_two_hundred_thousand_lines_are_laid_out_by_hunks_and_no_line_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts: list[str] = []
    monkeypatch.setattr(diff_heights, "parts_of", lambda text, room: cuts.append(text) or [text])
    diffs = (many_lines(500, 400),)
    laid = laid_out(diffs)
    counted = Counted(diffs, laid, 120)
    assert len(laid.rows) == counted.total == 200_504 and len(laid.rows.blocks) == 1004
    assert len(set(cuts)) < 10, "only headings were: what is ASCII and fits is one line"
    assert counted.row_at(200_503) == 200_503 and laid.rows[200_503].line == 399 and counted.first(100) == 100
    found = match_in(diffs, laid, Wanted("the end"), 200_502, forward=False, here=True)
    assert found == 200_503 - 401 and match_in(diffs, laid, Wanted("END"), 0, forward=True, here=True) is None


def test_every_row_is_where_its_lines_are_counted_whatever_is_folded_or_wrapped() -> None:
    for looks in (Looks(), Looks(folded={0}), Looks(folded={LONG_HUNK.id, 2}), Looks(known={LONG_HUNK.id})):
        laid = laid_out(DIFFS, looks)
        for wraps in (True, False):
            counted = Counted(DIFFS, laid, 30, wraps)
            firsts = [counted.first(row) for row in range(len(laid.rows))]
            assert firsts == sorted(set(firsts)) and firsts[-1] < counted.total
            assert [counted.row_at(one) for one in firsts] == list(range(len(laid.rows)))
            assert wraps or counted.total == len(laid.rows)
    rows = laid_out(DIFFS, Looks(folded={0, LONG_HUNK.id}, loose={"bin/deploy"})).rows
    assert [row.text for row in rows if row.file == 0 and row.kind == "note"] == ["… 7 lines folded"]
    assert any(row.file == 2 and "committed" in row.text for row in rows)


@pytest.mark.parametrize("words", ["return", "Retry", "0042", "nothing of the kind"])
def test_a_search_goes_through_all_matches_and_back(words: str) -> None:
    laid, wanted = laid_out(DIFFS), Wanted(words)
    down, at = [], match_in(DIFFS, laid, wanted, 0, forward=True, here=True)
    while at is not None:
        down.append(at)
        at = match_in(DIFFS, laid, wanted, at, forward=True, here=False)
    up, at = [], match_in(DIFFS, laid, wanted, len(laid.rows) - 1, forward=False, here=True)
    while at is not None:
        up.append(at)
        at = match_in(DIFFS, laid, wanted, at, forward=False, here=False)
    assert up == down[::-1] and len(down) == {"return": 2, "Retry": 1, "0042": 1}.get(words, 0)


def test_a_pager_is_given_all_of_it() -> None:
    text = "\n".join(patch_of(DIFFS, "told"))
    assert text.startswith("told\n\n--- a/payments/retry.py\n+++ b/payments/retry.py\n@@ -10,5 +10,6 @@ class Retry:")
    assert "--- /dev/null\n+++ b/migrations" in text and "# NOT SHOWN: 9012 lines" in text and text.count("@@") == 6


class FakePrograms:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[Program, Handed]] = []

    def run(self, program: Program, handed: Handed) -> Ended:
        self.given.append((program, handed))
        return Ended(f"{program} ended")


async def shown(screen, wanted: str) -> DiffScreen:
    for _ in range(3000):
        await screen.settled()
        top = screen.app.screen
        if isinstance(top, DiffScreen) and wanted in screen.text():
            return top
        await asyncio.sleep(0.005)
    raise AssertionError(screen.text())


async def test_a_file_of_the_files_pane_opens_its_diff_as_it_is_now(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = replace(fleet()[0], worktree="/home/ada/shop/wt/one")
    change = replace(DIFFS[1].change, path="services/retry.py")
    async with open_board([card], size=(110, 40)) as screen:
        screen.app.equip(review=ReviewTools(FakeDiffs((DIFFS[0], replace(DIFFS[1], change=change), *DIFFS[2:]))))
        programs = FakePrograms()
        screen.app.equip(reading=ReadingTools(programs))
        monkeypatch.setattr(type(screen.app), "suspend", lambda self: _Lent())
        await screen.press("4", "enter", "j", "enter")
        diff = await shown(screen, "ALTER TABLE")
        at = diff.lines.at
        assert at is not None and (at.kind, at.file) == ("file", 1), "at the file that was chosen"
        assert "against main · 1 file not committed" in diff._of and "not all of it is committed" in screen.text()
        await screen.press("z")
        assert "ALTER TABLE" not in screen.text() and "2 lines folded" in screen.text()
        await screen.press("z", "j", "y")
        assert screen.clipboard.texts[-1].startswith("--- a/services/retry.py\n+++ b/services/retry.py\n@@ -0,0 +1,2")
        await screen.press("j", "j", "y", "e")
        assert screen.clipboard.texts[-1].startswith("-- [red]APPROVED")
        assert programs.given[-1][1] == Handed("retry.py", f"{RUN} services/retry.py True\n".encode(), line=2)
        await screen.press("slash", *"nothing", "enter", "escape", "g", "slash", *"times", "enter", "n")
        assert line_of(DIFFS[0], diff.lines.at) == 11 and "five times" in screen.text()
        await screen.press("W", "Z")
        assert "five times" not in screen.text() and "cut at the edge" not in screen.text()
        await screen.press("escape", "escape")
        assert screen.app.screen is not diff


class _Lent:
    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...
