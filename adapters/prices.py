"""The price book: the user's own prices first, then Headgate's amendments, then the catalogue of genai-prices.

Answers are kept by model, day, terms and long-context tier, because one answer of the library takes 160 µs and a day of
work asks the same thing a thousand times.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from adapters.price_catalogue import NAME, NOWHERE, Catalogue, Found
from adapters.price_file import OwnPrice, PriceFile, PricesInvalid, read_prices, with_price
from adapters.price_names import fast_name, plain_name
from state.money.cost import ABOUT_PRICES
from state.money.spending import Doubt, Edition, NoPrice, PriceSource, Rates, Tariff, Terms
from state.ports import Problem
from state.runs.run import Usage
from state.text import clean

OWN_FILE = "prices.toml"
AMENDMENTS = Path(__file__).with_name("price_amendments.toml")
_LARGEST = 1_000_000
_FREE = frozenset({"<synthetic>"})
"""Names that stand for no call: Claude Code writes its own error messages under this one."""
_STANDARD = frozenset({None, "", "standard", "default"})
_DAY = 86400
_NOTHING = Rates(*[Decimal(0)] * 6)
_Key = tuple[object, ...]


class GenaiPrices:
    """A `PriceBook` on the bundled catalogue and the user's file `own`, which is read again when it changes."""

    def __init__(self, own: Path) -> None:
        self.own_path = own
        self.catalogue = Catalogue()
        self.amendments = read_prices(AMENDMENTS.read_text(), AMENDMENTS.name)
        self.own = PriceFile()
        self._stamp: tuple[int, int, int] | None = None
        self._edition = Edition(self._catalogue_edition(), "")
        self._wrong: str | None = None
        self._found: dict[tuple[str, str | None], Found | None] = {}
        self._sold: dict[str, str] = {}
        self._kept: dict[_Key, Tariff | NoPrice] = {}
        self._look()

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        """Give the rates of one call, or why there are none."""
        if model is None:
            return NoPrice("the log names no model")
        if model in _FREE:
            return Tariff(_NOTHING, "by rule: no call was made")
        if at is not None and not 0 <= at < 253_370_764_800:
            at = None
        # Some agents tell the sum of a session's calls only: the size of one prompt is then their average.
        whole = _prompt(usage)
        prompt = whole // max(1, usage.requests)
        tariff = self._asked(model, at, terms, prompt)
        return self._blurred(tariff, model, terms, prompt, whole) if prompt != whole else tariff

    def edition(self) -> Edition:
        """Say which prices are in force, after a look at the user's file."""
        self._look()
        return self._edition

    def load(self) -> None:
        """Read the catalogue, which takes a few tenths of a second."""
        self.catalogue.size()

    def complaint(self) -> Problem | None:
        """Say what is wrong with the user's file."""
        if self._wrong is None:
            return None
        return Problem(ABOUT_PRICES, self._wrong, "until then your own prices are not used")

    def sources(self) -> tuple[PriceSource, ...]:
        """Say where the prices in force come from, the first that is asked first."""
        own, digest = self.own.prices, self._edition.own
        return (
            PriceSource("yours", digest or "none", len(own), clean(str(self.own_path))),
            PriceSource("amendments", "with Headgate", len(self.amendments.prices), AMENDMENTS.name),
            PriceSource(NAME, self.catalogue.version, self.catalogue.size(), "bundled; no network is used"),
        )

    def changed(self, words: Mapping[str, str]) -> tuple[Path, str, str]:
        """Give the user's file, its text, and the text with one more price. Raises `PricesInvalid`."""
        old = read_own(self.own_path)
        return self.own_path, old, with_price(old, words, clean(str(self.own_path)))

    def write(self, text: str) -> None:
        """Put a new text in the place of the user's file, whole or not at all. Raises `OSError`."""
        target = self.own_path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def _asked(self, model: str, at: float | None, terms: Terms, prompt: int) -> Tariff | NoPrice:
        own = self._own_price(self.own.prices, model, at, terms)
        found = self._entry(self._sold_as(model), terms.provider)
        step = found.tier(prompt) if found else 0
        unit = 60 if found and found.by_hour else _DAY
        moment = None if at is None else int(at // unit)
        key = (model, moment, terms, step, own)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = self._answered(model, at, terms, prompt, own)
        return kept

    def _blurred(self, tariff: Tariff | NoPrice, model: str, terms: Terms, prompt: int, whole: int) -> Tariff | NoPrice:
        """Doubt a price for which it matters how a sum of tokens was parted into calls."""
        found = self._entry(self._sold_as(model), terms.provider)
        if isinstance(tariff, NoPrice) or found is None or found.tier(prompt) == found.tier(whole):
            return tariff
        why = "one figure for many calls: priced by the size of their average prompt"
        return replace(tariff, doubts=(*tariff.doubts, Doubt(None, "assumed", why)))

    def _answered(
        self, model: str, at: float | None, terms: Terms, prompt: int, own: OwnPrice | None
    ) -> Tariff | NoPrice:
        if own is not None and own.priced:
            return _of_file(own, at, terms, f"{OWN_FILE}, line {own.line}")
        terms = replace(terms, plan=True) if own is not None and own.plan else terms
        sold = self._sold_as(model)
        added = self._own_price(self.amendments.prices, sold, at, terms)
        if added is not None:
            return _bound(_of_file(added, at, terms, f"Headgate's amendments: {added.source}"), terms)
        found = self._entry(sold, terms.provider)
        if found is None and (slow := fast_name(sold)) and terms.speed in _STANDARD:
            return self._answered(slow, at, replace(terms, speed="fast"), prompt, None)
        if found is None:
            return NoPrice(f"no price is known for {model}")
        return self.catalogue.rates(found, at, terms, prompt)

    def _entry(self, model: str, provider: str | None) -> Found | None:
        key = (model, provider)
        if key not in self._found:
            self._found[key] = self.catalogue.found(model, provider)
        return self._found[key]

    def _sold_as(self, model: str) -> str:
        sold = self._sold.get(model)
        if sold is None:
            sold = self._sold[model] = self._looked_up(model)
        return sold

    def _looked_up(self, model: str) -> str:
        for names in (self.own.aliases, self.amendments.aliases):
            sold = (names.get(model.lower()) or names.get(plain_name(model))) if names else None
            if sold:
                return sold
        return model

    @staticmethod
    def _own_price(prices: tuple[OwnPrice, ...], model: str, at: float | None, terms: Terms) -> OwnPrice | None:
        """Give the newest price of this very model on these very terms that was in force."""
        if not prices:
            return None
        names = (model.lower(), plain_name(model))
        fitting = [
            one
            for one in prices
            if one.model in names
            and _same_word(one.speed, terms.speed)
            and _same_word(one.tier, terms.tier)
            and one.batch == terms.batch
            and (at is None or ((one.since or 0) <= at and (one.until is None or at < one.until)))
        ]
        return max(fitting, key=lambda one: one.since or 0, default=None)

    def _look(self) -> None:
        """Read the user's file where it is not the one that was read last."""
        try:
            told = self.own_path.stat()
            stamp = (told.st_mtime_ns, told.st_size, told.st_ino)
        except (FileNotFoundError, NotADirectoryError):
            stamp = (0, 0, 0)
        except OSError as error:
            stamp = (-1, error.errno or 0, 0)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._take(stamp)

    def _take(self, stamp: tuple[int, int, int]) -> None:
        catalogue, name = self._edition.catalogue, clean(str(self.own_path))
        self._kept.clear()
        self._sold.clear()
        self._wrong = None
        try:
            text = "" if stamp == (0, 0, 0) else read_own(self.own_path)
            self.own = read_prices(text, name)
            digest = hashlib.blake2s(text.encode(), digest_size=8).hexdigest() if text else ""
            self._edition = Edition(catalogue, digest)
        except PricesInvalid as invalid:
            self.own, self._wrong = PriceFile(), str(invalid)
            self._edition = Edition(catalogue, None)

    def _catalogue_edition(self) -> str:
        added = hashlib.blake2s(AMENDMENTS.read_bytes(), digest_size=4).hexdigest()
        return f"genai-prices {self.catalogue.version}, amendments {added}"


def read_own(path: Path) -> str:
    """Read the user's price file; empty where there is none. Raises `PricesInvalid`."""
    try:
        with path.open("rb") as file:
            told = file.read(_LARGEST + 1)
        if len(told) > _LARGEST:
            raise PricesInvalid(f"{clean(str(path))} is larger than a megabyte: that is no price file; move it away")
        return told.decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PricesInvalid(f"{clean(str(path))}, line {line}: not UTF-8; write it again in UTF-8") from error
    except OSError as error:
        raise PricesInvalid(f"{clean(str(path))} cannot be read: {error.strerror}; make it readable") from error


def _prompt(usage: Usage) -> int:
    return usage.fresh_input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h


def _same_word(one: str | None, other: str | None) -> bool:
    return one == other or (one in _STANDARD and other in _STANDARD)


def _bound(tariff: Tariff, terms: Terms) -> Tariff:
    """Doubt the rates of a call that was bound to a place: amendments name prices for anywhere."""
    if terms.geo in NOWHERE:
        return tariff
    return replace(tariff, doubts=(*tariff.doubts, Doubt(None, "lower_bound", f"no price is known for {terms.geo}")))


def _of_file(price: OwnPrice, at: float | None, terms: Terms, source: str) -> Tariff:
    undated = at is None and (price.since is not None or price.until is not None)
    doubts = (Doubt(None, "assumed", "the call has no time: priced as of now"),) if undated else ()
    return Tariff(price.rates, source, doubts, price.plan or terms.plan)
