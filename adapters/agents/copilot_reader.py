"""Reads the lines of one Copilot CLI log into events.

What a session used is told twice: the output of each answer as it comes, and everything when the process ends, by
model. Both are told under one name for each life of the process and model, so that the greater holds and the call
counts as partly known until then. Premium requests are no dollars: a plan pays, and list prices are shown as such.
"""

from collections.abc import Iterable, Sequence

import msgspec

from adapters.agents.claude_record import seconds
from adapters.agents.context_notes import told_of
from adapters.agents.copilot_calls import Calls
from adapters.agents.copilot_memory import Told, restored
from adapters.agents.copilot_record import QUIET, Data, Envelope, Place, read_data, read_envelope
from adapters.agents.open_calls import keep
from adapters.agents.strict_lines import DAMAGED
from adapters.agents.tool_calls import name_line, said_line
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, TurnEnd, Usage, run_key
from state.text import clean

AGENT = "copilot-cli"
PROMPT, SAID = 2000, 300
UNKNOWN = "a type of record that is not known"
_REDACTED = "REDACTED"
_HUMAN = frozenset({None, "", "user"})
"""Sources of a message that a human typed; skills and the autopilot speak in the same place."""
_LIMITS = frozenset({"rate_limit", "quota"})


class CopilotReader:
    """Turns the lines of one session's log into events."""

    def __init__(self, log: str, session: str, saved: str) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session = log, clean(session, SAID)
        self._memory = restored(saved)
        self._calls = Calls(self.run, self._memory)
        self._origin = Origin(log, 0)
        self._events: list[ev.Event] = []

    def save(self) -> str:
        """Give the memory as JSON."""
        return msgspec.json.encode(self._memory).decode()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one complete line that begins at byte `offset`; never raises."""
        self._events, self._origin = [], Origin(self._log, offset)
        try:
            envelope, whole = read_envelope(line)
        except ValueError as problem:
            self._announce()
            self._puzzle("malformed", str(problem))
            self._memory.last = None
            return self._events
        self._origin = Origin(self._log, offset, seconds(envelope.timestamp))
        self._announce()
        if self._follow(envelope):
            self._open(envelope, whole)
        return self._events

    def _announce(self) -> None:
        if not self._memory.found:
            self._memory.found = True
            self._tell(ev.RunFound(self.run, self._origin, AGENT, self._session))

    def _follow(self, envelope: Envelope) -> bool:
        """Say whether a record is another one than the last; one that does not follow it is told as damage."""
        memory, name, before = self._memory, envelope.id, envelope.parentId
        if name and name != _REDACTED and name == memory.last:
            return False
        # The very first record has none before it; one of these in the middle begins a copy.
        strange = before not in (memory.last, _REDACTED) and (before or envelope.type == "session.start")
        if memory.last and strange:
            self._puzzle("gap", "it does not follow the record before it: lines are missing, doubled or moved")
        memory.last = name if name and name != _REDACTED else None
        return True

    def _open(self, envelope: Envelope, whole: bool) -> None:
        kind = envelope.type or "line"
        if kind in QUIET:
            return
        try:
            data, fits = read_data(envelope)
        except ValueError as problem:
            self._puzzle(kind, str(problem))
            return
        if not (whole and fits):
            self._puzzle(kind, DAMAGED)
        self._understand(kind, data, bool(envelope.agentId or data.parentToolCallId))

    def _puzzle(self, kind: str, why: str) -> None:
        self._tell(ev.LineNotUnderstood(self.run, self._origin, clean(kind, 80), clean(why, SAID)))

    def _tell(self, *events: ev.Event) -> None:
        self._events.extend(events)

    def _tell_all(self, events: Iterable[ev.Event]) -> None:
        self._events.extend(events)

    def _understand(self, kind: str, data: Data, side: bool) -> None:
        """Take a record by the family of its type; `side` says that it is a subagent's."""
        family = kind.partition(".")[0]
        match family:
            case "session":
                self._session_record(kind, data)
            case "user" | "assistant" | "abort":
                self._spoken(kind, data, side)
            case "tool":
                self._worked(kind, data, side)
            case "subagent":
                self._delegated(kind, data)
            case _:
                self._asked(kind, data)

    # The session and the lives of its process

    def _session_record(self, kind: str, data: Data) -> None:
        run, origin = self.run, self._origin
        match kind:
            case "session.start" | "session.resume":
                self._begin(data, resumed=kind == "session.resume")
            case "session.shutdown":
                self._shut(data)
            case "session.context_changed":
                self._enter(Place(data.cwd, data.branch))
            case "session.model_change":
                self._use(data.newModel)
                self._think(data.reasoningEffort)
            case "session.mode_changed":
                self._tell(ev.ModeEntered(run, origin, clean(data.newMode or "?", 80)))
            case "session.usage_info":
                self._tell(ev.ContextMeasured(run, origin, data.currentTokens, data.tokenLimit))
            case "session.compaction_complete":
                if data.success is not False:
                    self._tell(ev.ContextCompacted(run, origin, "history replaced by a summary"))
            case "session.error":
                self._fail(data)
            case _:
                self._puzzle(kind, UNKNOWN)

    def _begin(self, data: Data, *, resumed: bool) -> None:
        memory = self._memory
        memory.life, memory.told, memory.final = memory.life + 1, {}, None
        memory.calls, memory.shells, memory.asked = {}, {}, {}
        if data.copilotVersion and (version := clean(data.copilotVersion, 80)) != memory.version:
            memory.version = version
            self._tell(ev.VersionNoted(self.run, self._origin, version))
        self._enter(data.context)
        self._use(data.selectedModel)
        self._think(data.reasoningEffort)
        if resumed:
            self._tell(ev.TurnBegun(self.run, self._origin))
            self._end_turn("done", "taken up again, no prompt yet")

    def _enter(self, place: Place | None) -> None:
        if place is not None and place.cwd:
            self._memory.cwd = clean(place.cwd)
            branch = clean(place.branch, SAID) if place.branch else None
            self._tell(ev.PlaceEntered(self.run, self._origin, self._memory.cwd, branch))

    def _use(self, model: str | None) -> None:
        if model and (name := clean(model, 120)) != self._memory.model:
            self._memory.model = name
            self._tell(ev.ModelUsed(self.run, self._origin, name))

    def _think(self, effort: str | None) -> None:
        """Tell how hard the model thinks."""
        if effort:
            effort = name_line(effort)
            self._tell_all(told_of(self._memory.context, self.run, self._origin, "effort", "effort", effort))

    def _fail(self, data: Data) -> None:
        kind, text = clean(data.errorType or "error", 80), said_line(data.message or "", SAID)
        self._tell(ev.CallFailed(self.run, self._origin, "rate_limit" if kind in _LIMITS else kind, text))
        self._end_turn("limit" if kind in _LIMITS else "failed", text)

    def _shut(self, data: Data) -> None:
        """Tell what this life of the process used in all, and that the session ended."""
        for model, metrics in (data.modelMetrics or {}).items():
            usage = metrics.disjoint
            known = usage.fresh_input or usage.cache_read or usage.cache_write_5m
            self._meter(clean(model, 120), usage, side=False, partial=not known)
        if data.currentTokens is not None:
            self._tell(ev.ContextMeasured(self.run, self._origin, data.currentTokens))
        self._memory.life, self._memory.told = self._memory.life + 1, {}
        self._tell(ev.RunEnded(self.run, self._origin, clean(data.shutdownType or "shutdown", 80)))

    # Words and turns

    def _spoken(self, kind: str, data: Data, side: bool) -> None:
        run, origin = self.run, self._origin
        match kind:
            case "user.message":
                self._hear(data, side)
            case "assistant.message":
                self._answer(data, side)
            case "assistant.turn_start":
                if not side:
                    self._memory.final = None
                    self._tell(ev.TurnBegun(run, origin))
            case "assistant.turn_end":
                if self._memory.final and not side:
                    self._end_turn("done", "")
            case "abort":
                if not side:
                    self._end_turn("interrupted", data.reason or "")
            case _:
                self._puzzle(kind, UNKNOWN)

    def _hear(self, data: Data, side: bool) -> None:
        if side:
            return
        if data.source in _HUMAN and (text := (data.content or "").strip()):
            self._tell(ev.PromptGiven(self.run, self._origin, said_line(text, PROMPT)))
        else:
            self._tell(ev.TurnBegun(self.run, self._origin))

    def _answer(self, data: Data, side: bool) -> None:
        model = clean(data.model, 120) if data.model else self._memory.model
        before = self._memory.told.get(model or "", Told())
        told = Told(before.output + data.outputTokens, before.requests + 1)
        keep(self._memory.told, model or "", told)
        self._meter(model, Usage(output=told.output, requests=told.requests), side, partial=True)
        if side:
            return
        self._use(data.model)
        self._memory.final = not data.toolRequests
        if text := (data.content or "").strip():
            self._tell(ev.AgentSpoke(self.run, self._origin, said_line(text, SAID)))

    def _end_turn(self, end: TurnEnd, text: str) -> None:
        self._memory.calls, self._memory.asked, self._memory.final = {}, {}, None
        self._tell(ev.TurnEnded(self.run, self._origin, end, clean(text, SAID)))

    def _meter(self, model: str | None, usage: Usage, side: bool, *, partial: bool) -> None:
        name = (model or "").replace(".", "-")
        key = clean(f"copilot:{self._session}:{self._memory.life}:{name}", SAID)
        terms = Terms(plan=True, tier_known=False, lifetime_known=not usage.cache_write_5m, partial=partial)
        self._tell(ev.RequestMetered(self.run, self._origin, key, model or None, usage, side, terms))

    # Tools and requests to the human

    def _worked(self, kind: str, data: Data, side: bool) -> None:
        match kind:
            case "tool.execution_start":
                self._tell_all(self._calls.begin(data, side, self._origin))
            case "tool.execution_complete":
                self._tell_all(self._calls.end(data, side, self._origin))
            case _:
                self._puzzle(kind, UNKNOWN)

    def _delegated(self, kind: str, data: Data) -> None:
        name = name_line(data.toolCallId)
        match kind:
            case "subagent.started":
                self._tell(ev.SubagentBegun(self.run, self._origin, name, clean(data.agentName or "", 120)))
            case "subagent.completed" | "subagent.failed":
                self._tell(ev.SubagentEnded(self.run, self._origin, name))
            case _:
                self._puzzle(kind, UNKNOWN)

    def _asked(self, kind: str, data: Data) -> None:
        what, _, stage = kind.partition(".")
        if what not in ("permission", "user_input", "elicitation", "exit_plan_mode"):
            self._puzzle(kind, UNKNOWN)
        elif stage == "requested":
            self._tell_all(self._calls.request(what, data, self._origin))
        elif stage == "completed":
            self._tell_all(self._calls.answer(what, data, self._origin))
