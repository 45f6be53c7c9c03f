"""The test runners as data: what their summaries, failing tests and refusals look like.

Every pattern is anchored to one line and repeats nothing inside a repetition, so that no output can make it slow.
Checked against the real outputs in `fixtures/test_outputs` and the runners' own documentation; the lists of patterns
are those of research/economics.md 2.3.
"""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Summary:
    """A line that counts tests.

    `words_first`: "Failures: 1" and not "1 failure". `block`: one of several lines that make a summary together.
    """

    pattern: re.Pattern[str]
    words_first: bool = False
    block: bool = False


@dataclass(frozen=True, slots=True)
class Runner:
    """How one runner speaks.

    `names` are tried in turn, the first that finds any wins. `closing` must stand in a summary of several lines.
    `alarms` say "failed" even where no test is counted as failed; `empty` that nothing ran; `good` that all is well
    without a count. `each` means that every summary counts, else the last one of each command does. `terse`: a summary
    may leave out how many passed.
    """

    name: str
    summaries: tuple[Summary, ...] = ()
    names: tuple[re.Pattern[str], ...] = ()
    closing: re.Pattern[str] | None = None
    alarms: tuple[re.Pattern[str], ...] = ()
    empty: tuple[re.Pattern[str], ...] = ()
    good: tuple[re.Pattern[str], ...] = ()
    passes: re.Pattern[str] | None = None
    skips: re.Pattern[str] | None = None
    each: bool = False
    terse: bool = False
    flaky: bool = False
    special: Literal["go", "prove", "tap"] | None = None


def _p(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def _one(*patterns: str, words_first: bool = False, block: bool = False) -> tuple[Summary, ...]:
    return tuple(Summary(pattern, words_first, block) for pattern in _p(*patterns))


_TAP_SUMMARY = _one(r"^(?:#|ℹ) (?:tests|pass|fail|cancelled|skip|skipped|todo) \d+$", words_first=True, block=True)
_TAP_NAMES = _p(r"^\s*not ok \d+ (?:- )?(\S.*?)(?: # .*)?$")
_PYTEST_WORDS = r"\d+ (?:subtests )?(?:failed|passed|skipped|deselected|xfailed|xpassed|errors?|warnings?|reruns?)"

RUNNERS: tuple[Runner, ...] = (
    Runner(
        "pytest",
        _one(rf"^=* ?{_PYTEST_WORDS}(?:, {_PYTEST_WORDS})* in [\d.:]+ ?s(?: \([\d:]+\))? ?=*$"),
        _p(
            r"^(?:FAILED|ERROR) ([^\s:]+(?:\.py|::.*?))(?: - .*)?$",
            r"^(?:\[gw\d+\] )?(?:\[ *\d+%\] )?([^\s:]+::\S+) (?:FAILED|ERROR)(?: |$)",
        ),
        empty=_p(r"^=* ?no tests (?:ran|collected)", rf"^=* ?{_PYTEST_WORDS} in [\d.:]+ ?s ?=*$"),
        alarms=_p(r"^!+ Interrupted: \d+ errors? during collection", r"^(?:FAIL|ERROR:) (?:Required test c|C)overage "),
    ),
    Runner(
        "unittest",
        (
            *_one(r"^Ran \d+ tests? in [\d.]+s$", block=True),
            *_one(r"^(?:OK|FAILED|NO TESTS RAN)(?: \([a-z ]+=\d+(?:, [a-z ]+=\d+)*\))?$", words_first=True, block=True),
        ),
        _p(r"^(?:FAIL|ERROR): (\S+ \([\w.]+\).*)$"),
        closing=re.compile(r"^(?:OK|FAILED|NO TESTS RAN)"),
        alarms=_p(r"^FAILED(?: \([a-z ]+=\d.*\))?$"),
        good=_p(r"^OK$"),
        terse=True,
    ),
    Runner(
        "jest",
        _one(r"^Tests:\s+\d.* total$"),
        _p(r"^\s+● (?!Console$|Test suite failed)(\S.*)$", r"^\s*FAIL\s+(\S+)"),
        alarms=_p(r"^Test Suites: .*\b\d+ failed", r"^Jest: .* threshold .* not met"),
        empty=_p(r"^No tests found"),
    ),
    Runner(
        "vitest",
        _one(r"^\s*Tests\s+\d+ .*\(\d+\)$"),
        _p(r"^\s*FAIL\s+(\S.*)$"),
        alarms=_p(r"^\s*Test Files\s+.*\b\d+ failed", r"^\s*Errors\s+\d+ errors?$", r"^ERROR: Coverage for"),
        empty=_p(r"^\s*Tests\s+no tests", r"^No test files found"),
    ),
    Runner(
        "mocha",
        _one(r"^\s*\d+ (?:passing|failing|pending)(?: \([^)]*\))?$", block=True),
        _p(r"^\s+\d+\) (\S.*)$"),
        empty=_p(r"^Error: No test files found"),
    ),
    Runner("node", _TAP_SUMMARY, (*_TAP_NAMES, *_p(r"^✖ (?!failing tests:)(\S.*?)(?: \([\d.]+ms\))?$"))),
    Runner(
        "ava",
        (
            *_one(
                r"^\s*\d+ (?:tests? (?:passed|failed|skipped|todo)|uncaught exceptions?|unhandled rejections?)$",
                block=True,
            ),
            *_TAP_SUMMARY,
        ),
        (*_p(r"^\s*✘ \[fail\]: (\S.*)$"), *_TAP_NAMES),
        passes=re.compile(r"^\s*✔ "),
        terse=True,
    ),
    Runner(
        "playwright",
        _one(
            r"^\s+\d+ (?:passed|failed|flaky|skipped|did not run|interrupted)(?: \([\d.]+(?:ms|s|m|h)\))?$", block=True
        ),
        _p(r"^\s+(?:✘|x)\s+\d+ (\S.*? › .*?)(?: \(retry #\d+\))? \([\d.]+m?s\)$", r"^\s+\d+\) (\S.*? › [^─]*)─*$"),
        empty=_p(r"^Error: No tests found"),
        flaky=True,
    ),
    Runner(
        "go",
        _one(r"^DONE \d+ tests?\b.* in [\d.]+s$"),
        _p(r"^=== FAIL: \S+ (\S+)"),
        special="go",
    ),
    Runner(
        "cargo",
        _one(r"^test result: (?:ok|FAILED)\. \d+ passed; \d+ failed; \d+ ignored"),
        _p(r"^test (\S.*) \.\.\. FAILED$", r"^(\S+) --- FAILED$"),
        alarms=_p(r"^test result: FAILED"),
        each=True,
    ),
    Runner(
        "nextest",
        _one(r"^\s*Summary \[[^\]]*\] .*\d+ tests? run: "),
        _p(r"^\s+(?:FAIL|TIMEOUT|ABORT|SIG[A-Z]+) \[[^\]]*\] (?:\([^)]*\) )?(\S.*)$"),
        empty=_p(r"^error: no tests to run"),
    ),
    Runner(
        "maven",
        _one(
            r"^(?:\[\w+\] )?Tests run: \d+, Failures: \d+, Errors: \d+, Skipped: \d+$",
            words_first=True,
        ),
        _p(r"^\[ERROR\]   ([\w.$]+\.\w+)(?:\[.*\])?(?::\d+)?", r"^(?:\[ERROR\] )?(\S+) .*<<< (?:FAILURE|ERROR)!$"),
        empty=_p(r"^\[INFO\] No tests to run"),
        each=True,
    ),
    Runner(
        "gradle",
        _one(r"^\d+ tests? completed(?:, \d+ failed)?(?:, \d+ skipped)?$"),
        _p(r"^(\S.* > \S.*) FAILED$"),
        good=_p(r"^BUILD SUCCESSFUL in "),
        empty=_p(r"^> Task \S*[tT]est\w* NO-SOURCE$", r"No tests found for given includes"),
        each=True,
    ),
    Runner(
        "rspec",
        _one(r"^\d+ examples?, \d+ failures?(?:, .*)?$"),
        _p(r"^rspec \S+ # (\S.*)$", r"^rspec (\S+)"),
    ),
    Runner(
        "minitest",
        _one(r"^\d+ (?:runs|tests), \d+ assertions, \d+ failures, \d+ errors, \d+ (?:skips|pendings)"),
        _p(r"^([A-Z][\w:]*#\S+?)(?: \[.*\])?:$"),
    ),
    Runner(
        "phpunit",
        (
            *_one(r"^OK \(\d+ tests?, \d+ assertions?\)$", r"^\s+Tests:\s+\d+ .*\(\d+ assertions\)$"),
            *_one(r"^Tests: \d+, Assertions: \d+", words_first=True),
        ),
        _p(r"^\d+\) ([\w\\]+::\S.*)$", r"^\s+FAILED\s+(\S.*? > \S.*)$"),
        empty=_p(r"^No tests executed!"),
    ),
    Runner(
        "dotnet",
        (
            *_one(r"^(?:Passed|Failed)!\s+- Failed:\s+\d+, Passed:\s+\d+, Skipped:\s+\d+", words_first=True),
            *_one(
                r"^\s*(?:Total tests|total|Passed|Failed|Skipped|failed|succeeded|skipped): +\d+$",
                words_first=True,
                block=True,
            ),
        ),
        _p(r"^\s+Failed (\S.*?) \[[^\]]*\]$", r"^failed (\S.*?) \([^)]*\)$"),
        closing=re.compile(r"^\s*(?:Total tests|total|(?:Passed|Failed)!.*):? +"),
        empty=_p(r"^No test (?:is available|matches the given)"),
        each=True,
    ),
    Runner(
        "ctest",
        _one(r"^\d+% tests passed, (?P<failed>\d+) tests? failed out of (?P<total>\d+)"),
        _p(r"^\s+\d+ - (\S.*?) \((?!Skipped|Disabled|Not Run)[^)]*\)"),
        skips=re.compile(r"^\s+\d+ - \S.* \((?:Skipped|Disabled)\)$"),
        empty=_p(r"^No tests were found"),
    ),
    Runner("prove", special="prove"),
    Runner(
        "gtest",
        _one(
            r"^\[ {2}PASSED {2}\] (?P<passed>\d+) tests?",
            r"^\[ {2}FAILED {2}\] (?P<failed>\d+) tests?, listed below",
            r"^\[ {2}SKIPPED \] (?P<skipped>\d+) tests?, listed below",
            block=True,
        ),
        _p(r"^\[ {2}FAILED {2}\] ([\w/]+\.[\w/]+)"),
        each=True,
    ),
    Runner(
        "bun",
        _one(r"^\s*\d+ (?:pass|fail|skip|todo)$", block=True),
        _p(r"^(?:\(fail\)|✗) (\S.*?)(?: \[[\d.]+m?s\])?$"),
        empty=_p(r"^error: 0 test files", r"^No tests found"),
    ),
    Runner(
        "exunit",
        _one(r"^\d+ (?:tests?|doctests?|propert(?:y|ies))(?:, \d+ [a-z]+)*, \d+ failures?(?:, \d+ [a-z]+)*$"),
        _p(r"^\s+\d+\) ((?:test|property|doctest) \S.*)$"),
        empty=_p(r"^There are no tests to run"),
        each=True,
    ),
    Runner("tap", _TAP_SUMMARY, _TAP_NAMES, special="tap"),
)
"""All runners; where any may have spoken, a line belongs to the first whose summary it is."""
