"""A screen on which a text is read: search, wrap, copy, editor and pager, the same wherever there is a text.

The screen says where a match is, what is copied and what is handed over; how that is asked for, told and undone stands
here once. A screen that uses it takes `READING` into its bindings and its key line, yields a `FilterLine` with the id
"filter" that its style sheet shows under `-filtering` (as `ledger.tcss` does), puts `reading_deeds` among its deeds,
and calls `stop_finding` first where it is left.
"""

from collections.abc import Coroutine, Mapping
from typing import Any

from textual import on
from textual.app import SuspendNotSupported
from textual.worker import Worker

from state.reading import Handed, Program, Wanted
from tui import wording
from tui import wording_reading as words
from tui.screens.commanded import CommandedScreen, Deed
from tui.widgets.filter_line import FilterLine


class ReadingScreen(CommandedScreen, inherit_bindings=False):
    """Text that is searched, wrapped, copied and handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: Wanted | None = None
        """What is searched for: rows mark it (`tui.panes.matched`)."""
        self.wraps = True
        self._seeking: Worker[None] | None = None
        self.reading_deeds: Mapping[str, Deed] = {
            "find_text": self._find,
            "find_next": lambda: self._again(forward=True),
            "find_previous": lambda: self._again(forward=False),
            "wrap_text": self._wrap,
            "copy_text": self._copy_text,
            "open_editor": lambda: self._hand_over("editor"),
            "open_pager": lambda: self._hand_over("pager"),
        }

    # What the screen knows

    async def go_to_match(self, wanted: Wanted, *, forward: bool, here: bool) -> str | None:
        """Go to the next match, the present line counting where `here` says so; a sentence says why there is none.

        It may take long: it is cancelled by esc and by the next search.
        """
        raise NotImplementedError

    def lay_out_again(self) -> None:
        """Show the text as `wraps` and `wanted` now say."""
        raise NotImplementedError

    def text_to_copy(self) -> tuple[str, str]:
        """Give what the line under the cursor is called, and its text."""
        raise NotImplementedError

    async def to_hand_over(self, program: Program) -> Handed | str:
        """Give what this program is to show, or a sentence that says why there is nothing."""
        raise NotImplementedError

    # Searching

    @property
    def finds(self) -> bool:
        """Whether the words are being typed now."""
        return self.has_class("-filtering")

    def _find(self) -> None:
        self.add_class("-filtering")
        field = self.query_one(FilterLine).input
        field.placeholder = words.FIND_HINT
        field.value = self.wanted.text if self.wanted else ""
        field.action_select_all()
        self.set_focus(field)

    @on(FilterLine.Submitted)
    def _found(self) -> None:
        said = self.query_one(FilterLine).input.value.strip()
        self._leave_field()
        self.wanted = Wanted(said) if said else None
        self.lay_out_again()
        if self.wanted is not None:
            self._seek(self.wanted, forward=True, here=True)
        self.show_bars()

    def _again(self, *, forward: bool) -> None:
        if self.wanted is None:
            self.say(words.NOTHING_WANTED, "warn")
        else:
            self._seek(self.wanted, forward=forward, here=False)

    def _seek(self, wanted: Wanted, *, forward: bool, here: bool) -> None:
        self.seek(self._sought(wanted, forward=forward, here=here))

    def seek(self, seeking: Coroutine[Any, Any, None]) -> None:
        """Look for something beside the screen, in the place of what was looked for before; esc ends it."""
        self._seeking = self.run_worker(seeking, name="seek", group="seek", exclusive=True, exit_on_error=True)

    async def _sought(self, wanted: Wanted, *, forward: bool, here: bool) -> None:
        self.say(await self.go_to_match(wanted, forward=forward, here=here) or "", "warn")

    def stop_finding(self) -> bool:
        """Leave the field, else end a search under way, else forget the words; says whether there was any of it."""
        if self.finds:
            self._leave_field()
        elif self._seeking is not None and not self._seeking.is_finished:
            self._seeking.cancel()
        elif self.wanted is not None:
            self.wanted = None
            self.lay_out_again()
        else:
            return False
        return True

    def _leave_field(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(self.query_one(self.AUTO_FOCUS or "*"))

    # Showing, copying, handing over

    def _wrap(self) -> None:
        self.wraps = not self.wraps
        self.lay_out_again()
        self.say(words.WRAPPED if self.wraps else words.CUT)

    async def _copy_text(self) -> None:
        marked = self.get_selected_text()
        what, text = ("selection", marked) if marked else self.text_to_copy()
        self.clear_selection()
        self.say(wording.copied(what, await self.headgate.copy(text)))

    async def _hand_over(self, program: Program) -> None:
        programs, handed = self.headgate.reading.programs, await self.to_hand_over(program)
        if programs is None or isinstance(handed, str):
            self.say(handed if isinstance(handed, str) else words.NO_PROGRAMS, "warn")
            return
        try:
            with self.app.suspend():
                # It blocks on purpose: while the program has the terminal, nothing else may write to it.
                ended = programs.run(program, handed)
        except SuspendNotSupported:
            self.say(words.NO_TERMINAL, "warn")
            return
        self.say(ended.text, "dim" if ended.fine else "warn")
