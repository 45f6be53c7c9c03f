"""What numbers of the money screen are made of that are no outcomes: the chart's columns and the month's forecast.

Each becomes a figure, so that it opens as every other one does.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from state.money.forecast import Forecast
from state.money.spending import Cost
from state.outcomes.figure import Figure, Instance
from tui import wording_asked as asked
from tui import wording_money as words


def over_time_figure(stretches: Sequence[tuple[str, float, Cost]], total: Cost) -> Figure:
    """Give what a chart shows, the sum of its columns, and each of them: what it is named, when it begins, its cost."""
    spent = [(name, at, cost) for name, at, cost in stretches if cost != Cost()]
    instances = tuple(
        Instance(f"{name}: {words.cost_said(cost)}", asked.SOURCE, at, amount=cost.known) for name, at, cost in spent
    )
    least = total.state in ("lower_bound", "unpriced")
    return Figure(
        "over_time", words.TIME_TITLE, "usd", total.known, len(spent), total.known, at_least=least,
        note=asked.OVER_TIME, instances=instances,
    )  # fmt: skip


def forecast_figure(one: Forecast) -> Figure | None:
    """Give what a forecast rests on: what the month cost by now, and each working day; None where none is made."""
    if one.low is None or one.high is None:
        return None
    instances = tuple(
        Instance(f"{day:%a %d %b %Y}", asked.SOURCE, datetime(day.year, day.month, day.day).timestamp(),
                 amount=usd)
        for day, usd in one.rested
    )  # fmt: skip
    parts = ((asked.LOW, one.low), (asked.HIGH, one.high))
    so_far = one.so_far if one.so_far is not None else Decimal(0)
    return Figure(
        "forecast", asked.FORECAST, "usd", so_far, one.days, at_least=one.at_least,
        note=asked.forecast_note(one), parts=parts, instances=instances,
    )  # fmt: skip
