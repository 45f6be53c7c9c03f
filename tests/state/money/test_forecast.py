"""What a month is likely to end at: hand-computed ranges over a calendar."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from state.money.accounts import Accounted
from state.money.alarm import Alarm
from state.money.forecast import Forecast, by_day, forecast
from state.store.purse import purse
from state.store.writer import Store

MONDAY = date(2026, 6, 15)


def weekdays(count: int, usd: int | list[int]) -> dict[date, Decimal]:
    """What the last working days before the Monday cost, the newest first."""
    found: dict[date, Decimal] = {}
    day = MONDAY
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found[day] = Decimal(usd if isinstance(usd, int) else usd[len(found)])
    return found


def test_a_month_ends_with_its_working_days_left_at_the_rate_of_the_last_ten() -> None:
    # 1 to 12 June are ten working days; after Monday the 15th come eleven more, and Monday itself lacks 100.
    assert forecast(weekdays(10, 100), MONDAY) == Forecast(Decimal(2200), Decimal(2200), 10)


def test_the_range_is_the_middle_half_and_weekends_only_count_as_spent() -> None:
    days = weekdays(10, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    days[MONDAY], days[date(2026, 6, 13)] = Decimal(50), Decimal(500)
    # P25 22.5, P75 67.5; 450 + 500 + 50 are spent, and of the Monday 17.5 are lacking at the higher rate.
    assert forecast(days, MONDAY) == Forecast(1000 + 11 * Decimal("22.5"), 1000 + 12 * Decimal("67.5") - 50, 10)


def test_too_few_days_say_nothing() -> None:
    assert forecast(weekdays(2, 100), MONDAY) == Forecast(None, None, 2)
    assert forecast({}, MONDAY) == Forecast(None, None, 0)


def test_a_day_whose_calls_have_no_price_makes_the_range_a_bound() -> None:
    days = weekdays(10, 100)
    assert forecast(days, MONDAY, {min(days)}).at_least and forecast(days, MONDAY, {MONDAY}).at_least
    assert not forecast(days, MONDAY, {MONDAY.replace(year=MONDAY.year - 1)}).at_least


def test_a_working_day_without_spending_counts_and_one_before_the_first_does_not() -> None:
    days = weekdays(4, [100, 0, 0, 100])
    told = forecast(days, MONDAY)
    assert told.days == 4 and told.low == 200


def test_days_are_those_of_the_local_calendar() -> None:
    hour = 22  # of the first of January 1970: in Berlin it is already 23, and the next one is another day
    zone = ZoneInfo("Europe/Berlin")
    assert by_day([(hour, Decimal(1)), (hour + 1, Decimal(2))], zone) == {date(1970, 1, 1): 1, date(1970, 1, 2): 2}


def alarm(name: str, severity: str, holds: bool = True) -> Alarm:
    return Alarm(name, "burn", "envelope", severity, f"{name}: text", 1.0, holds, severity, 300.0)  # type: ignore[arg-type]


def test_a_purse_has_the_alarms_that_hold_the_gravest_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    with store.transaction() as transaction:
        transaction.account(Accounted(alarms=(alarm("a", "note"), alarm("b", "warn"), alarm("c", "stop", holds=False))))
    told = purse(store._connection, 1e9)  # pyright: ignore[reportPrivateUsage]
    assert store.load().accounts.alarms["c"] == alarm("c", "stop", holds=False)
    store.close()
    assert told.alarms == ("b: text", "a: text") and told.forecast == Forecast()


def test_a_forecast_names_the_days_that_it_rests_on_and_can_be_made_again_of_them() -> None:
    told = forecast(weekdays(12, 100), MONDAY)
    assert len(told.rested) == told.days == 10 and {usd for _, usd in told.rested} == {Decimal(100)}
    assert told.so_far is not None and told.low == told.so_far + told.left * 100 + 100
