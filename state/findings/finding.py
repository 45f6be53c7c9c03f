"""A finding: what a rule or a detector says about one run, with the records or files that it was read from.

Findings are made anew from facts each time a row is made and are never edited, so a finding goes when its cause goes.
"""

from dataclasses import dataclass
from typing import Literal

from state.runs.origin import Origin

Severity = Literal["note", "warn", "stop"]
"""`note` is for reading, `warn` deserves a look, `stop` says that the run should not go on without a human."""
SEVERITIES: tuple[Severity, ...] = ("note", "warn", "stop")

RiskLevel = Literal["low", "medium", "high", "critical"]
LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found, in one sentence, how grave it is, and where it was read.

    `kind` is the word of `contracts.md` (repeated_failure, doom_loop, duplicate_work, fan_out, unplanned_file...),
    `since` in seconds since 1970. `evidence` names files and byte offsets in them, the most telling first; it is empty
    only where the finding is about something that is missing.
    """

    kind: str
    severity: Severity
    text: str
    evidence: tuple[Origin, ...] = ()
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """How much harm a run's change and its commands can do: a floor that rules set and nothing lowers.

    `level` None: nothing was there to judge yet. `rules` names the rules that set it, the gravest first, and `reasons`
    gives each rule's reason with what matched it.
    """

    level: RiskLevel | None = None
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
