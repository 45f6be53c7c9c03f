"""Alarms about one run, as findings on its row."""

from collections.abc import Iterator, Mapping

from state.findings.finding import Finding
from state.money.alarm import FLEET, Alarm
from state.runs.run import Run

_KINDS = {"envelope": "budget", "fan_out": "fan_out"}


def alarm_findings(alarms: Mapping[str, Alarm], run: Run) -> Iterator[Finding]:
    """Give what alarms say of a run now; where its cost was read last is the evidence."""
    seen = tuple(run.origins[name] for name in ("cost",) if name in run.origins)
    for one in alarms.values():
        if one.holds and one.about == run.key and one.kind not in FLEET:
            yield Finding(_KINDS[one.kind], one.severity, one.text, seen, one.since)
