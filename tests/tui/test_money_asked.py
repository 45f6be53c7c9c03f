"""Alarms, the forecast and the chart can be asked what they are made of, as every figure can."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from state.money.forecast import Forecast
from state.money.spending import Cost
from state.outcomes.figure import Figure
from tests.tui.at_money import PURSE, TIMES, budget
from tests.tui.fleet import NOW, fleet
from tui.panes.money import Looks, Read, Row, window_of
from tui.panes.money_asked import forecast_figure
from tui.panes.money_now import now_rows
from tui.panes.money_time import time_rows
from tui.spans import plain
from tui.wiring_report import _window  # pyright: ignore[reportPrivateUsage]

LOOKS = Looks(120, 40, NOW, window_of(28, NOW))


def row_of(rows: list[Row], text: str) -> Row:
    (found,) = [row for row in rows if text in plain(row.line.body)]
    return found


def test_an_alarm_opens_the_budget_or_the_run_that_it_is_about() -> None:
    month, run = budget("envelope", "1", "2", "warn", "it warns"), fleet()[0]
    about = {"the month burns": month.name, "a run burns": run.id, "old": "gone"}
    purse = replace(PURSE, budgets=(month,), alarms=tuple(about), about=about)
    rows = now_rows(Read(cards=(run,), purse=purse), LOOKS)
    assert [row_of(rows, text).opens for text in about] == [month, run, None]


def test_the_chart_opens_its_columns_and_they_add_up_to_it() -> None:
    row = row_of(time_rows(Read(times=TIMES, spent=()), LOOKS), "in 28 days")
    assert isinstance(row.opens, Figure)
    total = sum((cost.usd for _, cost in TIMES), Decimal(0))
    assert row.opens.value == sum((one.amount or Decimal(0) for one in row.opens.instances), Decimal(0)) == total
    assert len(row.opens.instances) == sum(cost != Cost() for _, cost in TIMES)


def test_the_forecast_opens_its_days_and_none_is_made_of_too_few() -> None:
    assert forecast_figure(Forecast(days=2)) is None
    days = tuple((date(2026, 11, day), Decimal(day)) for day in (18, 17, 16))
    figure = forecast_figure(Forecast(Decimal(60), Decimal(70), 3, so_far=Decimal(40), left=5, rested=days))
    assert figure is not None and (figure.value, figure.n) == (40, 3)
    assert [value for _, value in figure.parts] == [60, 70]
    assert [one.amount for one in figure.instances] == [18, 17, 16]


def test_the_report_asks_for_the_four_weeks_that_the_screen_shows() -> None:
    window = window_of(28, NOW)
    assert _window(None, NOW) == (window.since, window.until)
    assert window.since < NOW - 27 * 86400 and NOW < window.until <= NOW + 86400
    assert _window("24h", NOW) == (NOW - 86400, NOW)
