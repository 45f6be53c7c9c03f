"""Reads and writes prices in TOML: the user's own `prices.toml` and the amendments that come with Headgate.

    [[price]]
    model = "gpt-5.9"          # as the log names it, or without its date and suffixes
    since = 2026-06-01         # optional: a date or a time (UTC); `until` likewise, not included
    input = 1.25               # USD per million tokens; numbers or strings
    output = 10
    cached = 0.125             # optional, like cache_write_5m, cache_write_1h and search (USD a web search)
    plan = true                # optional: a subscription pays; without rates the catalogue's are shown as list price
    speed = "fast"             # optional: for calls in this mode alone; so are tier = "priority" and batch = true
    source = "where it stands" # optional

    [[alias]]
    model = "my-gateway-model"
    is = "claude-opus-4-8"

A part without a rate is unpriced, never free.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from state.money.spending import Rates
from state.text import clean
from state.toml import TOMLDecodeError, toml_of

RATE_KEYS: Mapping[str, str] = {
    "input": "input",
    "output": "output",
    "cached": "cache_read",
    "cache_write_5m": "cache_write_5m",
    "cache_write_1h": "cache_write_1h",
    "search": "search",
}
"""The file's word for each rate."""
_WORDS, _MOMENTS, _TRUTHS = ("model", "speed", "tier", "source"), ("since", "until"), ("batch", "plan")
_KEYS = frozenset({*RATE_KEYS, *_WORDS, *_MOMENTS, *_TRUTHS})
_HEADER = re.compile(r"^\s*\[\[\s*(\w+)\s*\]\]")


class PricesInvalid(Exception):
    """A price file that cannot be used; the text names file, line and key and says what to do."""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """One `[[price]]`: rates of one model on given terms, in force from `since` to before `until` (seconds)."""

    model: str
    rates: Rates
    since: float | None = None
    until: float | None = None
    speed: str | None = None
    tier: str | None = None
    batch: bool = False
    plan: bool = False
    source: str = ""
    line: int = 0

    @property
    def priced(self) -> bool:
        """Whether it names rates of its own."""
        return self.rates != Rates()


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What one file holds. `aliases` gives for a model's name the one under which it is sold."""

    prices: tuple[OwnPrice, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])


def read_prices(text: str, name: str) -> PriceFile:
    """Read a price file called `name`. Raises `PricesInvalid`."""
    try:
        told = toml_of(text, Decimal)
    except TOMLDecodeError as error:
        raise PricesInvalid(f"{name}: {error}; mend that line or remove it") from error
    places = _Places(text, name)
    for key in told:
        if key not in ("price", "alias"):
            raise PricesInvalid(f"{name}: `{clean(key, 60)}` is not known; write [[price]] or [[alias]]")
    prices = tuple(_price(one, places, at) for at, one in enumerate(_tables(told, "price", places)))
    aliases = dict(_alias(one, places, at) for at, one in enumerate(_tables(told, "alias", places)))
    return PriceFile(prices, aliases)


@dataclass(frozen=True, slots=True)
class _Places:
    """Finds the line of a key, which the TOML reader does not tell."""

    text: str
    name: str

    def wrong(self, table: str, at: int, key: str, why: str) -> PricesInvalid:
        """Make the complaint about one key of the table number `at`."""
        return PricesInvalid(f"{self.name}, line {self.line(table, at, key)}: `{clean(key, 60)}` {why}")

    def line(self, table: str, at: int, key: str = "") -> int:
        """Give the line of a key, or of the table's header where it has none of that name; lines count from 1."""
        lines = self.text.splitlines()
        headers = [number for number, line in enumerate(lines) if _named(line) == table]
        if at >= len(headers):
            return 1
        for number in range(headers[at] + 1, len(lines)):
            if _HEADER.match(lines[number]):
                break
            if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", lines[number]):
                return number + 1
        return headers[at] + 1


def _named(line: str) -> str | None:
    found = _HEADER.match(line)
    return found.group(1) if found else None


def _tables(told: Mapping[str, Any], table: str, places: _Places) -> list[dict[str, Any]]:
    found = told.get(table, [])
    # TOML may hold anything.
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):  # pyright: ignore[reportUnknownVariableType]
        raise PricesInvalid(f"{places.name}: write [[{table}]] with two brackets, once for each {table}")
    return found  # pyright: ignore[reportUnknownVariableType] - TOML may hold anything


def _alias(told: Mapping[str, Any], places: _Places, at: int) -> tuple[str, str]:
    for key in ("model", "is"):
        if not isinstance(told.get(key), str) or not told[key].strip():
            raise places.wrong("alias", at, key, "must be the name of a model, in quotes")
    for key in told:
        if key not in ("model", "is"):
            raise places.wrong("alias", at, key, "is not known here; an alias has `model` and `is`")
    return clean(told["model"], 200).strip().lower(), clean(told["is"], 200).strip().lower()


def _price(told: Mapping[str, Any], places: _Places, at: int) -> OwnPrice:
    def wrong(key: str, why: str) -> PricesInvalid:
        return places.wrong("price", at, key, why)

    for key in told:
        if key not in _KEYS:
            raise wrong(key, f"is not known; known are {', '.join(sorted(_KEYS))}")
    words = {key: _word(told, key, wrong) for key in _WORDS}
    if not words["model"]:
        raise wrong("model", "is missing: name the model as the log names it")
    rates = Rates(**{RATE_KEYS[key]: _rate(told[key], key, wrong) for key in RATE_KEYS if key in told})
    plan, batch = (_truth(told, key, wrong) for key in ("plan", "batch"))
    for key in ("input", "output"):
        if key not in told and (not plan or rates != Rates()):
            raise wrong(key, "is missing: give both `input` and `output` in USD per million tokens")
    since, until = (_moment(told.get(key), key, wrong) for key in _MOMENTS)
    if since is not None and until is not None and until <= since:
        raise wrong("until", "must lie after `since`")
    model, speed, tier, source = (words[key] for key in _WORDS)
    line = places.line("price", at)
    return OwnPrice((model or "").lower(), rates, since, until, speed, tier, batch, plan, source or "", line)


_Wrong = Callable[[str, str], PricesInvalid]


def _word(told: Mapping[str, Any], key: str, wrong: _Wrong) -> str | None:
    if key in told and not isinstance(told[key], str):
        raise wrong(key, "must be text, in quotes")
    return clean(told[key], 200).strip() or None if key in told else None


def _truth(told: Mapping[str, Any], key: str, wrong: _Wrong) -> bool:
    if not isinstance(told.get(key, False), bool):
        raise wrong(key, "must be true or false")
    return bool(told.get(key, False))


def _rate(told: Any, key: str, wrong: _Wrong) -> Decimal:
    try:
        if isinstance(told, bool) or not isinstance(told, int | str | Decimal):
            raise InvalidOperation
        rate = Decimal(told)
        if not rate.is_finite() or rate < 0 or rate > 1_000_000:
            raise InvalidOperation
    except InvalidOperation:
        raise wrong(key, "must be an amount in USD, such as 1.25; it may be 0 where the part is free") from None
    return rate


def _moment(told: Any, key: str, wrong: _Wrong) -> float | None:
    if told is None:
        return None
    if isinstance(told, str):
        try:
            told = datetime.fromisoformat(told)
        except ValueError:
            raise wrong(key, "must be a date or a time such as 2026-06-01 or 2026-06-01T12:00:00Z") from None
    if isinstance(told, datetime):
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    if isinstance(told, date):
        return datetime.combine(told, time(), UTC).timestamp()
    raise wrong(key, "must be a date or a time such as 2026-06-01 or 2026-06-01T12:00:00Z")


def with_price(text: str, words: Mapping[str, str], name: str) -> str:
    """Give a price file with one more price, or with the one of the same model, terms and `since` replaced.

    `words` are the keys in TOML's own spelling. Everything else of the file stays as it is, comments too.
    Raises `PricesInvalid` where the file or the new price is wrong.
    """
    block = "".join(f"{key} = {value}\n" for key, value in words.items())
    new = read_prices(f"[[price]]\n{block}", "the new price").prices[0]
    old = next((one for one in read_prices(text, name).prices if _same_place(one, new)), None)
    lines = text.splitlines(keepends=True)
    if old is None:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[[price]]\n{block}"
    after = next((at for at in range(old.line, len(lines)) if _HEADER.match(lines[at])), len(lines))
    kept = [line for line in lines[old.line : after] if not re.match(r"\s*[\"']?\w+[\"']?\s*=", line)]
    return "".join([*lines[: old.line], block, *kept, *lines[after:]])


def _same_place(one: OwnPrice, other: OwnPrice) -> bool:
    facts = ("model", "since", "until", "speed", "tier", "batch")
    return all(getattr(one, fact) == getattr(other, fact) for fact in facts)
