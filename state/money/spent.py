"""What history cost: sums of calls by the hour, and the figures that are made of them.

The store keeps them as whole picodollars (1e-12 USD), so that SQLite adds them up exactly and 100,000 runs are asked in
one query; each call is rounded once, and a change of a call moves the sum by the difference of the rounded amounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Literal

from state.money.spending import NOTHING, STATES, Cost
from state.runs.origin import Usage

Dimension = Literal["session", "model", "day", "task", "role", "lane", "agent", "owner"]
PICO = Decimal(1).scaleb(-12)
UNKNOWN = "unknown"
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Spent:
    """What the calls of one row of a table came to: tokens, cost, and what the same tokens cost at list price.

    `listed` is every input token at the fresh input rate and output at its own, and `listed_usd` what those calls cost
    of which it tells; `unlisted` calls are left out of both, and of `cache_net`, because a rate of theirs is not known.
    None where that is all of them. `cache_net` is what the cache saved less what it cost to fill, in USD; negative: it
    is losing money. `searches` are web searches that the provider billed, and `tools` what they came to, a part of the
    cost. `key` is the row's name in its dimension, "unknown" where that is not known. `runs` is how many runs have a
    part in it; by a dimension that one run can be in twice, each counts where it began. `others` is how many rows this
    one stands for together, where a dimension has more than are shown one by one; 0 for a row of its own.
    """

    key: str
    usage: Usage = field(default_factory=Usage)
    cost: Cost = NOTHING
    listed: Decimal | None = None
    cache_net: Decimal | None = None
    runs: int = 0
    listed_usd: Decimal | None = None
    unlisted: int = 0
    searches: int = 0
    tools: Decimal = Decimal(0)
    others: int = 0

    @property
    def per_token(self) -> Decimal | None:
        """USD per million tokens, all of them: what a token costs in this mix (research/economics.md 1.5)."""
        return _per_million(self.cost.known, self.usage.tokens)

    @property
    def per_output(self) -> Decimal | None:
        """USD per million tokens of output."""
        return _per_million(self.cost.known, self.usage.output)

    @property
    def of_list(self) -> Decimal | None:
        """The cost as a share of what the same tokens cost at list price without a cache, where rates are known."""
        known = self.cost.known if self.listed_usd is None else self.listed_usd
        return known / self.listed if known is not None and self.listed else None


@dataclass(frozen=True, slots=True)
class PriceUsed:
    """By which source the calls of one model were priced, "" where there was none; their first and last, and how many.

    Times are in seconds since 1970, None where no call of these tells its own.
    """

    model: str | None
    source: str
    first: float | None
    last: float | None
    calls: int


def spent_of(key: str, sums: Sequence[int], *, runs: int, others: int = 0) -> Spent:
    """Give a row of history by the sums of its calls, in the order of `state.money.rollup.COLUMNS`."""
    usage = Usage(*sums[:7])
    usd, at_list, net, listed_usd, unlisted, searches, tools, unpriced, *states = sums[7:]
    cost = Cost(usd * PICO if usd else Decimal(0), unpriced, *states)
    known = sum(states) > unlisted
    return Spent(
        *(key, usage, cost, at_list * PICO if known else None, net * PICO if known else None, runs),
        *(listed_usd * PICO if known else None, unlisted, searches, tools * PICO, others),
    )


def sums_of(row: Spent) -> list[int]:
    """Give the sums that a row was made of, so that rows can be added up."""
    cost = row.cost
    usage = [getattr(row.usage, field.name) for field in fields(Usage)]
    money = [int((one or 0) / PICO) for one in (cost.usd, row.listed, row.cache_net, row.listed_usd)]
    states = [getattr(cost, state) for state in STATES]
    return [*usage, *money, row.unlisted, row.searches, int(row.tools / PICO), cost.unpriced_tokens, *states]


def _per_million(usd: Decimal | None, tokens: int) -> Decimal | None:
    return usd * 1_000_000 / tokens if usd is not None and tokens else None
