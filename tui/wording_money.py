"""Every sentence of the money screen and of the report as a page, and the shapes of their figures.

It knows neither the screen nor HTML, so that both say the same of the same figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from state import figures
from state.figures import dollars, roundly, span
from state.outcomes.few import FEW
from tui.bound_keys import key
from tui.wording import DAY, NONE, UNKNOWN, amount, many, money, short

if TYPE_CHECKING:
    from state.money.accounts import BudgetStands, Step
    from state.money.forecast import Forecast
    from state.money.spending import Cost
    from state.money.spent import Dimension
    from state.outcomes.figure import Figure, Outcomes, Unit

TITLE = "Money"
READING = "reading the history"
NO_MONEYS = "this board has no history to read"
PARTS = ("now", "over time", "outcomes", "waste")
PERIODS: tuple[int, ...] = (1, 7, 28)
"""Days that are looked at; the last is the usual window (research/economics.md 5.3)."""
GROUPS: tuple[Dimension, ...] = ("session", "role", "lane", "model", "task", "day")
GROUP_WORDS: Mapping[Dimension, str] = {"session": "run"}
NO_PERIOD = "burn is of the last hour, and each budget has a period of its own"

BURN_TITLE, ROLE_TITLE, RUN_TITLE = "Burn in the last hour", "by role", "by run"
BUDGETS_TITLE, ALARMS_TITLE = "Budgets", "Alarms"
WITHIN_TITLE, ALL_WITHIN = "Other budgets", "no budget asks for anything"
NO_BUDGETS = "no budget is set: headgate budget, docs/budgets.md"
NOTHING_BURNS = "no run has spent anything in the last hour"
UNPRICED = "unpriced"
NO_ROLE = "role unknown"
TIME_TITLE, GROUP_TITLE = "Cost over time", "Spent"
NOTHING_SPENT = "nothing was spent in this time"
NO_COST_PARTS = "no accepted change to count by"
WASTE_TITLE = "Waste"
LIVE_TITLE = "On the board now"
NOTHING_LIVE = "no run repeats itself now, as far as its log tells"
NOTHING_MEASURED = "no figure is measured in this window"
HATCHED = "a part has no price"
EVENTS_TITLE = "What it is made of"
TOO_FEW = "too few"
NO_EVENTS = "no event is kept behind it"
NO_PLACE_HERE = "{} is not opened here"
GONE_RUN = "this run is not on the board"

LEGEND = (
    "≥: at least, because a part has no price or was not read. n: how many things a figure rests on; "
    f"under {FEW} is too few to go by."
)

LIVE_WASTE: Mapping[str, str] = {
    "duplicate_work": "done twice",
    "doom_loop": "loop",
    "repeated_failure": "keeps failing",
    "repeated_reads": "read again",
    "fan_out": "fan-out",
}
"""Findings that tell of waste while it happens."""

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What an accepted change costs", ("cost_fully", "cost_per", "median_cost", "spend", "unattributed")),
    (
        "Quality and evidence",
        ("escaped", "seasoning", "incident", "accepted_", "evidence", "high_risk", "version", "re_"),
    ),
    ("Latency and attention", ("review_", "attention", "intervention", "gate_touch", "interruption", "concurrency")),
    (
        "Attempts, models and lanes",
        ("attempts", "model_switch", "wrong_", "escalation", "first_lane", "cost_by", "over_", "route_"),
    ),
)
"""Sections of the outcomes, each by beginnings of its figures' names; what none claims stands last."""
OTHER_SECTION = "Further figures"
WASTE = (
    *("abandon", "duplicat", "failure_loop", "cache", "redundant", "repeated_read", "repeated_explanation"),
    *("conflicting", "stopped"),
)
"""Beginnings of the names of figures that tell of waste."""
MAIN = ("cost_fully_loaded", "cost_per_accepted")
"""Names of the figure that all others explain; the second where attention was never measured."""

STEPS_SAID: Mapping[Step, str] = {
    "ok": "within",
    "warn": "warns",
    "ask": "asks",
    "pause_new": "no new runs",
    "pause_runs": "runs paused",
    "stop": "runs stopped",
}
SCOPES: Mapping[str, str] = {"envelope": "month", "run": "run", "role": "role", "person": "person", "task": "task"}


def only_over_time() -> str:
    """Say which part can be grouped, and its key."""
    return f"only what was spent over time is grouped: {key('money_time')}"


def events_hint() -> str:
    """Name the keys of a figure."""
    return f"{key('open_event')} opens where it was read · esc closes"


def is_waste(figure: Figure) -> bool:
    """Say whether a figure tells of waste."""
    return figure.name.startswith(WASTE)


def sections(outcomes: Outcomes) -> list[tuple[str, list[Figure]]]:
    """Give the figures that are not of waste by their sections; a section without any is left out."""
    left = [one for one in outcomes.figures if not is_waste(one)]
    found: list[tuple[str, list[Figure]]] = []
    for title, names in SECTIONS:
        own = [one for one in left if one.name.startswith(names)]
        left = [one for one in left if one not in own]
        found.append((title, own))
    return [(title, own) for title, own in (*found, (OTHER_SECTION, left)) if own]


def wasted(outcomes: Outcomes) -> list[Figure]:
    """Give the figures that tell of waste."""
    return [one for one in outcomes.figures if is_waste(one)]


def main_figure(outcomes: Outcomes) -> Figure | None:
    """Give the figure that all others explain, None where it is not measured."""
    named = {one.name: one for one in outcomes.figures}
    found = [named[name] for name in MAIN if name in named]
    return next((one for one in found if one.value is not None), found[-1] if found else None)


def days(count: int) -> str:
    """Name a period."""
    return many(count, "day")


def usd(value: Decimal | None, at_least: bool = False) -> str:
    """Say an amount; an unknown one is a question mark, never a zero."""
    text = dollars(value)
    if text is None or value is None:
        return UNKNOWN
    said = figures.money(value)
    return f"≥ {said}" if at_least else said


def cost_said(cost: Cost) -> str:
    """Say what some calls came to; where there were none, a dash."""
    from state.money.spending import NOTHING

    if cost == NOTHING:
        return NONE
    return amount(dollars(cost.known), cost.state, cost.unpriced_tokens)


def cost_short(cost: Cost) -> str:
    """Say the same in few cells."""
    from state.money.spending import NOTHING

    if cost == NOTHING:
        return NONE
    known = cost.known
    return usd(known, cost.state == "lower_bound") if known is not None else UNPRICED


_HALF_A_PERCENT = Decimal("0.005")
"""What is less is not written as a number."""


def percent(share: Decimal | float) -> str:
    """Say a share of one in whole percents; what is not quite nothing says so."""
    number = float(share) * 100
    return "<1 %" if 0 < number < 0.5 else f"{number:.0f} %"


def measured(value: Decimal | None, unit: Unit, at_least: bool = False) -> str:
    """Say a value in its unit; an unknown one is a question mark."""
    if value is None:
        return UNKNOWN
    sign = "≥ " if at_least else ""
    match unit:
        case "usd":
            return usd(value, at_least)
        case "share":
            return "> 0 %" if at_least and 0 < value < _HALF_A_PERCENT else sign + percent(value)
        case "seconds":
            return sign + span(value)
        case "tokens":
            return f"{sign}{short(int(value))} tok"
        case "count":
            return f"{sign}{value:,.0f}".replace(",", " ")
        case "ratio":
            return f"{sign}{value:.2f}"


def value_said(figure: Figure) -> str:
    """Say a figure's value; where there was nothing to divide by, a dash."""
    if figure.value is None and figure.n == 0:
        return NONE
    return measured(figure.value, figure.unit, figure.at_least)


def before_said(figure: Figure) -> str:
    """Say what the figure was in the window before, with its own n."""
    if figure.before is None or figure.before_n == 0:
        return ""
    few = f", {TOO_FEW}" if figure.before_n is not None and figure.before_n < FEW else ""
    resting = "" if figure.before_n is None else f" (n {figure.before_n}{few})"
    return f"was {measured(figure.before, figure.unit)}{resting}"


def few_said(figure: Figure) -> str:
    """Say that a figure rests on too few things; empty where it does not."""
    return f"{TOO_FEW} (under {FEW})" if figure.few else ""


def added_said(amount: Decimal | None, figure: Figure) -> str:
    """Say what an event adds: in the figure's unit where that is one of amounts, under a quotient as a number."""
    if amount is None:
        return "1"
    return measured(amount, figure.unit) if figure.unit in ("usd", "seconds", "tokens") else _number(amount)


def parts_said(figure: Figure) -> list[tuple[str, str]]:
    """Say the parts of a figure, each by its name; whole numbers under a quotient are counts."""
    whole = figure.unit in ("share", "ratio") and all(value is None or value % 1 == 0 for _, value in figure.parts)
    return [(name, measured(value, "count" if whole else figure.unit)) for name, value in figure.parts]


def quotient_said(figure: Figure) -> str:
    """Say what was divided by what; empty where the figure does not tell."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    sign = "≥ " if figure.at_least else ""
    return f"{sign}{added_said(figure.numerator, figure)} over {_number(figure.denominator)}"


def _number(value: Decimal) -> str:
    """Give a number as it is where it is whole, else with as many digits as tell something."""
    return f"{value:,.0f}".replace(",", " ") if value % 1 == 0 else f"{value:.4g}"


def budget_name(budget: BudgetStands) -> str:
    """Name a budget: what it is of, else its scope."""
    return budget.of or SCOPES.get(budget.scope, budget.scope)


def budget_said(budget: BudgetStands) -> str:
    """Say how much of a budget is gone; what has no price makes it at least so much."""
    known = UNPRICED if budget.guess and not budget.spent else usd(budget.spent, budget.guess is not None)
    return f"{known} of {usd(budget.ceiling).removesuffix('.00')}"


def used_share(budget: BudgetStands) -> Decimal | None:
    """Give the share of the ceiling that is gone, the guess included; None where the ceiling is nothing."""
    return budget.used / budget.ceiling if budget.ceiling > 0 else None


def eta_said(left: Decimal, per_hour: Decimal | None, at_least: bool, ends: float | None = None) -> str:
    """Say when a budget is gone if its runs go on as in the last hour, or that it lasts: it ends in `ends` seconds."""
    if left <= 0:
        return "over its ceiling" if left < 0 else "at its ceiling"
    if per_hour is None:
        return "pace unknown: what burns has no price"
    if per_hour <= 0:
        return "nothing of it burns now"
    bound, gone = "at most " if at_least else "", left / per_hour * 3600
    if ends is not None and gone > ends:
        return f"lasts to its period's end at this pace{', as far as it has a price' if at_least else ''}"
    return f"gone in {bound}{span(gone)} at this pace"


def guess_said(budget: BudgetStands) -> str:
    """Say what the calls without a price would be at the dearest rate seen; empty where all have one."""
    return "" if budget.guess is None else f"up to {usd(budget.guess)} if what has no price is dear"


def forecast_said(forecast: Forecast) -> str:
    """Say what the month is likely to end at, and on how many days that rests."""
    if forecast.repositories > 1:
        return f"no forecast: {forecast.repositories} repositories are shown, and each has a month of its own"
    if forecast.low is None or forecast.high is None:
        return f"no forecast: too few working days ({forecast.days})"
    span = f"{usd(forecast.low)} to {usd(forecast.high)}"
    lacking = ", and more: a part has no price" if forecast.at_least else ""
    return f"the month is likely to end at {span} (P25 to P75 of {days(forecast.days)}){lacking}"


def axis_said(value: float) -> str:
    """Say a round amount at an axis: $150, $7.50."""
    return money(f"{value:.2f}").removesuffix(".00")


def burn_said(per_hour: Decimal | None, at_least: bool, runs: int) -> str:
    """Say what all runs together cost in the last hour."""
    said = "what has no price" if per_hour is None else usd(per_hour, at_least)
    return f"Burning {said} in the last hour by {many(runs, 'run')}"


def total_said(total: Cost, period: int) -> str:
    """Say what a period cost."""
    return f"{cost_said(total)} in {days(period)}"


def dearest_said(when: str, cost: Cost) -> str:
    """Say which stretch was the dearest."""
    return f"dearest: {when} {cost_short(cost)}"


def tightest(budgets: Iterable[BudgetStands]) -> BudgetStands | None:
    """Give the month's budget, of several repositories the one with the least left; None where there is none."""
    months = (one for one in budgets if one.scope == "envelope")
    return min(months, key=lambda one: one.ceiling - one.used, default=None)


def left_said(budgets: Iterable[BudgetStands]) -> str:
    """Say in few cells what is left of the month's budget; empty where there is none."""
    envelope = tightest(budgets)
    if envelope is None:
        return ""
    left = envelope.ceiling - envelope.used
    sign = "≥ " if envelope.guess is not None else ""
    return f"{sign}{roundly(left)} left" if left >= 0 else f"{roundly(-left)} over"


def hourly_said(per_hour: Decimal, at_least: bool) -> str:
    """Say in few cells what burns an hour."""
    return f"{usd(per_hour, at_least)}/h"


def period_said(outcomes: Outcomes) -> str:
    """Say over which window the figures are, and with which they are compared."""
    return f"{days(max(round((outcomes.until - outcomes.since) / DAY), 1))}, compared with as many before"
