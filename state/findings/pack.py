"""The rules of risk and the forms of secrets, read from the two files of data beside this module.

The files are the package's own, so a mistake in them is an error at once: a key that is not known, a level, an effect
or a pattern that does not exist.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from state.findings.finding import RiskLevel
from state.policy.glob import Globs, globs
from state.policy.programs import EFFECTS
from state.runs.worktree import Kind

_STRICT = ConfigDict(extra="forbid")
_HERE = Path(__file__)


@validated(frozen=True, config=_STRICT)
class Examples:
    """What a rule matches and what it must not, run as tests."""

    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    not_commands: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    not_lines: tuple[str, ...] = ()


@validated(frozen=True, config=_STRICT)
class Rule:
    """One rule; the file of data says what each field means."""

    id: str
    level: RiskLevel
    reason: str
    in_tests: RiskLevel | None = None
    paths: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    anywhere: bool = False
    outside: bool = False
    effects: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    found: Literal["content", "size"] | None = None
    examples: Examples = field(default_factory=Examples)

    def __post_init__(self) -> None:
        if unknown := set(self.effects) - EFFECTS:
            raise ValueError(f"rule {self.id}: no command has the effect {', '.join(sorted(unknown))}")
        if bool(self.lines) != bool(self.keywords):
            raise ValueError(f"rule {self.id}: patterns of lines need keywords, and keywords patterns")

    @cached_property
    def wanted(self) -> Globs:
        """The paths that it is about."""
        return globs(self.paths)

    @cached_property
    def spared(self) -> Globs:
        """The paths that it is not about after all."""
        return globs(self.but)


@validated(frozen=True, config=_STRICT)
class Secret:
    """One form of secrets. `plausible`: a match counts only where it looks random and is no placeholder."""

    id: str
    what: str
    pattern: str
    keywords: tuple[str, ...]
    level: RiskLevel = "critical"
    plausible: bool = False
    examples: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class LinePattern:
    """A pattern that added lines are searched for. `secret` says that what it finds must never be kept."""

    rule: str
    pattern: re.Pattern[str]
    keywords: tuple[str, ...]
    secret: bool = False
    plausible: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """All rules by id, the paths that are tests, documents or generated, and what added lines are searched for."""

    rules: Mapping[str, Rule]
    tests: Globs
    docs: Globs
    generated: Globs
    by_effect: Mapping[str, tuple[Rule, ...]]
    patterns: tuple[LinePattern, ...]


@cache
def pack() -> Pack:
    """Give the default pack, read once."""
    told = _read("risk.toml")
    rules = TypeAdapter(tuple[Rule, ...]).validate_python(told["rule"])
    known = {rule.id: rule for rule in (*rules, *map(_rule_of, secrets()))}
    effects = {effect for rule in rules for effect in rule.effects}
    return Pack(
        known,
        globs(told["tests"]),
        globs(told["docs"]),
        globs(told["generated"]),
        {effect: tuple(rule for rule in rules if effect in rule.effects) for effect in effects},
        (*map(_secret_pattern, secrets()), *map(_line_pattern, (rule for rule in rules if rule.lines))),
    )


@cache
def secrets() -> tuple[Secret, ...]:
    """Give the forms of secrets, read once."""
    return TypeAdapter(tuple[Secret, ...]).validate_python(_read("secrets.toml")["secret"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_HERE.with_name(name).read_text(encoding="utf-8"))


def _rule_of(secret: Secret) -> Rule:
    reason = f"{secret.what} stands in an added line, and in the history once it is committed."
    return Rule(f"secret/{secret.id}", secret.level, reason, in_tests=secret.level, anywhere=True, found="content")


def _secret_pattern(secret: Secret) -> LinePattern:
    pattern = re.compile(secret.pattern)
    return LinePattern(f"secret/{secret.id}", pattern, secret.keywords, secret=True, plausible=secret.plausible)


def _line_pattern(rule: Rule) -> LinePattern:
    flags = "(?i)" if any(line.startswith("(?i)") for line in rule.lines) else ""
    return LinePattern(rule.id, re.compile(flags + "|".join(_bare(line) for line in rule.lines)), rule.keywords)


def _bare(line: str) -> str:
    return f"(?:{line.removeprefix('(?i)')})"
