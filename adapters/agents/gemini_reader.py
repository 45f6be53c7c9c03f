"""Reads the records of one Gemini CLI session into events, whether they stood in lines or in one document.

A message is written again when it grows, all messages are when a session is resumed or its history replaced, and a
document holds all of them at each reading. So what was told of a message is remembered by its id, and only what is new
is told. A tool call is written when it is over, and no record says that a turn has ended: a last word without a call
is taken for the end, as an inference. Source: research/log-formats.md 4, and the chat recording service of 0.61.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec
from msgspec import Struct

from adapters.agents import gemini_record as records
from adapters.agents.agent import HASHED
from adapters.agents.codex_lines import seconds
from adapters.agents.gemini_record import Call, Change, Line, Message, Tokens
from adapters.agents.open_calls import Result, Where
from adapters.agents.tool_calls import name_line, said_line
from adapters.agents.tool_work import Tools, Work, mapping, shell_result
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, Usage, run_key
from state.text import clean

AGENT = "gemini-cli"
TOOLS = Tools(
    shells=frozenset({"run_shell_command"}),
    writers=frozenset({"write_file", "replace", "edit"}),
    readers=frozenset({"read_file"}),
    steps=frozenset({"write_todos"}),
    questions=frozenset({"ask_user"}),
    plan_begins=frozenset({"enter_plan_mode"}),
    plan_shows=frozenset({"exit_plan_mode"}),
)
TERMS = Terms(provider="google")
PROMPT, SAID = 2000, 300
_MOST_KNOWN = 256
_MOST_ODD = 256
_NO_PROMPTS = ("<session_context>", "<hook_context>", "<state_snapshot>", "/", "?")
"""What begins a message in the human's place that is none of their words, by the client's own rule."""
_SUMMARY = "<state_snapshot>"
_HALTED = "Agent execution stopped by hook"
_LIMITS = ("429", "quota", "rate limit", "RESOURCE_EXHAUSTED")
_UNFINISHED = frozenset({"validating", "scheduled", "executing", "awaiting_approval"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CWD = "**Workspace Directories:**\n  - "


class Known(Struct, array_like=True):
    """What was told of one message: how many of its calls ended, its tokens, and whether its words; and its time."""

    ended: int = 0
    tokens: int = 0
    spoke: bool = False
    at: float = 0.0


class Memory(Struct, omit_defaults=True):
    """What a reader must know of the records before; saved as JSON with each checkpoint."""

    found: bool = False
    cwd: str | None = None
    model: str | None = None
    context: int | None = None
    title: str = ""
    prompt: str | None = None
    """The prompt that is worked on, by its digest; None when no turn is open."""
    asked: float = 0.0
    """The time of that prompt."""
    known: dict[str, Known] = msgspec.field(default_factory=dict[str, Known])
    before: float = 0.0
    """The newest time of a message that `known` no longer holds: what is older was told."""
    told: int = -1
    """The greatest byte that an event of a document was told with."""
    odd: list[str] = msgspec.field(default_factory=list[str])
    over: bool = False
    work: Work = msgspec.field(default_factory=Work)


_RESTORE = msgspec.json.Decoder(Memory)


class GeminiReader:
    """Turns the records of one log into events; `run` is the run that they belong to.

    `own` is the log's own session, another than `session` for a subagent's. `cwd` is what the registry files say; the
    records may tell it, too.
    """

    def __init__(
        self, log: str, session: str, own: str, cwd: str | None, saved: str, *, side: bool = False, whole: bool = False
    ) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session, self._own = log, name_line(session), name_line(own)
        self._cwd, self._side, self._whole = cwd, side, whole
        self._memory = _restored(saved)
        self._offset = 0
        self._told: list[ev.Event] = []

    def save(self) -> str:
        """Give the memory as JSON."""
        return msgspec.json.encode(self._memory).decode()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one record; an empty line has none."""
        line = line.strip(records.PADDING)
        if not line:
            return ()
        memory, self._told = self._memory, []
        # Messages of a document move when one before them grows: no two tellings may share a place.
        self._offset = max(offset, memory.told + 1) if self._whole else offset
        try:
            record, damaged = records.decoded(line)
        except ValueError as problem:
            self._puzzle(line, "line", str(problem))
        else:
            # Of a document's message not even the name is sure, and under another one it would be counted twice.
            waits = damaged and self._whole and bool(record.id or record.type)
            if damaged:
                left = "it waits to be written again" if waits else "the rest of it was read"
                self._puzzle(line, "line", f"it holds bytes that no writer of JSON writes; {left}")
            if not waits:
                self._take(record, line)
        if self._told and self._whole:
            memory.told = self._offset
        return self._told

    def _take(self, record: Line, line: bytes) -> None:
        if not self._memory.found:
            self._announce(record)
        if record.rewind is not None:
            self._rewind()
        elif record.id is not None or record.type is not None:
            self._take_message(record, line)
        elif record.change is not None:
            self._change(record.change, line)
        elif record.sessionId is None:
            self._puzzle(line, "line", "neither a message nor a change of the session")
        else:
            self._entitle(record.summary, None)

    def _tell(self, kind: type[ev.Event], at: float | None, *facts: Any) -> None:
        self._told.append(cast("Any", kind)(self.run, Origin(self._log, self._offset, at), *facts))

    def _tell_main(self, kind: type[ev.Event], at: float | None, *facts: Any) -> None:
        """Tell what is true of the run as a whole, which a subagent's log does not say."""
        if not self._side:
            self._tell(kind, at, *facts)

    def _puzzle(self, line: bytes, kind: str, why: str) -> None:
        """Report a record that is not understood; a document holds it at each reading, and it is reported once."""
        if self._whole:
            name = _digest(line)
            if name in self._memory.odd:
                return
            self._memory.odd = [*self._memory.odd[-_MOST_ODD:], name]
        self._tell(ev.LineNotUnderstood, None, clean(kind, 80), clean(why, SAID))

    # Who it is

    def _announce(self, record: Line) -> None:
        memory, at = self._memory, seconds(record.startTime)
        memory.found = True
        self._tell(ev.RunFound, at, AGENT, self._session)
        if self._side:
            self._tell(ev.SubagentBegun, at, self._own)
        directory = record.directories[0] if record.directories else None
        self._enter(self._cwd or directory or digest_of(record.projectHash), at)

    def _enter(self, cwd: str | None, at: float | None) -> None:
        known = self._memory.cwd
        if cwd and (known is None or (known.startswith(HASHED) and not cwd.startswith(HASHED))):
            self._memory.cwd = clean(cwd)
            self._tell_main(ev.PlaceEntered, at, self._memory.cwd, None)

    def _entitle(self, title: str | None, at: float | None) -> None:
        if title and (title := said_line(title.strip(), SAID)) != self._memory.title:
            self._memory.title = title
            self._tell_main(ev.TitleGiven, at, title, "agent")

    # Changes of what was written before

    def _rewind(self) -> None:
        """Take note that messages were dropped: what they used is used, but nobody works on them any more."""
        memory = self._memory
        memory.prompt, memory.context = None, None
        memory.work.forget()
        self._tell_main(ev.TurnEnded, None, "interrupted", "taken back to an earlier message")
        self._tell_main(ev.ContextMeasured, None, None)

    def _change(self, change: Change, line: bytes) -> None:
        self._entitle(change.summary, None)
        if change.messages is None:
            return
        prompt, asked, summed = self._memory.prompt, self._memory.asked, False
        for message in change.messages:
            new = self._known(message) is None
            self._take_message(message, line)
            summed = summed or (new and records.text_of(message.content).lstrip().startswith(_SUMMARY))
        if summed:
            self._memory.context = None
            self._tell_main(ev.ContextCompacted, None, "history replaced by a summary")
        elif prompt is not None and all((seconds(one.timestamp) or 0.0) < asked for one in change.messages):
            self._memory.prompt = None
            self._tell_main(ev.TurnEnded, None, "interrupted", "its prompt was taken out of the history")

    # Messages

    def _known(self, message: Message) -> Known | None:
        """Give what was told of a message, None where it is new."""
        known = self._memory.known.get(_digest_of(message))
        if known is None and (seconds(message.timestamp) or 1e18) <= self._memory.before:
            return _TOLD
        return known

    def _remember(self, message: Message, known: Known) -> None:
        memory = self._memory
        known.at = seconds(message.timestamp) or 0.0
        memory.known[_digest_of(message)] = known
        if len(memory.known) > _MOST_KNOWN:
            memory.before = max(memory.before, memory.known.pop(next(iter(memory.known))).at)

    def _take_message(self, message: Message, line: bytes) -> None:
        known, at = self._known(message), seconds(message.timestamp)
        if known is _TOLD:
            return
        match message.type:
            case "gemini":
                self._answer(message, known or Known(), at, line)
                return
            case "user" | "info" | "warning" | "error" if known is None:
                self._remember(message, Known())
                self._hear(message.type, records.text_of(message.content).strip(), message, at)
            case "user" | "info" | "warning" | "error":
                return
            case _:
                self._puzzle(line, f"message/{message.type}", "a type of message that this version does not know")

    def _hear(self, kind: str, text: str, message: Message, at: float | None) -> None:
        """Take a message that is not the model's."""
        memory = self._memory
        if kind == "user":
            if _CWD in text:
                self._enter(text.partition(_CWD)[2].partition("\n")[0].strip(), at)
            if text and not text.startswith(_NO_PROMPTS):
                memory.prompt, memory.asked = _digest_of(message), at or 0.0
                self._tell_main(ev.PromptGiven, at, said_line(text, PROMPT))
                self._tell_main(ev.TurnBegun, at)
        elif kind == "error":
            limit = any(word in text for word in _LIMITS)
            self._tell(ev.CallFailed, at, "rate_limit" if limit else "error", said_line(text, SAID))
            self._rest("limit" if limit else "failed", text, at, True)
        elif kind == "info" and text.startswith("Request cancelled"):
            self._rest("interrupted", "", at, True)

    def _rest(self, end: str, text: str, at: float | None, certain: bool) -> None:
        if certain:
            self._memory.prompt = None
        self._tell_main(ev.TurnEnded, at, end, said_line(text, SAID), certain)

    def _answer(self, message: Message, known: Known, at: float | None, line: bytes) -> None:
        """Take one answer of the model's: its tokens, its words, and the calls that it made."""
        if message.model and (model := clean(message.model, 120)) != self._memory.model:
            self._memory.model = model
            self._tell_main(ev.ModelUsed, at, model)
        if message.tokens and known.tokens != message.tokens.total:
            known.tokens = message.tokens.total
            self._meter(message, message.tokens, at, line)
        text = records.text_of(message.content).strip()
        if text and not known.spoke:
            self._tell_main(ev.AgentSpoke, at, said_line(text, SAID))
        calls = message.toolCalls or []
        fresh = [call for call in enumerate(calls) if call[0] >= known.ended]
        for number, call in fresh:
            known.ended += self._called(call, f"{message.id or at}.{number}", at)
        if fresh:
            self._after(calls)
        elif text and not calls and not known.spoke and not _asks(message):
            self._rest("done", text, at, False)
        known.spoke = known.spoke or bool(text)
        self._remember(message, known)

    def _meter(self, message: Message, tokens: Tokens, at: float | None, line: bytes) -> None:
        if tokens.total and tokens.total != tokens.input + tokens.output + tokens.thoughts + tokens.tool:
            self._puzzle(line, "tokens", "its parts do not add up to its total")
        cached = min(tokens.cached, tokens.input)
        usage = Usage(
            fresh_input=tokens.input - cached + tokens.tool,
            cache_read=cached,
            output=tokens.output + tokens.thoughts,
            reasoning=tokens.thoughts,
            requests=1,
        )
        if not usage.tokens:
            return
        model = clean(message.model, 120) if message.model else self._memory.model
        self._tell(ev.RequestMetered, at, _key(self._own, message), model, usage, self._side, TERMS)
        if tokens.input != self._memory.context:
            self._memory.context = tokens.input
            self._tell_main(ev.ContextMeasured, at, tokens.input)

    def _called(self, call: Call, fallback: str, at: float | None) -> bool:
        """Tell a call, and its result if it is over; says whether it is."""
        name, work = name_line(call.id or fallback), self._memory.work
        ended = seconds(call.timestamp) or at
        if name not in work.open:
            self._told += work.begin(TOOLS, name, call.name, call.args, self._where(at))
        if call.status in _UNFINISHED:
            return False
        failed = call.status not in ("success", None)
        self._told += work.end(TOOLS, name, _outcome(call, failed), self._where(ended))
        if self._side and call.name == "complete_task":
            self._leave(ended)
        return True

    def _after(self, calls: Sequence[Call]) -> None:
        """Tell what the results say of the turn: it goes on, unless a hook or the human stopped it there."""
        last = seconds(calls[-1].timestamp)
        halted = next((text for call in calls if (text := _result(call)).startswith(_HALTED)), None)
        if halted is not None:
            self._rest("interrupted", halted, last, True)
        elif all(call.status == "cancelled" for call in calls):
            self._rest("interrupted", "its calls were cancelled", last, False)

    def _leave(self, at: float | None) -> None:
        if not self._memory.over:
            self._memory.over = True
            self._tell(ev.SubagentEnded, at, self._own)

    def _where(self, at: float | None) -> Where:
        return Where(self.run, Origin(self._log, self._offset, at), self._side, self._memory.cwd)


def digest_of(project: str | None) -> str | None:
    """Give what stands for a directory whose SHA-256 alone is told; newer projects have a word there."""
    return f"{HASHED}{project}" if project and _DIGEST.fullmatch(project) else None


_TOLD = Known()
"""Stands for a message of which everything was told."""


def _asks(message: Message) -> bool:
    """Say whether calls stand among a message's parts, as they do where a session is resumed in the middle of one."""
    return any(part.functionCall is not None for part in records.parts_of(message.content))


def _outcome(call: Call, failed: bool) -> Result:
    """Read a call's result; one that holds an image is not told by its text."""
    told: object = call.result
    parts = cast("list[object]", told) if isinstance(told, list) else []
    pictured = any("inlineData" in mapping(part) for part in parts)
    result = shell_result(failed, _result(call))
    return replace(result, same="") if pictured else result


def _result(call: Call) -> str:
    """Give a call's result as the model was told it."""
    return "\n".join(_told(call.result)) or (call.resultDisplay if isinstance(call.resultDisplay, str) else "")


def _told(result: object) -> Iterator[str]:
    if isinstance(result, str):
        yield result
    for part in cast("list[object]", result) if isinstance(result, list) else [result]:
        response = mapping(mapping(mapping(part).get("functionResponse")).get("response"))
        for key in ("output", "error"):
            if isinstance(value := response.get(key), str):
                yield value


def _key(session: str, message: Message) -> str:
    """Name a call for ever. Ids are UUIDs; a shorter one may be another session's too, and one blacked out is none."""
    name = message.id or ""
    if len(name) < 32:
        at = message.timestamp if name in ("", "REDACTED") else ""
        return clean(f"{AGENT}:{session}:{name}:{at}", SAID)
    return clean(f"{AGENT}:{name}", SAID)


def _digest_of(message: Message) -> str:
    if message.id and message.id != "REDACTED":
        return _digest(message.id.encode("utf-8", "replace"))
    return _digest(f"{message.timestamp}{message.type}{records.text_of(message.content)}".encode("utf-8", "replace"))


def _digest(data: bytes) -> str:
    return hashlib.blake2s(data, digest_size=6).hexdigest()


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
