"""Reads the lines of a log that a user's file describes into events; see docs/adapters.md for what each field does."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import msgspec
from msgspec import Struct

from adapters.agents.codex_lines import PADDING, seconds
from adapters.agents.generic_file import Description, Fields, Tokens, Words
from adapters.agents.open_calls import Result, Where
from adapters.agents.tool_calls import name_line, said_line
from adapters.agents.tool_work import Tools, Work, mapping
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, Usage, run_key
from state.text import clean

PROMPT, SAID = 2000, 300
_MOST_TOKENS = 10**15
_MILLISECONDS = 10**11
"""A time beyond this many seconds since 1970 is in milliseconds."""
_LATEST = 253370764800
"""The year 9999 in seconds since 1970."""
_ITEM = "item"


class Memory(Struct, omit_defaults=True):
    """What a reader must know of the lines before; saved as JSON with each checkpoint."""

    found: bool = False
    place: tuple[str, str | None] | None = None
    version: str | None = None
    model: str | None = None
    context: int | None = None
    work: Work = msgspec.field(default_factory=Work)


_RESTORE = msgspec.json.Decoder(Memory)


class Record:
    """One record, or one item of a record's list, asked for facts by the places that the file names."""

    def __init__(self, whole: Mapping[str, Any], item: object = None) -> None:
        self._whole, self._item = whole, item

    def get(self, places: Words) -> object:
        """Give what stands at the first of these places that holds something."""
        for place in places:
            keys = _keys(place)
            inside = keys[0] == _ITEM and self._item is not None
            held = _held(self._item, keys[1:]) if inside else _held(self._whole, keys)
            if held is not None:
                return held
        return None

    def text(self, places: Words) -> str:
        """Give a text; of a list of texts and of parts with a text, all of it."""
        return "\n".join(_texts(self.get(places)))

    def number(self, places: Words) -> int:
        """Give a count; 0 where none stands or it is none."""
        held = self.get(places)
        return held if isinstance(held, int) and not isinstance(held, bool) and 0 <= held <= _MOST_TOKENS else 0

    def time(self, places: Words) -> float | None:
        """Give a time in seconds since 1970: from RFC 3339, or a number of seconds or milliseconds."""
        held = self.get(places)
        if isinstance(held, int | float) and not isinstance(held, bool):
            return _moment(held)
        return seconds(held)

    def kind(self, places: Words) -> str:
        """Give what tells records apart: the words at all these places, joined by slashes."""
        return "/".join(told for place in places if (told := self.text((place,))))

    def items(self, places: Words) -> "list[Record]":
        """Give each item of the list at one of these places as a record, or the record itself."""
        held = self.get(places) if places else None
        return [Record(self._whole, one) for one in cast("list[object]", held)] if isinstance(held, list) else [self]


class GenericReader:
    """Turns the lines of one described log into events."""

    def __init__(self, described: Description, log: str, session: str, saved: str) -> None:
        self.run = run_key(described.name, session)
        self._described, self._log, self._session = described, log, name_line(session)
        self._tools = _tools(described)
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
        whole = decoded(line)
        if whole is None:
            self._tell(ev.LineNotUnderstood, "line", "no JSON object")
            return self._told
        record = Record(whole)
        self._origin = Origin(self._log, offset, record.time(self._described.fields.time))
        self._meet(record)
        self._meter(record, offset)
        for number, item in enumerate(record.items(self._described.fields.items)):
            self._take(item, f"{offset}.{number}")
        return self._told

    def _tell(self, kind: type[ev.Event], *facts: Any) -> None:
        self._told.append(cast("Any", kind)(self.run, self._origin, *facts))

    def _meet(self, record: Record) -> None:
        """Tell who and where it is, as far as this record says something new of it."""
        memory, fields = self._memory, self._described.fields
        if not memory.found:
            memory.found = True
            parent = record.text(fields.parent)
            by = run_key(self._described.name, parent) if parent else None
            self._tell(ev.RunFound, self._described.name, self._session, by)
        if (version := clean(record.text(fields.version), 80)) and version != memory.version:
            memory.version = version
            self._tell(ev.VersionNoted, version)
        place = clean(record.text(fields.cwd)), clean(record.text(fields.branch), SAID) or None
        if place[0] and place != memory.place:
            memory.place = place
            self._tell(ev.PlaceEntered, *place)
        if (model := clean(record.text(fields.model), 120)) and model != memory.model:
            memory.model = model
            self._tell(ev.ModelUsed, model)

    def _take(self, item: Record, place: str) -> None:
        fields, kinds = self._described.fields, self._described.kinds
        kind, text = item.kind(fields.kind), item.text(fields.text).strip()
        where = Where(self.run, self._origin, False, self._memory.place[0] if self._memory.place else None)
        call = name_line(item.text(fields.call) or (place if kind in kinds.call else ""))
        if kind in kinds.prompt:
            self._tell(ev.PromptGiven, said_line(text, PROMPT))
            self._tell(ev.TurnBegun)
        elif kind in kinds.answer:
            self._speak(text)
        elif kind in kinds.call:
            self._told += self._memory.work.begin(
                self._tools, call, item.text(fields.tool), item.get(fields.arguments), where
            )
        elif kind in kinds.result:
            self._told += self._memory.work.end(self._tools, call, _result(item, fields), where)
        else:
            self._take_rest(kind, text)

    def _speak(self, text: str) -> None:
        """Tell the agent's words; where the file names no end of a turn, they may be its last."""
        if text:
            self._tell(ev.AgentSpoke, said_line(text, SAID))
        if not self._described.kinds.end:
            self._tell(ev.TurnEnded, "done", said_line(text, SAID), False)

    def _take_rest(self, kind: str, text: str) -> None:
        kinds = self._described.kinds
        if kind in kinds.end or kind in kinds.interrupted:
            self._memory.work.forget()
            self._tell(ev.TurnEnded, "done" if kind in kinds.end else "interrupted", said_line(text, SAID))
        elif kind in kinds.error:
            self._tell(ev.CallFailed, "error", said_line(text, SAID))
            self._tell(ev.TurnEnded, "failed", said_line(text, SAID))
        elif kind in kinds.compacted:
            self._tell(ev.ContextCompacted, said_line(text, SAID) or "compacted")
        elif kind not in kinds.ignored and "*" not in kinds.ignored:
            self._tell(ev.LineNotUnderstood, clean(kind, 80) or "record", "no kind that its description names")

    def _meter(self, record: Record, offset: int) -> None:
        described = self._described
        usage = _usage(record, described.tokens)
        if usage is None:
            return
        named = record.text(described.tokens.key) or f"{self._session}:{offset}"
        key = clean(f"{described.name}:{named}", SAID)
        terms = Terms(provider=described.provider, lifetime_known=not usage.cache_write_5m)
        self._tell(ev.RequestMetered, key, self._memory.model, usage, False, terms)
        held = usage.fresh_input + usage.cache_read + usage.cache_write_5m
        if held != self._memory.context:
            self._memory.context = held
            self._tell(ev.ContextMeasured, held)


@lru_cache(4096)
def _keys(place: str) -> tuple[str, ...]:
    return tuple(place.split("."))


def _held(value: object, keys: tuple[str, ...]) -> object:
    """Give what stands under these keys, None where nothing does."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = cast("dict[str, object]", value).get(key)
    return value


def decoded(line: bytes) -> Mapping[str, Any] | None:
    """Give a line's object, None where it is none."""
    try:
        told: object = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        try:  # half a character, as JavaScript writes it, is JSON to its own parser only
            told = json.loads(line.decode())
        except (ValueError, RecursionError):
            return None
    return cast("Mapping[str, Any]", told) if isinstance(told, dict) else None


def _moment(told: float) -> float | None:
    """Give a time that a date can be made of."""
    if not 0 <= told < _LATEST * 1000:
        return None
    return told / 1000.0 if told > _MILLISECONDS else float(told)


def _usage(record: Record, places: Tokens) -> Usage | None:
    """Give the tokens in disjoint parts, None where the record tells of no call."""
    read, written = record.number(places.cache_read), record.number(places.cache_write)
    given, out, thought = (record.number(one) for one in (places.input, places.output, places.reasoning))
    if places.input_includes_cache:
        given = max(0, given - read - written)
    if not places.output_includes_reasoning:
        out += thought
    usage = Usage(given, read, written, 0, out, min(thought, out), 1)
    return usage if usage.tokens else None


def _tools(described: Description) -> Tools:
    names = described.tools
    return Tools(
        shells=frozenset(names.shells),
        writers=frozenset(names.writers),
        readers=frozenset(names.readers),
        steps=frozenset(names.steps),
        questions=frozenset(names.questions),
        plan_shows=frozenset(names.plans),
        waits=frozenset(names.waits),
    )


def _result(item: Record, fields: Fields) -> Result:
    """Give what came of a call; an exit status that is not 0 is a failure."""
    status = item.get(fields.exit_status)
    told = status if isinstance(status, int) and not isinstance(status, bool) and abs(status) < 2**31 else None
    failed = item.get(fields.failed) in (True, "error", "failed") or bool(told)
    return Result(failed, item.text(fields.result) or item.text(fields.text), told)


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, list):
        for one in cast("list[object]", held):
            yield from _texts(one if isinstance(one, str) else mapping(one).get("text"))


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
