"""The wire shapes of Codex rollouts, and one line of bytes made into one of them.

A rollout is `{"timestamp", "type", "payload"}` a line; before 0.34 each line was a bare response item instead. Decoding
is typed and strict first, because that is fast; what fails is decoded again field by field, so that one odd field does
not hide the rest of its record. Source: research/log-formats.md 3.2, 3.3 and rollouts of 0.34 to 0.169.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import unquote

import msgspec
from msgspec import Meta, Raw, Struct

Tokens = Annotated[int, Meta(ge=0, le=10**15)]
"""A count of tokens; the bound keeps a nonsense number out of sums and of SQLite's 64 bits."""


class Git(Struct):
    branch: str | None = None


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

    @property
    def spawned_by(self) -> str | None:
        """The thread that this one is a subagent of; None for a session of its own, a fork among them."""
        subagent = mapping(self.source).get("subagent")
        parent = mapping(mapping(subagent).get("thread_spawn")).get("parent_thread_id")
        return parent if isinstance(parent, str) and parent else self.parent_thread_id

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


class Collaboration(Struct):
    mode: str | None = None


class Context(Struct):
    """`turn_context`: what holds for the turn that begins."""

    turn_id: str | None = None
    cwd: str | None = None
    model: str | None = None
    approval_policy: Any = None
    approvals_reviewer: str | None = None
    collaboration_mode: Collaboration | None = None


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


class Done(Struct):
    """The `item` of `item_completed`: one finished thing of a turn, as newer versions write it."""

    type: str | None = None
    id: str | None = None
    content: Any = None
    text: str | None = None
    command: Any = None
    aggregated_output: str | None = None
    exit_code: int | None = None
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


class _Line(Struct):
    timestamp: str | None = None
    type: str | None = None
    payload: Raw = Raw(b"")
    record_type: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One line: its type, what it holds, its time in seconds since 1970, and whether it is of the bare schema.

    `odd` names the fields that had to be left out because they were not of the shape that this reader knows.
    """

    kind: str
    payload: Payload
    at: float | None
    bare: bool = False
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of which nothing can be told: its kind, as far as known, and why."""

    kind: str
    why: str
    at: float | None = None


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
    "additional_tools agent_message compaction compaction_trigger context_compaction ghost_snapshot"
    " image_generation_call other reasoning tool_search_call tool_search_output web_search_call".split()
)
"""Response items that are known and of no use here: what they tell is told by an event, or is not asked."""
QUIET_NOTES = frozenset(
    "agent_message_content_delta agent_reasoning agent_reasoning_raw_content agent_reasoning_section_break"
    " apply_patch_approval_request background_event collab_agent_interaction_begin collab_agent_interaction_end"
    " collab_agent_spawn_begin collab_agent_spawn_end collab_close_begin collab_close_end collab_resume_begin"
    " collab_resume_end collab_waiting_begin collab_waiting_end context_compacted deprecation_notice"
    " dynamic_tool_call_request dynamic_tool_call_response elicitation_request exec_approval_request"
    " exec_command_begin exec_command_end exec_command_output_delta exited_review_mode guardian_assessment"
    " guardian_warning hook_completed hook_started image_generation_begin image_generation_end item_started"
    " item_updated mcp_startup_complete mcp_startup_update mcp_tool_call_begin model_reroute model_verification"
    " patch_apply_begin patch_apply_updated plan_delta plan_update raw_response_item reasoning_content_delta"
    " reasoning_raw_content_delta request_permissions request_user_input safety_buffering session_configured"
    " shutdown_complete sub_agent_activity terminal_interaction thread_goal_updated thread_rolled_back"
    " thread_settings_applied turn_diff turn_moderation_metadata undo_completed undo_started"
    " view_image_tool_call warning web_search_begin".split()
)
"""Events that are known and of no use here; a type that stands in neither list is shown as not understood."""
BARE_ITEMS = frozenset({"message", "reasoning", "function_call", "function_call_output", "local_shell_call"})

_DECODE_LINE = msgspec.json.Decoder(_Line)
_DECODE_ITEM = msgspec.json.Decoder(Item)
_DECODERS: dict[str, msgspec.json.Decoder[Payload]] = {
    kind: msgspec.json.Decoder(shape) for kind, shape in SHAPES.items()
}
_TROUBLE = (ValueError, RecursionError)
"""What decoders raise on foreign bytes: malformed text, a wrong shape, bad UTF-8 (all ValueError), or deep nesting."""


def decoded(line: bytes) -> Record | Unread:
    """Make a record of one line; never raises, because a log is foreign text."""
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        outer = _DECODE_LINE.decode(line)
        kind = outer.type
        if not outer.payload or kind is None:
            return _decoded_slowly(line)
        decoder = _DECODERS.get(kind)
        if decoder is None:
            return Unread(kind, "a type of record that this version does not know", seconds(outer.timestamp))
        return Record(kind, decoder.decode(outer.payload), seconds(outer.timestamp))
    except _TROUBLE:
        return _decoded_slowly(line)


def _decoded_slowly(line: bytes) -> Record | Unread:
    """Decode with the tolerant parser: bad UTF-8, lone surrogates, odd fields and the bare schema come here."""
    try:
        parsed = json.loads(line.decode("utf-8", "replace"))
    except _TROUBLE as error:
        return Unread("line", f"not JSON: {error}")
    if not isinstance(parsed, dict):
        return Unread("line", "not a JSON object")
    outer = cast(dict[str, Any], parsed)
    kind, at = outer.get("type"), seconds(outer.get("timestamp"))
    if "payload" not in outer:
        return _bare(outer, kind, at)
    if not isinstance(kind, str) or kind not in SHAPES:
        return Unread(kind if isinstance(kind, str) else "line", "a type of record that this version does not know")
    if not isinstance(outer["payload"], dict):
        return Unread(kind, "its payload is not an object")
    payload, odd = _field_by_field(SHAPES[kind], cast(dict[str, Any], outer["payload"]))
    return Record(kind, payload, at, odd=odd)


def _bare(outer: dict[str, Any], kind: object, at: float | None) -> Record | Unread:
    """Read a line of the schema before 0.34, which has no envelope and, but for its first line, no time."""
    if kind in BARE_ITEMS:
        item, odd = _field_by_field(Item, outer)
        return Record("response_item", item, at, True, odd)
    if kind is None and isinstance(outer.get("record_type"), str):
        return Record("world_state", Nothing(), at, True)
    if kind is None and isinstance(outer.get("id"), str):
        head, odd = _field_by_field(Head, outer)
        return Record("session_meta", head, at, True, odd)
    return Unread(kind if isinstance(kind, str) else "line", "neither a record nor a bare item")


Shape = TypeVar("Shape", bound=Struct)


def _field_by_field(shape: type[Shape], values: dict[str, Any]) -> tuple[Shape, tuple[str, ...]]:
    """Give a `shape` of those values that fit, and the names of those that do not."""
    fit: dict[str, Any] = {}
    odd: list[str] = []
    for field in msgspec.structs.fields(shape):
        if field.encode_name in values:
            try:
                fit[field.name] = msgspec.convert(values[field.encode_name], field.type)
            except _TROUBLE:
                odd.append(field.encode_name)
    return shape(**fit), tuple(odd)


def seconds(stamp: object) -> float | None:
    """Give an RFC 3339 time in seconds since 1970, or None; a time without a zone is UTC."""
    if not isinstance(stamp, str):
        return None
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


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
