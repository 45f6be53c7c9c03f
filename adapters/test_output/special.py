"""Runners whose results are not in one summary: go, prove, plain TAP; and names that need more than one line.

Go prints a parent for each subtest, so only leaves are counted; without `-v` it names failing tests alone, and what
passed is then unknown. Source: `go doc test2json`, Test::Harness, the TAP specification (version 13).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from adapters.test_output.counts import Counts
from adapters.test_output.told import Told

_GO_TEST = re.compile(r"^\s*--- (PASS|FAIL|SKIP): (\S+)")
_GO_PACKAGE = re.compile(r"^(ok|FAIL)\s+(\S+)\s+([\d.]+s|\(cached\)|\[[^\]]*\])(.*)$")
_GO_NOTHING = re.compile(r"^\?\s+\S+\s+\[no test files\]$")
_BROKEN = ("[build failed]", "[setup failed]")
_WSTAT = re.compile(r"^(\S+)\s+\(Wstat: .*Tests: \d+ Failed: (\d+)\)")
_FILES = re.compile(r"^Files=\d+, Tests=(\d+),")
_RESULT = re.compile(r"^Result: (PASS|FAIL|NOTESTS)")
_FAILED_TEST = re.compile(r"^  Failed tests?:\s+(\S.*)$")
_LESS = re.compile(r"less (\d+) skipped subtests?")
_TAP = re.compile(r"^(not )?ok\b(?: (\d+))?(.*)$")
_PLAN = re.compile(r"^1\.\.(\d+)")
_STEP = re.compile(r"^\s+\d+\) (\S.*)$")


class _GoEvent(msgspec.Struct):
    Action: str = ""
    Package: str = ""
    Test: str = ""


_go_event = msgspec.json.Decoder(_GoEvent)
_GO_WORDS: dict[str, Literal["PASS", "FAIL", "SKIP"]] = {"pass": "PASS", "fail": "FAIL", "skip": "SKIP"}


def read_go(lines: Sequence[str], whole: bool) -> Told | None:
    """Read `go test`, plain, `-v` or `-json`; `whole` says that no line of it is missing."""
    tests: dict[str, str] = {}
    packages: dict[str, str] = {}
    nothing = False
    for package, test, word in _go_words(lines):
        if test:
            tests[f"{package}\0{test}"] = word
        elif package:
            packages[package] = word
        nothing = nothing or word == "NOTHING"
    if not tests and not packages and not nothing:
        return None
    parents = {name[:at] for name in tests for at, letter in enumerate(name) if letter == "/" and at > name.find("\0")}
    leaves = {name: word for name, word in tests.items() if name not in parents}
    bad = [name.partition("\0")[2] for name, word in leaves.items() if word == "FAIL"]
    builds = [name for name, word in packages.items() if word == "BROKEN"]
    # A package may fail without a test that failed: a panic, an exit in TestMain, a data race.
    loud = [name for name, word in packages.items() if word == "FAIL"] if not bad else []
    return _go_told(leaves, packages, (*bad, *builds, *loud), whole)


def _go_told(leaves: dict[str, str], packages: dict[str, str], names: tuple[str, ...], whole: bool) -> Told | None:
    words = list(leaves.values())
    failed = bool(names) or "FAIL" in packages.values()
    if failed and not leaves and all(word in ("BROKEN", "EMPTY") for word in packages.values()):
        return None
    spoken = whole and any(word != "FAIL" for word in words)
    passed = words.count("PASS") if spoken else None
    skipped = words.count("SKIP") if spoken else None
    empty = not failed and "PASS" not in words and all(word == "EMPTY" for word in packages.values())
    counts = Counts(0 if empty else passed, len(names), 0 if empty else skipped)
    return Told("go", "counts" if spoken else "names" if names else "packages", failed, empty, counts, names)


def _go_words(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Give package, test and what came of it; a plain output names a package only after its tests."""
    for line in lines:
        if line.startswith('{"') and (event := _decoded(line)) is not None:
            if event.Action in _GO_WORDS:
                yield event.Package, event.Test, _GO_WORDS[event.Action]
        elif (test := _GO_TEST.match(line)) is not None:
            yield "", test[2], test[1]
        elif (package := _GO_PACKAGE.match(line)) is not None:
            word = "BROKEN" if package[3] in _BROKEN else "FAIL" if package[1] == "FAIL" else "PASS"
            yield package[2], "", "EMPTY" if "[no tests to run]" in line else word
        elif _GO_NOTHING.match(line):
            yield "", "", "NOTHING"


def _decoded(line: str) -> _GoEvent | None:
    try:
        return _go_event.decode(line)
    except (ValueError, RecursionError):
        return None


def read_prove(lines: Sequence[str]) -> Told | None:
    """Read the summary of `prove`."""
    total = next((int(found[1]) for line in reversed(lines) if (found := _FILES.match(line))), None)
    result = next((found[1] for line in reversed(lines) if (found := _RESULT.match(line))), None)
    if total is None or result is None:
        return None
    failed, names, file = 0, list[str](), ""
    for line in lines:
        if (stat := _WSTAT.match(line)) is not None:
            file, failed = stat[1], failed + int(stat[2])
        elif (one := _FAILED_TEST.match(line)) is not None:
            names.append(f"{file}: {one[1]}")
    skipped = sum(int(found) for line in lines for found in _LESS.findall(line))
    counts = Counts(max(total - failed - skipped, 0), failed, skipped)
    return Told("prove", "counts", result == "FAIL", result == "NOTESTS" or not total, counts, tuple(names))


def read_tap(lines: Sequence[str], whole: bool) -> Told | None:
    """Count the top-level lines of TAP; a plan that is not fulfilled is a failure if nothing is missing."""
    plan = next((int(found[1]) for line in lines if (found := _PLAN.match(line))), None)
    tests = [found for line in lines if (found := _TAP.match(line)) is not None]
    if plan is None or (len(tests) != plan and not whole):
        return None
    skipped = sum(re.search(r"# (?:skip|todo)", test[3], re.IGNORECASE) is not None for test in tests)
    bad = [test for test in tests if test[1] and not re.search(r"# (?:skip|todo)", test[3], re.IGNORECASE)]
    names = tuple(test[3].strip(" -").partition(" # ")[0] or f"test {test[2]}" for test in bad)
    missing = max(plan - len(tests), 0)
    counts = Counts(len(tests) - skipped - len(bad), len(bad) + missing, skipped)
    return Told("tap", "counts", bool(bad or missing), plan == 0, counts, names)


def leaf_names(lines: Sequence[str], name: re.Pattern[str]) -> Iterator[str]:
    """Give the failing tests of nested TAP without the suites around them and without expected failures."""
    for at, line in enumerate(lines):
        if (found := name.match(line)) is None or re.search(r"# todo", line, re.IGNORECASE):
            continue
        if not any("subtestsFailed" in below for below in lines[at + 1 : at + 8]):
            yield found[1]


def step_names(lines: Iterable[str]) -> Iterator[str]:
    """Give mocha's failing tests from its list after the summary: suite and test stand on lines of their own."""
    parts: list[str] = []
    for line in lines:
        if (begun := _STEP.match(line)) is not None:
            parts = [begun[1]]
        elif parts and line.strip():
            parts.append(line.strip())
        if parts and (parts[-1].endswith(":") or len(parts) > 6):
            yield " › ".join(parts).removesuffix(":")
            parts = []
