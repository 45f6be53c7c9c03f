"""Reads one JSON record whose shape is not quite the expected one, and keeps what fits.

Typed decoding is fast and stops at the first surprise: a byte that is no UTF-8, a lone surrogate, a number where a text
was. Such a record is rare and still worth reading, so this slow way drops the part that does not fit and nothing else.
"""

import json
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

_Wanted = TypeVar("_Wanted", bound=msgspec.Struct)
_PADDING = " \t\r\n\0\ufeff"


class _Misfit(Exception):
    """A value is not of the wanted type."""


def read_loosely(line: bytes, wanted: type[_Wanted]) -> _Wanted:
    """Read `line` as `wanted`, each ill-typed field left at its default.

    Raises ValueError with one short sentence where the line is no JSON object at all. Padding of NUL bytes (a file
    that grew before a power loss) and a byte order mark are skipped.
    """
    try:
        return cast(
            "_Wanted", _fitted(wanted, json.loads(line.decode("utf-8", "replace").strip(_PADDING), strict=False))
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except _Misfit:
        raise ValueError("not an object") from None
    except ValueError as problem:
        raise ValueError(f"no JSON: {problem}") from None


def parted(line: bytes, opening: str) -> tuple[bytes, ...]:
    """Part a line on which a second record follows a whole one, or follows a torn one and begins with `opening`.

    Both happen: two writers of one log, and a writer that goes on after a crash in mid-line. A line with no second
    record is given as it is; of three records the last two stay together.
    """
    text = line.decode("utf-8", "replace").strip(_PADDING)
    try:
        end = json.JSONDecoder(strict=False).raw_decode(text)[1]
    except (ValueError, RecursionError):
        end = text.rfind(opening)
    return (text[:end].encode(), text[end:].encode()) if 0 < end < len(text) else (line,)


def _fitted(wanted: Any, value: object) -> object:
    """Give `value` as `wanted`, or raise `_Misfit`. Known here: structs, unions, lists, Raw and plain types."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _struct(wanted, value)
    if wanted is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    if get_origin(wanted) is list:
        return _list(get_args(wanted)[0], value)
    if get_origin(wanted) in (Union, UnionType) and (choices := get_args(wanted)):
        return _first(choices, value)
    return _plain(wanted, value)


def _plain(wanted: Any, value: object) -> object:
    """Give a text or a number within its limits; a lone surrogate becomes a question mark, as it cannot be saved."""
    try:
        fitting: object = msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        raise _Misfit from None
    return fitting.encode("utf-8", "replace").decode() if isinstance(fitting, str) else fitting


def _struct(wanted: type[msgspec.Struct], value: object) -> msgspec.Struct:
    if not isinstance(value, dict):
        raise _Misfit
    fields = cast("dict[str, object]", value)
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(wanted):
        if field.encode_name in fields:
            try:
                kept[field.name] = _fitted(field.type, fields[field.encode_name])
            except _Misfit:
                continue
    return wanted(**kept)


def _list(wanted: Any, value: object) -> list[object]:
    """Give the items that fit: one odd block of a message hides no other."""
    if not isinstance(value, list):
        raise _Misfit
    kept: list[object] = []
    for item in cast("list[object]", value):
        try:
            kept.append(_fitted(wanted, item))
        except _Misfit:
            continue
    return kept


def _first(choices: tuple[Any, ...], value: object) -> object:
    for choice in choices:
        try:
            return _fitted(choice, value)
        except _Misfit:
            continue
    raise _Misfit
