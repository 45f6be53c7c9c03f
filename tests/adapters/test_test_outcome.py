"""From words and exit status to a state: what is proven, what is not, and that no output can mislead or stall it."""

import importlib
import re
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.test_output.commands import tried
from adapters.test_output.counts import Counts
from adapters.test_output.lines import HEAD, LONGEST_LINE, MOST_LINES, TAIL, sheet
from adapters.test_output.outcome import Outcome, outcome
from adapters.test_output.refusals import _REFUSALS
from adapters.test_output.runners import RUNNERS

BAD = "FAILED a.py::test_x - assert 1\n===== 1 failed, 41 passed in 0.20s ====="
MAVEN = "[INFO] Tests run: {}, Failures: {}, Errors: 0, Skipped: {}\n"
GOOD = "===== 42 passed in 0.20s ====="


def read(command: str, text: str, status: int | None = None, stopped: bool = False) -> Outcome:
    found = tried(command)
    assert found is not None
    return outcome(found, text, status, stopped)


@pytest.mark.parametrize(
    ("command", "text", "status", "state"),
    [
        ("pytest", GOOD, 0, "passed"),
        ("pytest", GOOD, 1, "failed"),
        ("pytest | tail", GOOD, 1, "passed"),
        ("pytest | tail", BAD, 0, "failed"),
        ("pytest || true", BAD, 0, "failed"),
        ("pytest", "", 0, "passed"),
        ("pytest", "", 1, "failed"),
        ("pytest", "", None, "unverified"),
        ("pytest; echo done", "done", 0, "unverified"),
        ("pytest | grep -c x", "3", 0, "unverified"),
        ("pytest", "", 5, "none_ran"),
        ("pytest", "==== no tests ran in 0.01s ====", 5, "none_ran"),
        ("pytest", "bash: pytest: command not found", 127, "not_run"),
        (
            "python3 -m pytest -q 2>&1 | tail -5; echo ran",
            "/usr/bin/python3: No module named pytest\nran",
            0,
            "not_run",
        ),
        ("cargo test", "error: could not compile `x` (lib test) due to 1 previous error", 101, "not_run"),
        ("go test ./...", "# x\nx.go:3: undefined: y\nFAIL\tx [build failed]\nFAIL", 2, "not_run"),
        ("go test ./...", "ok  \tx/a\t0.1s\nok  \tx/b\t0.1s [no tests to run]", 0, "passed"),
        ("go test ./... | head -3", "ok  \tx/a\t0.1s", 0, "unverified"),
        ("go test ./... | tail -3", "ok  \tx/a\t0.1s", 0, "passed"),
        ("go test ./... | tail -3", "ok  \tx/a\t0.1s [no tests to run]", 0, "unverified"),
        ("go test ./...", "ok  \tx/a\t0.1s [no tests to run]", 0, "none_ran"),
        ("npm test", 'npm error Missing script: "test"', 1, "not_run"),
        ("timeout 5 pytest", "collected 3 items\na.py ..", 124, "unverified"),
        ("pytest | tail", "a\n…312 tokens truncated…\nb", 0, "truncated"),
        ("pytest | tail", f"a\n…312 tokens truncated…\n{BAD}", 0, "failed"),
        ("pytest", "a\n… +312 lines", 0, "passed"),
        ("./gradlew test", "BUILD SUCCESSFUL in 3s", 0, "passed"),
        ("python -m unittest 2>&1 | tail -1", "OK", 0, "passed"),
        ("pytest --cov-fail-under=99 | cat", f"FAIL Required test coverage of 99% not reached.\n{GOOD}", 0, "failed"),
    ],
)
def test_what_is_proven(command: str, text: str, status: int | None, state: str) -> None:
    assert read(command, text, status).state == state


def test_a_stopped_run_has_not_passed() -> None:
    assert read("pytest", GOOD, None, stopped=True).state == "unverified"
    assert read("pytest", BAD, None, stopped=True).state == "failed"


def test_an_uncertain_state_is_never_passed_or_failed() -> None:
    for status in (None, 0, 1, 124, 127):
        for text in ("", "3 passed", "all tests pass", "ERROR: nothing"):
            found = read("pytest | grep x", text, status)
            assert found.state in ("unverified", "not_run") and not found.certain, (status, text)


@pytest.mark.parametrize(
    "text",
    [
        "3 passed",
        "I ran the tests: 3 passed, 1 failed.",
        "log: 3 passed in 0.2s by the gate",
        "the suite FAILED (as expected)",
        "Tests are fun. Tests: many",
        "ok, then 3 failed attempts",
        "# pass 3 arguments",
        "12 passing remarks",
        "Result: PASS",
        "2 failures",
    ],
)
def test_prose_is_no_summary(text: str) -> None:
    assert read("make test | cat", text, 0).state == "unverified"


def test_the_last_summary_wins_over_what_a_test_printed() -> None:
    inner = "==== 9 failed in 0.01s ===="
    assert read("pytest", f"{inner}\n{GOOD}", 0).counts == Counts(42, 0, 0)


def test_two_commands_are_added_up() -> None:
    both = f"{BAD}\n{GOOD}"
    found = read("pytest a; pytest b", both, 0)
    assert (found.state, found.counts) == ("failed", Counts(83, 1, 0))


@pytest.mark.parametrize(
    ("command", "text", "passed", "failed", "skipped"),
    [
        ("cargo nextest run", "  Summary [ 0.1s] 4 tests run: 3 passed (1 flaky), 1 failed, 1 skipped", 3, 1, 1),
        (
            "mvn test",
            "Tests run: 3, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.1 s -- in a.B",
            None,
            None,
            None,
        ),
        (
            "mvn test",
            MAVEN.format(3, 0, 1) + MAVEN.format(2, 1, 0),
            3,
            1,
            1,
        ),
        ("./gradlew test", "A > b FAILED\n5 tests completed, 1 failed, 1 skipped", 3, 1, 1),
        (
            "dotnet test",
            "Failed!  - Failed:   1, Passed:   2, Skipped:   0, Total:   3, Duration: 5 ms",
            2,
            1,
            0,
        ),
        ("dotnet test", "Total tests: 3\n     Passed: 2\n     Failed: 1", 2, 1, 0),
        ("./build/foo_test", "[  PASSED  ] 2 tests.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.b", 2, 1, 0),
        ("bun test", " 13 pass\n 1 skip\n 0 fail\n 39 expect() calls", 13, 0, 1),
        ("mix test", "1 doctest, 3 tests, 1 failure, 1 skipped", 2, 1, 1),
        ("bats t", "1..3\nok 1 a\nnot ok 2 b\nok 3 c # skip", 1, 1, 1),
        ("gotestsum", "=== FAIL: x TestA (0.00s)\nDONE 10 tests, 1 skipped, 1 failure in 0.5s", 8, 1, 1),
        ("vendor/bin/pest", "  Tests:    1 failed, 4 passed (9 assertions)", 4, 1, 0),
    ],
)
def test_runners_without_a_file_of_their_own(
    command: str, text: str, passed: int | None, failed: int | None, skipped: int | None
) -> None:
    assert read(command, text).counts == Counts(passed, failed, skipped)


def test_there_are_twenty_three_runners() -> None:
    assert len({runner.name for runner in RUNNERS}) == 23


def signed(text: str) -> str:
    found = read("pytest", text, 1)
    assert found.state == "failed"
    return found.signature


def test_a_signature_outlives_lines_times_and_addresses() -> None:
    one = "E  ValueError at 0x7f00aa in /home/a/x.py:12 after 3.1s (pid 811)\nE  boom"
    two = "E  ValueError at 0x7fffbb in /srv/b/x.py:97 after 0.2s (pid 90)\nE  boom"
    assert signed(one) == signed(two) != signed(one.replace("ValueError", "KeyError"))
    assert signed(BAD) == signed(BAD.replace("0.20s", "9.1s").replace("41 passed", "40 passed"))
    assert signed(BAD) != signed(BAD.replace("test_x", "test_y"))
    assert read("pytest", GOOD, 0).signature == ""


@given(
    st.integers(0, 5),
    st.sampled_from(["x", "\n", "\r", "1 ", "FAILED a::b\n", "\x1b[", "ok 1\n", "(", "── "]),
    st.booleans(),
)
def test_the_work_on_an_output_has_an_end_however_long_it_is(size: int, piece: str, summed: bool) -> None:
    page = sheet(piece * 10**size + (f"\n{BAD}" if summed else ""))
    assert len(page.lines) <= MOST_LINES + 1 and all(len(line) <= LONGEST_LINE for line in page.lines)
    assert sum(len(line) for line in page.lines) <= HEAD + TAIL
    if summed:
        assert read("pytest", piece * 10**size + f"\n{BAD}", 1).counts.failed


@given(st.text(), st.sampled_from(["pytest", "make test", "go test -json ./...", "prove", "bats t"]))
def test_no_output_is_too_odd_to_be_read(text: str, command: str) -> None:
    assert read(command, text, 0).state in ("passed", "failed", "none_ran", "not_run")


@given(st.binary(max_size=400), st.sampled_from(RUNNERS))
def test_noise_around_a_summary_changes_no_count(noise: bytes, _runner: object) -> None:
    text = re.sub(r"\d", "n", noise.decode("latin-1")).replace("\x1b", "")
    assert read("pytest", f"{text}\n{BAD}\n", 1).counts == Counts(41, 1, 0)


def loose(parsed: object, inside: bool = False) -> Iterator[str]:
    """Name each endless repetition around another one; one that begins with a comma can be read in one way only."""
    if isinstance(parsed, tuple) and len(parsed) == 2 and "REPEAT" in str(parsed[0]):
        _least, most, body = parsed[1]
        endless = int(most) > 1000
        if endless and inside:
            yield str(body)
        yield from loose(body, inside or (endless and str(body[0]) != "(LITERAL, 44)"))
    elif isinstance(parsed, list | tuple) or hasattr(parsed, "data"):
        for part in getattr(parsed, "data", parsed):
            yield from loose(part, inside)


def patterns() -> Iterator[re.Pattern[str]]:
    for runner in RUNNERS:
        yield from (summary.pattern for summary in runner.summaries)
        yield from (*runner.names, *runner.alarms, *runner.empty, *runner.good)
        yield from (one for one in (runner.closing, runner.passes, runner.skips) if one is not None)
    yield _REFUSALS


def parsed(pattern: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("re._parser").parse(pattern)


def test_no_pattern_has_a_repetition_around_a_repetition() -> None:
    assert list(loose(parsed(r"(?:a+)+b"))) and list(loose(parsed(r"(?:\d+ \w+(?:, )?)+ in")))
    assert {pattern.pattern: found for pattern in patterns() if (found := list(loose(parsed(pattern.pattern))))} == {}


@pytest.mark.parametrize("letter", [" ", "a", "1", "=", "1 a, ", "─", ") ", "not ok 1 ", "FAILED a::"])
def test_hostile_lines_are_read_to_their_end(letter: str) -> None:
    line = (letter * LONGEST_LINE)[:LONGEST_LINE] + "!"
    for pattern in patterns():
        pattern.search(line)
