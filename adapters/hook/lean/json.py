"""Stands in for `json`: its scanner and its writer in C without the modules in Python, which import `re`."""

import sys

from _json import encode_basestring_ascii, make_encoder, make_scanner  # pyright: ignore

from genuine import genuine, given  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

_SPACE = " \t\n\r"


class JSONDecodeError(ValueError):
    """The text is no JSON."""


if __name__ == "json":
    # The scanner in C looks up there what to raise; source: Modules/_json.c, raise_errmsg.
    sys.modules["json.decoder"] = sys.modules[__name__]


class _Reading:
    """How `json.loads` reads: strictly, with duplicate names won by the last."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    memo: dict[str, str] = {}

    @staticmethod
    def parse_constant(name):  # pyright: ignore
        return {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}[name]


_scan = make_scanner(_Reading)  # pyright: ignore


def loads(text):  # pyright: ignore
    """Read one JSON text. Raises `ValueError` for what is none."""
    if isinstance(text, bytes | bytearray):
        text = text.decode("utf-8")
    start = len(text) - len(text.lstrip(_SPACE))
    try:
        found, end = _scan(text, start)
    except StopIteration as failure:
        raise JSONDecodeError("not JSON") from failure
    if text[end:].strip(_SPACE):
        raise JSONDecodeError(f"more than one JSON value: character {end}")
    return found


def dumps(thing, *, sort_keys=False, separators=(", ", ": "), **other):  # pyright: ignore
    """Write JSON in ASCII, on one line."""
    if other:
        return genuine("json").dumps(thing, sort_keys=sort_keys, separators=separators, **other)
    if isinstance(thing, str):
        return encode_basestring_ascii(thing)
    pieces = make_encoder({}, _odd, encode_basestring_ascii, None, separators[1], separators[0], sort_keys, False, True)
    return "".join(pieces(thing, 0))


def _odd(thing):  # pyright: ignore
    raise TypeError(f"{type(thing).__name__} has no place in JSON")


def __getattr__(name: str) -> object:
    return given("json", name)
