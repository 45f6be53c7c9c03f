"""Reads the lines of one Pi session into events.

A session is a tree whose branches all stand in one file, in the order of time; every call to the model was made and
is counted, whichever branch it is on. Pi asks no leave of its own accord, so an open call is at work.
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from adapters.agents.claude_record import seconds
from adapters.agents.pi_record import Message, Record, read_message, read_record
from adapters.agents.shell_tests import OpenCall, begun, keep, tested
from adapters.agents.strict_lines import DAMAGED
from adapters.agents.tool_calls import call_line, name_line, result_line
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, RunKey, TurnEnd, run_key
from state.text import clean

AGENT = "pi"
PROMPT, SAID = 2000, 300
_REDACTED = "REDACTED"
_QUIET = frozenset({"thinking_level_change", "label", "custom", "custom_message", "branch_summary"})
_QUIET_ROLES = frozenset({"bashExecution", "branchSummary", "compactionSummary", "custom", "hookMessage"})
"""Words in a conversation that are neither the human's to the agent nor the agent's."""
_EDITS = frozenset({"edit", "write"})
_EXIT = re.compile(r"Command exited with code (-?\d{1,10})\s*\Z")
_STOPPED = re.compile(r"Command (?:aborted|timed out[^\n]*)\s*\Z")
_SOLD_BY: dict[str, str | None] = {
    "amazon-bedrock": "aws",
    "google-vertex": "google",
    "google-gemini-cli": "google",
    "google-antigravity": "google",
    "azure-openai-responses": "azure",
    "openai-codex": "openai",
    "github-copilot": None,
}
"""Pi's names of providers that the price book names otherwise; None leaves the maker of the model."""
_PLANS = frozenset({"google-gemini-cli", "google-antigravity", "openai-codex", "github-copilot"})
"""Providers that a subscription pays."""
_ENDS: dict[str | None, TurnEnd] = {"stop": "done", "length": "limit", "aborted": "interrupted", "error": "failed"}
_NEVER_ENDS = frozenset({"toolUse", None})


class Memory(Struct):
    """What a reader must know of the lines before: saved as JSON with each checkpoint."""

    found: bool = False
    cwd: str | None = None
    model: str | None = None
    open: bool = False
    calls: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])


_RESTORE = msgspec.json.Decoder(Memory)


class PiReader:
    """Turns the lines of one session's log into events; `parent` is the session that this one was forked from."""

    def __init__(self, log: str, session: str, parent: str | None, saved: str) -> None:
        self.run: RunKey = run_key(AGENT, session)
        self._log, self._session = log, clean(session, SAID)
        self._parent = run_key(AGENT, parent) if parent else None
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
            record, whole = read_record(line)
        except ValueError as problem:
            self._announce()
            self._puzzle("malformed", str(problem))
            return self._events
        self._origin = Origin(self._log, offset, seconds(record.timestamp))
        self._announce()
        self._understand(record, whole)
        return self._events

    def _announce(self) -> None:
        if not self._memory.found:
            self._memory.found = True
            self._tell(ev.RunFound(self.run, self._origin, AGENT, self._session, self._parent))

    def _puzzle(self, kind: str, why: str) -> None:
        self._tell(ev.LineNotUnderstood(self.run, self._origin, clean(kind, 80), clean(why, SAID)))

    def _tell(self, *events: ev.Event) -> None:
        self._events.extend(events)

    def _understand(self, record: Record, whole: bool) -> None:
        kind = record.type or "line"
        if not whole:
            self._puzzle(kind, DAMAGED)
        match kind:
            case "message":
                self._take(record, whole)
            case "session":
                self._enter(record.cwd)
                self._use(record.modelId)
            case "model_change":
                self._use(record.modelId)
            case "compaction":
                self._tell(ev.ContextCompacted(self.run, self._origin, "history replaced by a summary"))
            case "session_info":
                if title := clean((record.name or "").strip(), SAID):
                    self._tell(ev.TitleGiven(self.run, self._origin, title, "human"))
            case _ if kind not in _QUIET:
                self._puzzle(kind, "a type of record that is not known")
            case _:
                return

    def _enter(self, cwd: str | None) -> None:
        if cwd and (place := clean(cwd)) != self._memory.cwd:
            self._memory.cwd = place
            self._tell(ev.PlaceEntered(self.run, self._origin, place, None))

    def _use(self, model: str | None) -> None:
        if model and (name := clean(model, 120)) != self._memory.model:
            self._memory.model = name
            self._tell(ev.ModelUsed(self.run, self._origin, name))

    def _take(self, record: Record, whole: bool) -> None:
        try:
            message, fits = read_message(record)
        except ValueError as problem:
            self._puzzle("message", str(problem))
            return
        if whole and not fits:
            self._puzzle(f"message/{message.role}", DAMAGED)
        match message.role:
            case "user":
                self._hear(message)
            case "assistant":
                self._answer(record, message)
            case "toolResult":
                self._end_call(message)
            case role if role not in _QUIET_ROLES:
                self._puzzle(f"message/{role}", "a role that is not known")
            case _:
                return

    # Words and turns

    def _hear(self, message: Message) -> None:
        self._memory.open = True
        text = clean(message.text.strip(), PROMPT)
        self._tell(ev.PromptGiven(self.run, self._origin, text) if text else ev.TurnBegun(self.run, self._origin))

    def _answer(self, record: Record, message: Message) -> None:
        if not self._memory.open:
            self._memory.open = True
            self._tell(ev.TurnBegun(self.run, self._origin))
        self._use(message.model)
        self._meter(record, message)
        if text := message.text.strip():
            self._tell(ev.AgentSpoke(self.run, self._origin, clean(text, SAID)))
        if message.stopReason in _NEVER_ENDS:
            self._begin_calls(message)
        else:
            self._end_turn(message)

    def _end_turn(self, message: Message) -> None:
        end, why = _ENDS.get(message.stopReason), clean(message.errorMessage or "", SAID)
        if end is None:
            self._puzzle("message/assistant", f"it stopped for a reason that is not known: {message.stopReason}")
            return
        if end == "failed":
            self._tell(ev.CallFailed(self.run, self._origin, "error", why))
        text = "its answer was cut off at the longest length" if end == "limit" else why
        self._memory.open, self._memory.calls = False, {}
        self._tell(ev.TurnEnded(self.run, self._origin, end, text))

    def _meter(self, record: Record, message: Message) -> None:
        """Tell of one call. Its name is the same in a fork, and before and after Pi rewrites the file with new ids."""
        spent = message.usage
        if spent is None or not (spent.context or message.stopReason in ("stop", "toolUse")):
            return
        answer = message.responseId if message.responseId != _REDACTED else None
        when = f"{record.timestamp}/{message.timestamp}/{message.model}/{spent.context}"
        usage, sold = spent.usage, message.provider or ""
        terms = Terms(
            provider=_SOLD_BY.get(sold, clean(sold[:80], 40).lower() or None),
            plan=sold in _PLANS,
            tier_known=False,
            lifetime_known=not usage.cache_write_5m,
        )
        model = clean(message.model, 120) if message.model else self._memory.model
        key = clean(f"pi:{answer or when}", SAID)
        self._tell(ev.RequestMetered(self.run, self._origin, key, model, usage, terms=terms))
        if spent.context:
            self._tell(ev.ContextMeasured(self.run, self._origin, spent.context))

    # Tools

    def _begin_calls(self, message: Message) -> None:
        for block in message.calls:
            name, tool, given = name_line(block.id), name_line(block.name), block.given
            command = given.command if tool == "bash" else None
            paths = self._files(given.path) if given.path and tool in _EDITS else []
            keep(self._memory.calls, name, begun(tool, paths, command, self._origin.at))
            self._tell(ev.ToolBegun(self.run, self._origin, name, tool, call_line(given.text)))

    def _files(self, path: str) -> list[str]:
        """Give the absolute path of a file; one in the home directory is none of a worktree's, and not told which."""
        cwd = self._memory.cwd
        if path.startswith("/"):
            return [clean(path)]
        return [clean(f"{cwd}/{path.removeprefix('./')}")] if cwd and not path.startswith("~") else []

    def _end_call(self, message: Message) -> None:
        name, failed, body = name_line(message.toolCallId), bool(message.isError), message.text
        call = self._memory.calls.pop(name, None)
        if call is not None and not failed:
            self._tell(*(ev.FileEdited(self.run, self._origin, path) for path in call.paths))
        self._tell(ev.ToolEnded(self.run, self._origin, name, failed, result_line(body)))
        if call is not None:
            told = _EXIT.search(body[-200:]) if failed else None
            status = int(told[1]) if told else None if failed else 0
            stopped = failed and _STOPPED.search(body[-200:]) is not None
            if status is not None or stopped:
                self._tell(*tested(call, self.run, self._origin, body, status, stopped=stopped))


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
