"""Runs that go on without getting on: the same failure again and again, calls in a circle, the same file read anew.

The ladder for a call that comes back the same is observe at 2, ask at 3, stop at 6. It counts results that the model
had seen, among twenty calls, while no file was edited and no human spoke. A call that waits for something else may come
back the same and counts for nothing; one that looks at the repository counts where nothing else was done in between.
Source: research/economics.md 6, and log-formats.md 15.4 for the twenty.
"""

import re
from collections.abc import Iterator

from state.figures import counted
from state.findings.finding import Finding, Severity
from state.runs.run import Reading, Repeat, Run

OBSERVE, ASK, STOP = 2, 3, 6
SAME_FAILURE = 3
CIRCLE = 6
"""Calls that a circle of several must have filled before it is one: three times round two, or twice round three."""
_LOOK = re.compile(
    r"(?:cd \S+ && )?(?:git (?:-C \S+ )?(?:status|diff|log|show|branch|rev-parse)|ls|pwd|date|jobs|ps)\b"
)
_WATCH = re.compile(
    r"(?:cd \S+ && )?(?:tail|curl|kubectl (?:get|describe|logs|top)|(?:docker|podman) (?:ps|logs)|gh (?:run|pr)|"
    r"systemctl status|journalctl|squeue|aws \S+ (?:describe|get|list)\S*|gcloud \S+|df|free|pgrep)\b"
)
"""Commands that look at what goes on elsewhere: to wait and to go in circles look the same with them."""
OFTEN_READ = 6
TOKEN = 4
"""Characters a token, about; a size for a human, never a cost."""


def repeated_failure(run: Run) -> Iterator[Finding]:
    """Find tests that fail the same way for the third time; that the run is still at it makes it a stop."""
    tests = run.tests
    if tests is None or tests.state != "failed" or tests.repeats < SAME_FAILURE:
        return
    named = f": {tests.failing[0]}" if tests.failing else ""
    others = f" and {len(tests.failing) - 1} more" if len(tests.failing) > 1 else ""
    severity: Severity = "stop" if run.turn.open else "warn"
    text = f"the same tests failed {tests.repeats} times in a row{named}{others}"
    origin = run.origins.get("tests")
    yield Finding("repeated_failure", severity, text, () if origin is None else (origin,), tests.at)


def doom_loop(run: Run) -> Iterator[Finding]:
    """Find the call that came back the same most often, or the circle of calls that the run goes round in."""
    if round_ := _circle(run):
        yield round_
        return
    counted = ((_times(one), one) for one in run.repeats)
    times, again = max(counted, key=lambda one: one[0], default=(0, None))
    if again is not None and times >= OBSERVE:
        text = f"called {times} times with the same result and no edit between: {again.text}"
        if again.edits:
            text = f"made the same edit {times} times, so it was undone between: {again.text}"
        yield Finding("doom_loop", _gravity(again, times), text, again.seen, again.seen[0].at)


def _times(one: Repeat) -> int:
    """Count how often a call came back the same; a look at the repository counts while nothing else is done."""
    if not _LOOK.match(one.text):
        return one.times
    backwards = list(reversed(one.numbers))
    return 1 + next(
        (at for at in range(len(backwards) - 1) if backwards[at] - backwards[at + 1] > 1), len(backwards) - 1
    )


def _gravity(again: Repeat, times: int) -> Severity:
    """Say how grave a repeated call is; one that may only wait for another's work never asks for a stop."""
    return "warn" if times >= ASK and _WATCH.match(again.text) else ladder(times)


def ladder(times: int) -> Severity:
    """Say how grave it is that a call came back the same so often."""
    return "stop" if times >= STOP else "warn" if times >= ASK else "note"


def _circle(run: Run) -> Finding | None:
    """Find several calls that follow each other in the same order with the same results, over and over."""
    for length in (2, 3, 4):
        rounds = _rounds(run.lately, length)
        round_ = run.lately[-length:]
        if rounds < 2 or rounds * length < CIRCLE or len(set(round_)) < 2:
            continue
        calls = [one for digest in round_ for one in run.repeats if one.digest == digest]
        named = " → ".join(one.text for one in calls)
        most = max([rounds, *(one.times for one in calls)])
        seen = tuple(origin for one in calls for origin in one.seen[:2])
        text = f"goes round in a circle of {length} calls, {rounds} times with the same results: {named}"
        waits = all(_WATCH.match(one.text) for one in calls)
        gravity: Severity = "stop" if most >= STOP and not waits else "warn"
        return Finding("doom_loop", gravity, text, seen, seen[0].at if seen else None)
    return None


def _rounds(lately: tuple[str, ...], length: int) -> int:
    """Count how often the last `length` digests stand one behind the other at the end."""
    last, rounds = lately[-length:], 0
    while len(last) == length and lately[len(lately) - length * (rounds + 1) :][:length] == last:
        rounds += 1
        if length * (rounds + 1) > len(lately):
            break
    return rounds


def repeated_reads(run: Run) -> Iterator[Finding]:
    """Find files that came back unchanged although the model had them in its context."""
    again = [one for one in run.readings if one.times >= OBSERVE]
    if not again:
        return
    most: Reading = max(again, key=lambda one: one.times)
    tokens = sum(one.again for one in again) // TOKEN
    others = f", and {len(again) - 1} more read again" if len(again) > 1 else ""
    part = f" ({most.part})" if most.part else ""
    about = f"about {counted(tokens)} tokens"
    text = f"read {most.times} times without a change: {_short(run, most.path)}{part}{others}; {about}"
    severity: Severity = "warn" if most.times >= OFTEN_READ else "note"
    seen = (*most.seen, *(one.seen[0] for one in again if one is not most))
    yield Finding("repeated_reads", severity, text, seen, most.seen[0].at)


def _short(run: Run, path: str) -> str:
    top = (run.worktree or run.cwd or "").rstrip("/")
    return path.removeprefix(f"{top}/") if top else path
