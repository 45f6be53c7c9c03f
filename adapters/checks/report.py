"""Reads the JUnit report that a check wrote, which is a foreign file: bounded, without definitions of its own.

The reading itself is junitparser's. Before it, expat walks the bytes once and refuses what could grow while it is read.
"""

from dataclasses import dataclass, replace
from typing import Any, cast
from xml.parsers import expat

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from state.findings.lines import masked
from state.text import clean

MOST_BYTES = 16 << 20
MOST_ELEMENTS, MOST_DEPTH = 500_000, 32
MOST_NAMES, NAME = 50, 200
_NOT_RUN = frozenset({"notrun", "disabled"})
"""What a case's `status` says of one that did not run. Source: GoogleTest's advanced.md and CTest's --output-junit."""
"""Names of failing tests that are kept, and characters of each."""


class ReportInvalid(Exception):
    """A report that cannot be used, with the sentence why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells. `ran` are the ids of tests that ran, as `CLASS::NAME`; `failing` is safe to show."""

    passed: int
    failed: int
    skipped: int
    failing: tuple[str, ...]
    ran: frozenset[str]


def read_report(raw: bytes) -> Report:
    """Read a report. Raises `ReportInvalid`."""
    _see_that_it_is_tame(raw)
    try:
        found = JUnitXml.fromstring(raw)
        suites = [found] if isinstance(found, TestSuite) else list(cast("Any", found))
        # A suite gives the cases of the suites within it as well.
        cases = [case for suite in suites for case in suite if isinstance(case, TestCase)]
        return _with_bad_suites(_report(cases), suites)
    except Exception as error:
        raise ReportInvalid(f"it is no JUnit report: {clean(str(error), 120)}") from error


def _see_that_it_is_tame(raw: bytes) -> None:
    """Refuse document types, depth and number. Source: XML vulnerabilities, docs.python.org/3.11/library/xml.html."""
    if len(raw) > MOST_BYTES:
        raise ReportInvalid(f"it is longer than {MOST_BYTES >> 20} MiB")
    parser = expat.ParserCreate()
    depth = count = 0

    def begun(name: str, attributes: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise ReportInvalid("it has more elements than a report has")

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1

    def typed(*told: object) -> None:
        raise ReportInvalid("it defines a document type, which no report needs")

    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    parser.StartDoctypeDeclHandler = typed
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ReportInvalid(f"it is no XML: {clean(str(error), 120)}") from error


def _with_bad_suites(told: Report, suites: list[Any]) -> Report:
    """Count what suites count as bad beyond their cases: a suite that could not begin has no case to say so."""
    counted = sum(_number(suite, "failures") + _number(suite, "errors") for suite in suites)
    return replace(told, failed=counted) if counted > told.failed else told


def _number(one: Any, name: str) -> int:
    value = _attribute(one, name)
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _attribute(one: Any, name: str) -> str:
    return str(one._elem.get(name) or "")  # junitparser's own properties give what it counted, or drop it


def _report(cases: list[TestCase]) -> Report:
    failing, ran = list[str](), set[str]()
    skipped = passed = 0
    for case in cast("list[Any]", cases):
        kinds = [type(one) for one in cast("list[object]", case.result)]
        name = f"{case.classname or ''}::{case.name or ''}"
        if Failure in kinds or Error in kinds:
            failing.append(name)
        elif Skipped in kinds or _attribute(case, "status").lower() in _NOT_RUN:
            skipped += 1
            continue
        else:
            passed += 1
        ran.add(name)
    shown = (clean(masked(name[: 2 * NAME]).removeprefix("::"), NAME) for name in failing[:MOST_NAMES])
    return Report(passed, len(failing), skipped, tuple(shown), frozenset(ran))
