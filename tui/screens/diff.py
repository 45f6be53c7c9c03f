"""A change's whole text, file by file and hunk by hunk, and which of it the human has seen.

What stands here is read from the authority store, never from the agent's repository. A mark is kept by the core and
decides nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.board import BoardUnreadable, OrderRefused
from state.commands import DIFFING
from state.evidence.package import Package
from state.evidence.proposal import FileDiff
from state.runs.view import View
from state.screens import SHARED
from state.text import clean
from tui import wording
from tui import wording_review as words
from tui.keys import bindings
from tui.panes import code
from tui.panes.diff import Laid, hunk_ids, laid_out
from tui.panes.line import note
from tui.screens.commanded import CommandedScreen, Deed
from tui.spans import spans
from tui.widgets.diff_lines import Counted, DiffLines
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")


class DiffScreen(CommandedScreen, inherit_bindings=False):
    """One package's change. `seen` are the hunks marked before; `before` is the package that was decided on last."""

    keyed = "diff"
    CSS_PATH = "diff.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings(DIFFING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "DiffLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(
        self,
        package: Package,
        seen: frozenset[str],
        before: Package | None,
        drawn: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self._package, self._before, self._drawn = package, before, drawn
        self._seen = set(seen)
        self._known: frozenset[str] = frozenset()
        """What was there when the human decided last."""
        self._diffs: Sequence[FileDiff] = ()
        self._laid = Laid()
        self._only_new = False
        self._told = words.READING_DIFF
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "next_hunk": lambda: self._jump(self._laid.hunks, 1),
            "previous_hunk": lambda: self._jump(self._laid.hunks, -1),
            "next_file": lambda: self._jump(self._laid.files, 1),
            "previous_file": lambda: self._jump(self._laid.files, -1),
            "next_unseen": self._to_unseen,
            "to_file": self._to_file,
            "mark_seen": self._mark_hunk,
            "mark_file": self._mark_file,
            "only_new": self._toggle,
            "leave_diff": lambda: self._leave(),
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the diff."""
        yield OneLine(id="diff-head")
        yield DiffLines(id="diff")
        yield OneLine(id="diff-said")
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
        barred = {} if self._laid.rows else dict.fromkeys((one.id for one in DIFFING[:-2]), self._told)
        if not self._laid.hunks:
            barred |= dict.fromkeys(("next_hunk", "previous_hunk", "next_unseen", "mark_seen", "mark_file"), self._told)
        if self._diffs and not (self._seen or self._known):
            barred["only_new"] = "nothing of this change was seen or decided on before"
        return View(place="detail", shown=len(self._laid.rows), total=len(self._diffs), barred=barred)

    @property
    def _lines(self) -> DiffLines:
        return self.query_one(DiffLines)

    # Reading

    async def _read(self) -> None:
        port = self.headgate.tools.diffs
        found = await port.diff_of(self._package) if port else words.NO_AUTHORITY
        if isinstance(found, str):
            self._told = clean(found)
            self.say(self._told, "warn")
            return
        await asyncio.to_thread(code.load, [one.change.path for one in found])
        if port and self._before is not None:
            before = await port.diff_of(self._before)
            self._known = frozenset(() if isinstance(before, str) else hunk_ids(before))
        await self._lay_out(found)
        self._drawn()

    async def _lay_out(self, diffs: Sequence[FileDiff]) -> None:
        """Lay the change out beside the screen, which takes a while where it is huge."""
        known = self._known | self._seen if self._only_new else frozenset[str]()
        laid, counted = await asyncio.to_thread(_counted, diffs, known, self._lines.size.width)
        self._diffs, self._laid = diffs, laid
        self._told = "there is no hunk to go to" if diffs else words.NOTHING_DIFFERS
        self._lines.show(diffs, laid, self._seen, counted)
        self.show_bars()

    # Showing

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        ids = hunk_ids(self._diffs)
        counted = words.seen_counted(sum(one in self._seen for one in ids), len(ids)) if self._diffs else ""
        scope = f" · {words.ONLY_NEW}" if self._only_new else ""
        left = spans((f" {words.DIFF_TITLE} ", "strong"), (f"· {counted}{scope}" if counted else "", "dim"))
        self.query_one("#diff-head", OneLine).say(left, spans((f"{self._place()} ", "faint")))
        told = "" if self._laid.rows else words.NOTHING_NEW if self._only_new else self._told
        said, role = (self.message, self.message_role) if self.message else (told or self._path(), "dim")
        self.query_one("#diff-said", OneLine).say(spans((f" {said}", role)))
        self.query_one(KeyLine).show(self.view, DIFFING)

    def _place(self) -> str:
        at = self._lines.place
        file = sum(one <= at for one in self._laid.files)
        hunk = sum(one <= at for one in self._laid.hunks)
        return words.place_said(file, len(self._laid.files), hunk, len(self._laid.hunks)) if self._laid.rows else ""

    def _path(self) -> str:
        row = self._lines.at
        return self._diffs[row.file].change.path if row is not None and row.file >= 0 else ""

    # Moving

    def _scroll(self, name: str) -> None:
        far = self._lines.page()
        self._lines.move(
            {"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name]
        )

    def _jump(self, places: Sequence[int], step: int) -> None:
        here = self._lines.place
        found = [one for one in places if (one > here if step > 0 else one < here)]
        if found:
            self._lines.put(found[0] if step > 0 else found[-1], top=True)
        else:
            self.say("there is no further one", "warn")

    def _to_unseen(self) -> None:
        here, rows = self._lines.place, self._laid.rows
        ids = {one: self._diffs[rows[one].file].hunks[rows[one].hunk].id for one in self._laid.hunks}
        unseen = [one for one, hunk in ids.items() if hunk not in self._seen]
        if unseen:
            self._lines.put(next((one for one in unseen if one > here), unseen[0]), top=True)
        else:
            self.say("every hunk is marked as seen")

    def _to_file(self) -> None:
        row = self._lines.at
        if row is not None and row.kind == "listed":
            self._lines.put(next(one for one in self._laid.files if self._laid.rows[one].file == row.file), top=True)

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        self._lines.put(self._lines.row_at(event.index))
        if event.twice:
            self._to_file()
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    async def _toggle(self) -> None:
        self._only_new = not self._only_new
        await self._lay_out(self._diffs)

    # Marking

    async def _mark_hunk(self) -> None:
        row = self._lines.at
        if row is None or row.hunk < 0:
            self._jump(self._laid.hunks, 1)
            return
        hunk = self._diffs[row.file].hunks[row.hunk].id
        seen = hunk not in self._seen
        await self._mark([hunk], seen)
        if seen and not self._only_new:
            self._jump(self._laid.hunks, 1)

    async def _mark_file(self) -> None:
        row = self._lines.at
        ids = [one.id for one in self._diffs[row.file].hunks] if row is not None and row.file >= 0 else []
        if ids:
            await self._mark(ids, any(one not in self._seen for one in ids))

    async def _mark(self, hunks: Sequence[str], seen: bool) -> None:
        """Mark at once on the screen, and let the core keep it; where it does not, the marks go again."""
        before = set(self._seen)
        self._seen = self._seen.union(hunks) if seen else self._seen.difference(hunks)
        self._lines.mark(frozenset(self._seen))
        try:
            told = {"run": self._package.run, "hunks": " ".join(hunks), "seen": "yes" if seen else "no"}
            await self.headgate.order("seen", **told)
        except (BoardUnreadable, OrderRefused) as refused:
            self._seen = before
            self._lines.mark(frozenset(before))
            self.say(str(refused), "warn")
        if self._only_new:
            await self._lay_out(self._diffs)

    def _leave(self) -> None:
        self.dismiss()


def _counted(diffs: Sequence[FileDiff], known: frozenset[str], width: int) -> tuple[Laid, Counted]:
    laid = laid_out(diffs, known)
    return laid, Counted(diffs, laid, width)
