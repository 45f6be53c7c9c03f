"""Prints what the required checks came to: progress while they run, then each result with what it rests on."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from state.checks.check import CheckResult
from state.checks.ending import said
from state.checks.required import verified
from state.contract import instant
from state.control.act import Act
from tui.verbs.printing import print_json, print_lines

NO_PROOF = "no grade is proof against hostile code: see docs/checks.md"
GRADES = {
    "E1": "E1, run again on the tree with the change's own tests and configuration",
    "E2": "E2, run again with the base branch's tests and configuration as far as the policy names them",
}
_SHOWN = 20


def progress() -> Callable[[str], None]:
    """Give what shows how it goes on standard error; it shows nothing where no human looks at it."""
    if not sys.stderr.isatty():
        return lambda text: None
    before = [""]

    def told(text: str) -> None:
        if text != before[0]:
            before[0] = text
            sys.stderr.write(f"\r\x1b[K{text[:100]}" if text else "\r\x1b[K")
            sys.stderr.flush()

    return told


def print_checks(act: Act, results: Sequence[CheckResult], *, as_json: bool) -> int:
    """Print results and give the exit status: 0 only where every required check passed."""
    if as_json:
        print_json(checks_document(act, results))
    else:
        print_lines(line for one in results for line in _lines(one))
        print_lines([act.text, *([NO_PROOF] if any(one.told for one in results) else [])])
    return 0 if act.state == "confirmed" and verified(results) == "passed" else 1


def checks_document(act: Act, results: Sequence[CheckResult]) -> dict[str, Any]:
    """Give `headgate/check/1`."""
    return {
        "schema": "headgate/check/1",
        "run": act.run,
        "act": act.id,
        "tree": act.facts.get("tree"),
        "policy": act.facts.get("policy"),
        "state": verified(results),
        "text": act.text,
        "checks": [result_document(one) for one in results],
    }


def result_document(one: CheckResult) -> dict[str, Any]:
    """Give one result as JSON."""
    names = (
        "name",
        "command",
        "grade",
        "state",
        "why",
        "exit",
        "passed",
        "failed",
        "skipped",
        "walls",
        "log",
        "log_sha",
    )
    return {
        **{name: getattr(one, name) for name in names},
        "failing": list(one.failing),
        "began": instant(one.began),
        "ended": instant(one.ended),
        "seconds": None if one.ended is None else round(one.ended - one.began, 3),
    }


def _lines(one: CheckResult) -> list[str]:
    took = "" if one.ended is None else f", {one.ended - one.began:.1f} s"
    told = [f"{one.name}: {said(one)}", f"  $ {one.command}", f"  {GRADES[one.grade]}{took}"]
    told += [f"  {one.walls}"] if one.walls else []
    told += [f"  failing: {name}" for name in one.failing[:_SHOWN]]
    return [*told, *([f"  log {one.log} (SHA-256 {one.log_sha})"] if one.log else [])]
