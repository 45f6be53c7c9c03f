"""What an ended check came to: passed only where its exit status and a report or a summary both say so."""

from dataclasses import dataclass
from pathlib import Path

from adapters.checks.ground import report_bytes
from adapters.checks.output import Output
from adapters.checks.running import Cut, Ended
from adapters.test_output.commands import Tried, tried
from adapters.test_output.outcome import outcome
from state.checks.check import Check, CheckState
from state.findings.lines import masked
from state.text import clean

_NOT_STARTED = ("bwrap: ", "headgate: ")
_SHOWN = 3
"""Names in a sentence."""
_MOST_NAMES, _NAME = 50, 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and one sentence on it; counts are None where nothing tells them. `ran` is None without a report."""

    state: CheckState
    why: str
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    failing: tuple[str, ...] = ()
    ran: frozenset[str] | None = None


def verdict(check: Check, ended: Ended, tree: Path) -> Verdict:
    """Judge an ended check whose files lie in `tree`."""
    if ended.left:
        return Verdict("broken", f"{ended.left} processes of it could not be ended")
    match ended.cut:
        case "time":
            return Verdict("timed_out", f"it was ended after {check.seconds:g} s")
        case "memory" | "processes" | "disk":
            return Verdict("failed", _outgrown(check, ended.cut))
        case "":
            pass
    first = bytes(ended.output.head[:200]).decode("utf-8", "replace")
    if ended.status != 0 and first.startswith(_NOT_STARTED) and first.count("\n") <= 1:
        return Verdict("broken", clean(f"it could not be begun: {first.strip()}", 300))
    if not check.tests:
        told = "its exit status 0" if ended.status == 0 else _status(ended.status)
        return Verdict("passed" if ended.status == 0 else "failed", told)
    return _by_report(check, ended, tree) if check.junit else _by_output(check, ended)


def against_base(found: Verdict, base: Verdict | None) -> Verdict:
    """Hold what ran against what runs on the base branch; `base` is None where that was not asked for."""
    if found.state != "passed":
        return found
    if base is None:
        unknown = "whether all of the base branch's tests ran is not known"
        return Verdict("passed", f"{found.why}; {unknown}", found.passed, found.failed, found.skipped, ran=found.ran)
    if base.ran is None:
        told = f"the base branch's own run left no report to hold it against ({base.state}: {base.why})"
        return Verdict("broken", told, found.passed, found.failed, found.skipped, ran=found.ran)
    missing = sorted(base.ran - (found.ran or frozenset()))
    if missing:
        told = f"{len(missing)} tests that run on the base branch did not run: {_named(missing)}"
        return Verdict("failed", told, found.passed, found.failed, found.skipped, ran=found.ran)
    told = f"{found.why}; all {len(base.ran)} tests of the base branch ran"
    return Verdict("passed", told, found.passed, found.failed, found.skipped, ran=found.ran)


def _by_report(check: Check, ended: Ended, tree: Path) -> Verdict:
    from adapters.checks.report import MOST_BYTES, ReportInvalid, read_report  # few starts of a core read any XML

    raw = report_bytes(tree, check.junit or "", MOST_BYTES)
    missing = "none_ran" if ended.status == 0 else "failed"
    told = "" if ended.status == 0 else f"{_status(ended.status)}; "
    if raw is None:
        return Verdict(missing, f"{told}it left no report at {clean(check.junit or '', 120)}")
    try:
        report = read_report(raw) if isinstance(raw, bytes) else None
    except ReportInvalid as invalid:
        return Verdict(missing, f"{told}its report cannot be used: {invalid}")
    if report is None:
        return Verdict(missing, f"{told}{raw}")
    counts = (report.passed, report.failed, report.skipped, report.failing, report.ran)
    if report.failed:
        against = ", against an exit status of 0" if ended.status == 0 else ""
        return Verdict("failed", f"its report{against}", *counts)
    if not report.ran:
        return Verdict("none_ran", f"{told}its report names no test that ran", *counts)
    if ended.status != 0:
        return Verdict("failed", f"{_status(ended.status)}, against a report without a failure", *counts)
    return Verdict("passed", "its exit status 0 and its report", *counts)


def _by_output(check: Check, ended: Ended) -> Verdict:
    """Judge by what its runner printed; an exit status alone never says that a test ran."""
    known = tried(check.command) or Tried((), 1, True, True, "whole", clean(check.command, _NAME))
    found = outcome(known, _shortened(ended.output), ended.status)
    names = tuple(clean(masked(name[: 2 * _NAME]), _NAME) for name in found.names[:_MOST_NAMES])
    counts = (found.counts.passed, found.counts.failed, found.counts.skipped, names)
    if ended.status != 0:
        empty = found.state == "none_ran"
        told = f"{_status(ended.status)}; {clean(found.why, 160)}"
        return Verdict("none_ran" if empty else "failed", told, *counts)
    counted = found.counts.ran or found.why == "its packages"
    if found.state == "passed" and counted:
        return Verdict("passed", f"its exit status 0 and {clean(found.why, 160)}", *counts)
    if found.state == "failed":
        return Verdict("failed", clean(found.why, 160), *counts)
    return Verdict("none_ran", "its exit status 0, but no summary says that a test ran", *counts)


def _shortened(output: Output) -> str:
    """Give as much of an output as its readers look at."""
    text = output.text()
    return text if len(text) < 1 << 18 else f"{text[: 1 << 15]}\n{text[-(1 << 17) :]}"


def _status(status: int) -> str:
    return f"its exit status {status}" if status >= 0 else f"it was ended by signal {-status}"


def _outgrown(check: Check, cut: Cut) -> str:
    match cut:
        case "memory":
            return f"it was ended: it took more than {check.megabytes} MB of memory"
        case "processes":
            return "it was ended: it began more processes than a check may"
        case _:
            return "it was ended: the disk that holds Headgate's state is nearly full"


def _named(names: list[str]) -> str:
    told = ", ".join(clean(masked(one).removeprefix("::"), 80) for one in names[:_SHOWN])
    return f"{told} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else told
