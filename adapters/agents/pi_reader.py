"""Reads the lines of one Pi session into events.

A session is a tree whose branches all stand in one file, in the order of time; every call to the model was made and
is counted, whichever branch it is on. Pi asks no leave of its own accord, so an open call is at work.
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from adapters.agents.claude_record import seconds
from adapters.agents.context_notes import knows, server_of, told_of
from adapters.agents.open_calls import Asked, OpenCall, Result, Where, ended, keep, opened
from adapters.agents.pi_record import Block, Message, Record, read_message, read_record
from adapters.agents.strict_lines import DAMAGED
from adapters.agents.tool_calls import call_line, name_line, said_line
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, PartKind, RunKey, TurnEnd, run_key
from state.text import clean

AGENT = "pi"
PROMPT, SAID = 2000, 300
_REDACTED = "REDACTED"
_QUIET = frozenset({"label", "custom", "custom_message", "branch_summary"})
_QUIET_ROLES = frozenset({"bashExecution", "branchSummary", "compactionSummary", "custom", "hookMessage"})
"""Words in a conversation that are neither the human's to the agent nor the agent's."""
_EDITS = frozenset({"edit", "write"})
_READS = "read"
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
    context: dict[str, str] = field(default_factory=dict[str, str])
    """What was told of the context: kind and name of each part to its value."""


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
                self._think(record.thinkingLevel)
            case "model_change":
                self._use(record.modelId)
            case "thinking_level_change":
                self._think(record.thinkingLevel)
            case "compaction":
                self._tell(ev.ContextCompacted(self.run, self._origin, "history replaced by a summary"))
            case "session_info":
                if title := said_line((record.name or "").strip(), SAID):
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

    def _think(self, level: str | None) -> None:
        """Tell how hard the model thinks."""
        if level:
            self._note("effort", "thinking", name_line(level))

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
        text = said_line(message.text.strip(), PROMPT)
        self._tell(ev.PromptGiven(self.run, self._origin, text) if text else ev.TurnBegun(self.run, self._origin))

    def _answer(self, record: Record, message: Message) -> None:
        if not self._memory.open:
            self._memory.open = True
            self._tell(ev.TurnBegun(self.run, self._origin))
        self._use(message.model)
        self._meter(record, message)
        if text := message.text.strip():
            self._tell(ev.AgentSpoke(self.run, self._origin, said_line(text, SAID)))
        if message.stopReason in _NEVER_ENDS:
            self._begin_calls(message)
        else:
            self._end_turn(message)

    def _end_turn(self, message: Message) -> None:
        end, why = _ENDS.get(message.stopReason), said_line(message.errorMessage or "", SAID)
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
            name, tool = name_line(block.id), name_line(block.name)
            keep(self._memory.calls, name, opened(self._asked(tool, block), self._where(), OpenCall))
            self._tell(ev.ToolBegun(self.run, self._origin, name, tool, call_line(block.given.text)))
            if (server := server_of(tool)) is not None and not knows(self._memory.context, "mcp", server):
                self._note("mcp", server, "used")

    def _note(self, part: PartKind, name: str, value: str) -> None:
        self._tell(*told_of(self._memory.context, self.run, self._origin, part, name, value))

    def _where(self) -> Where:
        return Where(self.run, self._origin, False, self._memory.cwd)

    def _asked(self, tool: str, block: Block) -> Asked:
        given = block.given
        paths = self._files(given.path) if given.path and (tool in _EDITS or tool == _READS) else []
        part = ", ".join(f"{name} {value:g}" for name in ("offset", "limit") if (value := getattr(given, name)))
        return Asked(
            tool,
            memoryview(block.arguments),
            command=given.command if tool == "bash" else None,
            writes=paths if tool in _EDITS else (),
            reads=(paths[0], part) if paths and tool == _READS else None,
            content=given.content,
        )

    def _files(self, path: str) -> list[str]:
        """Give the absolute path of a file; one in the home directory is none of a worktree's, and not told which."""
        cwd = self._memory.cwd
        if path.startswith("/"):
            return [clean(path)]
        return [clean(f"{cwd}/{path.removeprefix('./')}")] if cwd and not path.startswith("~") else []

    def _end_call(self, message: Message) -> None:
        name, failed, body = name_line(message.toolCallId), bool(message.isError), message.text
        told = _EXIT.search(body, max(0, len(body) - 200)) if failed else None
        status = int(told[1]) if told else None if failed else 0
        stopped = failed and _STOPPED.search(body, max(0, len(body) - 200)) is not None
        ran = status is not None or stopped
        result = Result(failed, body, status, ran, stopped, same="" if message.pictured else None)
        self._tell(*ended(self._memory.calls.pop(name, None) or OpenCall("?"), name, result, self._where()))


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
