"""How one budget stands: what counts against it, which step that is, and the sentence that says so. Pure.

Formula (research/economics.md 1.5 and 5.5): used = what has a price + tokens without one x the dearest rate seen of
their provider; the step is that of the highest rung whose share of the ceiling is used. What is counted is seen only
once its log line is written, so that each active run can go one request beyond a ceiling.
docs/budgets.md says the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import ROUND_CEILING, Decimal

from state.money.accounts import BudgetStands, Ceiling, Scope, Step
from state.money.amounts import amount
from state.money.budget_plans import STEPS, Ladder
from state.money.cost import MILLION
from state.money.spending import NOTHING, Cost

UNSEEN = Decimal(50)
"""USD per million tokens where not one rate of the provider was seen: the dearest of the essay's price card."""
PAUSING: tuple[Step, ...] = ("pause_runs", "stop")
REFUSING: tuple[Step, ...] = ("pause_new", *PAUSING)
SHARED_WINDOW = "window"
"""How the names of windows begin: `window:NAME`; they stand among the pools."""
_ROUND = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))
DOES: dict[Step, str] = {
    "ok": "nothing is asked",
    "warn": "it warns",
    "ask": "it asks you, and its runs go on",
    "pause_new": "nothing new of it is started",
    "pause_runs": "its runs pause at their next tool call",
    "stop": "its runs are stopped, and their worktrees are kept",
}


@dataclass(frozen=True, slots=True)
class Period:
    """The stretch that a budget is for, in seconds since 1970, and its name; the whole life of its runs has none."""

    since: float | None = None
    until: float | None = None
    label: str = ""


LIFE = Period()


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget as it was set: whose, how much in USD, and from which shares of that on it does what."""

    scope: Scope
    of: str
    usd: Decimal
    ladder: Ladder
    name: str = ""

    @property
    def called(self) -> str:
        """Its name, by which it is raised."""
        return self.name or (self.scope if self.scope == "envelope" else f"{self.scope}:{self.of}")


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts against a budget: a cost, and USD per million tokens that have no price (None: none was seen)."""

    cost: Cost = NOTHING
    dearest: Decimal | None = None

    @property
    def guess(self) -> Decimal | None:
        """The upper guess in USD, None where all of it has a price."""
        tokens = self.cost.unpriced_tokens
        return self.cost.usd + tokens * self.rate / MILLION if tokens > 0 else None

    @property
    def rate(self) -> Decimal:
        """What a token without a price is guessed at, in USD per million."""
        return UNSEEN if self.dearest is None else self.dearest


def month_of(now: float, zone: tzinfo | None = None) -> Period:
    """Give the calendar month around a time, of a zone, or of this machine's where None is named."""
    at = datetime.fromtimestamp(now, zone)
    first = datetime(at.year, at.month, 1, tzinfo=zone)
    after = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=zone)
    return Period(first.timestamp(), after.timestamp(), f"{first:%Y-%m}")


def zone_name(now: float) -> str:
    """Give the name of this machine's zone, as it is called at a time."""
    return datetime.fromtimestamp(now).astimezone().tzname() or "local time"


def ceiling_now(limit: Limit, period: Period, given: Iterable[Ceiling], now: float) -> Decimal:
    """Give the ceiling in force: the last one that a human gave in this period and that has not ended."""
    mine = [one for one in given if one.budget == limit.called and (one.until is None or now < one.until)]
    held = [one for one in mine if one.until is not None or period.since is None or one.at >= period.since]
    return max(reversed(held), key=lambda one: one.at).usd if held else limit.usd


def step_at(ladder: Ladder, used: Decimal, ceiling: Decimal) -> tuple[Step, Decimal]:
    """Give the step of the highest rung that is reached, and its share in percent."""
    reached: tuple[Step, Decimal] = "ok", Decimal(0)
    for share, step in ladder:
        if used * 100 >= share * ceiling:
            reached = step, share
    return reached


def milder(one: Step, other: Step) -> Step:
    """Give the one that does less."""
    return one if STEPS.index(one) <= STEPS.index(other) else other


def following(ladder: Ladder, used: Decimal, ceiling: Decimal) -> tuple[Step, Decimal] | None:
    """Give what comes next and at what amount in USD; None where nothing does."""
    return next(((step, share * ceiling / 100) for share, step in ladder if used * 100 < share * ceiling), None)


def pauses_at(ladder: Ladder, ceiling: Decimal) -> Decimal | None:
    """Give the amount in USD from which on runs are paused or stopped, None where they never are."""
    return next((share * ceiling / 100 for share, step in ladder if step in PAUSING), None)


def proposed(ladder: Ladder, used: Decimal, ceiling: Decimal) -> Decimal:
    """Give the next round ceiling: half as much again, and so often that it takes back the step that is reached."""
    step, share = step_at(ladder, used, ceiling)
    higher = rounded(ceiling * Decimal("1.5"))
    while step != "ok" and used * 100 >= share * higher:
        higher = rounded(higher * Decimal("1.5"))
    return higher


def rounded(usd: Decimal) -> Decimal:
    """Give the next amount of one or two figures that is no less."""
    power = Decimal(1).scaleb(usd.adjusted())
    found = next(one * power for one in _ROUND if one * power >= usd)
    return found.quantize(Decimal("0.01"), ROUND_CEILING) if found > 1 else found.normalize() + 0


def stands(
    limit: Limit,
    period: Period,
    counted: Counted,
    ceiling: Decimal,
    before: BudgetStands | None = None,
    *,
    softened: str = "",
) -> BudgetStands:
    """Give how a budget stands. `softened` names the window in which it only warns, "" where there is none.

    A step is not taken back by a sum that shrinks: only by another ceiling, another period, or a window. So what
    `before` says stays where all of these are the same.
    """
    guess = counted.guess
    used = counted.cost.usd if guess is None else guess
    step, _ = step_at(limit.ladder, used, ceiling)
    same = before is not None and (before.since, before.until, before.ceiling) == (period.since, period.until, ceiling)
    if before is not None and same:
        step = step if milder(step, before.step) != step else before.step
    if softened:
        step = milder(step, "warn")
    text = said(limit, period, counted, ceiling, step, softened)
    return BudgetStands(
        limit.called, limit.scope, limit.of, period.since, period.until, ceiling, counted.cost.usd, guess, step, text
    )


def said(limit: Limit, period: Period, counted: Counted, ceiling: Decimal, step: Step, softened: str = "") -> str:
    """Say how a budget stands in one sentence: what is used, what of it is guessed, what it does, what comes next."""
    guess = counted.guess
    used = counted.cost.usd if guess is None else guess
    share = f"{used * 100 / ceiling:.0f} %"
    about = f"{'' if guess is None else 'about '}${amount(used)} of ${amount(ceiling)} ({share}){_in(period)}"
    if guess is not None:
        tokens = counted.cost.unpriced_tokens
        how = "the dearest rate seen of the provider" if counted.dearest is not None else "no rate was ever seen"
        about += f", ${amount(counted.cost.usd)} priced and {tokens} tokens without a price guessed at "
        about += f"${amount(counted.rate)} a million ({how})"
    does = f"; {DOES[step]}"
    if softened:
        does = f"; it only warns within the window {softened}"
    coming = following(limit.ladder, used, ceiling)
    then = f"; at ${amount(coming[1])}: {DOES[coming[0]]}" if coming is not None and not softened else ""
    undone = f"; `headgate budget raise {limit.called} USD --reason T` raises it" if step != "ok" else ""
    return f"{about}{does}{then}{undone}"


def _in(period: Period) -> str:
    return f" in {period.label}" if period.label else ""
