"""What a helper process hands to the core: values of ours, pickled, each in a frame of its own.

Both ends are this same program on a private pipe, so what is unpickled was pickled here; foreign text is in it only as
text. A frame is its length and whether more of the same log follows, then the pickle.
"""

import io
import marshal
import pickle
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from operator import attrgetter
from types import ModuleType
from typing import Any

from adapters.agents.agent import LogPlace
from adapters.known_log import Told
from adapters.tail import Chunk, Skipped, Unfinished
from state.money.spending import Cost, Terms
from state.ports import LogMark, Problem
from state.runs import event, run
from state.runs.run import Origin, RunKey
from state.runs.skimmed import CallsMetered

HEADER = struct.Struct("<IB")
"""Bytes of the pickle, and 1 where more frames of the same log follow."""
_SHAPES: tuple[type[Any], ...] = (LogPlace, LogMark, Problem, Told, Chunk, Skipped, Unfinished, Cost, Terms)


def _taken_apart(shape: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Give what takes a value apart into its class and its fields: a dataclass with slots pickles ten times slower."""
    names = [field.name for field in fields(shape)]
    values: Callable[[Any], Any] = attrgetter(*names)
    if len(names) == 1:
        return lambda value: (shape, (values(value),))
    return lambda value: (shape, values(value))


def _shapes_of(module: ModuleType) -> list[type[Any]]:
    found: list[Any] = list(vars(module).values())
    return [one for one in found if isinstance(one, type) and is_dataclass(one)]


def _calls_apart(met: CallsMetered) -> tuple[Callable[..., CallsMetered], tuple[Any, ...]]:
    """Take calls apart: tuples of plain values, of which a log has hundreds, go twice as fast by `marshal`."""
    return _calls_again, (met.run, met.origin, met.terms, marshal.dumps(met.calls))


def _calls_again(run: RunKey, origin: Origin, terms: tuple[Terms, ...], calls: bytes) -> CallsMetered:
    return CallsMetered(run, origin, terms, marshal.loads(calls))


_TABLE: dict[type[Any], Callable[[Any], Any]] = {
    shape: _taken_apart(shape) for shape in (*_SHAPES, *_shapes_of(event), *_shapes_of(run)) if fields(shape)
}
_TABLE[CallsMetered] = _calls_apart


def framed(value: object, *, more: bool) -> bytes:
    """Give a value as a frame."""
    held = io.BytesIO()
    held.write(bytes(HEADER.size))
    pickler = pickle.Pickler(held, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(value)
    frame = held.getbuffer()
    HEADER.pack_into(frame, 0, len(frame) - HEADER.size, more)
    return bytes(frame)


def read(body: bytes) -> Any:
    """Give the value of a frame's body."""
    return pickle.loads(body)


Job = tuple[str, LogPlace, LogMark, int, bool]
"""The agent's name, where the log lies, how far it was read, its size when it was last looked at, whether to skim."""
