"""All that is found about one run, in one place: each detector is one call here, and the row shows what comes back."""

from dataclasses import dataclass, field

from state.findings.claims_done import silent_success
from state.findings.fan_out import fan_out
from state.findings.finding import SEVERITIES, Finding, Risk
from state.findings.plan import unplanned_file
from state.findings.policy_change import policy_change
from state.findings.risk import risk
from state.findings.stops import doom_loop, repeated_failure, repeated_reads
from state.runs.run import Run
from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class Judgement:
    """A run's findings, the gravest first, and its risk."""

    findings: tuple[Finding, ...] = ()
    risk: Risk = field(default_factory=Risk)


def judged(run: Run, worktree: Worktree | None, now: float, across: tuple[Finding, ...] = ()) -> Judgement:
    """Judge a run by its facts and its worktree's; `across` is what was found by comparing it with other runs."""
    found = [
        *across,
        *repeated_failure(run),
        *doom_loop(run),
        *fan_out(run),
        *unplanned_file(run),
        *policy_change(run, worktree),
        *silent_success(run, worktree),
        *repeated_reads(run),
    ]
    return Judgement(_once(sorted(found, key=lambda one: -SEVERITIES.index(one.severity))), risk(run, worktree))


def _once(found: list[Finding]) -> tuple[Finding, ...]:
    """Leave out what is said of the same subagents twice: how many they are, and what they burn; the gravest stays."""
    fanned = next((one for one in found if one.kind == "fan_out"), None)
    return tuple(one for one in found if one.kind != "fan_out" or one is fanned)
