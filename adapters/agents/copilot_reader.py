"""Reads the lines of one Copilot CLI log into events.

What a session used is told twice: the output of each answer as it comes, and everything when the process ends, by
model. Both are told under one name for each life of the process and model, so that the greater holds and the call
counts as partly known until then. Premium requests are no dollars: a plan pays, and list prices are shown as such.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct, field

from adapters.agents.claude_record import seconds
from adapters.agents.codex_calls import Asked as CodexCall
from adapters.agents.codex_calls import patched
from adapters.agents.copilot_record import (
    QUIET,
    Arguments,
    Data,
    Envelope,
    Place,
    patch_of,
    read_arguments,
    read_data,
    read_envelope,
)
from adapters.agents.shell_tests import OpenCall, begun, keep, tested
from adapters.agents.strict_lines import DAMAGED
from adapters.agents.tool_calls import call_line, name_line, result_line
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Asked, Origin, TurnEnd, Usage, run_key
from state.text import clean

AGENT = "copilot-cli"
PROMPT, SAID, PLAN = 2000, 300, 8000
UNKNOWN = "a type of record that is not known"
_REDACTED = "REDACTED"
_HUMAN = frozenset({None, "", "user"})
"""Sources of a message that a human typed; skills and the autopilot speak in the same place."""
_EXIT = re.compile(r"<(?:shellId: \S{1,64} completed|(?:command )?exited) with exit code (-?\d{1,10})>\s*\Z")
_RUNS_ON = re.compile(r"<command [^<>]{0,60}?shellId: (\S{1,64})[^<>]{0,160}>")
_EDITS = frozenset({"edit", "create", "str_replace_editor", "write"})
_SHELL_LOOKS = frozenset({"read_bash", "stop_bash", "write_bash"})
_ASKS: dict[str, Asked] = {"permission": "permission", "user_input": "question", "exit_plan_mode": "plan"}
_LIMITS = frozenset({"rate_limit", "quota"})


class Told(Struct):
    """What answers of one model told of their output in this life of the process, and how many there were."""

    output: int = 0
    requests: int = 0


class Memory(Struct):
    """What a reader must know of the lines before: saved as JSON with each checkpoint."""

    found: bool = False
    last: str | None = None
    """The id of the record before, None where the chain cannot be followed."""
    life: int = 0
    """Which life of the process the records are of: one begins with a start or a resume and ends with a shutdown."""
    told: dict[str, Told] = field(default_factory=dict[str, Told])
    cwd: str | None = None
    model: str | None = None
    version: str | None = None
    final: bool | None = None
    """Whether the last answer of this turn called no tool, so that the turn's end is the end of the work."""
    calls: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])
    shells: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    """Open requests to the human: the request's id to the call that waits."""


_RESTORE = msgspec.json.Decoder(Memory)


class CopilotReader:
    """Turns the lines of one session's log into events."""

    def __init__(self, log: str, session: str, saved: str) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session = log, clean(session, SAID)
        self._memory = _restored(saved)
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

    def _fail(self, data: Data) -> None:
        kind, text = clean(data.errorType or "error", 80), clean(data.message or "", SAID)
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
            self._tell(ev.PromptGiven(self.run, self._origin, clean(text, PROMPT)))
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
            self._tell(ev.AgentSpoke(self.run, self._origin, clean(text, SAID)))

    def _end_turn(self, end: TurnEnd, text: str) -> None:
        self._memory.calls, self._memory.asked, self._memory.final = {}, {}, None
        self._tell(ev.TurnEnded(self.run, self._origin, end, clean(text, SAID)))

    def _meter(self, model: str | None, usage: Usage, side: bool, *, partial: bool) -> None:
        name = (model or "").replace(".", "-")
        key = clean(f"copilot:{self._session}:{self._memory.life}:{name}", SAID)
        terms = Terms(plan=True, tier_known=False, lifetime_known=not usage.cache_write_5m, partial=partial)
        self._tell(ev.RequestMetered(self.run, self._origin, key, model or None, usage, side, terms))

    # Tools

    def _worked(self, kind: str, data: Data, side: bool) -> None:
        match kind:
            case "tool.execution_start":
                self._begin_call(data, side)
            case "tool.execution_complete":
                self._end_call(data, side)
            case _:
                self._puzzle(kind, UNKNOWN)

    def _begin_call(self, data: Data, side: bool) -> None:
        name, tool, given = name_line(data.toolCallId), name_line(data.toolName), read_arguments(data)
        call = begun(tool, self._files(tool, given, data), given.command if tool == "bash" else None, self._origin.at)
        call.shell = name_line(given.shellId) if tool in _SHELL_LOOKS else None
        keep(self._memory.calls, name, call)
        self._tell(ev.ToolBegun(self.run, self._origin, name, tool, call_line(given.text), side))
        if not side:
            self._ask_by_tool(tool, name, given)

    def _files(self, tool: str, given: Arguments, data: Data) -> list[str]:
        cwd = self._memory.cwd
        if tool in _EDITS and given.path:
            path = given.path if given.path.startswith("/") else f"{cwd}/{given.path}" if cwd else None
            return [clean(path)] if path else []
        return patched(CodexCall(tool, "", {}, patch_of(data)), cwd) if tool == "apply_patch" else []

    def _ask_by_tool(self, tool: str, name: str, given: Arguments) -> None:
        if tool == "ask_user":
            self._tell(ev.HumanAsked(self.run, self._origin, "question", clean(given.question or "", SAID), name))
        elif tool == "exit_plan_mode":
            plan = clean(given.summary or "", PLAN)
            self._tell(ev.PlanShown(self.run, self._origin, "proposed", plan))
            self._tell(ev.HumanAsked(self.run, self._origin, "plan", clean(plan, SAID), name))
        elif tool == "update_todo" and (steps := given.steps):
            self._tell(ev.StepsSet(self.run, self._origin, steps))

    def _end_call(self, data: Data, side: bool) -> None:
        name = name_line(data.toolCallId)
        call, failed = self._memory.calls.pop(name, None), data.success is False
        body = (data.result.content if data.result else None) or ""
        error = data.error.message if data.error and not isinstance(data.error, str) else data.error
        told = _EXIT.search(body[-200:])
        status = int(told[1]) if told else None
        if call is not None and not failed:
            self._tell(*(ev.FileEdited(self.run, self._origin, path) for path in call.paths))
        text = result_line(body or error)
        self._tell(ev.ToolEnded(self.run, self._origin, name, failed or bool(status), text, side))
        if call is not None and not failed:
            self._tell(*self._tests(call, body, status))

    def _tests(self, call: OpenCall, body: str, status: int | None) -> Iterable[ev.Event]:
        """Tell what tests came to; a command that runs on in its shell is remembered until a look shows its end."""
        shells = self._memory.shells
        if call.shell is not None:
            if status is None or (ran := shells.pop(call.shell, None)) is None:
                return ()
            return tested(ran, self.run, self._origin, body, status)
        away = _RUNS_ON.search(body[-400:]) if status is None else None
        if away and call.tests is not None:
            keep(shells, name_line(away[1]), call)
            return ()
        return tested(call, self.run, self._origin, body, status)

    def _delegated(self, kind: str, data: Data) -> None:
        name = name_line(data.toolCallId)
        match kind:
            case "subagent.started":
                self._tell(ev.SubagentBegun(self.run, self._origin, name, clean(data.agentName or "", 120)))
            case "subagent.completed" | "subagent.failed":
                self._tell(ev.SubagentEnded(self.run, self._origin, name))
            case _:
                self._puzzle(kind, UNKNOWN)

    # Requests to the human

    def _asked(self, kind: str, data: Data) -> None:
        what, _, stage = kind.partition(".")
        if what not in ("permission", "user_input", "elicitation", "exit_plan_mode"):
            self._puzzle(kind, UNKNOWN)
        elif stage == "requested":
            self._request(what, data)
        elif stage == "completed":
            call = self._memory.asked.pop(name_line(data.requestId), None)
            if call is not None:
                accepted = self._verdict(what, data)
                self._tell(ev.HumanAnswered(self.run, self._origin, call, accepted))
                if what == "permission" and accepted:
                    self._tell(ev.CallHeld(self.run, self._origin, call, held=False))

    def _request(self, what: str, data: Data) -> None:
        if data.resolvedByHook:
            return
        leave, request = data.permissionRequest, name_line(data.requestId)
        # The tool's call has asked already: both are one question.
        tool = {"user_input": "ask_user", "exit_plan_mode": "exit_plan_mode"}.get(what)
        waiting = next((name for name, call in self._memory.calls.items() if call.tool == tool), None)
        call = (leave.toolCallId if leave else data.toolCallId) or waiting
        name = name_line(call) if call else request
        keep(self._memory.asked, request, name)
        text = leave.text if leave else data.question or data.summary or data.message or ""
        if what == "exit_plan_mode" and data.planContent:
            self._tell(ev.PlanShown(self.run, self._origin, "proposed", clean(data.planContent, PLAN)))
        self._tell(ev.HumanAsked(self.run, self._origin, _ASKS.get(what, "dialog"), clean(text, SAID), name))

    def _verdict(self, what: str, data: Data) -> bool | None:
        if what == "exit_plan_mode" and data.approved is not None:
            self._tell(ev.PlanShown(self.run, self._origin, "approved" if data.approved else "rejected"))
            return data.approved
        told = data.result.kind if data.result else None
        return told.startswith("approve") if told and what == "permission" else None


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
