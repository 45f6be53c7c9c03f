"""Who speaks in a Claude Code log, and whether the agent is at work.

The log tells a turn only by its parts. A prompt begins one, and so does any answer of the model's while none is open
(after a hook's feedback, a background task, a slash command). A final `stop_reason`, an interruption, an error of the
service or the program's own turn summary ends it. A program speaks in the human's place too, and only the first words
tell: they are what `_MACHINE` lists.
"""

import re
from collections.abc import Sequence

from adapters.agents.claude_calls import OVER
from adapters.agents.claude_memory import Memory
from adapters.agents.claude_record import ApiError, Record, Said
from adapters.agents.claude_tests import Tests
from adapters.agents.plan_file import prose, sha
from adapters.agents.tool_calls import name_line, said_line
from state.runs.event import (
    CallFailed,
    Event,
    HumanAnswered,
    ModelUsed,
    PlanShown,
    PromptGiven,
    RunEnded,
    SubagentEnded,
    TurnBegun,
    TurnEnded,
)
from state.runs.run import Origin, RunKey, TurnEnd

PROMPT = 2000
"""Characters kept of a prompt."""
SAID = 300
"""Characters kept of what the agent says, of a title and of an error."""
ENDS: dict[str, TurnEnd] = {
    "end_turn": "done",
    "stop_sequence": "done",
    "refusal": "failed",
    "max_tokens": "failed",
    "model_context_window_exceeded": "failed",
}
"""The model's reasons to stop that end a turn; `tool_use` and `pause_turn` do not."""
_MACHINE = (
    "<command-name>",
    "<command-message>",
    "<local-command-",
    "<bash-",
    "<task-notification>",
    "<system-reminder>",
    "<teammate-message",
    "<ide_",
    "Caveat: The messages below",
)
_INTERRUPTED = "[Request interrupted by user"
_COMMAND = re.compile(r"<command-name>\s*/?([^<]{1,200}?)\s*</command-name>")
_ARGUMENTS = re.compile(r"<command-args>([^<]{0,2000})")
_NOTICE = re.compile(r"<(task-id|tool-use-id|status)>([^<]{1,200})</")
_STATUS_KINDS = {401: "authentication_failed", 403: "authentication_failed", 429: "rate_limit", 529: "overloaded"}
_TEXT_KINDS = (
    ("limit", "rate_limit"),
    ("credit balance", "billing_error"),
    ("too long", "invalid_request"),
    ("api key", "authentication_failed"),
    ("/login", "authentication_failed"),
    ("overloaded", "overloaded"),
    ("timed out", "server_error"),
)
_ERRORS = ("API Error", "Claude AI usage limit", "You've hit your", "Credit balance", "Prompt is too long")


class Turns:
    """Follows prompts and turns of one log's main thread."""

    def __init__(self, run: RunKey, memory: Memory) -> None:
        self._run = run
        self._memory = memory
        self.shows = True
        """Whether a prompt's words are wanted: to make them safe to show takes longer than all else about it."""

    def taken_up(self, message: Said, origin: Origin) -> Sequence[Event]:
        """Give what a row of the model's begins: a turn where none is open, or one by a slash command it answers."""
        memory = self._memory
        events: list[Event] = []
        if message.model and message.model != memory.model:
            memory.model = message.model
            events.append(ModelUsed(self._run, origin, name_line(message.model)))
        if memory.command:
            events += self.prompted(memory.command, origin)
        elif not memory.turn and (message.id is None or message.id != memory.last):
            memory.turn = True
            events.append(TurnBegun(self._run, origin))
        memory.answered = True
        return events

    def put_down(self, message: Said, origin: Origin) -> Sequence[Event]:
        """Give what the model's reason to stop ends; the further rows of that message begin no new turn."""
        reason = message.stop_reason or ""
        if reason not in ENDS or not self._memory.turn:
            return ()
        self._memory.last = message.id
        end = ENDS[reason]
        return self._ended(end, "" if end == "done" else reason, origin)

    def summed_up(self, origin: Origin) -> Sequence[Event]:
        """End a turn by the program's own summary of it, unless the model has not yet answered in this one."""
        return self._ended("done", "", origin) if self._memory.turn and self._memory.answered else ()

    def stopped(self, why: str, origin: Origin) -> Sequence[Event]:
        """End a turn that a hook stopped."""
        return self._ended("interrupted", why, origin)

    def _ended(self, end: TurnEnd, text: str, origin: Origin) -> list[Event]:
        self._memory.turn = False
        self._memory.asks.clear()
        return [TurnEnded(self._run, origin, end, said_line(text, SAID))]

    def failed(self, record: Record, text: str, origin: Origin) -> Sequence[Event]:
        """Give the error that the program wrote in the model's place; its other fillers mean nothing."""
        if not record.isApiErrorMessage and not text.startswith(_ERRORS):
            return ()
        kind = name_line(record.error if isinstance(record.error, str) else _kind_of(text))
        shown = said_line(text, SAID)
        end: TurnEnd = "limit" if kind in ("rate_limit", "billing_error") else "failed"
        return [CallFailed(self._run, origin, kind, shown), *self._ended(end, shown, origin)]

    def retried(self, record: Record, origin: Origin) -> Sequence[Event]:
        """Give a failed call that the program repeats by itself."""
        error = record.error if isinstance(record.error, ApiError) else ApiError(message=record.error)
        said = error.formatted or error.message or "no answer"
        status = error.status or 0
        kind = _STATUS_KINDS.get(status) or ("server_error" if status >= 500 or not status else f"status {status}")
        tries = f" (retry {record.retryAttempt} of {record.maxRetries})" if record.retryAttempt else ""
        return [CallFailed(self._run, origin, name_line(kind), said_line(said[:SAID] + tries, SAID), retrying=True)]

    def heard(self, record: Record, texts: list[str], results: bool, origin: Origin) -> Sequence[Event]:
        """Give what a user record says: a human's prompt, an interruption, a command, a notice, or nothing."""
        if any(text.startswith(_INTERRUPTED) for text in texts):
            return self._interrupted(origin)
        events = [event for text in texts for event in self._program_said(text.lstrip(), origin)]
        hidden = record.isMeta or record.isCompactSummary or record.isVisibleInTranscriptOnly
        spoken = record.origin is None or record.origin.kind in (None, "human")
        if results or hidden or not spoken:
            return events
        if record.planContent:
            plan = record.planContent
            events.append(PlanShown(self._run, origin, "approved", prose(plan), sha(plan)))
        if prompt := _human(texts):
            events += self.prompted(prompt, origin)
        return events

    def queued(self, text: str, origin: Origin) -> Sequence[Event]:
        """Give what was put into a running turn: a human's words, or a notice."""
        if prompt := _human([text]):
            return [PromptGiven(self._run, origin, said_line(prompt, PROMPT))]
        return self._program_said(text.lstrip(), origin)

    def prompted(self, text: str, origin: Origin) -> list[Event]:
        """Begin a turn with a human's words; whatever waited for the human is answered by them."""
        memory = self._memory
        events: list[Event] = []
        if memory.asks:
            events.append(HumanAnswered(self._run, origin, None))
        memory.asks.clear()
        memory.command, memory.turn, memory.answered, memory.last = "", True, False, None
        shown = said_line(text, PROMPT) if self.shows else ""
        return [*events, PromptGiven(self._run, origin, shown), TurnBegun(self._run, origin)]

    def _program_said(self, text: str, origin: Origin) -> Sequence[Event]:
        if text.startswith("<task-notification>"):
            return self._notified(text, origin)
        if text.startswith(("<command-name>", "<command-message>")):
            return self.commanded(text, origin)
        if text.startswith("<local-command-std"):
            self._memory.command = ""
        return ()

    def commanded(self, text: str, origin: Origin) -> Sequence[Event]:
        """Keep a slash command until it is clear whether the model answers it; `/exit` ends the session."""
        if (named := _COMMAND.search(text)) is None:
            return ()
        name, arguments = f"/{named.group(1)}", _ARGUMENTS.search(text)
        if name in ("/exit", "/quit"):
            self._memory.command = ""
            return [RunEnded(self._run, origin, name)]
        self._memory.command = f"{name} {arguments.group(1) if arguments else ''}".strip()
        self._memory.answered = False
        return ()

    def _interrupted(self, origin: Origin) -> Sequence[Event]:
        events = self.prompted(self._memory.command, origin) if self._memory.command else []
        if self._memory.asks:
            events.append(HumanAnswered(self._run, origin, None))
        # Until 2.1.219 the mark also followed cancelled tools of a turn that had ended or went on.
        return [*events, *self._ended("interrupted", "", origin)] if self._memory.turn else events

    def _notified(self, text: str, origin: Origin) -> Sequence[Event]:
        """End the background subagent that a notice names, or the tests in the background; others are not known."""
        fields = dict[str, str](_NOTICE.findall(text))
        agents, task, call = self._memory.agents, fields.get("task-id", ""), fields.get("tool-use-id", "")
        task = name_line(task)
        if task in self._memory.shells:
            return Tests(self._run, self._memory).noticed(task, fields.get("status", "completed"), text, origin)
        name = task if task in agents else next((one for one in agents if agents[one] == call), None)
        if name is None or fields.get("status", "completed") not in OVER:
            return ()
        return [SubagentEnded(self._run, origin, agents.pop(name))]


def _human(texts: list[str]) -> str:
    """Give the words that a human typed, without the blocks that a program put beside them."""
    return "\n".join(text for text in texts if not text.lstrip().startswith(_MACHINE)).strip()


def _kind_of(text: str) -> str:
    """Name an error by its text, in the words of Claude Code's own `error` field, which older versions lack."""
    low = text[:2000].lower()
    return next((kind for words, kind in _TEXT_KINDS if words in low), "unknown")
