"""`headgate prices`: which prices are in force, what they cost among the calls in the logs, and what has no price."""

import difflib
import json
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from state.contract import instant
from state.money.cost import dollars
from state.money.meter import Metered
from state.money.spending import NOTHING, RATE_NAMES, NoPrice, PriceSource, Terms
from state.ports import PriceBook, RunSource
from state.runs.run import Usage
from tui.verbs.printing import aligned, print_json, print_lines
from tui.verbs.usage import read_usage
from tui.wording import amount, many, short


class Book(PriceBook, Protocol):
    """A price book that tells of its sources and takes prices of the user's own."""

    def sources(self) -> Sequence[PriceSource]: ...
    def changed(self, words: Mapping[str, str]) -> tuple[Path, str, str]: ...
    def write(self, text: str) -> None: ...


async def print_prices(source: RunSource, book: Book, now: float, *, as_json: bool) -> None:
    """Print the book's sources, the rates of each model in the logs now, and what has no price."""
    calls, _ = await read_usage(source, book)
    document = prices_document(book, calls.values(), now)
    if as_json:
        print_json(document)
    else:
        print_lines(_lines(document))


def prices_document(book: Book, calls: Iterable[Metered], now: float) -> dict[str, Any]:
    """Give `headgate/prices/1`."""
    by_model: dict[str | None, list[Metered]] = {}
    for call in calls:
        by_model.setdefault(call.model, []).append(call)
    rows = [_model(book, model, some, now) for model, some in sorted(by_model.items(), key=lambda one: one[0] or "")]
    edition = book.edition()
    return {
        "schema": "headgate/prices/1",
        "at": instant(now),
        "edition": {"catalogue": edition.catalogue, "own": edition.own or None},
        "sources": [
            {"name": one.name, "version": one.version, "prices": one.prices, "place": one.place}
            for one in book.sources()
        ],
        "models": rows,
        "unpriced": [_unpriced(model, some) for model, some in by_model.items() if any(_lacks(call) for call in some)],
    }


def _model(book: Book, model: str | None, calls: Sequence[Metered], now: float) -> dict[str, Any]:
    cost = sum((call.cost for call in calls), NOTHING)
    tariff = book.tariff(model, now, Terms(), Usage())
    found = {"rates": None, "source": None, "why": tariff.why} if isinstance(tariff, NoPrice) else {
        "rates": {name: _plain(getattr(tariff.rates, name)) for name in RATE_NAMES},
        "source": tariff.source,
        "why": "; ".join(doubt.why for doubt in tariff.doubts) or None,
    }  # fmt: skip
    spent = {"usd": dollars(cost.known), "state": cost.state, "unpriced_tokens": cost.unpriced_tokens}
    return {"model": model, "requests": sum(call.usage.requests for call in calls), **spent, **found}


def _plain(rate: Any) -> str | None:
    return None if rate is None else f"{rate:f}"


def _lacks(call: Metered) -> bool:
    return call.cost.unpriced_tokens > 0


def _unpriced(model: str | None, calls: Sequence[Metered]) -> dict[str, Any]:
    lacking = [call for call in calls if _lacks(call)]
    return {
        "model": model,
        "requests": sum(call.usage.requests for call in lacking),
        "tokens": sum(call.cost.unpriced_tokens for call in lacking),
        "runs": len({call.run for call in lacking}),
        "why": sorted({call.quote.why for call in lacking if call.quote}),
    }


def _lines(document: Mapping[str, Any]) -> list[str]:
    lines = aligned([(one["name"], one["version"], one["place"]) for one in document["sources"]], right=frozenset())
    head = ("model", "calls", *(name.replace("_", " ") for name in RATE_NAMES), "cost in the logs")
    lines += ["", "USD per million tokens now; a search is USD a piece"]
    lines += aligned([head, *(_cells(one) for one in document["models"])], right=frozenset(range(1, 9)))
    if document["unpriced"]:
        lines += ["", "Without a price:"]
    for one in document["unpriced"]:
        runs, why = many(one["runs"], "run"), "; ".join(one["why"])
        lines.append(f"  {one['model'] or 'no model'}: {short(one['tokens'])} tokens in {runs}; {why}")
        if one["model"]:
            lines.append(f"    headgate prices set {one['model']} --input USD --output USD")
    return lines


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    rates = [(row["rates"] or {}).get(name) or "?" for name in RATE_NAMES]
    cost = amount(row["usd"], row["state"], row["unpriced_tokens"])
    return (str(row["model"] or "no model")[:40], f"{row['requests']:,}", *rates, cost)


def set_price(book: Book, arguments: Namespace) -> None:
    """Write one price of the user's own and print exactly what changed in the file."""
    path, old, new = book.changed(_words(arguments))
    book.write(new)
    if old == new:
        print_lines([f"{path} says so already"])
        return
    print_lines(difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm="", n=2))


def _words(arguments: Namespace) -> dict[str, str]:
    """Give the price in TOML's spelling. Rates stay text, so that what was typed is what is written."""
    rates = {
        "input": arguments.input,
        "output": arguments.output,
        "cached": arguments.cached,
        "cache_write_5m": arguments.cache_write_5m,
        "cache_write_1h": arguments.cache_write_1h,
    }
    terms = {"since": arguments.since, "speed": arguments.speed, "tier": arguments.tier}
    told = {"model": arguments.model, **terms, **rates, "source": arguments.source}
    words = {name: json.dumps(word, ensure_ascii=False) for name, word in told.items() if word is not None}
    return {**words, **({"plan": "true"} if arguments.plan else {})}
