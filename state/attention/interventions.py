"""What a human said or did to a run, by its class: told by the run as it stood and the event, and by nothing else.

The classes are those of research/economics.md 5.2: a reply where the agent asked is no correction, words in the middle
of its work are. So the same log read again gives the same rows. Programs speak in a human's place too: what an adapter
takes for a prompt counts as a human's. Edits by hand are in none of them, because nothing tells them from what the
agent's own commands wrote; and a log that was only skimmed gives none at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from state.money.accounts import Intervention, WordClass
from state.runs.event import Event, HumanAnswered, PromptGiven, ToolEnded, TurnEnded
from state.text import clean

if TYPE_CHECKING:
    from state.runs.run import Ask, OpenCall, Origin, Run, RunKey

TELLING = frozenset({PromptGiven, HumanAnswered, TurnEnded, ToolEnded})
"""The kinds of events that tell of any."""
KEPT = 1000
"""Characters kept of what was said: enough to tell whether it was said before."""
ON = "on: "
"""How the text of an answer begins that the human gave in a dialog: it is what was asked, and none of their words."""
_WEIGHT: tuple[WordClass, ...] = ("deny", "interrupt", "gate", "answer", "correction", "task")
"""Of two classes that one record gives, the first one holds: a prompt that answers a question is an answer."""


def intervention(run: Run, event: Event) -> Intervention | None:
    """Give what `event` was of a human's, to a run as it stood before it; None where it was nothing of the kind."""
    if run.skimmed:
        return None
    match event:
        case PromptGiven(text=text):
            kind = _said(run)
        case HumanAnswered(call=call, accepted=accepted):
            asked = next((one for one in run.asks if call in (None, one.call)), None)
            kind, text = _answered(asked, call, accepted), f"{ON}{asked.text}" if asked else _called(run, call)
        case TurnEnded(end="interrupted", text=why) if why in ("", "interrupted"):
            # A hook or the client that cuts a turn off gives its reason, a human gives none.
            kind, text = "interrupt", run.calls[-1].text if run.calls else ""
        case _:
            return None
    origin = event.origin
    return (
        None if kind is None else Intervention(run.key, origin.at, kind, clean(text, KEPT), origin.log, origin.offset)
    )


def _said(run: Run) -> WordClass:
    """Class a human's words by whether the run waited for any."""
    turn = run.turn
    if not run.prompt:
        return "task"
    if turn.open and not turn.may_be_over:
        return "correction"
    if run.plan.state == "proposed" and run.plan.path is None:
        return "gate"
    # Who stops a run and then speaks, speaks unasked.
    return "correction" if turn.end == "interrupted" and not turn.open else "answer"


def _answered(asked: Ask | None, call: str | None, accepted: bool | None) -> WordClass | None:
    """Class an answer by what was asked; what may have been granted by a rule is none, nor what a failure ended."""
    if asked is None:
        return "deny" if accepted is False else None
    if accepted is None and call is not None:
        return None
    if accepted is not False and not asked.certain:
        return None
    if asked.kind == "plan":
        return "gate"
    return "deny" if accepted is False and asked.kind == "permission" else "answer"


def _called(run: Run, call: str | None) -> str:
    return next((one.text for one in run.calls if one.call == call), "")


class Noted:
    """The interventions of one batch, as its events come; each record of a log gives one at the most."""

    def __init__(self) -> None:
        self._by_record: dict[tuple[RunKey, str, int], Intervention] = {}
        self._called: dict[RunKey, tuple[Origin, tuple[Ask, ...], tuple[OpenCall, ...]]] = {}

    def __call__(self, run: Run, event: Event) -> None:
        """Take an event of a kind in `TELLING`, with the run as it stood before it."""
        if isinstance(event, ToolEnded):
            if run.asks or event.failed:
                self._called[run.key] = event.origin, run.asks, run.calls
            return
        if isinstance(event, HumanAnswered) and (ended := self._called.get(run.key)) and ended[0] == event.origin:
            # An agent may write down that the call ended before it says that its question was answered.
            run = replace(run, asks=ended[1], calls=ended[2])
        if (found := intervention(run, event)) is not None:
            record = (run.key, found.log, found.offset)
            self._by_record[record] = _one(self._by_record.get(record), found, spoken=isinstance(event, PromptGiven))

    def all(self) -> tuple[Intervention, ...]:
        """Give what was found."""
        return tuple(self._by_record.values())


def _one(before: Intervention | None, found: Intervention, *, spoken: bool) -> Intervention:
    """Give the one intervention that two events of a record tell of; its words are the human's own where they stand."""
    if before is None:
        return found
    kind = min((before.kind, found.kind), key=_WEIGHT.index)
    return replace(before, kind=kind, text=found.text if spoken else before.text)
