"""Reads the values of a policy file one by one, and says of a wrong one where it stands and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from state.policy.wrong import PolicyInvalid
from state.text import clean

if TYPE_CHECKING:
    from state.policy.file_lines import Lines

_Word = TypeVar("_Word", bound=str)
_Made = TypeVar("_Made")
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_MOST_WORDS = 500
_LONGEST_WORD = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file: its values, and where it stands. `said` names it in a sentence."""

    name: str
    lines: Lines
    told: Mapping[str, Any]
    said: str = "the file"
    header: str = ""
    number: int = 0
    inside: str | None = None
    """The key that holds it, where it is written in one line."""

    def wrong(self, key: str | None, text: str, remedy: str, word: str | None = None) -> PolicyInvalid:
        """Make the complaint about a key of this table."""
        at = self.lines.of(self.header, self.number, self.inside or key, word or (key if self.inside else None))
        return PolicyInvalid(self.name, at, f"{self.said}: {text}", remedy)

    def known(self, keys: Iterable[str]) -> None:
        """Refuse keys that nobody knows: a misspelt condition would make a rule mean something else."""
        allowed = [*keys]
        for key in self.told:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                remedy = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(sorted(allowed))}"
                raise self.wrong(key, f"the key `{key}` is not known", remedy)

    def text(self, key: str, default: str = "") -> str:
        """Give a text."""
        value = self.told.get(key, default)
        if not isinstance(value, str) or len(value) > _LONGEST_WORD:
            raise self.wrong(key, f"`{key}` must be a text", f'write {key} = "…"')
        return value.strip()

    def sentence(self, key: str) -> str:
        """Give a text that humans and agents are shown: on one line, with nothing in it that cannot be seen."""
        return clean(" ".join(self.text(key).split()))

    def words(self, key: str) -> tuple[str, ...]:
        """Give a list of texts, none of them empty, each once."""
        value = self.told.get(key, [])
        if isinstance(value, str):
            raise self.wrong(key, f"`{key}` must be a list", f'write {key} = ["{value}"]')
        some = cast("list[object]", value) if isinstance(value, list) else None
        if some is None or len(some) > _MOST_WORDS or not all(isinstance(one, str) and one.strip() for one in some):
            raise self.wrong(key, f"`{key}` must be a list of texts", f'write {key} = ["…", "…"]')
        if key in self.told and not some:
            raise self.wrong(key, f"`{key}` is empty, which would never hold", f"name something, or leave `{key}` out")
        if long := next((one for one in cast("list[str]", some) if len(one) > _LONGEST_WORD), None):
            raise self.wrong(key, f"a word of `{key}` is too long", f"keep to {_LONGEST_WORD} characters", long[:30])
        return tuple(dict.fromkeys(cast("list[str]", some)))

    def choice(self, key: str, choices: tuple[_Word, ...], default: _Word) -> _Word:
        """Give one of some words."""
        value = self.told.get(key, default)
        found = next((one for one in choices if one == value), None)
        if found is None:
            raise self.wrong(key, f"`{key}` cannot be {_shown(value)}", f"write one of {', '.join(choices)}")
        return found

    def choices(self, key: str, choices: tuple[_Word, ...]) -> tuple[_Word, ...]:
        """Give some of some words."""
        found: list[_Word] = []
        for value in self.words(key):
            chosen = next((one for one in choices if one == value), None)
            if chosen is None:
                raise self.wrong(key, f"`{key}` cannot hold {_shown(value)}", f"it takes {', '.join(choices)}", value)
            found.append(chosen)
        return tuple(found)

    def amount(self, key: str) -> float | None:
        """Give a number that is not negative, None where the key is not there."""
        value = self.told.get(key)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{1,12}(?:\.\d{1,9})?", value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise self.wrong(key, f"`{key}` must be a number that is not negative", f"write {key} = 40")
        return float(value)

    def flag(self, key: str) -> bool | None:
        """Give true or false, None where the key is not there."""
        value = self.told.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, f"`{key}` must be true or false", f"write {key} = true")
        return value

    def span(self, key: str) -> float | None:
        """Give a length of time in seconds, None where the key is not there."""
        value = self.told.get(key)
        found = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if value is not None and found is None:
            raise self.wrong(key, f"`{key}` must be a length of time", f'write {key} = "10m", with s, m, h or d')
        return float(found[1]) * _SECONDS[found[2]] if found else None

    def inner(self, key: str) -> Table | None:
        """Give a table within this one, None where the key is not there."""
        value = self.told.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, f"`{key}` must be a table", f"write {key} = {{ … }}")
        own = f"{self.header}.{key}" if self.header else key
        headed = self.lines.has(own) and self.header != "rule"
        inside = None if headed else self.inside or key
        header, number = (own, 0) if headed else (self.header, self.number)
        said = f"`{key}`" if self.said == "the file" else f"{self.said}, `{key}`"
        told = cast("Mapping[str, Any]", value)
        return replace(self, told=told, said=said, header=header, number=number, inside=inside)

    def each(self, key: str, made: Callable[[object], _Made]) -> list[_Made]:
        """Give what `made` makes of each value of a list."""
        value = self.told.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, f"`{key}` must be a list", f"write {key} = […]")
        return [made(one) for one in cast("list[object]", value)]


def _shown(value: object) -> str:
    return f"`{str(value)[:60]}`"
