"""Finds a model in the catalogue of genai-prices by the name in a log, without ever taking it for its family.

The catalogue matches many names by their beginning, so that `claude-opus-4-7-made-up` would be priced as Opus 4.7.
Here what stands before and after the pattern may only be a region, a provider, a date or a version.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_BRACKETS = re.compile(r"\[[^\]]*\]$")
_DATED = re.compile(r"(?:[-@]20\d{6}|-20\d\d-\d\d-\d\d|-latest|@latest|@default)$")
_EFFORT = re.compile(r"-(?:none|minimal|low|medium|high|xhigh)$")
_BEDROCK = re.compile(r"^(?:[a-z]{2,6}\.)?anthropic\.")
_HEAD = re.compile(r"^(?:[a-z0-9-]+[./])*$")
_TAIL = re.compile(
    r"^(?:[-@:](?:20\d{6}|20\d\d-\d\d-\d\d|\d{3}|\d\d-\d\d(?:-\d{2,4})?|v\d+(?::\d+)?|latest|default|preview|exp|\d+))?"
    r"(?:-\d\d-\d\d(?:-\d{2,4})?|-\d{3})?$"
)
_COUNTED = re.compile(r"^[-@:]\d{1,2}$")
_FAST = "-fast"


def spellings(model: str, provider: str | None) -> Iterator[tuple[str | None, str]]:
    """Give provider and name under which to look a model up, the likeliest first (research/economics.md 1.3, W11)."""
    name = _BRACKETS.sub("", model.strip().lower()).removeprefix("models/")
    if _BEDROCK.match(name):
        yield "aws", name
        return
    maker, slash, rest = name.rpartition("/")
    yield provider, name
    if slash:
        yield maker.split("/")[0], name.partition("/")[2]
        yield maker.split("/")[-1], rest
    for pattern in (_DATED, _EFFORT):
        shorter = pattern.sub("", rest)
        if shorter != rest:
            yield provider, shorter
            rest = shorter


@lru_cache(maxsize=4096)
def plain_name(model: str) -> str:
    """Give the name of a model without provider, region, date, context and effort, in small letters."""
    name = _BRACKETS.sub("", model.strip().lower()).rpartition("/")[2]
    name = re.sub(r"-v\d+(:\d+)?$", "", _BEDROCK.sub("", name))
    return _EFFORT.sub("", _DATED.sub("", name))


def fast_name(model: str) -> str | None:
    """Give the name of the model whose fast mode `model` names, None where it names none."""
    name = _BRACKETS.sub("", model.strip().lower())
    return name.removesuffix(_FAST) if name.endswith(_FAST) else None


def is_exactly(match: Any, name: str) -> bool:
    """Say whether the match logic of a catalogue entry means this very name and not just its beginning."""
    parts = attributes(match)
    if "or_" in parts:
        return any(is_exactly(one, name) for one in parts["or_"])
    if "and_" in parts:
        return match.is_match(name) and any(is_exactly(one, name) for one in parts["and_"])
    if "regex" in parts:
        found = re.search(parts["regex"], name)
        if found is None or found.end() == 0:
            return False
        rest = name[found.end() :]
        return not rest if parts["regex"].endswith("$") else bool(re.match(r"[\d-]*$", rest))
    ((kind, pattern),) = parts.items()
    if kind == "equals":
        return name == pattern.lower()
    return match.is_match(name) and _stands_alone(pattern.lower(), name)


def attributes(thing: Any) -> dict[str, Any]:
    """Give the attributes of one of the library's values, whose kinds are told apart by what they have."""
    told: dict[str, Any] = thing.__dict__
    return told


def _stands_alone(pattern: str, name: str) -> bool:
    at = name.find(pattern)
    stem = pattern.rstrip("-@:")
    head, tail = name[:at], name[at + len(stem) :]
    return bool(_HEAD.match(head) and _TAIL.match(tail) and not _COUNTED.match(tail))
