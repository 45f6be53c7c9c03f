"""Reads the rows of one OpenCode session into events.

A row comes as often as it changes, and only what is new of it is told; an older row that is touched again (compaction
marks old tool calls) tells nothing but its usage. The history that a fork copies from another session is told and
counted there alone. A subagent's session belongs to the run at the top of its ancestors: of it only work, files and
usage are told. Source: research/log-formats.md 5.3 to 5.5.
"""

import re
from collections.abc import Iterable, Sequence

from adapters.agents import opencode_calls as calls
from adapters.agents import opencode_records as records
from adapters.agents.open_calls import Where, ended
from adapters.agents.opencode_memory import BEGUN, ENDED, GRANTED, restored
from adapters.agents.opencode_records import Error, Message, Part, Row, decoded
from adapters.agents.opencode_rows import place_of
from adapters.agents.tool_calls import name_line, said_line
from state.runs import event as ev
from state.runs.run import Origin, TurnEnd, run_key
from state.text import clean

AGENT = "opencode"
PROMPT = 2000
"""Characters kept of a prompt."""
SAID = 300
"""Characters kept of what the agent says, of a title and of an error."""
_UNTITLED = re.compile(r"(?:New|Child) session - \d{4}-")
_GOES_ON = frozenset({"tool-calls", "unknown"})
"""Reasons to stop after which the model is asked again."""
_CUT = {
    "length": "its answer was cut at the model's output limit",
    "content-filter": "its answer was stopped by the provider's filter",
    "error": "its answer broke off with an error",
}
_WORK = frozenset({"step-start", "text", "reasoning", "tool"})
"""Parts that show the agent at work; a patch or a snapshot may come after the end."""
_ONE_SHOT = '"permission":"question","pattern":"*","action":"deny"'
"""What `opencode run` writes on a session, at which nobody sits who could answer."""


class OpenCodeReader:
    """Turns the rows of one session into events; `run` is the run that they belong to."""

    def __init__(self, log: str, session: str, root: str, saved: str) -> None:
        self.run = run_key(AGENT, root)
        self._log, self._session, self._root = log, session, root
        self._side = session != root
        self._memory = restored(saved)
        self._told: list[ev.Event] = []
        self._number = 0

    def save(self) -> str:
        """Give the memory as JSON."""
        return self._memory.encoded()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one row; `offset` stands for its beginning, and the next numbers for what came of it."""
        self._told, self._number = [], offset
        try:
            row = decoded(line, Row)
            if row.table == "session" or not self._memory.found:
                self._meet(row)
            match row.table:
                case "session":
                    pass
                case "message":
                    self._take_message(row, decoded(row.data.encode(), Message))
                case "part":
                    self._take_part(row, decoded(row.data.encode(), Part), decoded(row.of.encode(), Message))
                case _:
                    self._puzzle(row.table, "messages as OpenCode 2 keeps them are not understood yet")
        except ValueError as problem:
            self._puzzle("row", str(problem))
        return self._told

    # Telling

    def _at(self, milliseconds: float | None, phase: int = BEGUN) -> Origin:
        """Give the origin at a time. Beginning and end stand at two places: the store keeps one story a place."""
        return Origin(self._log, self._number + phase - BEGUN, milliseconds / 1000 if milliseconds else None)

    def _tell(self, *events: ev.Event) -> None:
        """Tell what is true of the run as a whole, which a subagent's session does not say."""
        if not self._side:
            self._told += events

    def _tell_all(self, *events: ev.Event) -> None:
        self._told += events

    def _puzzle(self, kind: str, why: str) -> None:
        self._told.append(ev.LineNotUnderstood(self.run, self._at(None), clean(kind or "row", 80), clean(why, SAID)))

    # The session

    def _meet(self, row: Row) -> None:
        """Tell who the session is; its row changes with each step, and only other facts are news."""
        memory, at = self._memory, self._at(row.time_created)
        memory.headless = memory.headless or _ONE_SHOT in (row.permission or "")
        if not memory.found:
            memory.found = True
            self._tell_all(ev.RunFound(self.run, at, AGENT, self._root, None, memory.headless or None))
            self._spawn(row.title or "", at)
        if memory.is_fact("version", clean(row.version or "", 80)):
            self._tell(ev.VersionNoted(self.run, at, memory.facts["version"]))
        if memory.is_fact("cwd", clean(row.directory or "")):
            self._tell(ev.PlaceEntered(self.run, at, memory.facts["cwd"], None))
        title = said_line((row.title or "").strip(), SAID)
        if not _UNTITLED.match(title) and memory.is_fact("title", title):
            self._tell(ev.TitleGiven(self.run, at, title, "agent"))
        if row.time_archived and memory.is_fact("archived", str(row.time_archived)):
            self._tell(ev.RunEnded(self.run, self._at(row.time_archived), "archived"))

    def _spawn(self, text: str, at: Origin) -> None:
        if self._side and not self._memory.spawned:
            self._memory.spawned = True
            self._tell_all(ev.SubagentBegun(self.run, at, self._session, clean(text, 120)))

    # Messages

    def _take_message(self, row: Row, message: Message) -> None:
        if message.role != "assistant" or records.is_copied(row.id, message):
            return
        at = self._at(message.time.created)
        self._use(message, at)
        self._meter(row, message, at)
        end = self._end_of(row, message)
        if (message.time.completed or message.error) and self._memory.is_news(row.order, ENDED):
            done = self._at(message.time.completed or message.time.created, ENDED)
            if message.summary is True and not message.error:
                self._tell(ev.ContextCompacted(self.run, done, "history replaced by a summary"))
            if message.error:
                self._fail(message.error, done)
            if end is not None:
                self._put_down(row, *end, done)

    def _use(self, message: Message, at: Origin) -> None:
        if message.summary is True:
            return
        memory = self._memory
        if memory.is_fact("model", name_line(message.modelID) if message.modelID else ""):
            self._tell(ev.ModelUsed(self.run, at, memory.facts["model"]))
        if memory.is_fact("mode", clean(message.agent or message.mode or "", 80)):
            self._tell(ev.ModeEntered(self.run, at, memory.facts["mode"]))

    def _meter(self, row: Row, message: Message, at: Origin) -> None:
        """Tell a call's usage, each time that its row is met: the key is the same, and the larger is the truer."""
        usage = records.usage_of(message.tokens)
        if usage is None:
            return
        model = name_line(message.modelID) if message.modelID else None
        terms = records.terms_of(message, usage)
        key = f"{AGENT}:{clean(row.id, 120)}"
        self._tell_all(ev.RequestMetered(self.run, at, key, model, usage, self._side, terms))
        if message.summary is not True and row.order >= self._memory.context:
            self._memory.context = row.order
            self._tell(ev.ContextMeasured(self.run, at, usage.tokens))

    def _end_of(self, row: Row, message: Message) -> tuple[TurnEnd, str] | None:
        """Say how this message ends the turn, None where the model is asked again."""
        memory, refused = self._memory, self._memory.refused.get(_message_of(row.order))
        if message.error is not None:
            if message.error.name == "MessageAbortedError":
                return "interrupted", said_line(message.error.data.message or "", SAID)
            text = said_line(message.error.data.message or message.error.name, SAID)
            return ("limit" if records.kind_of(message.error) == "rate_limit" else "failed"), text
        if not message.time.completed or message.finish is None:
            return None
        if refused is not None:
            return ("failed" if memory.headless else "interrupted"), f"leave was refused: {refused}"
        if message.finish in _GOES_ON or (message.summary is True and message.parentID != memory.manual):
            return None
        if memory.prompt > _message_of(row.order):
            return None
        return ("failed", _CUT[message.finish]) if message.finish in _CUT else ("done", "")

    def _fail(self, error: Error, at: Origin) -> None:
        if error.name != "MessageAbortedError":
            text = said_line(error.data.message or "", SAID)
            self._tell(ev.CallFailed(self.run, at, records.kind_of(error), text))

    def _put_down(self, row: Row, end: TurnEnd, text: str, at: Origin) -> None:
        memory = self._memory
        memory.turn, memory.ended = False, max(memory.ended, _message_of(row.order))
        memory.stopped = None if end == "done" else (end, text, at.at or 0)
        memory.refused.pop(_message_of(row.order), None)
        self._tell(ev.TurnEnded(self.run, at, end, text))
        if self._side and memory.spawned:
            memory.spawned = False
            self._tell_all(ev.SubagentEnded(self.run, at, self._session))

    # Parts

    def _take_part(self, row: Row, part: Part, message: Message) -> None:
        if records.is_copied(row.message, message):
            return
        if message.role == "user":
            self._hear(row, part, message)
            return
        if part.type in _WORK and message.summary is not True:
            self._take_up(row, self._at(part.time.start or part.state.time.start or row.begun))
        if part.type == "tool":
            self._call(row, part)
        elif part.type == "text" and part.text.strip() and (part.time.end or message.time.completed):
            if self._memory.is_news(row.order, ENDED):
                said = said_line(part.text.strip(), SAID)
                self._tell(ev.AgentSpoke(self.run, self._at(part.time.end or row.begun), said))
        elif part.type == "retry" and part.error and self._memory.is_news(row.order, ENDED):
            kind, text = records.kind_of(part.error), said_line(part.error.data.message or "", SAID)
            self._tell(ev.CallFailed(self.run, self._at(row.begun), kind, text, retrying=True))

    def _take_up(self, row: Row, at: Origin) -> None:
        """Open a turn that nobody prompted: work behind the message that ended the last one."""
        memory = self._memory
        if not memory.turn and _message_of(row.order) > memory.ended:
            memory.turn, memory.stopped = True, None
            self._tell(ev.TurnBegun(self.run, at))
            self._spawn("", at)

    def _hear(self, row: Row, part: Part, message: Message) -> None:
        """Tell a human's words; the program speaks in the human's place too, and says so."""
        memory, order = self._memory, _message_of(row.order)
        spoken = part.text if part.type == "text" and not (part.synthetic or part.ignored) else ""
        spoken = (spoken or (part.prompt if part.type == "subtask" else "")).strip()
        if part.type == "compaction" and not part.auto:
            memory.manual = row.message
        if not spoken or order <= memory.prompt or not memory.is_news(row.order, ENDED):
            return
        memory.prompt = order
        if memory.headless and len(spoken) > 1 and spoken[0] == spoken[-1] == '"':
            spoken = spoken[1:-1]  # `opencode run` writes its words as a shell would quote them.
        at = self._at(message.time.created or row.begun)
        self._spawn("", at)
        self._tell(ev.PromptGiven(self.run, at, said_line(spoken, PROMPT)))
        memory.turn = True
        if memory.stopped and (at.at or 0) < memory.stopped[2]:
            end, text, when = memory.stopped
            memory.turn = False
            self._tell(ev.TurnEnded(self.run, self._at(when * 1000, ENDED), end, text))

    # Calls

    def _call(self, row: Row, part: Part) -> None:
        state = part.state
        if state.status not in ("running", "completed", "error"):
            return
        over, name = state.status != "running", name_line(part.callID or row.id)
        at = self._at(state.time.start or row.begun)
        if self._memory.is_news(row.order, BEGUN):
            tool, line, waits = name_line(part.tool), calls.line_of(part), not over and calls.may_wait(part)
            may_ask = waits and not self._memory.headless
            self._tell_all(ev.ToolBegun(self.run, at, name, tool, line, self._side))
            if may_ask:
                self._tell(ev.CallHeld(self.run, at, name, held=True))
            else:
                self._memory.is_news(row.order, GRANTED)
                if not over and calls.surely_runs(part):
                    self._tell(ev.CallHeld(self.run, at, name, held=False))
            if not over:
                self._tell(*self._asked(part, name, at))
        elif not over and not calls.may_wait(part) and self._memory.is_news(row.order, GRANTED):
            self._tell(ev.CallHeld(self.run, self._at(row.updated, GRANTED), name, held=False))
        if over and self._memory.is_news(row.order, ENDED):
            self._finish(row, part, name, self._at(state.time.end or row.updated, ENDED))

    def _asked(self, part: Part, name: str, at: Origin) -> Iterable[ev.Event]:
        if part.tool == calls.QUESTION:
            yield ev.HumanAsked(self.run, at, "question", calls.line_of(part), name)
        elif part.tool == calls.PLAN:
            yield ev.PlanShown(self.run, at, "proposed")
            yield ev.HumanAsked(self.run, at, "plan", "to leave plan mode and build", name)

    def _finish(self, row: Row, part: Part, name: str, at: Origin) -> None:
        good = part.state.status == "completed"
        if good and part.tool == calls.TODO:
            self._tell(ev.StepsSet(self.run, at, calls.steps_of(part)))
        if part.tool == calls.PLAN:
            self._tell(ev.PlanShown(self.run, at, "approved" if good else "rejected"))
        if child := calls.child_of(part):
            self._tell(ev.SubagentEnded(self.run, at, child))
        if calls.is_refused(part):
            self._memory.refused[_message_of(row.order)] = calls.line_of(part)
        where = Where(self.run, at, self._side, self._memory.facts.get("cwd"))
        # Calls of one message are made at once: no result of one is known to the model when it makes another.
        call = calls.opened_by(part, where, place_of(row.message))
        self._tell_all(*ended(call, name, calls.outcome_of(part), where))


def _message_of(order: str) -> str:
    """Give the part of a row's place that names its message."""
    return order.rpartition(" ")[0]
