"""Subagents: how many work at once, and how fast new ones are begun.

No source gives a limit; these are our own. The agents' own programs begin at most ten at a time, so that twice as many
is nobody's plan.
"""

from collections.abc import Iterator

from state.findings.finding import SEVERITIES, Finding, Severity
from state.runs.run import Run

AT_ONCE: tuple[tuple[int, Severity], ...] = ((20, "stop"), (8, "warn"), (4, "note"))
FAST: tuple[tuple[int, Severity], ...] = ((30, "stop"), (15, "warn"))
_SHOWN = 10
WHILE = 10 * 60.0
"""Seconds in which those that were begun are counted."""


def fan_out(run: Run) -> Iterator[Finding]:
    """Find more subagents at once, or begun within ten minutes, than a human follows."""
    if not run.turn.open:
        return
    now, times = len(run.subagents), [origin.at for origin in run.spawned if origin.at is not None]
    last = max(times, default=0.0)
    lately = sum(at > last - WHILE for at in times)
    found: list[tuple[Severity, str]] = [
        *((severity, f"{now} subagents are at work at once") for least, severity in AT_ONCE if now >= least),
        *(
            (severity, f"{lately} subagents were begun within ten minutes")
            for least, severity in FAST
            if lately >= least
        ),
    ]
    if found:
        severity, text = max(found, key=lambda one: SEVERITIES.index(one[0]))
        shown = tuple(reversed(run.spawned[-max(now, 1) :]))[:_SHOWN]
        yield Finding("fan_out", severity, text, shown, last or None)
