"""Where a human says why, and whom they ask: what is typed belongs to the one request that it was begun for.

Enter keeps it, and is a decision like the key that began it: the screen judges by the clock whether it counts.
"""

from collections.abc import Callable
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from state.money.budget_words import usd_of
from state.release.item import ARTEFACTS
from tui.spans import spans
from tui.widgets.edit_line import Field
from tui.widgets.one_line import OneLine
from tui.wording_gates import LABELS, NO_AMOUNT, NO_ARTEFACT, NOTHING_TYPED, REASON_HINTS, reason_keys

Said = Literal["to", "artefact", "usd", "reason"]
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
        self.kept: dict[str, str] = {}
        """What was kept so far, by its name in the order; the reason comes last and is not in it."""
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

    @property
    def wrong(self) -> str:
        """Say what is wrong with what stands in the field, "" where it can be kept."""
        if not self.typed:
            return NOTHING_TYPED[self._asking]
        if self._asking == "usd" and usd_of(self.typed) is None:
            return NO_AMOUNT
        named = self._asking != "artefact" or self.typed.casefold() in map(str.casefold, ARTEFACTS)
        return "" if named else NO_ARTEFACT

    def begin(self, answer: str, bound: tuple[str, str], first: Said | None = None) -> None:
        """Ask for what an answer to a request needs, and `first` for something of its own."""
        self.answer, self.bound, self.kept = answer, bound, {}
        self._ask(first or ("to" if answer == "escalate" else "reason"))

    def keep(self) -> bool:
        """Take what stands in the field; say whether that was the last thing to be asked."""
        if self._asking == "reason":
            return True
        self.kept[self._asking] = self.typed
        self._ask("reason")
        return False

    def _ask(self, what: Said) -> None:
        self._asking = what
        self.field.value = ""
        hint = "what" if "artefact" in self.kept else self.answer
        self.field.placeholder = REASON_HINTS[hint if what == "reason" else what]
        label = f"{self.answer} to" if what == "to" else LABELS.get(what, self.answer)
        self.query_one("#reason-label", OneLine).say(spans((f" {label}", "key")))
        self.query_one("#reason-keys", OneLine).say((), spans((reason_keys(self.bound[0]), "dim")))
