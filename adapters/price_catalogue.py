"""genai-prices behind a strict door: it answers with rates or says why not, and never with a rate that does not apply.

The library is loaded at the first question and not before: loading takes a fifth of a second and more. What is
corrected here was found by running it, W numbers are those of research/economics.md 1.3. No network is ever used: the
part of the library that would is not even loaded.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import cached_property
from importlib.metadata import version
from types import ModuleType
from typing import Any

from adapters.price_names import attributes, is_exactly, spellings
from state.money.spending import Doubt, NoPrice, Rates, Tariff, Terms

NAME = "genai-prices"
_FETCHING = "genai_prices.update_prices"
_NEUTRAL = frozenset({None, "", "standard", "default"})
NOWHERE = frozenset({None, "", "not_available", "global"})
"""Places that bind a call to nowhere."""
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_US_FACTOR = Decimal("1.1")
_GEO_FROM = (4, 6)
"""First version of Claude for which running in the US alone costs a tenth more (W7)."""
_FAMILY = re.compile(r"claude-(?:[a-z]+-(\d+)[-.](\d{1,2})|[a-z]+-(\d+)|(\d+)[-.](\d+)-[a-z]+)(?![\d])")
_METERS = ("input", "output", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the catalogue. `steps` are the prompt sizes above which it has other rates."""

    provider: str
    info: Any
    steps: tuple[int, ...]
    by_hour: bool

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"{self.provider}/{self.info.id}"

    @property
    def by_anthropic(self) -> bool:
        """Whether Anthropic made the model, whoever serves it."""
        return self.provider == "anthropic" or "claude" in self.info.id

    def tier(self, prompt: int) -> int:
        """Give the number of the long-context tier for a prompt of so many tokens; a threshold itself is below."""
        return bisect_left(self.steps, prompt)


class _NeverLoaded(ModuleType):
    """Stands where the library's fetching of newer prices would: it loads a client of HTTP and nothing here uses it."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class Catalogue:
    """The bundled prices. `found` and `rates` load the library at the first call."""

    version = version(NAME)

    @cached_property
    def _snapshot(self) -> Any:
        sys.modules.setdefault(_FETCHING, _NeverLoaded(_FETCHING))
        from genai_prices.data_snapshot import get_snapshot

        return get_snapshot()

    def size(self) -> int:
        """Count the models that it has prices for."""
        return sum(len(provider.models) for provider in self._snapshot.providers)

    def found(self, model: str, provider: str | None) -> Found | None:
        """Find the entry that means this very model, None where there is none."""
        for where, name in spellings(model, provider):
            try:
                seller, info = self._snapshot.find_provider_model(name, None, where, None)
            except LookupError:
                continue
            if is_exactly(info.match, name):
                return Found(seller.id, info, _steps(info), _by_hour(info))
        return None

    def rates(self, found: Found, at: float | None, terms: Terms, prompt: int) -> Tariff | NoPrice:
        """Give the rates of a call with a prompt of so many tokens, or why it has none."""
        when = _LATEST if at is None else datetime.fromtimestamp(at, UTC)
        context = _context(terms)
        prices = {name: _flat(price, prompt) for name, price in _told(found.info.get_prices(when)).items()}
        special = _special(found, when, context, prompt, prices)
        if isinstance(special, NoPrice):
            return special
        prices, doubts = {**prices, **special[0]}, special[1]
        if prices.get("input") is None or prices.get("output") is None:
            return NoPrice(f"{NAME} lists {found.name} without a price per token")
        if at is None:
            doubts.append(Doubt(None, "assumed", "the call has no time: priced as of now"))
        if not terms.tier_known and not terms.plan and "service_tier" not in context and _has_dearer_tier(found.info):
            doubts.append(Doubt(None, "lower_bound", "the log does not name the service tier: priced as standard"))
        return _tariff(found, terms, prices, doubts)


def _context(terms: Terms) -> dict[str, str]:
    told = {"service_tier": terms.tier, "speed": terms.speed, "processing": "batch" if terms.batch else None}
    return {name: word for name, word in told.items() if word is not None and word not in _NEUTRAL}


def _told(price: Any) -> dict[str, Any]:
    """Give the prices of text, by meter, as the catalogue has them: a number or tiers."""
    told = attributes(price)
    return {name: told[f"{name}_mtok"] for name in _METERS if told.get(f"{name}_mtok") is not None} | (
        {"search": told["web_searches_kcount"] / 1000} if told.get("web_searches_kcount") is not None else {}
    )


def _flat(price: Any, prompt: int) -> Decimal:
    """Give the price for a prompt of so many tokens: crossing a threshold reprices the whole call."""
    if not hasattr(price, "tiers"):
        return price
    above = [tier.price for tier in price.tiers if prompt > tier.start]
    return above[-1] if above else price.base


def _steps(info: Any) -> tuple[int, ...]:
    prices = [one.prices for one in (*_dated(info), *(info.price_variants or ()))]
    tiers = [tier for price in prices for one in attributes(price).values() for tier in getattr(one, "tiers", ())]
    return tuple(sorted({tier.start for tier in tiers}))


def _by_hour(info: Any) -> bool:
    return any(hasattr(one.constraint, "start_time") for one in _dated(info) if one is not info)


def _dated(info: Any) -> list[Any]:
    """Give the prices that hold from a date on, or the entry itself where it has but one."""
    dated: Any = info.prices
    return [*dated] if hasattr(dated, "append") else [info]


def _special(
    found: Found, when: datetime, context: Mapping[str, str], prompt: int, standard: Mapping[str, Decimal]
) -> tuple[dict[str, Decimal], list[Doubt]] | NoPrice:
    """Give the prices that special terms override. Terms that no entry covers have no price: W6."""
    special: dict[str, Decimal] = {}
    doubts: list[Doubt] = []
    covered: set[str] = set()
    variants: tuple[Any, ...] = tuple(found.info.price_variants or ()) if context else ()
    for variant in variants:
        if any(context.get(name) != word for name, word in variant.when.items()):
            continue
        covered |= set(variant.when)
        started = variant.constraint is None or variant.constraint.active(when)
        told = {name: price for name, price in _told(variant.prices).items() if name not in special}
        flat = {name: _flat(price, prompt) for name, price in told.items()}
        if not started:
            then = datetime.combine(attributes(variant.constraint)["start_date"], time(), UTC)
            later = _told(found.info.get_prices(then))
            flat, same = _backdated(flat, standard, {name: _flat(price, prompt) for name, price in later.items()})
            if variant.when.keys() != {"processing"} or not same:
                doubts.append(Doubt(None, "assumed", f"{_words(variant.when)} prices are known from {then.date()} on"))
        if _untiered(told, found.info.get_prices(when), prompt):
            doubts.append(Doubt(None, "assumed", f"no long-context price is known for {_words(variant.when)}"))
        special |= flat
    if missing := {name: word for name, word in context.items() if name not in covered}:
        return NoPrice(f"{NAME} has no {_words(missing)} price for {found.name}")
    return special, doubts


def _backdated(
    special: Mapping[str, Decimal], then: Mapping[str, Decimal], later: Mapping[str, Decimal]
) -> tuple[dict[str, Decimal], bool]:
    """Give special prices of a day before they were recorded: the same share of that day's standard price (W1)."""
    given: dict[str, Decimal] = {}
    for name, price in special.items():
        before, after = then.get(name), later.get(name)
        given[name] = price * before / after if before is not None and after else price
    return given, all(then.get(name) == later.get(name) for name in special)


def _untiered(told: Mapping[str, Any], standard: Any, prompt: int) -> bool:
    """Say whether a special price is flat where the standard one has stepped up (W5)."""
    stepped = {name: price for name, price in _told(standard).items() if hasattr(price, "tiers")}
    return any(
        name in stepped and not hasattr(price, "tiers") and _flat(stepped[name], prompt) != stepped[name].base
        for name, price in told.items()
    )


def _words(when: Mapping[str, str]) -> str:
    return " ".join(when[name] for name in sorted(when))


def _has_dearer_tier(info: Any) -> bool:
    return any(variant.when.get("service_tier") in ("priority", "fast") for variant in info.price_variants or ())


def _tariff(found: Found, terms: Terms, prices: Mapping[str, Decimal], doubts: list[Doubt]) -> Tariff | NoPrice:
    factor = _geo_factor(found, terms.geo)
    if factor is None:
        return NoPrice(f"no price is known for {found.name} bound to {terms.geo}")
    plain = {name: price * factor for name, price in prices.items() if name != "search"}
    write = plain.get("cache_write", plain["input"])
    short, long = plain.get("cache_write_5m", write), plain.get("cache_write_1h")
    if long is None and found.by_anthropic and "cache_write" in plain:
        long = 2 * plain["input"]
    elif long is None and "cache_write" not in plain:
        long = write
    read = plain.get("cache_read")
    if read is None:
        read = plain["input"]
        doubts.append(Doubt("cache_read", "assumed", "no price for cache reads is known: counted as fresh input"))
    rates = Rates(plain["input"], read, short, long, plain["output"], prices.get("search"))
    return Tariff(rates, f"{NAME} {Catalogue.version}: {found.name}", tuple(doubts), terms.plan)


def _geo_factor(found: Found, geo: str | None) -> Decimal | None:
    """Give by how much the place multiplies every price; None where that is unknown (W7)."""
    if geo in NOWHERE:
        return Decimal(1)
    if geo != "us" or not found.by_anthropic:
        return None
    family = _FAMILY.search(found.info.id)
    told = [int(part) for part in family.groups() if part] if family else []
    return _US_FACTOR if told and (told[0], told[1] if len(told) > 1 else 0) >= _GEO_FROM else Decimal(1)
