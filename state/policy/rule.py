"""A policy and its rules as values: what `document` reads, `compiled` keeps and `judge` asks. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from state.policy.verdict import Outcome, Severity

SCHEMA = 1
DEFAULT = "default"
"""Stands where a blob id would: the policy that ships with Headgate."""

Touch = Literal["edit", "read", "delete"]
Amount = Literal["files", "minutes", "usd", "lines"]
PhaseWord = Literal["deny", "escalate", "escalate-unknown", "allow"]
Unattended = Literal["deny", "native", "wait"]
Shipped = Literal["self", "all", "none"]

TOUCHES: tuple[Touch, ...] = ("edit", "read", "delete")
AMOUNTS: tuple[Amount, ...] = ("files", "minutes", "usd", "lines")
PHASES = ("planning", "executing", "merging")
PHASE_WORDS: tuple[PhaseWord, ...] = ("deny", "escalate", "escalate-unknown", "allow")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a call must be like: every kind that is given must hold, and one word of it is enough.

    Words are patterns but those of `effects`, which are written out. `on` says how a path is touched; empty is any way.
    `amounts` are bounds, each met where the run's amount is known and beyond it. `effects_only` is for `unless` alone;
    `risks` are paths of rules of risk, each with those that it spares; they stand beside `paths`.
    """

    effects: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    on: tuple[Touch, ...] = ()
    commands: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    amounts: tuple[tuple[Amount, float], ...] = ()
    effects_only: tuple[str, ...] = ()
    risks: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant. `unless` takes calls out of this rule alone. `sla` is in seconds; `line` is 0 once compiled."""

    id: str
    then: Outcome
    because: str
    when: Conditions
    unless: Conditions | None = None
    instead: str = ""
    severity: Severity = "medium"
    reviewers: tuple[str, ...] = ()
    sla: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may change, take and cost before it has to ask; None is without a bound."""

    files: int | None = None
    minutes: float | None = None
    usd: float | None = None
    then: Outcome = "escalate"


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole file. `blob` is the git blob id that it was read from, or `default`.

    `protected` are patterns of full refs. `default` says for each phase what holds where no rule speaks. `gates` keeps
    the settings of gates as JSON, for those who open them; `checks` the `[[check]]` tables (`state.policy.checks`).
    """

    blob: str
    rules: tuple[Rule, ...] = ()
    protected: tuple[str, ...] = ()
    default: tuple[tuple[str, PhaseWord], ...] = (
        ("planning", "deny"),
        ("executing", "escalate-unknown"),
        ("merging", "deny"),
    )
    when_unattended: Unattended = "deny"
    budget: Budget = field(default_factory=Budget)
    shipped: Shipped = "self"
    gates: str = "{}"
    checks: str = "[]"
