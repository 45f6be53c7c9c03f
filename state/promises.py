"""What doctor last said of each agent's hook: `guarantees.json` beside all repositories' directories.

It is `{agent: {version, guarantee, why, at}}`. What was registered anew or taken out since then holds no more, but for
the machine's own settings, which Headgate's record need not know.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from state.control.assurance import Promise
from state.guarantee import Guarantee
from state.spool import make_private, read_whole, write_whole
from state.text import clean

_FILE = "guarantees.json"


def keep_promises(root: Path, promises: Mapping[str, Promise], at: float) -> None:
    """Write down what doctor says now. Raises `OSError`, and `ValueError` where the directory is unsafe."""
    make_private(root)
    told = {
        agent: {"version": one.version, "guarantee": one.guarantee, "why": one.why, "at": at}
        for agent, one in promises.items()
    }
    write_whole(root / _FILE, {**(read_whole(root / _FILE) or {}), **told})


def promises_in(root: Path) -> dict[str, Promise]:
    """Give what still holds of it, by agent; what is odd in the file promises nothing."""
    hooks: dict[str, Any] = read_whole(root / "hooks.json") or {}
    found = {agent: _promise(one, hooks.get(agent)) for agent, one in (read_whole(root / _FILE) or {}).items()}
    return {agent: one for agent, one in found.items() if one is not None}


def _promise(told: object, hook: object) -> Promise | None:
    if not isinstance(told, dict):
        return None
    words = cast(dict[str, Any], told)
    level, at, version = words.get("guarantee"), words.get("at"), words.get("version")
    if level not in get_args(Guarantee) or not isinstance(at, int | float) or not isinstance(version, str):
        return None
    registered = cast(dict[str, Any], hook).get("at") if isinstance(hook, dict) else None
    gone = registered is None and level not in ("observe", "managed")
    if gone or (isinstance(registered, int | float) and registered > at):
        return None
    return Promise(cast(Guarantee, level), clean(str(words.get("why", "")), 400), clean(version, 80))
