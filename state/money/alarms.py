"""What raises an alarm on spending: conditions over windows, budgets and runs. Pure; `state.money.alarm` does the rest.

Formulas: research/economics.md 5.5. A budget burns too fast where for any pair of windows the long one spent its share
of the budget, the short one spent the same share in proportion (a twelfth), and the long one spent a least amount: so a
spike of seconds raises nothing unless it took the whole share, and the alarm is over soon after the spending is. Tokens
without a price count at the dearest rate seen, and the sentence says how much of it is such a guess.
"""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from state.figures import HOUR, MINUTE, counted, span
from state.figures import roundly as _usd
from state.findings.finding import SEVERITIES
from state.money.accounts import BudgetStands
from state.money.alarm import Found
from state.money.alarm_settings import AlarmSetting, Pair
from state.money.spending import Cost
from state.money.spread import Spread, guess, spent

LATELY = 600.0
"""Seconds over which a run's rate is taken."""
LEAST_CALLS = 3
QUIET_RUN = 600.0
QUIET_CEILING = 3600.0


def burning(
    budget: BudgetStands, spread: Spread, now: float, setting: AlarmSetting, dearest: Decimal | None
) -> Found | None:
    """Give the gravest pair of windows over which a month's budget burns too fast."""
    held = [
        (pair, long)
        for pair in setting.pairs
        if (long := _burns(budget.ceiling, pair, spread, now, setting.min_usd, dearest)) is not None
    ]
    if not held:
        return None
    pair, long = max(held, key=lambda one: (SEVERITIES.index(one[0].severity), -one[0].long))
    rate = guess(spent(spread, now, 3600), dearest)
    ends = _ends(budget, rate)
    text = (
        f"{_usd(guess(long, dearest))} in the last {_last(pair.long)}: {_share(long, budget, dearest)} of the"
        f" {_usd(budget.ceiling)} of {_called(budget)}{_guessed(long, dearest)}"
        f"{f'; at the rate of the last hour its ceiling is reached in {_span(ends)}' if ends is not None else ''}"
    )
    # What is over stays one cause for the longest short window of its level, by whichever pair it was held.
    quiet = max(one.short for one in setting.pairs if one.severity == pair.severity)
    return Found("burn", budget.name, _period(budget), pair.severity, text, quiet)


def _burns(
    ceiling: Decimal, pair: Pair, spread: Spread, now: float, least: Decimal, dearest: Decimal | None
) -> Cost | None:
    """Give what the long window spent, where both windows spent their share of `ceiling`."""
    long = spent(spread, now, pair.long)
    usd, short = guess(long, dearest), guess(spent(spread, now, pair.short, whole=True), dearest)
    share = pair.share * ceiling
    enough = ceiling > 0 and usd >= share and usd >= least
    return long if enough and short >= share * Decimal(pair.short / pair.long) else None


def nearing(budget: BudgetStands, per_hour: Decimal, setting: AlarmSetting) -> Found | None:
    """Give that a budget's ceiling is near at the rate of the last hour, in USD; one that is reached says so itself."""
    ends = _ends(budget, per_hour)
    if ends is None or ends <= 0 or ends > setting.ceiling_seconds:
        return None
    left = budget.ceiling - budget.used
    text = (
        f"{_called(budget)} reaches its ceiling in {_span(ends)}: {_usd(left)} of {_usd(budget.ceiling)} are left, and"
        f" the last hour took {_usd(per_hour)}{'' if budget.guess is None else ', tokens without a price guessed'}"
    )
    return Found("ceiling", budget.name, _period(budget), "note", text, QUIET_CEILING)


def using_up(
    budget: BudgetStands, calls: Sequence[tuple[float, Decimal]], now: float, setting: AlarmSetting, flat: str
) -> Found | None:
    """Give that a run uses up its envelope and gets nowhere. `calls` are times and USD, `flat` says why, "": it does.

    Its rate is the median over the minutes of the last ten, from its first call in them on.
    """
    rate = per_minute(calls, now)
    if rate is None or not flat:
        return None
    seconds = float((budget.ceiling - budget.used) / rate * 60)
    if seconds <= 0 or seconds >= setting.run_seconds:
        return None
    text = (
        f"its envelope is used up in {_span(seconds)}: {_usd(budget.ceiling - budget.used)} of {_usd(budget.ceiling)}"
        f" are left at {_usd(rate)} a minute, and {flat}"
    )
    return Found("envelope", budget.of, "", "warn", text, QUIET_RUN)


def per_minute(calls: Sequence[tuple[float, Decimal]], now: float) -> Decimal | None:
    """Give the median of what the last minutes cost, None for too few calls or where most minutes cost nothing."""
    lately = [(at, usd) for at, usd in calls if now - LATELY < at <= now]
    if len(lately) < LEAST_CALLS:
        return None
    minutes: dict[int, Decimal] = dict.fromkeys(range(int((now - min(at for at, _ in lately)) // 60) + 1), Decimal(0))
    for at, usd in lately:
        minutes[int((now - at) // 60)] += usd
    return median(minutes.values()) or None


def fanning(run: str, subagents: int, per_hour: Decimal, month: Decimal, setting: AlarmSetting) -> Found | None:
    """Give that a run's subagents together burn what alone would raise an alarm on the month's budget.

    That is subagents x burn: many of them, and the rate of the shortest pair of windows.
    """
    share = min(setting.pairs, key=lambda one: one.long, default=None)
    if share is None or subagents < setting.fan_out:
        return None
    least = max(setting.min_usd, share.share * month * Decimal(3600 / share.long))
    if per_hour < least:
        return None
    each = per_hour / subagents
    text = f"{subagents} subagents burn {_usd(per_hour)} an hour: {_usd(each)} each, more than {_usd(least)} together"
    return Found("fan_out", run, "", "warn", text, QUIET_RUN)


def _ends(budget: BudgetStands, per_hour: Decimal) -> float | None:
    """Give in how many seconds a ceiling is reached at a rate; None where it is reached, or never will be."""
    left = budget.ceiling - budget.used
    return float(left / per_hour * 3600) if left > 0 and per_hour > 0 else None


def _share(cost: Cost, budget: BudgetStands, dearest: Decimal | None) -> str:
    return f"{guess(cost, dearest) * 100 / budget.ceiling:.1f} %"


def _guessed(cost: Cost, dearest: Decimal | None) -> str:
    if not cost.unpriced_tokens:
        return ""
    unpriced = f"{counted(cost.unpriced_tokens)} tokens without a price"
    return f", {_usd(guess(cost, dearest) - cost.usd)} of it a guess for {unpriced}"


def _called(budget: BudgetStands) -> str:
    return "the month's envelope" if budget.scope == "envelope" else budget.name


def _period(budget: BudgetStands) -> str:
    return "" if budget.since is None else f"{budget.since:.0f}"


def _last(seconds: float) -> str:
    return "hour" if seconds == HOUR else _span(seconds)


def _span(seconds: float) -> str:
    """Give a length of time in one unit, so that a text that stands there does not change each minute."""
    return span(max(1, round(seconds / MINUTE)) * MINUTE if seconds < 5400 else round(seconds / HOUR) * HOUR)
