"""`config.toml` as `headgate config init` writes it: every key that there is, what it means, and what is shipped.

Made from the shapes that check the file, so that it cannot lag behind them. Each key stands behind a "#": what is not
taken out of its comment goes on following the shipped value of later versions.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Union, cast, get_args, get_origin

from pydantic import BaseModel

from state.command import Command
from state.screens import SCREENS
from state.settings import in_force, shape
from state.settings_words import EXAMPLE_WINDOW, EXAMPLES, MEANS, TABLES

_HEAD = """\
# Headgate's settings. Take the "# " before a key away to set it; what stays behind one is as Headgate ships it, and
# follows later versions. `headgate config check` says what is wrong in this file, `headgate config show` what is in
# force. docs/settings.md says more of every key.
"""
_EXAMPLE = "  # an example: nothing is shipped"
_BARE = re.compile(r"[A-Za-z0-9_-]+")

Path = tuple[str, ...]


def whole_file() -> str:
    """Give the text of a file that sets nothing and names everything."""
    values, _ = in_force(None)
    parts = [_HEAD]
    for table in (name for name, _ in _fields(shape()) if name != "windows"):
        parts.append("\n".join([f"## {TABLES[table]}", f"[{table}]", *_lines(table, values)]) + "\n")
    # An array of tables closes the table above it, so it stands last.
    parts.append(f"## {TABLES['windows']}\n{EXAMPLE_WINDOW}")
    return "\n".join(parts)


def _lines(table: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Give the keys of one table; each kind of key is explained where it stands first."""
    told: set[str] = set()
    for path, value in (*_set(table, values), *_examples(table)):
        pattern = pattern_of(path)
        if pattern not in told and table != "keys":
            yield f"## {MEANS[pattern]}"
        told.add(pattern)
        yield f"# {spelled(path[1:])} = {toml(value)}{_remark(path)}"


def _remark(path: Path) -> str:
    if path[0] == "keys":
        one = _commands()[path[1]]
        return f"  # {one.title}: {one.explains}"
    return _EXAMPLE if ".".join(path) in EXAMPLES else ""


def _set(table: str, values: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    if table == "keys":
        yield from (((table, name), list(one.keys)) for name, one in _commands().items())
        return
    yield from ((path, value) for path, value in leaves({table: values[table]}) if value is not None)


def _examples(table: str) -> Iterator[tuple[Path, Any]]:
    yield from ((tuple(name.split(".")), value) for name, value in EXAMPLES.items() if name.startswith(f"{table}."))


@cache
def _commands() -> dict[str, Command]:
    """Give every command by its id, in the order of the screens."""
    return {one.id: one for screen in SCREENS for one in screen.commands}


def leaves(table: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give each value of tables in tables with its path; a ladder and a list are values as a whole."""
    for key, value in table.items():
        path = (*above, key)
        if isinstance(value, dict) and key != "at":
            yield from leaves(cast(dict[str, Any], value), path)
        else:
            yield path, value


def patterns() -> frozenset[str]:
    """Give every key that the file may have, `*` for a name of the user's own."""
    return frozenset(".".join(path) for path in _patterns(shape()))


def pattern_of(path: Path) -> str:
    """Give the key that a path is an instance of. Raises `KeyError` for one that there is not."""
    for pattern in MEANS:
        parts = pattern.split(".")
        if len(parts) == len(path) and all(part in ("*", name) for part, name in zip(parts, path, strict=True)):
            return pattern
    raise KeyError(".".join(path))


def _patterns(shaped: type[BaseModel], above: Path = ()) -> Iterator[Path]:
    for name, told in _fields(shaped):
        model, depth = _inside(told)
        path = (*above, name, *("*" for _ in range(depth)))
        # A list of small tables is one value; only `[[windows]]` is written out.
        if model is not None and path != ("alarms", "pairs"):
            yield from _patterns(model, path)
        else:
            yield path


def _fields(shaped: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    yield from ((field.alias or name, field.annotation) for name, field in shaped.model_fields.items())


def _inside(told: Any) -> tuple[type[BaseModel] | None, int]:
    """Give the table within a type, and how many names of the user's own lead to it."""
    if isinstance(told, type) and issubclass(told, BaseModel):
        return told, 0
    if get_origin(told) is dict:
        value = get_args(told)[1]
        model, depth = _inside(value)
        return (None, 0) if _is_ladder(value) else (model, depth + 1)
    within = [_inside(one) for one in get_args(told) if one is not Ellipsis] if get_origin(told) else []
    return next((one for one in within if one[0] is not None), (None, 0))


def _is_ladder(value: Any) -> bool:
    return get_origin(value) not in (None, Union, tuple) and all(isinstance(one, str) for one in get_args(value))


def spelled(path: Path) -> str:
    """Write a key with dots, as TOML wants it."""
    return ".".join(part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in path)


def toml(value: Any) -> str:
    """Write a value as TOML on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            inner = cast(dict[str, Any], value)
            return "{" + ", ".join(f"{spelled((k,))} = {toml(v)}" for k, v in inner.items() if v is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(toml(one) for one in cast("list[Any]", value)) + "]"
        case _:
            return str(value)
