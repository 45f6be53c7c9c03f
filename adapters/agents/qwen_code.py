"""Qwen Code: where its logs lie, and its records made into events.

    <root>/projects/<encoded cwd>/chats/<session>.jsonl

`<root>` is QWEN_RUNTIME_DIR, else QWEN_HOME, else `~/.qwen`. Each record names its directory. A call stands in the
answer that makes it and its result in a record of its own; the telemetry records repeat the tokens of an answer and are
read for errors alone. The layout before 0.2 is not read. No real log was at hand: this follows
research/log-formats.md 7 (from 0.15.10) to the letter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import msgspec
from msgspec import Struct

from adapters.agents.agent import Head, LogPlace, Presence
from adapters.agents.codex_lines import seconds
from adapters.agents.gemini_record import PADDING, Count, Part, decoded_as
from adapters.agents.listing import listed
from adapters.agents.open_calls import Result, Where
from adapters.agents.tool_calls import name_line, said_line
from adapters.agents.tool_work import Tools, Work, mapping, shell_result
from state.runs import event as ev
from state.runs.run import Origin, Usage, run_key
from state.text import clean

AGENT = "qwen-code"
TOOLS = Tools(
    shells=frozenset({"run_shell_command"}),
    writers=frozenset({"write_file", "replace", "edit"}),
    readers=frozenset({"read_file"}),
    steps=frozenset({"todo_write"}),
    questions=frozenset({"ask_user", "ask_user_question"}),
    plan_shows=frozenset({"exit_plan_mode"}),
)
PROMPT, SAID = 2000, 300


class Meta(Struct):
    """`usageMetadata`: the cached tokens are a part of the prompt's."""

    promptTokenCount: Count = 0
    candidatesTokenCount: Count = 0
    thoughtsTokenCount: Count = 0
    totalTokenCount: Count = 0
    cachedContentTokenCount: Count = 0


class Said(Struct):
    """`message`."""

    parts: list[Part] | None = None


class Line(Struct):
    """One record."""

    uuid: str | None = None
    sessionId: str | None = None
    timestamp: str | None = None
    type: str | None = None
    subtype: str | None = None
    cwd: str | None = None
    version: str | None = None
    gitBranch: str | None = None
    message: Said | None = None
    model: str | None = None
    usageMetadata: Meta | None = None
    contextWindowSize: Count | None = None
    toolCallResult: Any = None
    systemPayload: Any = None


class Memory(Struct, omit_defaults=True):
    """What a reader must know of the lines before; saved as JSON with each checkpoint."""

    found: bool = False
    place: tuple[str, str | None] | None = None
    version: str | None = None
    model: str | None = None
    work: Work = msgspec.field(default_factory=Work)


_DECODE = msgspec.json.Decoder(Line)
_RESTORE = msgspec.json.Decoder(Memory)


class QwenCode:
    """The adapter of Qwen Code."""

    name = AGENT
    program = "qwen"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give QWEN_RUNTIME_DIR, else QWEN_HOME, else `~/.qwen`."""
        named, home = environment.get("QWEN_RUNTIME_DIR") or environment.get("QWEN_HOME"), environment.get("HOME")
        return (Path(named),) if named else (Path(home, ".qwen"),) if home else ()

    def folders(self, root: Path) -> Iterator[str]:
        """Give the root, `projects`, each project's directory and its `chats`."""
        yield from (str(folder) for folder in (root, root / "projects") if folder.is_dir())
        for project in listed(str(root / "projects"), [], files=False):
            yield project.path
            yield from (entry.path for entry in listed(project.path, [], files=False) if entry.name == "chats")

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every session."""
        for project in listed(str(root / "projects"), unreadable, files=False):
            for entry in listed(f"{project.path}/chats", unreadable, files=True):
                if entry.name.endswith(".jsonl"):
                    yield LogPlace(entry.path, PurePath(entry.path).stem)

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read whose log this is; the file's name is the session's."""
        cwd: str | None = None
        at: float | None = None
        for line in lines:
            try:
                record = decoded_as(_DECODE, Line, line)[0]
            except ValueError:
                continue
            at = at if at is not None else seconds(record.timestamp)
            if record.cwd:
                cwd = clean(record.cwd)
                break
        session = name_line(place.session or PurePath(place.path).stem)
        return Head(session, cwd, side=False, parent=None, at=at)

    def reader(self, place: LogPlace, head: Head, saved: str) -> "QwenReader":
        """Make the reader."""
        return QwenReader(place.path, head.session or PurePath(place.path).stem, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: Qwen Code keeps no registry of live sessions."""
        return iter(())


class QwenReader:
    """Turns the lines of one session into events."""

    def __init__(self, log: str, session: str, saved: str) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session = log, name_line(session)
        self._memory = _restored(saved)
        self._origin = Origin(log, 0)
        self._told: list[ev.Event] = []

    def save(self) -> str:
        """Give the memory as JSON."""
        return msgspec.json.encode(self._memory).decode()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one line; an empty one has none."""
        line = line.strip(PADDING)
        if not line:
            return ()
        self._told, self._origin = [], Origin(self._log, offset)
        try:
            record, damaged = decoded_as(_DECODE, Line, line)
        except ValueError as problem:
            self._tell(ev.LineNotUnderstood, "line", clean(str(problem), SAID))
            return self._told
        if damaged:
            self._tell(ev.LineNotUnderstood, "line", "it holds bytes that no writer of JSON writes")
        self._origin = Origin(self._log, offset, seconds(record.timestamp))
        self._meet(record)
        self._take(record)
        return self._told

    def _tell(self, kind: Any, *facts: Any) -> None:
        self._told.append(kind(self.run, self._origin, *facts))

    def _meet(self, record: Line) -> None:
        memory = self._memory
        if not memory.found:
            memory.found = True
            self._tell(ev.RunFound, AGENT, self._session)
        if record.version and (version := clean(record.version, 80)) != memory.version:
            memory.version = version
            self._tell(ev.VersionNoted, version)
        branch = clean(record.gitBranch, SAID) if record.gitBranch and record.gitBranch != "HEAD" else None
        if record.cwd and (place := (clean(record.cwd), branch)) != memory.place:
            memory.place = place
            self._tell(ev.PlaceEntered, *place)
        if record.model and (model := clean(record.model, 120)) != memory.model:
            memory.model = model
            self._tell(ev.ModelUsed, model)

    def _take(self, record: Line) -> None:
        parts = (record.message.parts if record.message else None) or []
        text = "".join(part.text or "" for part in parts if not part.thought).strip()
        match record.type:
            case "user":
                if text:
                    self._tell(ev.PromptGiven, said_line(text, PROMPT))
                    self._tell(ev.TurnBegun)
            case "assistant":
                self._answer(record, parts, text)
            case "tool_result":
                self._end(record, parts)
            case "system":
                self._note(record)
            case _:
                self._tell(ev.LineNotUnderstood, clean(record.type or "line", 80), "a type this version does not know")

    def _answer(self, record: Line, parts: Sequence[Part], text: str) -> None:
        if record.usageMetadata is not None:
            self._meter(record, record.usageMetadata)
        if text:
            self._tell(ev.AgentSpoke, said_line(text, SAID))
        calls = [part.functionCall for part in parts if part.functionCall is not None]
        for number, call in enumerate(calls):
            name = call.id or f"{record.uuid}.{number}"
            self._told += self._memory.work.begin(TOOLS, name, call.name, call.args, self._where())
        if text and not calls:
            # Calls stand in the answer that makes them; that one without any is the last of its turn is an inference.
            self._tell(ev.TurnEnded, "done", said_line(text, SAID), False)

    def _meter(self, record: Line, meta: Meta) -> None:
        cached = min(meta.cachedContentTokenCount, meta.promptTokenCount)
        output = meta.totalTokenCount - meta.promptTokenCount
        if meta.totalTokenCount == 0:
            output = meta.candidatesTokenCount + meta.thoughtsTokenCount
        elif output < 0:
            output = meta.candidatesTokenCount
            self._tell(ev.LineNotUnderstood, "usageMetadata", "its total is less than its prompt")
        usage = Usage(
            fresh_input=meta.promptTokenCount - cached,
            cache_read=cached,
            output=output,
            reasoning=min(meta.thoughtsTokenCount, output),
            requests=1,
        )
        if usage.tokens:
            name = record.uuid if record.uuid and len(record.uuid) >= 32 else f"{self._session}:{record.uuid}"
            unnamed = f"{self._session}:{record.timestamp}" if record.uuid in (None, "REDACTED") else name
            self._tell(ev.RequestMetered, clean(f"{AGENT}:{unnamed}", SAID), self._memory.model, usage)
            self._tell(ev.ContextMeasured, meta.promptTokenCount, record.contextWindowSize)

    def _end(self, record: Line, parts: Sequence[Part]) -> None:
        told = mapping(record.toolCallResult)
        answers = [mapping(part.functionResponse) for part in parts if part.functionResponse is not None]
        for answer in answers or [told]:
            name = _text(answer.get("id") or told.get("callId"))
            response = mapping(answer.get("response"))
            text = _text(response.get("output") or response.get("error") or told.get("resultDisplay"))
            status = told.get("status")
            failed = "error" in response if status is None else status != "success"
            result = Result(True, text, ran=False) if status == "cancelled" else shell_result(failed, text)
            result = replace(result, same="") if any(part.inlineData for part in parts) else result
            self._told += self._memory.work.end(TOOLS, name, result, self._where())
        if told.get("status") == "cancelled":
            self._tell(ev.TurnEnded, "interrupted", "its call was cancelled", False)

    def _note(self, record: Line) -> None:
        payload = mapping(record.systemPayload)
        if record.subtype == "chat_compression":
            self._tell(ev.ContextCompacted, "history replaced by a summary")
        elif record.subtype == "custom_title":
            if title := said_line(_text(payload.get("customTitle") or payload.get("title")).strip(), SAID):
                self._tell(ev.TitleGiven, title, "human")
        elif record.subtype == "rewind":
            self._memory.work.forget()
            self._tell(ev.TurnEnded, "interrupted", "taken back to an earlier message")
        elif record.subtype == "ui_telemetry":
            event = mapping(payload.get("uiEvent"))
            if event.get("event.name") == "qwen-code.api_error":
                text = said_line(_text(event.get("error_message") or event.get("error")), SAID)
                limit = str(event.get("status_code")) == "429"
                self._tell(ev.CallFailed, "rate_limit" if limit else "error", text, True)

    def _where(self) -> Where:
        return Where(self.run, self._origin, False, self._memory.place[0] if self._memory.place else None)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
