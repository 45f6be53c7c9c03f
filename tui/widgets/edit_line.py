"""Where a human says what a run's task, owner and role are: one field at a time, in the status line's place.

It knows the run by its id from the moment it is opened, whatever becomes of the rows meanwhile, and gives away only
what was typed otherwise than it stood, so that two boards do not take back each other's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input

from state.assigning import LONGEST, tidy
from state.runs.roles import ASSIGNABLE, ROLES
from state.text import clean
from tui.spans import spans
from tui.widgets.one_line import OneLine
from tui.widgets.prompt import Prompt, actions_of
from tui.wording import EDIT_HINTS, NO_SUCH_ROLE, edit_keys

if TYPE_CHECKING:
    from state.runs.card import Card
    from state.runs.run import Assignable


class Field(Prompt):
    """An input that takes nothing but printable text, as much of it as is kept, and hands tab on to its line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "turn(1)", show=False),
        Binding("shift+tab,up", "turn(-1)", show=False),
    ]
    ACTIONS = {**Prompt.ACTIONS, **actions_of(BINDINGS)}

    turned: Callable[[int], None]
    """Shows the field so many places on."""

    longest = LONGEST["task"]

    def action_turn(self, step: int) -> None:
        """Show another field."""
        self.turned(step)

    def _on_paste(self, event: events.Paste) -> None:
        """Take a paste as one line: its line ends are blanks, and what is too much of it is cut."""
        event.prevent_default()
        event.stop()
        pasted = " ".join(event.text[: 4 * self.longest].split())
        start, end = sorted(self.selection)
        self.replace(pasted, start, end)

    def replace(self, text: str, start: int, end: int) -> None:
        """Put text in place of what stands between two places."""
        room = max(0, self.longest - len(self.value) + abs(end - start))
        super().replace(clean(text, self.longest)[:room], start, end)


class EditLine(Horizontal):
    """A label, a field and its keys."""

    class Said(Message):
        """The user keeps what was typed: `words` holds what reads otherwise than before."""

        def __init__(self, run: str, words: Mapping[Assignable, str]) -> None:
            super().__init__()
            self.run = run
            self.words = words

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run = ""
        self._field: Assignable = "task"
        self._stood: dict[Assignable, str] = {}
        self._typed: dict[Assignable, str] = {}
        self._known: dict[Assignable, list[str]] = {}

    def compose(self) -> ComposeResult:
        """Give the parts."""
        yield OneLine(id="edit-label")
        field = Field(compact=True, id="field", select_on_focus=False)
        field.cursor_blink, field.turned = False, self._turn
        yield field
        yield OneLine(id="edit-keys")

    @property
    def input(self) -> Field:
        """The field."""
        return self.query_one(Field)

    def begin(self, card: Card, cards: Iterable[Card]) -> None:
        """Open on one run; what others of the fleet are called is offered as a completion."""
        fleet = list(cards)
        self._run = card.id
        self._stood = {"task": card.task_title or "", "owner": card.owner or "", "role": card.role or ""}
        self._typed = dict(self._stood)
        self._known = {
            "task": sorted({one.task_title for one in fleet if one.task_title}),
            "owner": sorted({one.owner for one in fleet if one.owner}),
            "role": list(ROLES),
        }
        self._show("task")

    def _show(self, field: Assignable, trouble: str = "") -> None:
        self._field = field
        text = self._typed[field]
        with self.prevent(Input.Changed):
            self.input.longest = LONGEST[field]
            self.input.placeholder = EDIT_HINTS[field]
            self.input.suggester = SuggestFromList(self._known[field], case_sensitive=False)
            self.input.value = text
            self.input.cursor_position = len(text)
        self.query_one("#edit-label", OneLine).say(spans((f" {field}", "key")))
        following = ASSIGNABLE[(ASSIGNABLE.index(field) + 1) % len(ASSIGNABLE)]
        keys = spans((trouble, "warn")) if trouble else spans((edit_keys(self._run, following), "dim"))
        self.query_one("#edit-keys", OneLine).say((), keys)

    def _turn(self, step: int) -> None:
        self._typed[self._field] = self.input.value
        self._show(ASSIGNABLE[(ASSIGNABLE.index(self._field) + step) % len(ASSIGNABLE)])

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self._typed[self._field] = event.value
        words: dict[Assignable, str] = {}
        for what in ASSIGNABLE:
            if self._typed[what] == self._stood[what]:
                continue
            try:
                words[what] = tidy(what, self._typed[what])
            except ValueError:
                self._show(what, NO_SUCH_ROLE)
                return
        self.post_message(self.Said(self._run, words))
