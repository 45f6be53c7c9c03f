"""An alarm on spending as it stands, and what becomes of it with time: raised once for one cause, and then over.

It has a name, made of its kind, what it is about, and the period. While its condition holds it stands. Once that is
over it is no longer shown; where the condition returns within the alarm's quiet time, that is the same cause, and it is
shown again without being raised. A graver word about the same cause (a note that becomes a warning) is raised.
"""

from dataclasses import dataclass, replace
from typing import Literal

from state.findings.finding import SEVERITIES, Severity

AlarmKind = Literal["burn", "ceiling", "envelope", "fan_out"]
"""Spending burns too fast; a budget's ceiling is near; a run uses up its envelope and gets nowhere; subagents burn."""
FLEET: tuple[AlarmKind, ...] = ("burn", "ceiling")
"""Kinds that are about a budget; the others are about a run, which their `about` names."""


@dataclass(frozen=True, slots=True)
class Found:
    """A condition that holds now. `text` begins with a few words and a colon; `quiet` is in seconds."""

    kind: AlarmKind
    about: str
    period: str
    severity: Severity
    text: str
    quiet: float

    @property
    def name(self) -> str:
        """What tells it from every other cause."""
        return f"{self.kind} {self.about} {self.period}".rstrip()


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that was raised at `since`, in seconds since 1970. `holds`: its condition does, at `severity`.

    `peak` is the gravest word that was raised of this cause, and `below` since when less than that holds, None while it
    does. From `quiet` seconds after that on, what comes is another cause.
    """

    name: str
    kind: AlarmKind
    about: str
    severity: Severity
    text: str
    since: float
    holds: bool
    peak: Severity
    quiet: float
    below: float | None = None


def after(alarm: Alarm | None, found: Found | None, now: float) -> tuple[Alarm | None, bool]:
    """Give how an alarm stands at `now`, and whether it is raised by that."""
    if alarm is not None and alarm.below is not None and now - alarm.below >= alarm.quiet:
        # What was graver is over for good; what is left of it, if anything, is the cause that goes on.
        alarm = replace(alarm, peak=alarm.severity, below=None) if alarm.holds else None
    if found is None:
        return (None, False) if alarm is None else (_lower(replace(alarm, holds=False), now), False)
    if alarm is None or SEVERITIES.index(found.severity) > SEVERITIES.index(alarm.peak):
        return _raised(found, now), True
    told = replace(alarm, holds=True, severity=found.severity, text=found.text)
    if found.severity != alarm.peak:
        return _lower(told, now), False
    return replace(told, below=None, quiet=found.quiet), False


def _raised(found: Found, now: float) -> Alarm:
    words = found.name, found.kind, found.about, found.severity, found.text
    return Alarm(*words, since=now, holds=True, peak=found.severity, quiet=found.quiet)


def _lower(alarm: Alarm, now: float) -> Alarm:
    """Note since when less than the peak holds; a clock that was set back begins the quiet time anew."""
    below = now if alarm.below is None or alarm.below > now else alarm.below
    return replace(alarm, below=below)
