"""Where a human says why, and whom they ask: what is typed belongs to the one request that it was begun for.

Enter keeps it, and is a decision like the key that began it: the screen judges by the clock whether it counts.
"""

from collections.abc import Callable
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.spans import spans
from tui.widgets.edit_line import Field
from tui.widgets.one_line import OneLine
from tui.wording_gates import REASON_HINTS, reason_keys

Said = Literal["to", "reason"]
LONGEST_REASON = 1000


class ReasonField(Field):
    """A field that tells of every key, and leaves it to the screen what enter does."""

    longest = LONGEST_REASON
    noted: Callable[[events.Key], object]
    entered: Callable[[events.Key], None]
    pasted: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.entered(event)
            return
        self.noted(event)
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        self.pasted()
        super()._on_paste(event)


class ReasonLine(Horizontal):
    """A label, a field and its keys; an escalation is asked two things, every other answer one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.answer = ""
        self.bound = ("", "")
        """The id and the digest of the request that it was begun for."""
        self.to = ""
        self._asking: Said = "reason"

    def compose(self) -> ComposeResult:
        """Give the parts."""
        yield OneLine(id="reason-label")
        field = ReasonField(compact=True, id="reason", select_on_focus=False)
        field.cursor_blink, field.turned = False, lambda step: None
        yield field
        yield OneLine(id="reason-keys")

    @property
    def field(self) -> ReasonField:
        """The field."""
        return self.query_one(ReasonField)

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self.field.value.strip()

    def begin(self, answer: str, bound: tuple[str, str]) -> None:
        """Ask for what an answer to a request needs."""
        self.answer, self.bound, self.to = answer, bound, ""
        self._ask("to" if answer == "escalate" else "reason")

    def keep(self) -> bool:
        """Take what stands in the field; say whether that was the last thing to be asked."""
        if self._asking == "to":
            self.to = self.typed
            self._ask("reason")
            return False
        return True

    def _ask(self, what: Said) -> None:
        self._asking = what
        self.field.value = ""
        self.field.placeholder = REASON_HINTS["to" if what == "to" else self.answer]
        label = f"{self.answer} to" if what == "to" else self.answer
        self.query_one("#reason-label", OneLine).say(spans((f" {label}", "key")))
        self.query_one("#reason-keys", OneLine).say((), spans((reason_keys(self.bound[0]), "dim")))

    @property
    def asking(self) -> Said:
        """What is asked now."""
        return self._asking
