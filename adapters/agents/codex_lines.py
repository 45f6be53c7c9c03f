"""One line of a Codex rollout made into a record.

A rollout is `{"timestamp", "type", "payload"}` a line; before 0.34 each line was a bare response item instead. Decoding
is typed and strict first, because that is fast; what fails is decoded again field by field, so that one odd field does
not hide the rest of its record. Source: research/log-formats.md 3.2.
"""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, Struct

from adapters.agents.codex_records import SHAPES, Head, Item, Nothing, Payload


class _Line(Struct):
    timestamp: str | None = None
    type: str | None = None
    payload: Raw = Raw(b"")
    record_type: str | None = None


class Record(Struct, frozen=True):
    """One line: its type, what it holds, its time in seconds since 1970, and whether it is of the bare schema.

    `odd` names the fields that had to be left out because they were not of the shape that this reader knows.
    """

    kind: str
    payload: Payload
    at: float | None
    bare: bool = False
    odd: tuple[str, ...] = ()


class Unread(Struct, frozen=True):
    """A line of which nothing can be told: its kind, as far as known, and why."""

    kind: str
    why: str
    at: float | None = None


BARE_ITEMS = frozenset({"message", "reasoning", "function_call", "function_call_output", "local_shell_call"})

PADDING = b" \t\r\n\0"
"""What may stand around a record: a file that grew before a power loss is padded with NUL bytes."""

_DECODE_LINE = msgspec.json.Decoder(_Line)
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
    if isinstance(kind, str) and kind in BARE_ITEMS:
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
