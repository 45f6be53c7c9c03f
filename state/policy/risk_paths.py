"""The paths of the rules of risk, for rules of a policy that name them as `risk:migration`. Standard library only.

One list of such paths is kept, in state/findings/risk.toml, so that what is marked as risky and what is held are the
same files.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PREFIX = "risk:"


@cache
def _told() -> dict[str, Any]:
    file = Path(__file__).parent.with_name("findings") / "risk.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def risk_names() -> tuple[str, ...]:
    """Name the rules of risk that are about changed files of the worktree."""
    return tuple(
        rule["id"] for rule in _told()["rule"] if rule.get("paths") not in (None, ["**"]) and not rule.get("outside")
    )


def risk_paths(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the patterns of a rule of risk, and those of files that it spares. Raises `KeyError`."""
    told = _told()
    rule = {one["id"]: one for one in told["rule"] if one["id"] in risk_names()}[name]
    spared = rule.get("but", [])
    if not rule.get("anywhere"):
        spared = [*spared, *told["tests"], *told["docs"]]
    return tuple(rule["paths"]), tuple(spared)
