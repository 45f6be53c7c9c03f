"""Makes the event of a test run: foreign text is cleaned and cut here."""

from adapters.test_output.commands import Tried
from adapters.test_output.outcome import outcome
from state.findings.lines import masked
from state.runs.event import TestsRan
from state.runs.run import Origin, RunKey
from state.text import clean

MOST_NAMES = 50
"""Names of failing tests that are kept; the count tells how many there were."""
NAME = 200
"""Characters kept of a name."""
WHY = 160
"""Characters kept of a reason."""


def tests_ran(
    run: RunKey, origin: Origin, tried: Tried, output: str, status: int | None, since: float | None, stopped: bool
) -> TestsRan:
    """Give the event of a test command that ended with `output` and exit status `status` (None: not told)."""
    found = outcome(tried, output, status, stopped)
    return TestsRan(
        run,
        origin,
        found.state,
        found.runner,
        found.counts.passed,
        found.counts.failed,
        found.counts.skipped,
        tuple(clean(masked(name[: 2 * NAME]), NAME) for name in found.names[:MOST_NAMES]),
        found.signature,
        tried.line,
        clean(found.why, WHY),
        found.certain,
        since,
    )
