"""The tool calls that an agent's log holds, whole, as a hook would have heard them: for judging them by another policy.

A call stands in every agent's records as an object with an id, a name and arguments; only their keys differ. So one
search serves all of them, and the hook's own table says what a tool's name means.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from adapters.agents.agent import Agent, LogPlace
from adapters.document import read_document
from adapters.hook.exchange import NotUnderstood
from adapters.hook.tools import call_of
from adapters.opening import Unreadable
from adapters.tail import Chunk, Restarted, Skipped, Unfinished, read_on
from state.policy.call import Call
from state.ports import LogMark, Problem
from state.runs.run import Origin
from state.text import clean

_IDS = ("call_id", "callId", "callID", "toolCallId", "tool_call_id", "tool_use_id", "id")
_NAMES = ("name", "tool", "toolName", "tool_name")
_ARGUMENTS = ("input", "arguments", "args", "parameters", "tool_input")
_DEEPEST = 12


def recorded_calls(
    agents: Sequence[Agent], environment: Mapping[str, str], marks: Sequence[LogMark], session: str
) -> Iterator[tuple[Origin, Call] | Problem]:
    """Give each call of these logs once, with the record that it stands in; what cannot be read is a problem."""
    wanted = {mark.path: mark for mark in marks}
    seen: set[str] = set()
    for agent in agents:
        for root in agent.roots(environment):
            for place in agent.logs(root, []):
                mark = wanted.get(place.path)
                if mark is not None and mark.agent == agent.name:
                    yield from _of_log(place, mark, session, seen)


def _of_log(place: LogPlace, mark: LogMark, session: str, seen: set[str]) -> Iterator[tuple[Origin, Call] | Problem]:
    cwd = mark.cwd or "/"
    for offset, line in _lines(place, mark.agent):
        if isinstance(line, Problem):
            yield line
            return
        try:
            record = cast("object", json.loads(line))
        except (ValueError, RecursionError):
            continue
        cwd = _cwd(record) or cwd
        for name, tool, words in _uses(record, 0):
            if name in seen:
                continue
            seen.add(name)
            try:
                call, _ = call_of(mark.agent, session, tool, words, cwd, call=name)
            except NotUnderstood as odd:
                yield Problem(clean(place.path), f"a call of {clean(tool, 80)} was not understood: {odd}", "report it")
                continue
            yield Origin(clean(place.path), offset, None), call


def _lines(place: LogPlace, agent: str) -> Iterator[tuple[int, bytes | Problem]]:
    """Read a log from its beginning, whatever form it has."""
    mark = LogMark(place.path, agent)
    unfinished: Unfinished | None = None
    while True:
        chunk = _next(place, mark, unfinished)
        if not isinstance(chunk, Chunk):
            why = chunk.why if isinstance(chunk, Unreadable) else "it was rewritten meanwhile"
            yield 0, Problem(clean(place.path), f"{clean(place.path)} cannot be read: {why}", "try again")
            return
        if not chunk.pieces:
            return
        yield from (piece for piece in chunk.pieces if not isinstance(piece, Skipped))
        mark, unfinished = chunk.mark, chunk.unfinished


def _next(place: LogPlace, mark: LogMark, unfinished: Unfinished | None) -> Chunk | Restarted | Unreadable:
    if place.rows is not None:
        return place.rows.read_on(mark)
    return read_document(place.path, mark) if place.form == "document" else read_on(place.path, mark, unfinished)


def _uses(value: object, depth: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give the id, the tool's name and the input of each call within a record."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _uses(one, depth + 1)
    elif isinstance(value, dict):
        told = cast("dict[str, object]", value)
        if (found := _use(told)) is not None:
            yield found
            return
        for one in told.values():
            if isinstance(one, dict | list):
                yield from _uses(cast("object", one), depth + 1)


def _use(told: dict[str, object]) -> tuple[str, str, dict[str, Any]] | None:
    name, tool = _text(told, _IDS), _text(told, _NAMES)
    if name is None:
        return None
    if told.get("type") == "local_shell_call" and isinstance(action := told.get("action"), dict):
        return name, "local_shell", cast("dict[str, Any]", action)
    state = told.get("state")
    holder = cast("dict[str, object]", state) if isinstance(state, dict) else told
    given = next((holder[key] for key in _ARGUMENTS if key in holder), None)
    if tool is None or given is None:
        return None
    if isinstance(given, dict):
        return name, tool, cast("dict[str, Any]", given)
    if not isinstance(given, str):
        return None
    try:
        words = cast("object", json.loads(given))
    except (ValueError, RecursionError):
        words = None
    return name, tool, cast("dict[str, Any]", words) if isinstance(words, dict) else {"input": given}


def _text(told: dict[str, object], keys: Sequence[str]) -> str | None:
    for key in keys:
        if isinstance(value := told.get(key), str) and value:
            return value
    return None


def _cwd(record: object) -> str | None:
    """Give the directory that a record says the run is in."""
    told = cast("dict[str, object]", record) if isinstance(record, dict) else {}
    inner = told.get("payload")
    for one in (told, cast("dict[str, object]", inner) if isinstance(inner, dict) else {}):
        if isinstance(cwd := one.get("cwd"), str) and cwd.startswith("/"):
            return cwd
    return None
