"""The values of money: on which terms a call was made, what its tokens cost each, and what a set of calls came to.

They know nothing of runs, so that a run can hold them. Money is `Decimal` in USD; rates are USD per million tokens.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

CostState = Literal["priced", "plan", "assumed", "lower_bound", "unpriced"]
"""How far a figure can be trusted, the best first: exact at list price; exact, but a subscription pays; some rate was
assumed; at least this much; nothing is known. Source: research/economics.md 1.5."""

STATES: tuple[CostState, ...] = ("priced", "plan", "assumed", "lower_bound", "unpriced")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms one call was made, as far as its record says; the defaults are the standard terms.

    `tier_known` is False where the log never names the service tier, `lifetime_known` where it does not tell for how
    long a cache write lives (it is then counted as the short one), `partial` where it tells only a part of the tokens.
    """

    provider: str | None = None
    speed: str | None = None
    tier: str | None = None
    batch: bool = False
    geo: str | None = None
    plan: bool = False
    tier_known: bool = True
    lifetime_known: bool = True
    searches: int = 0
    """Web searches that the provider made and bills one by one."""
    partial: bool = False


STANDARD = Terms()


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens of each part, and USD per web search; None is "no price is known", never free."""

    input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    search: Decimal | None = None


RATE_NAMES = tuple(field.name for field in fields(Rates))


@dataclass(frozen=True, slots=True)
class Doubt:
    """What makes a rate less than certain: where the call has tokens of `part`, or always where that is None."""

    part: Literal["cache_read", "cache_write_5m", "cache_write_1h"] | None
    state: Literal["assumed", "lower_bound"]
    why: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a price book says of one call: its rates, the doubts about them, and where they come from."""

    rates: Rates
    source: str
    doubts: tuple[Doubt, ...] = ()
    plan: bool = False


@dataclass(frozen=True, slots=True)
class NoPrice:
    """What a price book says of a call that it cannot price: one clause."""

    why: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What some calls came to: dollars, tokens that no price is known for, and how many calls are in which state.

    Costs add and subtract exactly, so that a total is kept by its changes alone.
    """

    usd: Decimal = Decimal(0)
    unpriced_tokens: int = 0
    priced: int = 0
    plan: int = 0
    assumed: int = 0
    lower_bound: int = 0
    unpriced: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.usd + other.usd,
            self.unpriced_tokens + other.unpriced_tokens,
            self.priced + other.priced,
            self.plan + other.plan,
            self.assumed + other.assumed,
            self.lower_bound + other.lower_bound,
            self.unpriced + other.unpriced,
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.usd - other.usd,
            self.unpriced_tokens - other.unpriced_tokens,
            self.priced - other.priced,
            self.plan - other.plan,
            self.assumed - other.assumed,
            self.lower_bound - other.lower_bound,
            self.unpriced - other.unpriced,
        )

    @property
    def known(self) -> Decimal | None:
        """The dollars, None where not one call could be priced."""
        return self.usd if self.priced or self.plan or self.assumed or self.lower_bound else None

    @property
    def state(self) -> CostState:
        """How far `usd` can be trusted; one unpriced part makes it a lower bound."""
        if self.known is None:
            return "unpriced"
        if self.unpriced or self.lower_bound or self.unpriced_tokens:
            return "lower_bound"
        if self.assumed:
            return "assumed"
        return "plan" if self.plan else "priced"


_PARTS: Callable[[Cost], tuple[Any, ...]] = attrgetter(*(field.name for field in fields(Cost)))


def added(costs: Iterable[Cost]) -> Cost:
    """Give the sum of at least one cost; to add them one by one makes as many costs as there are."""
    usd, *counts = (sum(column) for column in zip(*map(_PARTS, costs), strict=True))
    return Cost(Decimal(usd), *counts)


NOTHING = Cost()
_NO_DOLLARS = Decimal(0)
_ONE_OF: dict[CostState, tuple[int, ...]] = {state: tuple(int(state == other) for other in STATES) for state in STATES}
"""For each state the five counts of one call in it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What one call costs: dollars (None: unpriced), how certain that is, and the rates that were used."""

    usd: Decimal | None
    state: CostState
    unpriced_tokens: int = 0
    rates: Rates | None = None
    source: str = ""
    why: str = ""
    """What is missing or doubtful about it; empty where nothing is."""

    @property
    def cost(self) -> Cost:
        """The same as a sum over one call."""
        return Cost(self.usd or _NO_DOLLARS, self.unpriced_tokens, *_ONE_OF[self.state])


@dataclass(frozen=True, slots=True)
class Edition:
    """Which prices are in force: the catalogue's version, and a digest of the user's own (None: unreadable)."""

    catalogue: str
    own: str | None


@dataclass(frozen=True, slots=True)
class PriceSource:
    """Where prices of a book come from: name, version or date, how many it holds (None: not counted), and the place."""

    name: str
    version: str
    prices: int | None
    place: str
