"""Stands in for `json`: its scanner and its writer in C without the modules in Python, which import `re`."""

import sys
from _json import encode_basestring_ascii, make_encoder, make_scanner
from typing import Any

from adapters.hook.lean.genuine import genuine, given

_SPACE = " \t\n\r"
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class JSONDecodeError(ValueError):
    """The text is no JSON."""


if __name__ == "json":
    # The scanner in C looks up there what to raise; source: Modules/_json.c, raise_errmsg.
    sys.modules["json.decoder"] = sys.modules[__name__]


class _Reading:
    """How `json.loads` reads: strictly, and of two values under one name the last."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = _CONSTANTS.__getitem__
    memo: dict[str, str] = {}


_scan: Any = make_scanner(_Reading)  # pyright: ignore[reportArgumentType] - the C scanner reads only these attributes


def loads(text: str | bytes) -> Any:
    """Read one JSON text. Raises `ValueError` for what is none."""
    words = text if isinstance(text, str) else text.decode("utf-8")
    start = len(words) - len(words.lstrip(_SPACE))
    try:
        found, end = _scan(words, start)
    except StopIteration as failure:
        raise JSONDecodeError("not JSON") from failure
    if words[end:].strip(_SPACE):
        raise JSONDecodeError(f"more than one JSON value: character {end}")
    return found


def dumps(thing: Any, *, sort_keys: bool = False, separators: tuple[str, str] = (", ", ": "), **other: Any) -> str:
    """Write JSON in ASCII, on one line."""
    if other:
        real: Any = genuine("json")
        return real.dumps(thing, sort_keys=sort_keys, separators=separators, **other)
    if isinstance(thing, str):
        return encode_basestring_ascii(thing)
    item, key = separators
    pieces: Any = make_encoder({}, _odd, encode_basestring_ascii, None, key, item, sort_keys, False, True)
    return "".join(pieces(thing, 0))


def _odd(thing: Any) -> Any:
    raise TypeError(f"{type(thing).__name__} has no place in JSON")


def __getattr__(name: str) -> object:
    return given("json", name)
