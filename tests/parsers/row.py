"""One row of the table of parsers, and the oracle: what may come out of a parser, whatever went in."""

import dataclasses
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from state.runs.run import Origin

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHARED = Path(__file__).parents[3] / "shared"
_DEEPEST = 60
_WHOLE = 2**63
"""What a whole number of SQLite's stays below; one that does not ends the core's transaction."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parser:
    """A parser: `reads` gives what came out of some bytes, and raises nothing but `refuses`.

    `samples` are good inputs, to be damaged. `raw`: what comes out stays inside, such as a path that opens a file, and
    is cleaned where it leaves. `lines`: the input is a log, whose lines are read one by one.
    """

    name: str
    reads: Callable[[bytes], Any]
    samples: Sequence[bytes]
    refuses: tuple[type[Exception], ...] = ()
    raw: bool = False
    lines: bool = False


def tried(parser: Parser, data: bytes) -> bool:
    """Read `data` and hold what comes out against the oracle; False where the parser refused it. Raises otherwise."""
    try:
        found = parser.reads(data)
    except parser.refuses as refused:
        told = [str(refused)] if not parser.raw else []
        found = None if all(one.isprintable() for one in told) else told
        assert found is None, f"the refusal cannot be printed: {told!r}"
        return False
    for value in _values(found, 0):
        _sound(value, raw=parser.raw)
    return True


def _sound(value: object, *, raw: bool) -> None:
    match value:
        case str() if not raw:
            assert value.isprintable(), f"not safe to print: {value[:200]!r}"
        case float() if not raw:
            assert math.isfinite(value), f"no number that can be shown or kept: {value}"
        case int() if not raw:
            assert -_WHOLE <= value < _WHOLE, f"no number that SQLite keeps: {value}"
        case _:
            pass


def _values(value: Any, depth: int) -> Iterator[object]:
    """Give every text and number within what a parser gave; of an origin, the log's path stays as it is."""
    assert depth < _DEEPEST, "what comes out is nested without end"
    match value:
        case Origin():
            yield from (value.offset, value.at)
        case Mapping():
            for name, one in value.items():
                yield from _values(name, depth + 1)
                yield from _values(one, depth + 1)
        case list() | tuple() | set() | frozenset():
            for one in value:
                yield from _values(one, depth + 1)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            for field in dataclasses.fields(value):
                yield from _values(getattr(value, field.name), depth + 1)
        case _ if hasattr(type(value), "model_dump"):
            yield from _values(value.model_dump(), depth + 1)
        case _:
            yield value


def work_of(parser: Parser, data: bytes) -> int:
    """Count the calls that reading takes: of functions of ours and of the interpreter's."""
    counted = 0

    def count(frame: FrameType, event: str, told: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        parser.reads(data)
    except parser.refuses:
        pass
    finally:
        sys.setprofile(before)
    return counted
