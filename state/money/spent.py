"""What history cost: sums of calls by the hour, and the figures that are made of them.

The store keeps them as whole picodollars (1e-12 USD), so that SQLite adds them up exactly and 100,000 runs are asked in
one query; each call is rounded once, and a change of a call moves the sum by the difference of the rounded amounts.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from state.money.spending import NOTHING, Cost
from state.runs.run import Usage

Dimension = Literal["session", "model", "day", "task", "role", "lane", "agent", "owner"]
PICO = Decimal(1).scaleb(-12)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the calls of one row of a table came to: tokens, cost, and what the same tokens cost at list price.

    `listed` is every input token at the fresh input rate and output at its own, None where a rate is lacking.
    `cache_net` is what the cache saved less what it cost to fill, in USD; negative: it is losing money. `key` is the
    row's name in its dimension, "unknown" where that is not known; `runs` how many runs have a part in it.
    """

    key: str
    usage: Usage = field(default_factory=Usage)
    cost: Cost = NOTHING
    listed: Decimal | None = None
    cache_net: Decimal | None = None
    runs: int = 0

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
        """The cost as a share of what the same tokens cost at list price without a cache."""
        known = self.cost.known
        return known / self.listed if known is not None and self.listed else None


def _per_million(usd: Decimal | None, tokens: int) -> Decimal | None:
    return usd * 1_000_000 / tokens if usd is not None and tokens else None
