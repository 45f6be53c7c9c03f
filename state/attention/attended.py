"""What a board tells of a human's attention, read out of its order: nothing of it is taken on trust.

An order of verb attended has the words `board` (its own name for as long as it is open) and `stretches`: a JSON list of
objects with run, task, surface, since, until, keys and idle, times in seconds since 1970, the oldest first.
"""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from state.attention.limits import MOST
from state.money.accounts import Attended, Surface
from state.spool import Order
from state.text import clean

OLDEST = 7 * 86_400.0
SKEW = 60.0
"""Seconds that a board's clock may be ahead of the core's."""
LONGEST = 6 * 3600.0
_BOARD = re.compile(r"[0-9a-f]{8,64}")
_Time = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
_Name = Annotated[str, Field(pattern=r"^[0-9a-f]{0,64}$")]


class _Stretch(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    run: _Name
    task: _Name
    surface: Surface
    since: _Time
    until: _Time
    keys: Annotated[int, Field(ge=0, le=1_000_000)]
    idle: _Time = 0.0


_STRETCHES = TypeAdapter(Annotated[list[_Stretch], Field(min_length=1, max_length=MOST)])


def attended_of(order: Order, now: float, by: str, after: float | None = None) -> tuple[Attended, ...]:
    """Read the stretches that an order tells; `after` is until when its board has told already.

    Raises `ValueError` with the sentence why nothing of it was kept.
    """
    if _BOARD.fullmatch(order.words.get("board", "")) is None:
        raise _refused("names no board")
    try:
        stretches = _STRETCHES.validate_json(order.words.get("stretches", ""))
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_context=False)[0]["loc"]))
        raise _refused(f"tells stretches of another shape{f' (at {clean(where, 60)})' if where else ''}") from None
    _check_times(stretches, now, after)
    return tuple(
        Attended(f"{order.id}:{at}", one.run, one.task, one.surface, one.since, one.until, one.keys, by, one.idle)
        for at, one in enumerate(stretches)
    )


def _check_times(stretches: Sequence[_Stretch], now: float, after: float | None) -> None:
    reached = now - OLDEST if after is None else after
    for one in stretches:
        if one.until < one.since or one.until - one.since > LONGEST:
            raise _refused("has a stretch that ends before it begins, or that no human attends without a break")
        if one.until > now + SKEW:
            raise _refused("has a stretch that ends in the future")
        if one.since < reached:
            raise _refused("has a stretch that is too old, or that was told already")
        reached = one.until


def _refused(why: str) -> ValueError:
    return ValueError(f"an order on attention {why}; nothing was kept")
