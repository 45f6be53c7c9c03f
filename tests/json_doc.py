"""docs/json.md as the tests see it: the keys that it names for each document, and those that a real document has.

`World.told` holds every document that any test of a verb reads against it, so that no key comes without a word.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "docs" / "json.md"
_HEADING = re.compile(r"^## .*?`headgate/([a-z-]+)/1`", re.MULTILINE)
_ROW = re.compile(r"^\| (`.+?`) \| ", re.MULTILINE)
_ALSO = re.compile(r"^Every key of `(\S+?)` of `headgate/(\w+)/1`", re.MULTILINE)


@cache
def named() -> dict[str, frozenset[str]]:
    """Give for each schema the keys that the page names; one that ends with `.*` stands for whatever is below."""
    _, *parts = _HEADING.split(FILE.read_text())
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return {schema: frozenset(_told(schema, found)) for schema in found}


def _told(schema: str, found: dict[str, str]) -> Iterator[str]:
    for row in _ROW.findall(found[schema]):
        yield from re.findall(r"`([^`]+)`", row)
    for table, other in _ALSO.findall(found[schema]):
        # The keys of a list's objects stand at the top; those of a table that is named whole stay in it.
        cut = f"{table}." if table.endswith("[]") else ""
        yield from (key.removeprefix(cut) for key in _told(other, found) if key.startswith(cut or table))


def keys_of(document: Any, above: str = "") -> Iterator[str]:
    """Give every key of a document, with dots between and `[]` behind a list."""
    if isinstance(document, list):
        for one in document:
            yield from keys_of(one, f"{above}[]")
    elif isinstance(document, dict):
        for key, value in document.items():
            path = f"{above}.{key}" if above else key
            yield path
            yield from keys_of(value, path)


def undocumented(document: dict[str, Any]) -> set[str]:
    """Give the keys of a document that the page does not name."""
    schema = str(document.get("schema", "headgate/index/1")).split("/")[1]
    known = named().get(schema, frozenset())
    open_ends = tuple(one.removesuffix("*") for one in known if one.endswith("*"))
    return {key for key in keys_of(document) if key not in known and not key.startswith(open_ends or ("\0",))}


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """Give a document back of which docs/json.md names every key."""
    assert not (strange := undocumented(document)), f"docs/json.md does not name {sorted(strange)}"
    return document
