"""Holds a run's budget where no core counts: what its own log says of calls to the model since the core last did.

Only the main log is read, from the last record that the core counted, and at most `MOST` bytes: subagents' own logs
are not. A call stands on several records and counts once, with its largest figures (research/log-formats.md 2.5);
Codex tells running totals, of which the growth counts (3.5). Standard library only.
"""

import json
import posix
from typing import Any, cast

from adapters.hook import files
from state.gate_files import Budget, Halted, RunFile

MOST = 64 << 20
"""Bytes of a log that are read; where it grew by more than that, the run waits until a core has counted."""
UNTOLD = (
    "what it spent since Headgate last counted cannot be told: its log was removed, replaced or cut short, or grew by "
    "more than 64 MiB; its budget {} holds it until `headgate` has counted anew."
)
_MOST_TOKENS = 10**15
"""What one record tells at the most, as for the readers of logs: more is no count of any client's."""
_PIECE = 1 << 20
_MARKS = (b'"usage"', b'"total_token_usage"')
_READ = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_CLOEXEC
_REGULAR, _KIND = 0o100000, 0o170000


def over_budget(house: str | None, run: RunFile | None) -> Halted | None:
    """Give the hard stop of a run whose budget is used up; None where there is something left.

    A core that has just begun rings before it has counted, so what the log tells counts beside it too; only where the
    log does not tell, a core that is at work decides.
    """
    budget = None if run is None else run.get("budget")
    if budget is None or house is None:
        return None
    spent = 0.0 if budget["left"] <= 0 else spent_since(budget)
    if spent is not None and spent < budget["left"]:
        return None
    if spent is None and files.ring(f"{house}/spool/core.bell", softly=True):
        return None
    text = UNTOLD.format(budget["name"]) if spent is None else f"{budget['text']}."
    return {"request": budget["request"], "kind": "budget", "text": text}


def used_up(budget: Budget) -> bool:
    """Say whether nothing is left once the new end of the log is counted, or nobody can tell."""
    if budget["left"] <= 0:
        return True
    spent = spent_since(budget)
    return spent is None or spent >= budget["left"]


def spent_since(budget: Budget) -> float | None:
    """Give what was spent since the core counted, in micro-USD; None where nobody can tell (`UNTOLD`)."""
    if budget["log"] is None:
        return 0.0
    found = _records(budget["log"], budget["offset"])
    if found is None:
        return None
    if any("totals" in one for one in found):
        return _of_totals([one["totals"] for one in found if "totals" in one], budget, first=budget["offset"] == 0)
    return _of_messages(found, budget)


def _of_messages(found: list[dict[str, Any]], budget: Budget) -> float:
    """Add up calls by their names; the record that the list begins with was counted, and so was its call."""
    known = found[0]["name"] if found and found[0]["begins"] and budget["offset"] else None
    calls: dict[str, float] = {}
    for one in found:
        if one["name"] != known:
            usd = _cost(one["parts"], budget, one["model"])
            calls[one["name"]] = max(usd, calls.get(one["name"], 0.0))
    return sum(calls.values())


def _of_totals(totals: list[list[int]], budget: Budget, *, first: bool) -> float:
    """Give the growth of running totals; one that shrinks begins anew."""
    spent, before = 0.0, [0] * 5 if first else totals[0]
    for now in totals:
        grown = [max(0, new - old) for new, old in zip(now, before, strict=True)] if sum(now) >= sum(before) else now
        spent, before = spent + _cost(grown, budget, None), now
    return spent


def _cost(parts: list[int], budget: Budget, model: str | None) -> float:
    """Price one call: fresh input, cache read, cache written for five minutes and for an hour, output."""
    rates = budget["rates"]
    only = next(iter(rates.values())) if model is None and len(rates) == 1 else None
    each = rates.get(model or "") or only or [budget["dearest"]] * 5
    return sum(count * rate for count, rate in zip(parts, each, strict=True))


def _records(log: str, offset: int) -> list[dict[str, Any]] | None:
    """Read the records that tell of usage; None where it is another log or too long. A half line waits."""
    try:
        descriptor = posix.open(log, _READ)
    except (OSError, ValueError):
        return None if offset else []
    try:
        told = posix.fstat(descriptor)
        if told.st_mode & _KIND != _REGULAR:
            return None if offset else []
        if told.st_size - offset > MOST or (offset and told.st_size <= offset):
            return None
        posix.lseek(descriptor, max(0, offset - 1), 0)
        if offset and posix.read(descriptor, 1) != b"\n":
            return None  # the counted record began behind a line's end
        return _read(descriptor)
    finally:
        posix.close(descriptor)


def _read(descriptor: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    rest, begins = b"", True
    while piece := posix.read(descriptor, _PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            one = _record(line) if any(mark in line for mark in _MARKS) else None
            if one is not None:
                found.append({**one, "begins": begins})
            begins = False
    return found


def _record(line: bytes) -> dict[str, Any] | None:
    """Read one record, of Claude Code or of Codex; what is neither tells nothing."""
    try:
        row = _mapping(json.loads(line.decode("utf-8", "replace")))
    except (ValueError, RecursionError):
        return None
    message = _mapping(row.get("message"))
    if usage := _mapping(message.get("usage")):
        name = f"{message.get('id')}/{row.get('requestId')}" if message.get("id") else str(row.get("uuid"))
        model = message.get("model")
        return {"name": name, "model": model if isinstance(model, str) else None, "parts": _claude(usage)}
    totals = _mapping(_mapping(_mapping(row.get("payload")).get("info")).get("total_token_usage"))
    return {"totals": _codex(totals)} if totals else None


def _claude(usage: dict[str, Any]) -> list[int]:
    kinds = _mapping(usage.get("cache_creation"))
    long, short = _count(kinds, "ephemeral_1h_input_tokens"), _count(kinds, "ephemeral_5m_input_tokens")
    short = max(short, _count(usage, "cache_creation_input_tokens") - long)
    read = _count(usage, "cache_read_input_tokens")
    return [_count(usage, "input_tokens"), read, short, long, _count(usage, "output_tokens")]


def _codex(totals: dict[str, Any]) -> list[int]:
    read, wrote = _count(totals, "cached_input_tokens"), _count(totals, "cache_write_input_tokens")
    fresh = max(0, _count(totals, "input_tokens") - read - wrote)
    return [fresh, read, wrote, 0, _count(totals, "output_tokens")]


def _count(words: dict[str, Any], name: str) -> int:
    found = words.get(name)
    return min(found, _MOST_TOKENS) if isinstance(found, int) and found > 0 else 0


def _mapping(found: object) -> dict[str, Any]:
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
