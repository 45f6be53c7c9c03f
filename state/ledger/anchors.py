"""Finds where a head of the ledger was written down: in statements that were approved, and in messages of merges."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from state.ledger.verifying import Anchor, Whose
from state.text import clean

TRAILER = "Ledger-Head"
"""The trailer of a merge commit that names the head: `Ledger-Head: <seq>:<hash>`."""
_HEAD = re.compile(r"([1-9][0-9]{0,15}):([0-9a-f]{64})")
_LINE = re.compile(rf"^{TRAILER}: *{_HEAD.pattern} *$", re.MULTILINE)


def told(seq: int, digest: str) -> str:
    """Give a head as it is written down everywhere; of an empty ledger 0 and 64 zeros."""
    return f"{seq}:{digest}"


def of_approvals(rows: Iterator[Mapping[str, Any]] | tuple[Mapping[str, Any], ...]) -> Iterator[Anchor]:
    """Give the heads that approved statements name, whatever key holds them; one without a signature can be remade."""
    for row in rows:
        level = row["level"]
        where = f"the approval {str(row['id'])[:12]} ({level})"
        try:
            statement = json.loads(row["statement"])
        except (ValueError, TypeError, RecursionError):
            continue
        signed = level != "declared"
        yield from (Anchor(seq, digest, where, counts=signed) for seq, digest in _heads(statement))


def of_merge(commit: str, message: str, ours: bool) -> Iterator[Anchor]:
    """Give the heads that a merge commit names; one that our own ledger does not tell of may be a colleague's."""
    whose: Whose = "ours" if ours else "perhaps"
    for found in _LINE.finditer(message):
        yield Anchor(int(found[1]), found[2], f"the merge commit {commit[:12]}", outside=True, whose=whose)


def _heads(value: Any) -> Iterator[tuple[int, str]]:
    match value:
        case str() if found := _HEAD.fullmatch(value):
            yield int(found[1]), found[2]
        case {"seq": int(seq), "hash": str(digest)} if seq > 0:
            yield seq, clean(digest, 80)
        case dict():
            for one in cast("dict[str, Any]", value).values():
                yield from _heads(one)
        case list():
            for one in cast("list[Any]", value):
                yield from _heads(one)
        case _:
            return
