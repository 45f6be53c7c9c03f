"""What came of a test run: the runner's words weighed against the exit status, and "unverified" where neither tells.

Precedence: counts, names of failing tests, packages, the exit status if it is the runner's, nothing. A summary that
says "passed" and an exit status of the runner's own that says otherwise is a failure: a threshold, a crash at the end.
"""

from dataclasses import dataclass

from adapters.test_output.commands import Tried
from adapters.test_output.counts import Counts
from adapters.test_output.lines import Sheet, sheet
from adapters.test_output.readers import told
from adapters.test_output.refusals import refusal
from adapters.test_output.signature import signature
from adapters.test_output.told import Told
from state.runs.run import TestState

_STOPPED = {124: "a time limit", 130: "an interruption", 137: "a kill", 143: "an end signal"}
"""Exit statuses of `timeout` and of shells for signals 2, 9 and 15: the tests did not come to their end."""
_MISSING = frozenset({126, 127})
_PYTEST_EMPTY = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test run came to. `why` says in a few words what that rests on; `certain` that nothing was inferred."""

    state: TestState
    runner: str | None
    counts: Counts
    names: tuple[str, ...]
    signature: str
    why: str
    certain: bool


def outcome(tried: Tried, output: str, status: int | None, stopped: bool = False) -> Outcome:
    """Weigh an output and an exit status (None: not told); `stopped` says that the command was cut off."""
    page = sheet(output)
    whole = tried.sight == "whole" and not page.cut
    heard = told(page, tried.readers, tried.count, whole)
    if heard:
        return _by_words(tried, heard, page, status, stopped)
    return _by_status(tried, page, status, stopped)


def _by_words(tried: Tried, heard: list[Told], page: Sheet, status: int | None, stopped: bool) -> Outcome:
    runner = "+".join(dict.fromkeys(one.runner for one in heard))
    counts = heard[0].counts
    for one in heard[1:]:
        counts = counts + one.counts
    names = tuple(dict.fromkeys(name for one in heard for name in one.names))
    level = next((one.level for one in heard if one.level != "counts"), "counts")
    if any(one.failed for one in heard):
        why = {"counts": "its summary", "names": "the failing tests that it names", "packages": "its packages"}[level]
        against = status == 0 and tried.zero_tells
        why += ", against an exit status of 0" if against else ""
        return _made("failed", runner, counts, names, page, why, not against)
    if stopped or (status in _STOPPED and tried.other_tells):
        cause = _STOPPED.get(status or 0, "an interruption")
        return _made("unverified", runner, Counts(), (), page, f"{cause} ended it before all tests had run", False)
    if status not in (None, 0, _PYTEST_EMPTY) and tried.other_tells:
        why = f"its exit status {status}, against a summary without a failure"
        return _made("failed", runner, counts, (), page, why, True)
    empty = all(one.empty for one in heard)
    unseen = tried.sight == "part" or (empty and tried.sight != "whole")
    if level == "packages" and unseen and not (status == 0 and tried.zero_tells):
        return _made("unverified", runner, Counts(), (), page, "a pipe let only some of its lines through", False)
    if empty:
        return _made("none_ran", runner, counts, (), page, "its summary", True)
    return _made("passed", runner, counts, (), page, "its summary" if level == "counts" else "its packages", True)


def _by_status(tried: Tried, page: Sheet, status: int | None, stopped: bool) -> Outcome:
    """Judge without a word of a runner's."""
    runner = tried.readers[0] if len(tried.readers) == 1 else None
    nothing = Counts()
    if stopped or (status in _STOPPED and tried.other_tells):
        cause = _STOPPED.get(status or 0, "an interruption")
        return _made("unverified", runner, nothing, (), page, f"{cause} ended it", False)
    if status == 0 and tried.zero_tells:
        return _made("passed", runner, nothing, (), page, "its exit status 0; it counted nothing", True)
    if (cause := refusal(page.lines)) is not None or (status in _MISSING and tried.other_tells):
        return _made("not_run", runner, nothing, (), page, cause or f"exit status {status}", cause is not None)
    if status == _PYTEST_EMPTY and runner == "pytest" and tried.other_tells:
        return _made("none_ran", runner, Counts(0, 0, 0), (), page, "its exit status 5", True)
    if status not in (None, 0) and tried.other_tells:
        return _made("failed", runner, nothing, (), page, f"its exit status {status}; it counted nothing", True)
    if page.cut:
        return _made("truncated", runner, nothing, (), page, "its log keeps only a part of the output", False)
    hidden = status is not None and not (tried.zero_tells if status == 0 else tried.other_tells)
    why = "no summary in its output, and " + ("its exit status is another command's" if hidden else "no exit status")
    return _made("unverified", runner, nothing, (), page, why, False)


def _made(
    state: TestState, runner: str | None, counts: Counts, names: tuple[str, ...], page: Sheet, why: str, certain: bool
) -> Outcome:
    bad = state in ("failed", "not_run")
    return Outcome(
        state, runner, counts, names, signature(runner or "", names, page.lines) if bad else "", why, certain
    )
