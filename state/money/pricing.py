"""Puts a price book to work: each call is priced once, and again only when the prices in force have changed.

What was priced keeps the rates that it was priced with: a newer catalogue prices only what had no price before, so that
an upgrade does not rewrite history in silence; the user's own prices, once changed, hold for every call.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from state.money.cost import ABOUT_PRICES, MILLION, quote
from state.money.fresh_calls import Fresh, count_fresh
from state.money.meter import Metered, deltas
from state.money.month import Months
from state.money.rates_seen import SEEN, dearer, read_seen, written
from state.money.spending import RATE_NAMES, Edition, NoPrice, Quote, Rates, Tariff, Terms
from state.ports import Batch, PriceBook, Problem
from state.runs.event import UsageCounted
from state.runs.run import Usage
from state.runs.skimmed import CallsMetered

CATALOGUE, OWN = "prices_catalogue", "prices_own"
"""Names under which the store keeps the edition that its calls were priced with."""
UNREADABLE = "unreadable"


class Counted(Protocol):
    """What is asked of a transaction of the store."""

    def said(self, key: str) -> str | None: ...
    def say(self, key: str, value: str) -> None: ...
    def counted(self, *, lacking: bool) -> list[Metered]: ...
    def count(self, calls: list[Metered]) -> None: ...


class NoBook:
    """A price book that knows no price: everything is shown as unpriced."""

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        """Give no price."""
        return NoPrice("no price book is at hand")

    def edition(self) -> Edition:
        """Give the edition of nothing."""
        return Edition("none", "")

    def load(self) -> None:
        """Be ready."""

    def complaint(self) -> Problem | None:
        """Complain of nothing."""
        return None


class Pricing:
    """One price book at work for one store. What `renew` found holds from `settle` on, when its commit stood."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book
        self._settled: Edition | None = None
        self._found: Edition | None = None
        self._complained: Problem | None = None
        self._rates: dict[str, Rates] = {}
        self.months = Months()
        """What calls cost by the hour, for budgets."""
        self.seen: Mapping[str, Rates] = {}
        """The dearest rates that were ever seen of each model."""
        self._seen_kept: Mapping[str, Rates] | None = None

    def load(self) -> None:
        """Make the book ready, in a thread."""
        self._book.load()

    def quote(self, call: Metered) -> Quote:
        """Give what one call costs at the prices in force."""
        found = priced(self._book, call)
        if found.rates is not None and call.model is not None:
            self._rates[call.model] = found.rates
            self.seen = dearer(self.seen, call.model, found.rates)
        return found

    def dearest(self) -> Decimal | None:
        """Give the dearest rate of any call priced in this life, in USD per million tokens; None before the first."""
        rates = [getattr(one, name) for one in self._rates.values() for name in RATE_NAMES if name != "search"]
        return max((rate for rate in rates if rate is not None), default=None)

    def warming(self, model: str | None, tokens: int | None) -> Decimal | None:
        """Give what it costs in USD to write a prompt of so many tokens anew, at the rates of the model's last call.

        None where no call of the model was priced since this core began, or it has no rate for writing.
        """
        rates = self._rates.get(model or "")
        rate = rates and (rates.cache_write_5m or rates.input)
        return None if not rate or tokens is None else rate * tokens / MILLION

    def fresh(self, skims: list[CallsMetered]) -> tuple[list[Fresh], list[UsageCounted]]:
        """Price the calls of logs that nobody else showed; gives them and what their runs count by them."""
        fresh, counted = count_fresh(skims, self._book)
        for one in fresh:
            model, rates = one.calls[-1][2], one.quotes[-1][1].rates
            if model is not None and rates is not None:
                self.seen = dearer(self.seen, model, rates)
        return fresh, counted

    def moved(self) -> bool:
        """Say whether other prices are in force than those of the last commit."""
        return self._book.edition() != self._settled

    def renew(self, store: Counted) -> list[UsageCounted]:
        """Price anew what the change of prices concerns; gives what the runs count differently by that."""
        self._keep_seen(store)
        self._found = edition = self._book.edition()
        if edition == self._settled:
            return []
        same = store.said(CATALOGUE) == edition.catalogue
        old, new = store.said(OWN), UNREADABLE if edition.own is None else edition.own
        store.say(CATALOGUE, edition.catalogue)
        store.say(OWN, new)
        if new == UNREADABLE or (same and old == new):
            return []
        return self._revalued(store, lacking=old == new)

    def _keep_seen(self, store: Counted) -> None:
        """Take up the rates that an earlier life saw, and write down those that were seen since the last commit."""
        if self._seen_kept is None:
            self.seen = read_seen(store.said(SEEN))
        elif self.seen is not self._seen_kept:
            store.say(SEEN, written(self.seen))
        self._seen_kept = self.seen

    def settle(self) -> None:
        """Note that the commit which `renew` belongs to stands."""
        self.months.settle()
        self._settled = self._found
        self._complained = self._book.complaint()

    def told(self, batch: Batch) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
        """Give problems and solved ones of a batch, with what is wrong with the user's own prices."""
        before, now = self._complained, self._book.complaint()
        if now is not None:
            return ((*batch.problems, now) if now != before else batch.problems), batch.solved
        # An earlier life may have left a complaint of its own.
        mended = before is not None or self._settled is None
        return batch.problems, ((*batch.solved, ABOUT_PRICES) if mended else batch.solved)

    def _revalued(self, store: Counted, *, lacking: bool) -> list[UsageCounted]:
        before = store.counted(lacking=lacking)
        after = [replace(call, quote=self.quote(call)) for call in before]
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        store.count([new for _, new in changed])
        return [counted for old, new in changed for counted in deltas(old, new)]


def priced(book: PriceBook, call: Metered) -> Quote:
    """Give what one call costs by a book."""
    return quote(call.usage, call.terms, book.tariff(call.model, call.at, call.terms, call.usage))
