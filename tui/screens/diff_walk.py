"""Moving in a diff: line by line, from hunk to hunk and file to file; folding, searching, taking a piece of it along.

What is shown is laid out and searched beside the screen where it is huge, so that it holds up no key.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from textual import on

from state.evidence.proposal import FileDiff
from state.reading import Wanted
from state.screens import SCROLLS
from tui import wording_reading
from tui import wording_review as words
from tui.panes.diff import Laid, Looks, Row, hunk_text, laid_out
from tui.panes.diff_search import match_in
from tui.screens.commanded import Deed
from tui.screens.reading import ReadingScreen
from tui.widgets.diff_heights import Counted
from tui.widgets.diff_lines import DiffLines
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines

NEAR = 5000
"""Lines that are laid out and searched at once; more are so in a thread."""


class DiffWalk(ReadingScreen, inherit_bindings=False):
    """A diff with a cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._diffs: Sequence[FileDiff] = ()
        self._laid = Laid()
        self._loose: frozenset[str] = frozenset()
        self._folded: set[int | str] = set()
        self._seen: set[str] = set()

    @property
    def left_out(self) -> frozenset[str]:
        """The hunks that are not shown."""
        raise NotImplementedError

    @property
    def walking(self) -> dict[str, Deed]:
        """What each command that moves, folds or takes along does, by its id."""
        scrolls: dict[str, Deed] = {name: self._scrolls(name) for name in SCROLLS}
        return scrolls | {
            "next_hunk": lambda: self.jump(self._laid.hunks, 1),
            "previous_hunk": lambda: self.jump(self._laid.hunks, -1),
            "next_file": lambda: self.jump(self._laid.files, 1),
            "previous_file": lambda: self.jump(self._laid.files, -1),
            "to_file": self._entered,
            "fold": self._fold,
            "fold_all": self._fold_all,
            **self.reading_deeds,
        }

    @property
    def lines(self) -> DiffLines:
        """The rows on the screen."""
        return self.query_one(DiffLines)

    # Laying out

    async def lay_out(self, diffs: Sequence[FileDiff]) -> None:
        """Lay the change out beside the screen, which takes a while where it is huge; the cursor keeps its place."""
        held = self.lines.at
        looks = Looks(self.left_out, frozenset(self._folded), self._loose)
        wanted = diffs, looks, self.lines.size.width, self.wraps
        huge = sum(len(hunk.lines) for one in diffs for hunk in one.hunks) > NEAR
        laid, counted = await asyncio.to_thread(_counted, *wanted) if huge else _counted(*wanted)
        self._diffs, self._laid = diffs, laid
        self.lines.show(diffs, laid, self._seen, counted)
        if held is not None and (row := row_like(laid, held)) is not None and laid.rows[row] != self.lines.at:
            self.lines.put(row)
        self.show_bars()

    # Moving

    def _scrolls(self, name: str) -> Callable[[], None]:
        steps = {"down": 1, "up": -1, "first": -(10**9), "last": 10**9}

        def scroll() -> None:
            far = self.lines.page()
            self.lines.move(steps.get(name, far if name == "page_down" else -far))

        return scroll

    def jump(self, places: Sequence[int], step: int) -> None:
        """Go to the next one of these rows, or to the one before."""
        here = self.lines.place
        found = bisect_right(places, here) if step > 0 else bisect_left(places, here) - 1
        if 0 <= found < len(places):
            self.lines.put(places[found], top=True)
        else:
            self.say("there is no further one", "warn")

    def to_path(self, path: str) -> None:
        """Go to the first line of a file."""
        number = next((at for at, one in enumerate(self._diffs) if one.change.path == path), None)
        if number is None:
            self.say(words.not_in_diff(path), "warn")
        else:
            self.to_file(number)

    def to_file(self, number: int) -> None:
        """Go to the first line of a file of that number."""
        row = next((one for one in self._laid.files if self._laid.rows[one].file == number), None)
        if row is not None:
            self.lines.put(row, top=True)

    async def _entered(self) -> None:
        row = self.lines.at
        if row is not None and row.kind == "listed":
            self.to_file(row.file)
        elif row is not None and row.kind in ("file", "hunk", "note"):
            await self._fold()

    @on(Lines.Clicked)
    async def _clicked(self, event: Lines.Clicked) -> None:
        self.touched = True
        self.lines.put(self.lines.row_at(event.index))
        if event.twice:
            await self._entered()
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    # Folding

    async def _fold(self) -> None:
        row = self.lines.at
        if row is None or row.file < 0 or row.kind == "listed":
            self.say(words.NOTHING_TO_FOLD, "warn")
            return
        self._folded ^= {self._diffs[row.file].hunks[row.hunk].id if row.hunk >= 0 else row.file}
        await self.lay_out(self._diffs)

    async def _fold_all(self) -> None:
        """Fold every file; where every one is folded, unfold them, and the hunks with them."""
        every: set[int | str] = set(range(len(self._diffs)))
        self._folded = set() if every <= self._folded else every
        await self.lay_out(self._diffs)

    # Reading

    def lay_out_again(self) -> None:
        """Show the diff as it wraps now, with what is searched for."""
        self.lines.mark_words(self.wanted)
        self.run_worker(self.lay_out(self._diffs), group="lay_out", exclusive=True, exit_on_error=True)

    async def go_to_match(self, wanted: Wanted, *, forward: bool, here: bool) -> str | None:
        """Go to the next row that holds the words."""
        asked = self._diffs, self._laid, wanted, self.lines.place
        if len(self._laid.rows) > NEAR:
            found = await asyncio.to_thread(match_in, *asked, forward=forward, here=here)
        else:
            found = match_in(*asked, forward=forward, here=here)
        if found is None:
            none = wording_reading.not_found(wanted.text, forward=forward)
            return f"{none}; {words.NOT_FOLDED}" if self._folded else none
        self.lines.put(found)
        return None

    def text_to_copy(self) -> tuple[str, str]:
        """Give the path, the hunk or the line under the cursor; above all files their paths."""
        row = self.lines.at
        if row is None or row.file < 0:
            return "paths", "\n".join(one.change.path for one in self._diffs)
        one = self._diffs[row.file]
        if row.kind == "line":
            return "line", one.hunks[row.hunk].lines[row.line].text
        return ("hunk", hunk_text(one, row.hunk)) if row.hunk >= 0 else ("path", one.change.path)


def row_like(laid: Laid, held: Row) -> int | None:
    """Give the row that stands for another layout's one: the same line, else its hunk, else its file."""
    if held.file < 0:
        return None
    file = next((one for one in laid.files if laid.rows[one].file == held.file), None)
    if held.kind == "listed":
        return None
    hunks = laid.hunks[bisect_left(laid.hunks, file or 0) :]
    hunk = next((one for one in hunks if laid.rows[one].hunk == held.hunk and laid.rows[one].file == held.file), None)
    line = None if hunk is None or held.kind != "line" else hunk + 1 + held.line
    if line is not None and line < len(laid.rows) and laid.rows[line] == held:
        return line
    return hunk if hunk is not None else file


def _counted(diffs: Sequence[FileDiff], looks: Looks, width: int, wraps: bool) -> tuple[Laid, Counted]:
    laid = laid_out(diffs, looks)
    return laid, Counted(diffs, laid, width, wraps)
