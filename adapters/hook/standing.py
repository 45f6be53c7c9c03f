"""Reads what the core says of the fleet and of a run: what holds for the next call. Standard library only.

A file that is missing in a house that has a core, or that is not what it should be, is an error and never a default.
"""

from typing import Any, cast

from adapters.hook import files
from state.gate_files import FORMAT, Fleet, RunFile, run_name

REMEDY = "open `headgate` in this repository, or run `headgate status`, which write it anew"
_PHASES = ("planning", "executing", "merging")
_FLEET: dict[str, tuple[type, ...]] = {
    "repository": (str,),
    "base": (str, type(None)),
    "protected": (list,),
    "worktrees": (list,),
    "frozen": (dict, type(None)),
    "policy": (str,),
}
_RUN: dict[str, tuple[type, ...]] = {
    "worktree": (str, type(None)),
    "branch": (str, type(None)),
    "phase": (str,),
    "frozen": (dict, type(None)),
    "halted": (dict, type(None)),
    "plan": (dict, type(None)),
    "policy": (str,),
    "context_version": (str, type(None)),
    "files": (int,),
    "usd": (str, type(None)),
    "began": (int, float, type(None)),
    "denied": (dict,),
}


class Unknown(Exception):
    """What holds cannot be known; the text says which file, and the remedy."""


def fleet_of(house: str) -> Fleet:
    """Read what holds for all runs. Raises `Unknown`."""
    return cast(Fleet, _read(f"{house}/fleet.json", _FLEET, needed=True))


def run_of(house: str, agent: str, session: str) -> RunFile | None:
    """Read what holds for one run, None where the core has not seen it yet. Raises `Unknown`."""
    found = _read(f"{house}/runs/{run_name(agent, session)}.json", _RUN, needed=False)
    if found is not None and found["phase"] not in _PHASES:
        raise Unknown(f"{house}/runs: a run's phase is none that is known; {REMEDY}")
    return cast("RunFile | None", found)


def policy_of(house: str, name: str) -> dict[str, Any]:
    """Read the compiled policy that holds. Raises `Unknown`."""
    if not name.isalnum():
        raise Unknown(f"the policy {name[:80]!r} has no proper name; {REMEDY}")
    return policy_at(f"{house}/policy/{name}.json", name)


def policy_at(path: str, name: str) -> dict[str, Any]:
    """Read a compiled policy of that name. Raises `Unknown`."""
    try:
        found = files.read(path)
    except (OSError, ValueError) as failure:
        raise Unknown(f"the policy {path} cannot be read ({failure}); {REMEDY}") from failure
    if found is None:
        raise Unknown(f"the policy {path} is missing; {REMEDY}")
    if not isinstance(found.get("rules"), list) or found.get("blob") != name:
        raise Unknown(f"{path} is no compiled policy; {REMEDY}")
    return found


def _read(path: str, shape: dict[str, tuple[type, ...]], *, needed: bool) -> dict[str, Any] | None:
    try:
        found = files.read(path)
    except (OSError, ValueError) as failure:
        raise Unknown(f"{path} cannot be read ({failure}); {REMEDY}") from failure
    if found is None:
        if needed:
            raise Unknown(f"{path} is missing; {REMEDY}")
        return None
    if found.get("format") != FORMAT:
        raise Unknown(f"{path} is of another version of Headgate; install one version for hook and board")
    for name, kinds in shape.items():
        if name not in found or not isinstance(found[name], kinds):
            raise Unknown(f"{path} has no proper `{name}`; {REMEDY}")
    return found
