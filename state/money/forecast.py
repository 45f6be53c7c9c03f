"""What a month is likely to end at: a range, never a point. Pure.

Formula (research/economics.md 5.5): what was spent so far, and for each working day that is left the middle half (P25
to P75) of the last ten working days. A working day is one from Monday to Friday of the local calendar; one on which
nothing was spent counts, but none before the first day on which anything was. Today counts with what it still lacks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import quantiles

DAYS = 10
FEW = 3
"""Working days below which nothing is said."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the month is likely to end at, in USD: the middle half of the last working days, over the days left.

    None where there are too few days to say; `days` is how many it rests on. `at_least`: on one of the days that it
    counts a call has no price. Of several `repositories` together none is made. `so_far` is what the month cost by now,
    `left` how many working days follow today, and `rested` what each day cost that it rests on, the newest first.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    days: int = 0
    at_least: bool = False
    repositories: int = 1
    so_far: Decimal | None = field(default=None, compare=False)
    left: int = field(default=0, compare=False)
    rested: tuple[tuple[date, Decimal], ...] = field(default=(), compare=False)


def by_day(hours: Iterable[tuple[int, Decimal]], zone: tzinfo | None = None) -> dict[date, Decimal]:
    """Add up hours since 1970 by the local day that they begin in; `zone` None is this machine's."""
    days: dict[date, Decimal] = {}
    for hour, usd in hours:
        day = datetime.fromtimestamp(hour * 3600, zone).date()
        days[day] = days.get(day, Decimal(0)) + usd
    return days


def forecast(days: Mapping[date, Decimal], today: date, lacking: Iterable[date] = ()) -> Forecast:
    """Give the range by what each day cost, in USD; a day that is not there cost nothing.

    `lacking` are days on which a call has no price, so that they cost more than is known.
    """
    begun = min((day for day, usd in days.items() if usd), default=today)
    last = [day for day in _back_from(today, begun) if _works(day)][:DAYS]
    if len(last) < FEW:
        return Forecast(days=len(last))
    low, _, high = quantiles([days.get(day, Decimal(0)) for day in last], n=4, method="inclusive")
    spent = sum((usd for day, usd in days.items() if _month(day) == _month(today) and day <= today), Decimal(0))
    left = sum(1 for day in _rest_of_month(today) if _works(day))
    so_far = days.get(today, Decimal(0))
    ends = [spent + left * rate + _lacking(today, rate, so_far) for rate in (low, high)]
    bound = any(day in last or _month(day) == _month(today) for day in lacking)
    rested = tuple((day, days.get(day, Decimal(0))) for day in last)
    return Forecast(ends[0], ends[1], len(last), bound, so_far=spent, left=left, rested=rested)


def _lacking(today: date, rate: Decimal, so_far: Decimal) -> Decimal:
    return max(Decimal(0), rate - so_far) if _works(today) else Decimal(0)


def _back_from(today: date, begun: date) -> Iterable[date]:
    day = today - timedelta(days=1)
    while day >= begun:
        yield day
        day -= timedelta(days=1)


def _rest_of_month(today: date) -> Iterable[date]:
    day = today + timedelta(days=1)
    while _month(day) == _month(today):
        yield day
        day += timedelta(days=1)


def _works(day: date) -> bool:
    return day.weekday() < _SATURDAY


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
