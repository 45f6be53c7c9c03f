"""Which settings of the user change what a status says, and are harmless to obey.

Headgate obeys no configuration of a repository when it looks at a work tree, so that none of its programs can run. A
few settings decide whether a file counts as changed at all (mode bits, line ends, letter case); they are read as data,
each only with one of the values listed here, and written into Headgate's own configuration.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.git import door, porcelain
from adapters.git.command import git_directory

_TRUTH = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})
_HARMLESS: Mapping[str, frozenset[str]] = {
    "core.filemode": _TRUTH,
    "core.symlinks": _TRUTH,
    "core.ignorecase": _TRUTH,
    "core.precomposeunicode": _TRUTH,
    "core.trustctime": _TRUTH,
    "core.checkstat": frozenset({"default", "minimal"}),
    "core.autocrlf": _TRUTH | {"input"},
    "core.eol": frozenset({"lf", "crlf", "native"}),
}
_EXCLUDES = "core.excludesfile"
_PATTERN = f"^core\\.({'|'.join(key.removeprefix('core.') for key in (*_HARMLESS, _EXCLUDES))})$"
_USERS_OWN = frozenset({"system", "global"})


@dataclass(frozen=True, slots=True)
class Tastes:
    """Settings to obey, as lower-case keys and checked values, and the user's own file of ignored names (a raw path).

    `excludes` is the null device where the user has none.
    """

    settings: tuple[tuple[str, str], ...] = ()
    excludes: str = os.devnull


async def tastes(common: str, limit: float) -> Tastes:
    """Ask git for the settings in force in the repository with this common git directory. Raises `GitFailed`."""
    place = git_directory(common, user=True)
    answer = await door.ask(
        place, "config", "--null", "--show-scope", "--get-regexp", _PATTERN, limit=limit, fine=(0, 1)
    )
    return chosen(porcelain.settings(answer.out), os.environ)


def chosen(found: tuple[tuple[str, str, str], ...], environment: Mapping[str, str]) -> Tastes:
    """Choose what is harmless of (scope, key, value): the last value wins, the ignore file only as the user's own."""
    kept: dict[str, str] = {}
    excludes: str | None = None
    for scope, key, value in found:
        if key == _EXCLUDES:
            excludes = value if scope in _USERS_OWN else excludes
        elif value.lower() in _HARMLESS.get(key, ()):
            kept[key] = value.lower()
    return Tastes(tuple(sorted(kept.items())), _plain(_excludes(excludes, environment)))


def _excludes(named: str | None, environment: Mapping[str, str]) -> str | None:
    """Give the path of the user's ignore file, named or where git looks for it; source: gitignore(5)."""
    home = environment.get("HOME", "")
    if named is None:
        folder = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
        return f"{folder}/git/ignore" if folder else None
    return home + named[1:] if named.startswith("~/") and home else named


def _plain(path: str | None) -> str:
    return path if path is not None and Path(path).is_absolute() and Path(path).is_file() else os.devnull
