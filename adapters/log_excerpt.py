"""Reads again the record that a fact was read from, for a human to look at.

Foreign bytes end here: what is given is clean and cut. The file may be gone, replaced or huge by now; each is said in a
sentence. A record is looked for at exactly its byte, so that a rewritten log is never taken for the one that was read.
"""

import asyncio
import json
import os
from typing import Any, cast

from adapters.agents.codex_lines import seconds
from adapters.opening import opened, unreadable
from state.ports import Excerpt
from state.runs.run import Origin
from state.text import clean

LONGEST = 512 * 1024
"""Bytes read of a record; one that is longer is shown cut."""
_NEIGHBOUR = 8 * 1024
_LINES, _WIDTH, _STRING = 400, 400, 6000
_TEXT_LINES = 20
_DRIFT = 1.0
"""Seconds by which the time in a record may differ from the one that was read."""
_GONE = "it is gone by now; what was read of it is kept"
_REWRITTEN = "it was rewritten since: no record begins at that byte any more"
_ANOTHER = "it was rewritten since: the record that stands there now claims another time"
_CUT = "the record is longer than is shown here"
_DATABASE = b"SQLite format 3\0"


class LogExcerpts:
    """Shows records of logs and lines of text files."""

    async def excerpt(self, origin: Origin) -> Excerpt:
        """Give the record at `origin`, read in a thread."""
        return await asyncio.to_thread(excerpt_of, origin)


def excerpt_of(origin: Origin) -> Excerpt:
    """Give the record at `origin`; what is wrong with it or its file stands in `problem`."""
    try:
        with opened(origin.log) as (descriptor, found):
            if os.pread(descriptor, len(_DATABASE), 0) == _DATABASE:
                return Excerpt(origin, problem="it is a database, of which no record is shown here")
            if origin.offset >= found.st_size:
                return Excerpt(origin, problem=_REWRITTEN)
            return _read(descriptor, origin)
    except OSError as error:
        why = unreadable(error)
        return Excerpt(origin, problem=_GONE if why.kind == "gone" else f"it cannot be read now: {why.why}")


def _read(descriptor: int, origin: Origin) -> Excerpt:
    begin = max(0, origin.offset - _NEIGHBOUR)
    before = os.pread(descriptor, origin.offset - begin, begin)
    data = os.pread(descriptor, LONGEST + _NEIGHBOUR, origin.offset)
    line, newline, rest = data.partition(b"\n")
    record = _record(line)
    if record is None and not origin.log.endswith(".jsonl"):
        return Excerpt(origin, _plain(before.rpartition(b"\n")[2] + data))
    if before and not before.endswith(b"\n"):
        return Excerpt(origin, problem=_REWRITTEN)
    return Excerpt(
        origin,
        _laid_out(record) if record is not None else _plain(line[:LONGEST]),
        _one_line(before.rstrip(b"\n").rpartition(b"\n")[2]),
        _one_line(rest.partition(b"\n")[0]),
        _doubt(record, origin) or (None if newline or record is not None else _CUT),
    )


def _record(line: bytes) -> object | None:
    try:
        return cast("object", json.loads(line.strip(b" \t\r\0").decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError):
        return None


def _doubt(record: object, origin: Origin) -> str | None:
    """Say that a record is another one than was read, where both claim a time."""
    claimed = seconds(cast("dict[str, Any]", record).get("timestamp")) if isinstance(record, dict) else None
    if claimed is None or origin.at is None or abs(claimed - origin.at) <= _DRIFT:
        return None
    return _ANOTHER


def _laid_out(record: object) -> tuple[str, ...]:
    """Lay JSON out, a text of several lines as several lines."""
    try:
        text = json.dumps(_shortened(record), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return _plain(repr(record)[:LONGEST].encode("utf-8", "replace"))
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        first, *more = line.replace("\\\\", "\0").split("\\n")
        lines += [part.replace("\0", "\\") for part in (first, *(f"{indent}{one}" for one in more))]
    return _kept(lines)


def _shortened(value: object) -> object:
    match value:
        case str() if len(value) > _STRING:
            return f"{value[: _STRING // 2]}\n… {len(value) - _STRING:,} characters …\n{value[-_STRING // 2 :]}"
        case dict():
            return {name: _shortened(one) for name, one in cast("dict[str, object]", value).items()}
        case list():
            return [_shortened(one) for one in cast("list[object]", value)]
        case _:
            return value


def _plain(data: bytes) -> tuple[str, ...]:
    return _kept(data.decode("utf-8", "replace").split("\n")[:_TEXT_LINES])


def _kept(lines: list[str]) -> tuple[str, ...]:
    more = (f"… {len(lines) - _LINES:,} more lines",) if len(lines) > _LINES else ()
    return (*(clean(line, _WIDTH) for line in lines[:_LINES]), *more)


def _one_line(data: bytes) -> str | None:
    return clean(data.decode("utf-8", "replace"), _WIDTH) if data.strip() else None
