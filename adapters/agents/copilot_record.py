"""The records of a Copilot CLI log, as far as Headgate reads them: an envelope, and the data of all types in one shape.

Source: research/log-formats.md 6.2, the logs of 1.0.64 to 1.0.68, and the published session event schema of its SDK.
"""

import re
from typing import Annotated, cast

import msgspec
from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from adapters.agents.loose import read_loosely
from adapters.agents.strict_lines import PADDING, read_line
from adapters.agents.tool_calls import said_line
from state.runs.run import Step, Usage

Count = Annotated[int, Meta(ge=0, le=2**40)]

QUIET = frozenset(
    {"system.message", "system.notification", "hook.start", "hook.end", "skill.invoked", "session.info"}
    | {"session.warning", "session.permissions_changed", "session.plan_changed", "session.workspace_file_changed"}
    | {"session.truncation", "session.compaction_start", "session.snapshot_rewind", "session.task_complete"}
    | {"session.handoff", "session.idle", "session.title_changed", "session.tools_updated", "session.skills_loaded"}
    | {"session.background_tasks_changed", "session.mcp_servers_loaded", "session.remote_steerable_changed"}
    | {
        "session.import_legacy",
        "assistant.intent",
        "assistant.reasoning",
        "assistant.usage",
        "assistant.streaming_delta",
    }
    | {"assistant.message_delta", "assistant.reasoning_delta", "tool.user_requested", "tool.execution_progress"}
    | {"tool.execution_partial_result", "subagent.selected", "subagent.deselected", "external_tool.requested"}
    | {"external_tool.completed", "command.queued", "command.completed", "command.execute", "pending_messages.modified"}
)
"""Types that are known and tell nothing that is shown."""
_STEP = re.compile(r"^\s*[-*] \[([ xX~])\] +(.+)$", re.MULTILINE)
_LONGEST_LIST = 8000


class Envelope(Struct):
    """One line. `parentId` names the record before it: a chain without gaps. `agentId` is a subagent's."""

    type: str | None = None
    data: Raw = Raw(b"{}")
    id: str | None = None
    timestamp: str | None = None
    parentId: str | None = None
    agentId: str | None = None


class Place(Struct):
    """Where a session works."""

    cwd: str | None = None
    branch: str | None = None


class Result(Struct):
    """What a tool gave, or how a request for leave was answered."""

    content: str | None = None
    kind: str | None = None


class Failed(Struct):
    """Why a tool failed."""

    message: str | None = None


class Leave(Struct):
    """What a tool asks leave for."""

    kind: str | None = None
    toolCallId: str | None = None
    fullCommandText: str | None = None
    intention: str | None = None
    fileName: str | None = None
    path: str | None = None
    url: str | None = None
    toolName: str | None = None

    @property
    def text(self) -> str:
        """The telling part of it."""
        named = self.fullCommandText or self.fileName or self.path or self.url or self.toolName or self.intention
        return f"{self.kind or 'tool'}: {named}" if named and self.kind != "shell" else named or self.kind or "a tool"


class Spent(Struct):
    """Tokens of one model in one life of the process; input holds both parts of the cache."""

    inputTokens: Count = 0
    outputTokens: Count = 0
    cacheReadTokens: Count = 0
    cacheWriteTokens: Count = 0
    reasoningTokens: Count = 0


class Requests(Struct):
    """Calls to one model; their `cost` is premium requests, not dollars, and is not read."""

    count: Count = 0


class Metrics(Struct):
    """What one model was used for, as told when the process ends."""

    usage: Spent = field(default_factory=Spent)
    requests: Requests = field(default_factory=Requests)

    @property
    def disjoint(self) -> Usage:
        """The same in disjoint parts; a cache write's lifetime is not told, so it is the short."""
        spent = self.usage
        return Usage(
            fresh_input=max(0, spent.inputTokens - spent.cacheReadTokens - spent.cacheWriteTokens),
            cache_read=spent.cacheReadTokens,
            cache_write_5m=spent.cacheWriteTokens,
            output=spent.outputTokens,
            reasoning=min(spent.reasoningTokens, spent.outputTokens),
            requests=self.requests.count,
        )


class Arguments(Struct):
    """What a tool is asked to do, as far as it is told or followed."""

    command: str | None = None
    path: str | None = None
    view_range: list[int] | None = None
    file_text: str | None = None
    question: str | None = None
    summary: str | None = None
    query: str | None = None
    pattern: str | None = None
    url: str | None = None
    description: str | None = None
    prompt: str | None = None
    todos: str | None = None
    shellId: str | None = None

    @property
    def text(self) -> str | None:
        """The telling part of a call."""
        given = (self.command, self.question, self.path, self.pattern, self.query, self.url, self.description)
        return next((one for one in (*given, self.summary, self.prompt) if one), None)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of a to-do list, which is a checklist in Markdown."""
        found: list[tuple[str, str]] = _STEP.findall((self.todos or "")[:_LONGEST_LIST])
        return tuple(Step(said_line(text, 300), "pending" if mark == " " else "completed") for mark, text in found)


class Data(Struct):
    """The data of a record; which fields there are depends on its type."""

    sessionId: str | None = None
    copilotVersion: str | None = None
    selectedModel: str | None = None
    newModel: str | None = None
    newMode: str | None = None
    reasoningEffort: str | None = None
    mcpServerName: str | None = None
    model: str | None = None
    context: Place | None = None
    cwd: str | None = None
    branch: str | None = None
    content: str | None = None
    source: str | None = None
    outputTokens: Count = 0
    toolRequests: list[Raw] | None = None
    toolCallId: str | None = None
    parentToolCallId: str | None = None
    toolName: str | None = None
    arguments: Raw = Raw(b"")
    success: bool | None = None
    result: Result | None = None
    error: Failed | str | None = None
    requestId: str | None = None
    permissionRequest: Leave | None = None
    resolvedByHook: bool | None = None
    approved: bool | None = None
    question: str | None = None
    summary: str | None = None
    planContent: str | None = None
    message: str | None = None
    errorType: str | None = None
    reason: str | None = None
    shutdownType: str | None = None
    modelMetrics: dict[str, Metrics] | None = None
    currentTokens: Count | None = None
    tokenLimit: Count | None = None
    agentName: str | None = None


_ENVELOPE, _DATA, _ARGUMENTS = Decoder(Envelope), Decoder(Data), Decoder(Arguments)


def read_envelope(line: bytes) -> tuple[Envelope, bool]:
    """Read a line, and say whether all of it fits. Raises ValueError where it is no JSON object."""
    return read_line(line.strip(PADDING), _ENVELOPE, Envelope)


def read_data(envelope: Envelope) -> tuple[Data, bool]:
    """Read a record's data, and say whether all of it fits. Raises ValueError where that is no JSON object."""
    try:
        return _DATA.decode(envelope.data), True
    except (ValueError, RecursionError):
        return read_loosely(bytes(envelope.data), Data), False


def read_arguments(data: Data) -> Arguments:
    """Read what a tool is asked to do; some tools take plain text, which is none of these."""
    try:
        return _ARGUMENTS.decode(data.arguments) if data.arguments else Arguments()
    except (ValueError, RecursionError):
        return _loose_arguments(bytes(data.arguments))


def _loose_arguments(given: bytes) -> Arguments:
    try:
        return read_loosely(given, Arguments)
    except ValueError:
        return Arguments()


def patch_of(data: Data) -> str:
    """Give the patch that a call is to apply: plain text, or one of the texts in an object."""
    try:
        given: object = msgspec.json.decode(data.arguments) if data.arguments else ""
    except (ValueError, RecursionError):
        return ""
    if isinstance(given, dict):
        texts = (one for one in cast("dict[str, object]", given).values() if isinstance(one, str))
        return next((one for one in texts if "*** Begin Patch" in one), "")
    return given if isinstance(given, str) else ""
