"""The shapes of what a line of a Codex rollout can hold, as far as Headgate reads it.

Fields come and go with the version, so each has a default and unknown ones are skipped unread; what may be of several
shapes is `Any` and is taken apart by the functions at the end. Source: research/log-formats.md 3.3 and rollouts of
0.34 to 0.169.
"""

from typing import Annotated, Any, cast
from urllib.parse import unquote

from msgspec import Meta, Struct

Tokens = Annotated[int, Meta(ge=0, le=10**15)]
"""A count of tokens; the bound keeps a nonsense number out of sums and of SQLite's 64 bits."""
Status = Annotated[int, Meta(ge=-(2**31), le=2**32)]
"""An exit status, as far as any system gives one."""


class Git(Struct):
    branch: str | None = None


class Base(Struct):
    text: str | None = None


class Head(Struct):
    """`session_meta`, and the first line of the bare schema, which has the same names for what it has."""

    id: str | None = None
    session_id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    originator: str | None = None
    cli_version: str | None = None
    source: Any = None
    thread_source: str | None = None
    parent_thread_id: str | None = None
    forked_from_id: str | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None
    git: Git | None = None
    base_instructions: Base | None = None
    """The system prompt that this version of the client sends."""
    history_base: Any = None
    """Where the history before this file's first record lies: in another file, as after a revert."""

    @property
    def spawned_by(self) -> str | None:
        """The thread that this one is a subagent of; None for a session of its own, a fork among them."""
        parent = self._spawn.get("parent_thread_id")
        return parent if isinstance(parent, str) and parent else self.parent_thread_id

    @property
    def known_as(self) -> str:
        """What the client calls a subagent: its nickname, else its role."""
        names = (self.agent_nickname, self._spawn.get("agent_nickname"), self.agent_role, self._spawn.get("agent_role"))
        return next((name for name in names if isinstance(name, str) and name), "")

    @property
    def _spawn(self) -> dict[str, Any]:
        return mapping(mapping(mapping(self.source).get("subagent")).get("thread_spawn"))

    @property
    def spawned_in(self) -> str | None:
        """The session whose run a subagent's work belongs to: newer versions name the root, older only the parent."""
        if self.spawned_by is None:
            return None
        return self.session_id if self.session_id and self.session_id != self.id else self.spawned_by

    @property
    def inherits(self) -> bool:
        """Whether the log may begin with another thread's history: it was forked, or spawned with that history."""
        return bool(self.spawned_by or self.forked_from_id)

    @property
    def headless(self) -> bool | None:
        """Whether no human sits at it; None where the record does not tell, as for a client that another drives."""
        if self.source == "exec" or self.originator == "codex_exec":
            return True
        return False if self.source in ("cli", "vscode") else None


class Settings(Struct):
    reasoning_effort: str | None = None


class Collaboration(Struct):
    mode: str | None = None
    settings: Settings | None = None


READ_ONLY = "read-only"


class Context(Struct):
    """`turn_context`: what holds for the turn that begins."""

    turn_id: str | None = None
    cwd: str | None = None
    model: str | None = None
    approval_policy: Any = None
    approvals_reviewer: str | None = None
    collaboration_mode: Collaboration | None = None
    effort: Any = None
    sandbox_policy: Any = None

    @property
    def words(self) -> str:
        """The approval policy, a sandbox without writes, an unusual collaboration mode: each in Codex's own words."""
        policy = self.approval_policy if isinstance(self.approval_policy, str) else None
        policy = policy or ("granular" if mapping(self.approval_policy) else None)
        mode = self.collaboration_mode.mode if self.collaboration_mode else None
        sandbox = READ_ONLY if self.reads_only else None
        return ", ".join(word for word in (policy, sandbox, mode if mode != "default" else None) if word)

    @property
    def reads_only(self) -> bool:
        """Say whether the turn's sandbox lets nothing be written; older schemas name its type `mode`."""
        sandbox = mapping(self.sandbox_policy)
        return sandbox.get("type", sandbox.get("mode")) == READ_ONLY


class Item(Struct):
    """`response_item`: what went to and came from the model. The bare schema is made of these alone."""

    type: str | None = None
    role: str | None = None
    content: Any = None
    name: str | None = None
    namespace: str | None = None
    arguments: Any = None
    input: Any = None
    action: Any = None
    call_id: str | None = None
    output: Any = None


class Counts(Struct, frozen=True):
    """Tokens as the vendor counts them: cache reads and writes lie inside `input_tokens`, reasoning inside output."""

    input_tokens: Tokens = 0
    cached_input_tokens: Tokens = 0
    cache_write_input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    reasoning_output_tokens: Tokens = 0
    total_tokens: Tokens = 0


class Info(Struct):
    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None
    model_context_window: Tokens | None = None


class Limits(Struct):
    rate_limit_reached_type: Any = None
    plan_type: Any = None


class Done(Struct):
    """The `item` of `item_completed`: one finished thing of a turn, as newer versions write it."""

    type: str | None = None
    id: str | None = None
    content: Any = None
    text: str | None = None
    command: Any = None
    aggregated_output: str | None = None
    exit_code: Status | None = None
    status: str | None = None
    changes: Any = None
    query: str | None = None


class Note(Struct):
    """`event_msg`: what the client told its screen."""

    type: str | None = None
    turn_id: str | None = None
    started_at: float | None = None
    model_context_window: Tokens | None = None
    message: str | None = None
    kind: str | None = None
    info: Info | None = None
    rate_limits: Limits | None = None
    reason: str | None = None
    last_agent_message: str | None = None
    call_id: str | None = None
    success: bool | None = None
    changes: Any = None
    result: Any = None
    query: str | None = None
    item: Done | None = None
    thread_name: str | None = None
    thread_settings: Any = None
    codex_error_info: Any = None


class Metered(Struct):
    """`token_usage_record` (seen in 0.169): one call to the model, written before the tools that it asked for run."""

    thread_id: str | None = None
    response_id: str | None = None
    usage: Counts | None = None
    thread_token_usage: Counts | None = None


class Nothing(Struct):
    """A record whose type says all that is of use, or that is known and of no use."""


Payload = Head | Context | Item | Note | Metered | Nothing


SHAPES: dict[str, type[Payload]] = {
    "session_meta": Head,
    "turn_context": Context,
    "response_item": Item,
    "event_msg": Note,
    "token_usage_record": Metered,
    "compacted": Nothing,
    "world_state": Nothing,
    "inter_agent_communication": Nothing,
    "inter_agent_communication_metadata": Nothing,
    "security_risk_score": Nothing,
}
QUIET_ITEMS = frozenset(
    {
        "additional_tools",
        "agent_message",
        "compaction",
        "compaction_trigger",
        "context_compaction",
        "ghost_snapshot",
        "image_generation_call",
        "other",
        "reasoning",
        "tool_search_call",
        "tool_search_output",
        "web_search_call",
    }
)
"""Response items that are known and of no use here: what they tell is told by an event, or is not asked."""
_QUIET_NOTES = frozenset(
    {
        "agent_reasoning",
        "agent_reasoning_raw_content",
        "agent_reasoning_section_break",
        "background_event",
        "context_compacted",
        "deprecation_notice",
        "exec_command_end",
        "item_started",
        "model_reroute",
        "model_verification",
        "plan_update",
        "raw_response_item",
        "request_permissions",
        "request_user_input",
        "safety_buffering",
        "session_configured",
        "shutdown_complete",
        "sub_agent_activity",
        "terminal_interaction",
        "thread_rolled_back",
        "thread_settings_applied",
        "turn_diff",
        "turn_moderation_metadata",
        "view_image_tool_call",
        "warning",
    }
)
_QUIET_FAMILIES = (
    "collab_",
    "dynamic_tool_call_",
    "guardian_",
    "hook_",
    "image_generation_",
    "mcp_startup_",
    "realtime_",
    "undo_",
)
_QUIET_STEPS = ("_begin", "_delta", "_updated", "_request")


def is_quiet(note: str | None) -> bool:
    """Say whether an event is known and of no use here; any other that no reader takes is shown as not understood."""
    name = note or ""
    return name in _QUIET_NOTES or name.startswith(_QUIET_FAMILIES) or name.endswith(_QUIET_STEPS)


def path_of(place: str | None) -> str | None:
    """Give a directory as a path: newer records write some as `file://` addresses."""
    if place and place.startswith("file://"):
        return unquote(place.removeprefix("file://")) or None
    return place or None


def mapping(value: object) -> dict[str, Any]:
    """Give `value` if it is a JSON object, else an empty one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """Give `value` if it is a JSON array, else an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def text_of(content: object) -> str:
    """Give the text of a message or of an output: a string, a list of parts with `text`, or an object around it."""
    if isinstance(content, str):
        return content
    if inner := mapping(content):
        return text_of(inner.get("content", inner.get("text", inner.get("output"))))
    texts = (part if isinstance(part, str) else mapping(part).get("text") for part in listed(content))
    return "\n".join(text for text in texts if isinstance(text, str))
