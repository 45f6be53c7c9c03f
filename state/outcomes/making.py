"""Makes figures: quotients that say when there is nothing to divide by, sums, and middles of several values."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from state.outcomes.figure import Figure, Instance, Unit

Head = tuple[str, str, Unit]
"""A figure's name, its title and its unit."""
Parts = tuple[tuple[str, Decimal | None], ...]


def quotient(
    head: Head,
    top: Decimal | int,
    bottom: Decimal | int,
    *,
    of: str,
    n: int | None = None,
    instances: Iterable[Instance] = (),
    parts: Parts = (),
    at_least: bool = False,
    note: str = "",
) -> Figure:
    """Give `top` by `bottom`; `head` is name, title and unit, `of` says what `bottom` counts, where it is nothing.

    `n` is how many things it rests on, `bottom` where that is a count.
    """
    name, title, unit = head
    above, below = Decimal(top), Decimal(bottom)
    value = above / below if below else None
    told = "; ".join(one for one in ("" if below else f"no {of} in this window", note) if one)
    count = int(below) if n is None else n
    return Figure(name, title, unit, value, count, above, below, at_least, told, parts, tuple(instances))


def amount(
    head: Head,
    value: Decimal | int | None,
    n: int,
    *,
    instances: Iterable[Instance] = (),
    parts: Parts = (),
    at_least: bool = False,
    note: str = "",
) -> Figure:
    """Give a sum or a count; None where it is not known, which `note` then explains."""
    name, title, unit = head
    known = None if value is None else Decimal(value)
    return Figure(name, title, unit, known, n, known, None, at_least, note, parts, tuple(instances))


def unknown(head: Head, note: str, n: int = 0) -> Figure:
    """Give a figure whose input is missing, and why."""
    name, title, unit = head
    return Figure(name, title, unit, None, n, note=note)


def rank(values: Sequence[Decimal], share: str) -> Decimal | None:
    """Give the value below which a share of all lies (nearest rank); None of nothing."""
    if not values:
        return None
    place = (Decimal(share) * len(values)).to_integral_value(ROUND_CEILING)
    return sorted(values)[max(1, int(place)) - 1]


def median(values: Sequence[Decimal]) -> Decimal | None:
    """Give the middle value, between two the mean of both; None of nothing."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2
