"""The line at the bottom in which a form is filled in, one field at a time, as the line that edits a run is.

It keeps what was typed in every field; the screen judges by the clock whether enter counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input

from tui.spans import spans
from tui.widgets.one_line import OneLine
from tui.widgets.reason_line import ReasonField
from tui.wording_control import form_keys

if TYPE_CHECKING:
    from tui.forms import Form


class FormLine(Horizontal):
    """A label, a field and its keys."""

    class Changed(Message):
        """What stands in the form reads differently, or another field of it is shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.form: Form | None = None
        self.at = 0
        self.values: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Give the parts."""
        yield OneLine(id="form-label")
        field = ReasonField(compact=True, id="form-field", select_on_focus=False)
        field.cursor_blink, field.turned = False, self._turn
        yield field
        yield OneLine(id="form-keys")

    @property
    def field(self) -> ReasonField:
        """The field."""
        return self.query_one(ReasonField)

    def begin(self, form: Form) -> None:
        """Open a form on its first field."""
        self.form, self.values = form, dict(form.begun)
        self.show(0)

    def end(self) -> None:
        """Forget the form."""
        self.form, self.values = None, {}

    def show(self, at: int) -> None:
        """Show a field with what was typed in it."""
        if self.form is None:
            return
        self.at = at
        asked, form = self.form.fields[at], self.form
        text = self.values.get(asked.name, "")
        with self.prevent(Input.Changed):
            self.field.longest = asked.longest
            self.field.placeholder = asked.hint
            self.field.suggester = SuggestFromList(asked.known, case_sensitive=False) if asked.known else None
            self.field.value = text
            self.field.cursor_position = len(text)
        self.query_one("#form-label", OneLine).say(spans((f" {asked.name}", "key")))
        keys = form_keys(form.of, len(form.fields) > 1)
        self.query_one("#form-keys", OneLine).say((), spans((keys, "dim")))
        self.post_message(self.Changed())

    def _turn(self, step: int) -> None:
        if self.form is not None:
            self.show((self.at + step) % len(self.form.fields))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.form is not None:
            self.values[self.form.fields[self.at].name] = event.value
            self.post_message(self.Changed())

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
