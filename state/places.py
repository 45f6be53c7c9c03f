"""Where things lie at run time: the state directory of each repository, and the user's settings."""

from collections.abc import Mapping
from pathlib import Path


def state_root(environment: Mapping[str, str]) -> Path:
    """Give the directory that holds one directory a repository.

    A relative XDG path is ignored, as the XDG Base Directory Specification demands. Raises `ValueError` without a home.
    """
    own = environment.get("HEADGATE_STATE_DIR")
    if own:
        return _absolute("HEADGATE_STATE_DIR", own)
    return _xdg(environment, "XDG_STATE_HOME", ".local/state") / "headgate"


def config_root(environment: Mapping[str, str]) -> Path:
    """Give the directory of the user's settings. Raises `ValueError` without a home."""
    own = environment.get("HEADGATE_CONFIG_DIR")
    if own:
        return _absolute("HEADGATE_CONFIG_DIR", own)
    return _xdg(environment, "XDG_CONFIG_HOME", ".config") / "headgate"


def _absolute(name: str, named: str) -> Path:
    """Refuse a relative path: board and core run in different directories and would take it for different places."""
    if not named.startswith("/"):
        raise ValueError(f"{name} is relative: give it as an absolute path")
    return Path(named)


def _xdg(environment: Mapping[str, str], name: str, below_home: str) -> Path:
    named = environment.get(name, "")
    if named.startswith("/"):
        return Path(named)
    home = environment.get("HOME", "")
    if not home.startswith("/"):
        raise ValueError("HOME is not set: set it, or set HEADGATE_STATE_DIR and HEADGATE_CONFIG_DIR")
    return Path(home) / below_home
