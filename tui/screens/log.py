"""The log of a run, read whole: at any place of a file of any size, in the words of its story or record by record.

The screen holds a window of the log and asks for another as the cursor nears its end. It follows the log as long as the
cursor stands on its last line. The log is the agent's: nothing here writes to it.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.commands import LOGGING, READING
from state.log_text import LogRecord, LogWindow, RunLog, RunLogs, Sort, Sought, Whole
from state.reading import Handed, Program, Wanted, next_of
from state.runs.run import Origin
from state.runs.view import View
from state.screens import SCROLLS, SHARED
from state.text import clean
from tui import wording
from tui import wording_reading as words
from tui.keys import bindings
from tui.panes import code
from tui.panes.line import note
from tui.screens.commanded import Deed
from tui.screens.reading import ReadingScreen
from tui.spans import spans
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.log_lines import LogLines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_LOOKS_EVERY = 0.5
"""Seconds between two looks at whether the log has grown: one `stat` each."""
_PAGES = 3
"""Pages of lines that are held before and behind the cursor."""
_COPIED_WHOLE = 8 << 20
"""Bytes up to which an editor gets a copy of the whole log, and around the cursor else."""
_COPIED = 1 << 20
_NEEDS_RECORDS = tuple(one.id for one in (*READING, *LOGGING) if one.id not in ("next_log", "leave_log"))


@dataclass(frozen=True, slots=True)
class Ask:
    """A window that is wanted: around the record at byte `at`, None for the end of the log.

    `put` says that the cursor goes there, to its line `line`; else it stays with its record.
    """

    at: int | None
    put: bool = False
    line: int = 0


class LogScreen(ReadingScreen, inherit_bindings=False):
    """The logs of one run; opens at `origin`, else at the end of the first."""

    keyed = "log"
    CSS_PATH = "log.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings((*READING, *LOGGING)),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "LogLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(self, logs: RunLogs, run: str, agent: str, paths: Sequence[str], origin: Origin | None = None) -> None:
        super().__init__()
        self._logs, self._run, self._agent, self._paths = logs, run, agent, paths
        self._number = paths.index(origin.log) if origin and origin.log in paths else 0
        self._log: RunLog = logs.open(paths[self._number], agent)
        self._origin = origin
        self._whole = Whole()
        self._grown: int | None = None
        self._asked: Ask | None = None
        self._reads = False
        self._told = words.OPENING
        self._progress = ""
        self._follows = origin is None
        self._deeds: Mapping[str, Deed] = {
            **self.reading_deeds,
            **{name: partial(self._scroll, name) for name in SCROLLS},
            "next_call": partial(self._to, "call", forward=True),
            "previous_call": partial(self._to, "call", forward=False),
            "next_failure": partial(self._to, "failure", forward=True),
            "previous_failure": partial(self._to, "failure", forward=False),
            "follow_log": lambda: self._ask(Ask(None, put=True, line=_END)),
            "toggle_record": self._toggle,
            "toggle_records": self._toggle_all,
            "next_log": self._next_log,
            "copy_record": self._copy_record,
            "leave_log": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the log."""
        yield OneLine(id="log-head")
        yield LogLines(id="log")
        yield FilterLine(id="filter")
        yield OneLine(id="log-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read, and to look whether the log grows."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.run_worker(self._open(), name="open", exit_on_error=True)
        self.set_interval(_LOOKS_EVERY, self.look)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        barred = {} if self._lines.window.records else dict.fromkeys(_NEEDS_RECORDS, self._told)
        if len(self._paths) < 2:
            barred["next_log"] = words.ONE_LOG
        return View(place="filter" if self.finds else "detail", barred=barred)

    @property
    def _lines(self) -> LogLines:
        return self.query_one(LogLines)

    # Reading

    async def _open(self) -> None:
        at = await self._log.place_of(self._origin.offset) if self._origin else None
        self._ask(Ask(at, put=True, line=0 if self._origin else _END))

    def _ask(self, ask: Ask) -> None:
        """Want a window; of several that are wanted while one is read only the last is read, or the one that moves."""
        kept = self._asked
        self._asked = kept if kept is not None and kept.put and not ask.put else ask
        if not self._reads:
            self._reads = True
            self.run_worker(self._read(), name="window", group="window", exit_on_error=True)

    async def _read(self) -> None:
        while (ask := self._asked) is not None:
            self._asked, log = None, self._log
            self._grown = await log.grown()
            window = await log.window(ask.at, _PAGES * max(self._lines.size.height, 10), self._whole)
            await asyncio.to_thread(code.load, {line.like for one in window.records for line in one.body if line.like})
            if log is self._log and self.is_mounted:
                self._take(window, ask)
        self._reads = False

    def _take(self, window: LogWindow, ask: Ask) -> None:
        """Show what was read; where nothing can be read, what stands on the screen stays, and the reason is said."""
        if window.problem:
            self._told = window.problem
            self.say(window.problem, "warn")
            return
        self._told = words.NOTHING_IN_LOG
        last = window.records[-1].begin if window.records else 0
        at = (last if ask.at is None else ask.at) if ask.put else None
        self._lines.show(window, at=at, line=ask.line, top=ask.put and ask.at is not None)
        self._follows = self._lines.at_end
        if window.notice:
            self.say(window.notice, "warn")
        self.show_bars()

    async def look(self) -> None:
        """Read again where the log has changed since the last look."""
        grown = await self._log.grown()
        if self._grown is not None and grown != self._grown:
            record = self._lines.record
            follows = self._follows or record is None
            self._ask(Ask(None, put=True, line=_END) if follows else Ask(record.begin if record else None))

    @on(LogLines.Needed)
    def _needed(self, event: LogLines.Needed) -> None:
        self._ask(Ask(event.at))

    # Showing

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        name = words.log_named(self._run, clean(self._log.path), self._number + 1, len(self._paths))
        left = spans((f" {words.LOG_TITLE} ", "strong"), (f"· {name}", "dim"))
        self.query_one("#log-head", OneLine).say(left, spans((f"{self._place()} ", "faint")))
        quiet = "" if self._lines.window.records else self._told
        said, role = (self.message, self.message_role) if self.message else (self._progress or quiet, "dim")
        self.query_one("#log-said", OneLine).say(spans((f" {clean(said)}", role)))
        self.query_one(KeyLine).show(self.view, (*READING, *LOGGING))

    def _place(self) -> str:
        record, size = self._lines.record, self._lines.window.size
        if record is None:
            return ""
        at = next((line.at for line in record.told if line.at is not None), None)
        day = time.strftime("%Y-%m-%d", time.localtime(at)) if at is not None else ""
        return words.log_place(size if self._follows else record.begin, size, day, follows=self._follows)

    def lay_out_again(self) -> None:
        """Show the log as `wraps` and `wanted` now say."""
        self._lines.lay_out(wraps=self.wraps, wanted=self.wanted)

    # Moving

    def _scroll(self, name: str) -> None:
        if name == "first":
            self._ask(Ask(0, put=True))
        elif name == "last":
            self._ask(Ask(None, put=True, line=_END))
        else:
            far = self._lines.page()
            self._move({"down": 1, "up": -1, "page_down": far, "page_up": -far}[name])

    @on(LogLines.Turned)
    def _turned(self, event: LogLines.Turned) -> None:
        self._move(event.step)
        self.show_bars()

    def _move(self, step: int) -> None:
        self._lines.move(step)
        self._follows = self._lines.at_end

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        self._lines.put_row(event.index)
        self._follows = self._lines.at_end
        if event.twice:
            self._toggle()
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    def _to(self, sort: Sort, *, forward: bool) -> None:
        self.seek(self._sought_sort(sort, forward=forward))

    async def _sought_sort(self, sort: Sort, *, forward: bool) -> None:
        found = await self._looked_for(sort, forward=forward, here=False)
        if found.begin is None:
            self.say(found.problem or words.none_further(sort, forward=forward), "warn")
        else:
            self._ask(Ask(found.begin, put=True))

    async def _looked_for(self, what: Wanted | Sort, *, forward: bool, here: bool) -> Sought:
        record, going = self._lines.record, True

        def hear(fraction: float) -> None:
            if going:  # what the thread said last may come when the search is over
                self._progress = words.looking(fraction)
                self.show_bars()

        try:
            return await self._log.find(what, record.begin if record else 0, hear, forward=forward, here=here)
        finally:
            going, self._progress = False, ""
            self.show_bars()

    async def go_to_match(self, wanted: Wanted, *, forward: bool, here: bool) -> str | None:
        """Go to the next match: within the record under the cursor first, then anywhere in the log."""
        lines = self._lines
        within = next_of(lines.texts(), wanted, lines.line - int(here and forward), forward=forward)
        if within is not None:
            lines.put_line(within)
            self._follows = lines.at_end
            return None
        found = await self._looked_for(wanted, forward=forward, here=here and not self._shown_whole(lines.record))
        if found.begin is None:
            return found.problem or words.not_found(wanted.text, forward=forward)
        return await self._go_into(found.begin, wanted, forward=forward)

    async def _go_into(self, begin: int, wanted: Wanted, *, forward: bool) -> str | None:
        """Go to a record that holds the words, whole if its first lines do not show them."""
        for whole in dict.fromkeys((self._whole, self._opened(begin))):
            window = await self._log.window(begin, _PAGES * max(self._lines.size.height, 10), whole)
            if window.problem:
                return window.problem
            self._whole = whole
            self._take(window, Ask(begin, put=True))
            texts = self._lines.texts()
            line = next_of(texts, wanted, -1 if forward else len(texts), forward=forward)
            if line is not None:
                self._lines.put_line(line)
                return None
        return words.not_shown()

    # Collapsing

    def _shown_whole(self, record: LogRecord | None) -> bool:
        return record is not None and self._whole.holds(record.begin)

    def _opened(self, begin: int) -> Whole:
        return self._whole if self._whole.holds(begin) else self._whole.turned(begin)

    def _toggle(self) -> None:
        record = self._lines.record
        if record is not None:
            self._whole = self._whole.turned(record.begin)
            self._ask(Ask(record.begin))

    def _toggle_all(self) -> None:
        record = self._lines.record
        self._whole = Whole(not self._whole.every)
        self._ask(Ask(record.begin if record else None))

    def _next_log(self) -> None:
        self._number = (self._number + 1) % len(self._paths)
        self._log = self._logs.open(self._paths[self._number], self._agent)
        self._whole, self._grown, self._origin = Whole(), None, None
        self._lines.show(LogWindow(), at=None)
        self._ask(Ask(None, put=True, line=_END))

    # Copying and handing over

    def text_to_copy(self) -> tuple[str, str]:
        """Give the line under the cursor."""
        line = self._lines.current
        return (line.what or "line", line.copied) if line else ("line", "")

    async def _copy_record(self) -> None:
        record = self._lines.record
        if record is not None:
            data = await self._log.bytes_of(record.begin, min(record.end, record.begin + _COPIED))
            text = data.decode("utf-8", "replace").rstrip("\r\n")
            self.say(wording.copied("record", await self.headgate.copy(clean(text, max(len(text), 1)))))

    async def to_hand_over(self, program: Program) -> Handed | str:
        """Give a pager the log itself, and an editor a copy: of the whole of it, or of what is around the cursor."""
        record, size = self._lines.record, self._lines.window.size
        if record is None:
            return self._told
        if program == "pager" and self._log.file:
            return Handed(self._log.file, path=self._log.file, offset=record.begin)
        records = self._lines.window.records
        begin, end = (0, size) if size <= _COPIED_WHOLE else (records[0].begin, records[-1].end)
        begin, end = max(begin, record.begin - _COPIED_WHOLE), min(end, record.begin + _COPIED_WHOLE)
        data = await self._log.bytes_of(begin, end)
        return Handed("log.jsonl", data, line=data.count(b"\n", 0, record.begin - begin) + 1)

    def _leave(self) -> None:
        if not self.stop_finding():
            self.dismiss()


_END = 1 << 30
"""A line beyond any of a record: its last one."""
