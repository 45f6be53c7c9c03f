"""Alarms on spending: which courses of spending raise one, and that one cause raises one only once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from state.findings.finding import SEVERITIES
from state.money.accounts import BudgetStands
from state.money.alarm import Alarm, Found, after
from state.money.alarm_settings import SHIPPED_ALARMS
from state.money.alarms import burning, fanning, nearing, per_minute, using_up
from state.money.cost import burnt
from state.money.spending import Cost
from state.money.spread import guess, spent, spread

HOUR, MINUTE = 3600.0, 60.0
NOW = 1_781_517_600.0
"""15 June 2026, ten in the morning UTC."""
MONTH = BudgetStands("envelope", "envelope", "", 0.0, 9e9, Decimal(6500), Decimal(100), None, "ok", "")
Calls = Sequence[tuple[float, Decimal]]


def cost(usd: Decimal | str | int) -> Cost:
    return Cost(Decimal(usd), priced=1)


def courses(calls: Calls, until: float, since: float = NOW, every: float = MINUTE) -> list[tuple[float, Alarm]]:
    """Look every minute at what was spent by then; give when an alarm was raised, and how it stood then."""
    alarm: Alarm | None = None
    raised: list[tuple[float, Alarm]] = []
    now, counted, told = since, (-1, -1, -1), known((), since)
    while now <= until:
        since_then = (now, now - 2 * HOUR, now - 80 * HOUR)
        counts = tuple(sum(at <= edge for at, _ in calls) for edge in since_then)
        if counts != counted:  # most minutes bring nothing that the sums of the last one do not hold
            counted, told = counts, known(calls, now)
        hours, burn = told
        found = burning(MONTH, spread(hours, [burn], now), now, SHIPPED_ALARMS, None)
        alarm, anew = after(alarm, found, now)
        if anew and alarm is not None:
            raised.append((now, alarm))
        now += every
    return raised


def known(calls: Calls, now: float) -> tuple[dict[int, Cost], tuple[tuple[int, Cost], ...]]:
    """Give what the core knows at `now`: the sums of hours, and what its one run burnt last."""
    hours: dict[int, Cost] = {}
    burn: tuple[tuple[int, Cost], ...] = ()
    for at, usd in calls:
        if at <= now and at > now - 80 * HOUR:
            hours[int(at // HOUR)] = hours.get(int(at // HOUR), Cost()) + cost(usd)
            if at > now - 2 * HOUR:
                burn = burnt(burn, at, cost(usd))
    return hours, burn


def steady(since: float, until: float, per_hour: int, every: float = 5 * MINUTE) -> Calls:
    step = Decimal(per_hour) * Decimal(every) / Decimal(HOUR)
    return [(since + every * n, step) for n in range(int((until - since) // every))]


def test_a_step_raises_one_warning_within_the_time_in_which_it_takes_its_share() -> None:
    raised = courses(steady(NOW, NOW + 4 * HOUR, 400), NOW + 8 * HOUR)
    assert [one.severity for _, one in raised] == ["warn"]
    at, alarm = raised[0]
    assert 15 * MINUTE <= at - NOW <= 25 * MINUTE and alarm.text.startswith("$133 in the last hour: 2.1 %")
    assert "its ceiling is reached in" in alarm.text


def test_a_slow_leak_raises_a_note_and_never_a_warning() -> None:
    raised = courses(steady(NOW, NOW + 72 * HOUR, 28, every=HOUR / 2), NOW + 72 * HOUR, every=10 * MINUTE)
    assert [one.severity for _, one in raised] == ["note"]
    assert raised[0][0] - NOW > 20 * HOUR


def test_a_spike_of_half_a_minute_raises_nothing() -> None:
    calm = steady(NOW - HOUR, NOW + HOUR, 30)
    spike = [(NOW + 5 * n, Decimal(12)) for n in range(6)]
    assert courses([*calm, *spike], NOW + 2 * HOUR) == []
    # A hundred times the rate of a calm hour, and still less than its share of the month.
    assert sum(usd for _, usd in spike) * 120 > 100 * 30


def test_a_quiet_night_raises_nothing_and_ends_what_stood() -> None:
    evening = steady(NOW, NOW + 2 * HOUR, 200)
    raised = courses(evening, NOW + 14 * HOUR, every=5 * MINUTE)
    assert len(raised) == 1
    hours, burn = known(evening, NOW + 10 * HOUR)
    assert burning(MONTH, spread(hours, [burn], NOW + 10 * HOUR), NOW + 10 * HOUR, SHIPPED_ALARMS, None) is None


def test_a_change_of_the_clocks_changes_nothing() -> None:
    zone = ZoneInfo("Europe/Berlin")
    plain = [(at - NOW, one.severity) for at, one in courses(steady(NOW, NOW + 4 * HOUR, 400), NOW + 6 * HOUR)]
    for day in (datetime(2026, 3, 29, 1, 0, tzinfo=zone), datetime(2026, 10, 25, 1, 0, tzinfo=zone)):
        begin = day.timestamp() - day.timestamp() % HOUR
        raised = courses(steady(begin, begin + 4 * HOUR, 400), begin + 6 * HOUR, since=begin)
        assert [(at - begin, one.severity) for at, one in raised] == plain


def test_a_first_index_of_old_logs_raises_nothing() -> None:
    old = steady(NOW - 40 * 24 * HOUR, NOW - 80 * HOUR, 500, every=HOUR)
    hours = {int(at // HOUR): cost(usd) for at, usd in old}
    assert (
        burning(MONTH, spread(hours, [((int(old[-1][0] // 300), cost(900)),)], NOW), NOW, SHIPPED_ALARMS, None) is None
    )


def test_what_has_a_time_to_come_is_in_no_window() -> None:
    ahead = {int(NOW // 300) + 1: cost(900)}
    assert spent(ahead, NOW, HOUR) == Cost()


def test_a_least_amount_must_be_spent() -> None:
    small = replace(MONTH, ceiling=Decimal(100))
    burn = ((int(NOW // 300), cost(4)),)
    assert burning(small, spread({}, [burn], NOW), NOW, SHIPPED_ALARMS, None) is None
    assert burning(small, spread({}, [((burn[0][0], cost(5)),)], NOW), NOW, SHIPPED_ALARMS, None) is not None


def test_tokens_without_a_price_are_guessed_and_said_to_be() -> None:
    burn = ((int(NOW // 300), Cost(Decimal(100), unpriced_tokens=2_000_000, unpriced=1, priced=1)),)
    found = burning(MONTH, spread({}, [burn], NOW), NOW, SHIPPED_ALARMS, Decimal(25))
    assert found is not None and "$50.00 of it a guess for 2.0M tokens without a price" in found.text
    assert guess(burn[0][1], None) == 200


def test_a_cause_that_comes_back_within_its_quiet_time_is_the_same() -> None:
    alarm, raised = after(None, FOUND, 0.0)
    assert raised and alarm is not None
    alarm, _ = after(alarm, None, 10.0)
    assert alarm is not None and not alarm.holds
    again, raised = after(alarm, FOUND, 10.0 + FOUND.quiet - 1)
    assert again is not None and again.holds and not raised and again.since == 0.0
    anew, raised = after(alarm, FOUND, 10.0 + FOUND.quiet)
    assert raised and anew is not None and anew.since == 10.0 + FOUND.quiet


def test_a_note_that_becomes_a_warning_is_raised_and_its_aftermath_is_not() -> None:
    alarm, _ = after(None, NOTE, 0.0)
    alarm, raised = after(alarm, FOUND, 1.0)
    assert raised
    alarm, raised = after(alarm, NOTE, 2.0)
    assert not raised and alarm is not None and alarm.severity == "note" and alarm.peak == "warn"
    alarm, raised = after(alarm, FOUND, 3.0)
    assert not raised


FOUND = Found("burn", "envelope", "", "warn", "much: more", 300.0)
NOTE = replace(FOUND, severity="note")
STEPS = st.lists(st.tuples(st.integers(-40, 400), st.sampled_from([None, FOUND, NOTE])), max_size=40)


@given(STEPS)
def test_the_same_cause_is_never_raised_twice(steps: list[tuple[int, Found | None]]) -> None:
    alarm: Alarm | None = None
    now, less = 0.0, {"note": float("-inf"), "warn": float("-inf")}
    met: set[str] = set()
    for wait, found in steps:
        now += wait
        alarm, raised = after(alarm, found, now)
        if raised:
            assert found is not None and alarm is not None and alarm.holds
            graver = [one for one in met if SEVERITIES.index(one) >= SEVERITIES.index(found.severity)]  # type: ignore[arg-type]
            # What was raised as gravely before was over for its quiet time, by a clock that may have been set back.
            assert all(now - less[one] >= FOUND.quiet for one in graver)
            met |= {found.severity}
        for severity in less:
            held = found is not None and SEVERITIES.index(found.severity) >= SEVERITIES.index(severity)  # type: ignore[arg-type]
            less[severity] = float("inf") if held else min(less[severity], now)
        assert (alarm is not None and alarm.holds) == (found is not None)


COSTS = st.lists(st.tuples(st.floats(NOW - 3 * HOUR, NOW + HOUR), st.integers(0, 500)), max_size=20)


@given(COSTS, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(calls: list[tuple[float, int]], random: object) -> None:
    mixed = list(calls)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert burned(calls) == burned(mixed)


def burned(calls: Iterable[tuple[float, int]]) -> Cost:
    burn: tuple[tuple[int, Cost], ...] = ()
    for at, usd in calls:
        burn = burnt(burn, at, cost(usd))
    return spent(spread({}, [burn], NOW), NOW, HOUR)


def test_what_an_hour_holds_beyond_the_last_one_lies_in_the_rest_of_it() -> None:
    at = NOW + 30 * MINUTE
    whole = {int(NOW // HOUR) - 1: cost(12), int(NOW // HOUR): cost(10)}
    burn = ((int(NOW // 300) - 2, cost(4)), (int(NOW // 300) + 1, cost(10)))
    found = spread(whole, [burn], at)
    assert spent(found, at, HOUR).usd == 14 and round(spent(found, at, 2 * HOUR).usd, 9) == 22


def test_a_near_ceiling_is_a_note_and_a_reached_one_says_so_itself() -> None:
    near = replace(MONTH, name="role:tester", scope="role", of="tester", ceiling=Decimal(120))
    found = nearing(near, Decimal(40), SHIPPED_ALARMS)
    assert (
        found is not None
        and found.severity == "note"
        and found.text.startswith("role:tester reaches its ceiling in 30m")
    )
    assert nearing(near, Decimal(10), SHIPPED_ALARMS) is None
    assert nearing(replace(near, spent=Decimal(120)), Decimal(40), SHIPPED_ALARMS) is None


RUN = replace(MONTH, name="run:a1", scope="run", of="a1", ceiling=Decimal(25), spent=Decimal(20))
MINUTES: Calls = [(NOW - 60 * n, Decimal(1)) for n in range(10)]


def test_a_run_that_gets_nowhere_and_is_near_the_end_of_its_envelope_raises_a_warning() -> None:
    found = using_up(RUN, MINUTES, NOW, SHIPPED_ALARMS, "nothing is new")
    assert found is not None and found.text == (
        "its envelope is used up in 5m: $5.00 of $25.00 are left at $1.00 a minute, and nothing is new"
    )
    assert using_up(RUN, MINUTES, NOW, SHIPPED_ALARMS, "") is None
    assert using_up(replace(RUN, spent=Decimal(10)), MINUTES, NOW, SHIPPED_ALARMS, "nothing is new") is None


def test_a_rate_needs_three_calls_and_is_no_mean() -> None:
    assert per_minute(MINUTES[:2], NOW) is None
    assert per_minute([*MINUTES, (NOW - 5, Decimal(100))], NOW) == 1
    assert per_minute([(NOW - 700, Decimal(9)), *MINUTES[:2]], NOW) is None


def test_subagents_that_burn_as_a_whole_fleet_may_are_an_alarm() -> None:
    assert fanning("a1", 3, Decimal(500), Decimal(6500), SHIPPED_ALARMS) is None
    assert fanning("a1", 8, Decimal(129), Decimal(6500), SHIPPED_ALARMS) is None
    found = fanning("a1", 8, Decimal(160), Decimal(6500), SHIPPED_ALARMS)
    assert found is not None and found.text.startswith("8 subagents burn $160 an hour: $20.00 each")
