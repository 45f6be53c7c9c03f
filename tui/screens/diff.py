"""A change's whole text, file by file and hunk by hunk, and which of it the human has seen.

The text of a package is read from the authority store, never from the agent's repository; that of a run at work is a
snapshot of its worktree, and says so. A mark is kept by the core and decides nothing.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from textual.app import ComposeResult
from textual.binding import Binding

from state.board import BoardUnreadable, OrderRefused
from state.commands import DIFFING, READING
from state.evidence.proposal import FileDiff
from state.reading import Handed, Program
from state.runs.view import View
from state.screens import SHARED
from tui import wording
from tui import wording_review as words
from tui.diff_source import DiffSource
from tui.keys import bindings
from tui.panes import code
from tui.panes.diff import Row, hunk_ids, line_of
from tui.panes.diff_search import patch_of
from tui.panes.line import note
from tui.screens.commanded import Deed
from tui.screens.diff_walk import DiffWalk
from tui.spans import spans
from tui.widgets.diff_lines import DiffLines
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_KEYS = (*DIFFING[:-1], *READING, DIFFING[-1])


class DiffScreen(DiffWalk, inherit_bindings=False):
    """One diff. `seen` are the hunks marked before, `path` the file to begin at; `drawn` hears when it is there."""

    keyed = "diff"
    CSS_PATH = "diff.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings((*DIFFING, *READING)),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "DiffLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(
        self,
        source: DiffSource,
        seen: frozenset[str] = frozenset(),
        drawn: Callable[[], object] = lambda: None,
        path: str = "",
    ) -> None:
        super().__init__()
        self._source, self._drawn, self._path_wanted = source, drawn, path
        self._seen = set(seen)
        self._known: frozenset[str] = frozenset()
        """What was there when the human decided last."""
        self._only_new = False
        self._of = ""
        self._counted = (0, 0)
        self._told = words.READING_LIVE if source.live else words.READING_DIFF
        self._deeds: Mapping[str, Deed] = {
            **self.walking,
            "next_unseen": self._to_unseen,
            "mark_seen": self._mark_hunk,
            "mark_file": self._mark_file,
            "only_new": self._toggle,
            "read_diff": self._read,
            "leave_diff": lambda: self._leave(),
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the diff."""
        yield OneLine(id="diff-head")
        yield PaneLines(id="diff-told", cursor=False)
        yield DiffLines(id="diff")
        yield OneLine(id="diff-said")
        yield FilterLine(id="filter")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.call_after_refresh(self.show_bars)
        self.run_worker(self._read(), name="diff", exit_on_error=True)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        barred = {} if self._laid.rows else dict.fromkeys((one.id for one in _KEYS[:-1]), self._told)
        if not self._laid.hunks:
            barred |= dict.fromkeys(("next_hunk", "previous_hunk", "next_unseen", "mark_seen", "mark_file"), self._told)
        if self._diffs and not (self._seen or self._known):
            barred["only_new"] = "nothing of this change was seen or decided on before"
        barred.pop("read_diff", None)
        if not self._source.live:
            barred["read_diff"] = words.FIXED
        return View(place="detail", shown=len(self._laid.rows), total=len(self._diffs), barred=barred)

    @property
    def left_out(self) -> frozenset[str]:
        """The hunks that are not shown."""
        return self._known | self._seen if self._only_new else frozenset()

    # Reading

    async def _read(self) -> None:
        found = await self._source.read(self.headgate.tools.diffs)
        if isinstance(found, str):
            self._told = found
            self.say(self._told, "warn")
            return
        await asyncio.to_thread(code.load, [one.change.path for one in found.files])
        self._known, self._loose, self._of = found.known, found.loose, found.told
        self._seen = self._seen if found.seen is None else set(found.seen)
        await self.lay_out(found.files)
        self._told = "there is no hunk to go to" if found.files else words.NOTHING_DIFFERS
        self.show_bars()
        wanted, self._path_wanted = self._path_wanted, ""
        if wanted:
            self.to_path(wanted)
        self._drawn()

    async def lay_out(self, diffs: Sequence[FileDiff]) -> None:
        """Lay the change out, and count what of it was seen."""
        ids = hunk_ids(diffs)
        self._counted = sum(one in self._seen for one in ids), len(ids)
        await super().lay_out(diffs)

    # Showing

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        counted = words.seen_counted(*self._counted) if self._diffs else ""
        scope = f" · {words.ONLY_NEW}" if self._only_new else ""
        title = words.LIVE_TITLE if self._source.live else words.DIFF_TITLE
        left = spans((f" {title} ", "strong"), (f"· {counted}{scope}" if counted else "", "dim"))
        self.query_one("#diff-head", OneLine).say(left, spans((f"{self._place()} ", "faint")))
        self._tell("" if self._laid.rows else words.NOTHING_NEW if self._only_new else self._told)
        said, role = (self.message, self.message_role) if self.message else (self._path(), "dim")
        self.query_one("#diff-said", OneLine).say(spans((f" {said}", role)))
        self.query_one(KeyLine).show(self.view, _KEYS)

    def _tell(self, why: str) -> None:
        """Where there is no row, say below the title why: it is being read, nothing differs, or it cannot be read."""
        told = self.query_one("#diff-told", PaneLines)
        told.display = bool(why)
        told.show([note(why, "text")] if why else [], wrap=True, follow=False, anew=False)

    def _place(self) -> str:
        at, laid = self.lines.place, self._laid
        file, hunk = bisect_right(laid.files, at), bisect_right(laid.hunks, at)
        return words.place_said(file, len(laid.files), hunk, len(laid.hunks)) if laid.rows else ""

    def _path(self) -> str:
        row = self.lines.at
        return self._diffs[row.file].change.path if row is not None and row.file >= 0 else self._of

    # Marking

    def _to_unseen(self) -> None:
        here, rows = self.lines.place, self._laid.rows
        unseen = [one for one in self._laid.hunks if self._id_of(rows[one]) not in self._seen]
        if unseen:
            self.lines.put(next((one for one in unseen if one > here), unseen[0]), top=True)
        else:
            self.say("every hunk is marked as seen")

    def _id_of(self, row: Row) -> str:
        return self._diffs[row.file].hunks[row.hunk].id

    async def _toggle(self) -> None:
        self._only_new = not self._only_new
        await self.lay_out(self._diffs)

    async def _mark_hunk(self) -> None:
        row = self.lines.at
        if row is None or row.hunk < 0:
            self.jump(self._laid.hunks, 1)
            return
        hunk = self._id_of(row)
        seen = hunk not in self._seen
        await self._mark([hunk], seen)
        if seen and not self._only_new:
            self.jump(self._laid.hunks, 1)

    async def _mark_file(self) -> None:
        row = self.lines.at
        ids = [one.id for one in self._diffs[row.file].hunks] if row is not None and row.file >= 0 else []
        if ids:
            await self._mark(ids, any(one not in self._seen for one in ids))

    async def _mark(self, hunks: Sequence[str], seen: bool) -> None:
        """Mark at once on the screen, and let the core keep it; where it does not, the marks go again."""
        before = set(self._seen)
        self._seen = self._seen.union(hunks) if seen else self._seen.difference(hunks)
        self._show_marks()
        try:
            told = {"run": self._source.run, "hunks": " ".join(hunks), "seen": "yes" if seen else "no"}
            await self.headgate.order("seen", **told)
        except (BoardUnreadable, OrderRefused) as refused:
            self._seen = before
            self._show_marks()
            self.say(str(refused), "warn")
        if self._only_new:
            await self.lay_out(self._diffs)

    def _show_marks(self) -> None:
        self._counted = sum(one in self._seen for one in hunk_ids(self._diffs)), self._counted[1]
        self.lines.mark(frozenset(self._seen))

    async def to_hand_over(self, program: Program) -> Handed | str:
        """Give the pager the difference, and the editor the tree's own file at the line: never the agent's."""
        row = self.lines.at
        if program == "pager":
            lines = patch_of(self._diffs, self._of)
            return Handed("change.diff", "\n".join(lines).encode())
        if row is None or row.file < 0:
            return words.NO_FILE_HERE
        diff = self._diffs[row.file]
        port = self.headgate.tools.diffs
        data = await port.content(self._source.run, diff.change, live=self._source.live) if port else words.NO_AUTHORITY
        if isinstance(data, str):
            return data
        return Handed(PurePosixPath(diff.change.path).name, data, line=line_of(diff, row))

    def _leave(self) -> None:
        if not self.stop_finding():
            self.dismiss()
