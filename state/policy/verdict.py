"""What a policy says of a call: the strictest of what its rules say, with each rule's reason. Standard library only."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["allow", "escalate", "deny"]
STRICTNESS: dict[Outcome, int] = {"allow": 0, "escalate": 1, "deny": 2}
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a call would do. `name` is of `state.policy.programs.EFFECTS`; `why` names what in it does so."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a call met. `sla` is how soon a human should answer, in seconds; `reviewers` who may."""

    rule: str
    outcome: Outcome
    because: str
    instead: str = ""
    severity: Severity = "medium"
    reviewers: tuple[str, ...] = ()
    sla: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strictest outcome, the rules that were met (the strictest first), and the effects that they rest on.

    `policy` is the blob id of the policy that said so, or `default`. An opaque call says why it could not be read.
    """

    outcome: Outcome
    policy: str
    hits: tuple[Hit, ...] = ()
    effects: tuple[Effect, ...] = ()
    opaque: str | None = None
