"""Reads the `[[check]]` tables of a policy: what Headgate runs itself on the tree that would be merged.

Standard library only, as all that reads a policy; the hook never looks at checks. docs/checks.md describes the format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from state.policy.fields import Table

CHECK_KEYS = ("name", "command", "seconds", "megabytes", "network", "junit", "base_paths", "tests", "compare_base")
NAMING_GATES = ("merge", "release")
"""Gates whose `checks` name such tables."""
SECONDS, MOST_SECONDS = 900.0, 86_400.0
MEGABYTES, LEAST_MEGABYTES = 4096, 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_MOST = 50


def checks_of(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Give each check as JSON values, all keys written out. Raises `PolicyInvalid`."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        made = _check(table)
        if made["name"] in found:
            raise table.wrong("name", "another check has this name", "give each check a name of its own")
        if len(found) == _MOST:
            raise table.wrong(None, f"it has more than {_MOST} checks", "put what belongs together into one command")
        found[made["name"]] = made
    return list(found.values())


def see_that_checks_exist(gates: Table | None, checks: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a gate that names a check which is not there: it would never be met. Raises `PolicyInvalid`."""
    names = [one["name"] for one in checks]
    told = f"it has {', '.join(names)}" if names else "write [[check]] with that name and a command"
    inner = [gates.inner(gate) for gate in NAMING_GATES] if gates is not None else []
    for table in (one for one in inner if one is not None):
        for word in table.words("checks"):
            if word not in names:
                raise table.wrong("checks", f"no check is called `{word[:60]}`", told, word)


def required_of(gates: str, checks: str, gate: str = "merge") -> list[dict[str, Any]]:
    """Give the checks that a gate wants, in the order in which it names them; both texts are `Policy`'s own JSON."""
    by_name = {one["name"]: one for one in json.loads(checks)}
    wanted = json.loads(gates).get(gate, {}).get("checks", [])
    return [by_name[name] for name in dict.fromkeys(wanted) if name in by_name]


def _check(table: Table) -> dict[str, Any]:
    table.known(CHECK_KEYS)
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise table.wrong("name", "`name` must be letters, digits, - and _", 'write name = "tests"')
    command = table.text("command")
    if not command:
        raise table.wrong("command", "it does not say what to run", 'write command = "python -m pytest"')
    return {
        "name": name,
        "command": command,
        "seconds": _seconds(table),
        "megabytes": _megabytes(table),
        "network": bool(table.flag("network")),
        "junit": _junit(table),
        "base_paths": [_below(table, "base_paths", word) for word in table.words("base_paths")],
        "tests": table.flag("tests") is not False,
        "compare_base": _compared(table),
    }


def _seconds(table: Table) -> float:
    value = table.amount("seconds") if "seconds" in table.told else SECONDS
    if value is None or not 1 <= value <= MOST_SECONDS:
        raise table.wrong("seconds", f"`seconds` must be from 1 to {MOST_SECONDS:.0f}", "write seconds = 900")
    return float(value)


def _megabytes(table: Table) -> int:
    value = table.amount("megabytes") if "megabytes" in table.told else MEGABYTES
    if value is None or value < LEAST_MEGABYTES or value != int(value):
        raise table.wrong(
            "megabytes", f"`megabytes` must be a whole number from {LEAST_MEGABYTES}", "write megabytes = 4096"
        )
    return int(value)


def _junit(table: Table) -> str | None:
    if "junit" not in table.told:
        return None
    word = table.text("junit")
    if not word or any(letter in word for letter in "*?[{"):
        raise table.wrong("junit", "`junit` must be the path of one file", 'write junit = "report.xml"')
    return _below(table, "junit", word)


def _below(table: Table, key: str, word: str) -> str:
    """Give a path below the tree, and refuse one that could lead out of it."""
    if word.startswith(("/", "~")) or ".." in word.split("/") or "\0" in word:
        raise table.wrong(key, f"`{word[:60]}` does not lie below the tree", "write it as git lists it: tests/**", word)
    return word.removeprefix("./")


def _compared(table: Table) -> bool:
    wanted = bool(table.flag("compare_base"))
    if wanted and "junit" not in table.told:
        raise table.wrong("compare_base", "without a report no test has a name", 'write junit = "report.xml" too')
    return wanted
