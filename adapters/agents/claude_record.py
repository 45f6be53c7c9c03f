"""The shapes of Claude Code's log records, as far as Headgate reads them, and of its registry files.

Only `type` is sure: fields come and go with the version, so each has a default and unknown ones are skipped unread.
Structured tool results, which few records need, stay raw until asked for. Seen in versions 1.0.24 to
2.1.330; a newer version that means something else by one of these names shows as `LineNotUnderstood`.
"""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from adapters.agents.claude_result import Part
from adapters.agents.loose import read_loosely

_Wanted = TypeVar("_Wanted", bound=Struct)
_NOTHING = Raw(b"")
Count = Annotated[int, Meta(ge=0, le=2**40)]
"""Tokens of one call. A figure beyond any call's is damage, is left out, and would overflow the store's integers."""


class CacheCreation(Struct, frozen=True, gc=False):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetails(Struct, frozen=True, gc=False):
    """What the output was made of."""

    thinking_tokens: Count | None = None


class ServerTools(Struct, frozen=True, gc=False):
    """What the provider did for the model and bills by the piece."""

    web_search_requests: Count | None = None


class Tokens(Struct, frozen=True, gc=False):
    """`message.usage`: what one call to the model cost, repeated on each of its rows."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    speed: str | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    server_tool_use: ServerTools | None = None


class Option(Struct, frozen=True, gc=False):
    """An entry of a list in a tool's input: a question or a to-do."""

    question: str | None = None
    content: str | None = None
    status: str | None = None


class ToolInput(Struct, frozen=True, gc=False):
    """The telling fields of all tools' inputs."""

    command: str | None = None
    file_path: str | None = None
    notebook_path: str | None = None
    path: str | None = None
    pattern: str | None = None
    query: str | None = None
    url: str | None = None
    description: str | None = None
    prompt: str | None = None
    subject: str | None = None
    skill: str | None = None
    plan: str | None = None
    taskId: str | None = None
    task_id: str | None = None
    bash_id: str | None = None
    shell_id: str | None = None
    status: str | None = None
    offset: int | str | None = None
    limit: int | str | None = None
    todos: list[Option] | None = None
    questions: list[Option] | None = None


class Written(Struct, frozen=True, gc=False):
    """What a tool writes: the whole of a file (`content`), or one text in place of another, once or everywhere."""

    content: str | None = None
    old_string: str | None = None
    new_string: str | None = None
    replace_all: bool | None = None
    edits: list["Written"] | None = None


class Block(Struct, frozen=True, gc=False):
    """A piece of a message: text, a tool call or its result."""

    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = _NOTHING
    tool_use_id: str | None = None
    content: Raw = _NOTHING
    """What a tool gave back; `claude_result` reads it."""
    is_error: bool | None = None


class Said(Struct, frozen=True, gc=False):
    """What a message says of itself, without what it says."""

    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: Tokens | None = None


class Message(Said, frozen=True, gc=False):
    """What was said to or by the model."""

    role: str | None = None
    content: str | list[Block | str | None] | None = None


class CompactMetadata(Struct, frozen=True, gc=False):
    """Why and at which size the history was replaced by a summary."""

    trigger: str | None = None


class Source(Struct, frozen=True, gc=False):
    """`origin` (who speaks) and `forkedFrom` (which session this one was copied from)."""

    kind: str | None = None
    sessionId: str | None = None


class Attachment(Struct, frozen=True, gc=False):
    """What the program itself put into the conversation."""

    type: str | None = None
    toolUseID: str | None = None
    toolName: str | None = None
    prompt: str | list[Part | str | None] | None = None
    message: str | None = None
    path: str | None = None
    isInitial: bool | None = None
    changed: bool | None = None
    content: Raw = _NOTHING
    files: Raw = _NOTHING
    removed: Raw = _NOTHING
    addedNames: Raw = _NOTHING
    removedNames: Raw = _NOTHING


class Thinking(Struct, frozen=True, gc=False):
    """`thinkingMetadata` of a prompt: how hard the model is to think, where versions before 2.1.2xx said it."""

    level: str | None = None
    disabled: bool | None = None
    maxThinkingTokens: Count | None = None


class ApiError(Struct, frozen=True, gc=False):
    """Why a call to the model failed."""

    status: int | None = None
    message: str | None = None
    formatted: str | None = None


class Row(Struct, frozen=True, gc=False):
    """As much of a row of the model's as its usage and its turn need, without what it says."""

    type: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    sessionId: str | None = None
    cwd: str | None = None
    gitBranch: str | None = None
    version: str | None = None
    entrypoint: str | None = None
    isSidechain: bool | None = None
    isApiErrorMessage: bool | None = None
    requestId: str | None = None
    effort: str | None = None
    message: Said | str | None = None


class Record(Row, frozen=True, gc=False):
    """One line of a log; the union of all record types, because each line is decoded once."""

    subtype: str | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None
    isVisibleInTranscriptOnly: bool | None = None
    permissionMode: str | None = None
    origin: Source | None = None
    forkedFrom: Source | None = None
    parentSessionId: str | None = None
    message: Message | str | None = None
    toolUseResult: Raw = _NOTHING
    toolDenialKind: str | None = None
    planContent: str | None = None
    attachment: Attachment | None = None
    error: ApiError | str | None = None
    preventContinuation: bool | None = None
    retryAttempt: int | None = None
    maxRetries: int | None = None
    compactMetadata: CompactMetadata | None = None
    content: str | list[Part | str | None] | None = None
    summary: str | None = None
    leafUuid: str | None = None
    customTitle: str | None = None
    aiTitle: str | None = None
    continuedInSessionId: str | None = None
    thinkingMetadata: Thinking | None = None
    agentSetting: str | None = None


class TaskTold(Struct, frozen=True, gc=False):
    """The entry that TaskCreate made (`id`), or the background work that TaskOutput looked at (`task_id`)."""

    id: str | None = None
    task_id: str | None = None
    status: str | None = None
    output: str | None = None
    exitCode: int | None = None


class ToolResult(Struct, frozen=True, gc=False):
    """The telling fields of `toolUseResult`, where it is an object."""

    isAsync: bool | None = None
    status: str | None = None
    agentId: str | None = None
    plan: str | None = None
    task: TaskTold | None = None
    interrupted: bool | None = None
    backgroundTaskId: str | None = None
    exitCode: int | None = None
    stdout: str | None = None
    stderr: str | None = None
    originalFile: str | None = None


class Registered(Struct, frozen=True, gc=False):
    """A file of the live registry, `sessions/<pid>.json`."""

    pid: int | None = None
    sessionId: str | None = None
    procStart: str | int | None = None
    cwd: str | None = None
    kind: str | None = None
    status: str | None = None
    waitingFor: str | None = None
    updatedAt: int | float | str | None = None
    statusUpdatedAt: int | float | str | None = None


_record = msgspec.json.Decoder(Record)
_row = msgspec.json.Decoder(Row)
_result = msgspec.json.Decoder(ToolResult)
_input = msgspec.json.Decoder(ToolInput)


class OddRecord(Record, frozen=True):
    """A record that is not quite as expected: what fits of it was read."""


def read_record(line: bytes) -> Record:
    """Decode one line; ValueError with a short sentence where it is no JSON object."""
    try:
        return _record.decode(line)
    except (ValueError, RecursionError):
        return read_loosely(line, OddRecord)


def read_row(line: bytes) -> Row | None:
    """Decode as much of one line as a skim needs; None where the line has to be read whole to tell what fits of it."""
    try:
        return _row.decode(line)
    except (ValueError, RecursionError):
        return None


def read_input(raw: Raw) -> ToolInput:
    """Decode a tool's input; of one that fits no tool, what fits is kept."""
    try:
        return _input.decode(raw) if raw else ToolInput()
    except (ValueError, RecursionError):
        return _or_empty(raw, ToolInput)


def read_written(raw: Raw) -> Written:
    """Decode what a tool's input writes, which may be megabytes and is asked of few."""
    return _or_empty(raw, Written) if raw else Written()


def read_result(raw: Raw) -> ToolResult:
    """Decode a structured tool result; on failure Claude Code writes a text there, which tells nothing more."""
    if not raw:
        return ToolResult()
    try:
        return _result.decode(raw)
    except (ValueError, RecursionError):
        return _or_empty(raw, ToolResult)


def read_registered(content: bytes) -> Registered:
    """Decode a registry file; one that is half written or no object names no session."""
    return _or_empty(content, Registered)


def _or_empty(content: bytes | Raw, wanted: type[_Wanted]) -> _Wanted:
    try:
        return read_loosely(bytes(content), wanted)
    except ValueError:
        return wanted()


def seconds(stamp: str | None) -> float | None:
    """Give an ISO time as seconds since 1970 UTC; None where it is missing or no time."""
    if not stamp:
        return None
    try:
        read = datetime.fromisoformat(stamp)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
