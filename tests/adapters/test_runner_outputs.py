"""What real runners really printed: 39 outputs, each with what a reader of the file says came out."""

import re
from pathlib import Path

import pytest

from adapters.test_output.commands import tried
from adapters.test_output.outcome import Outcome, outcome

OUTPUTS = Path(__file__).parents[3] / "shared" / "fixtures" / "test_outputs"
PYTEST = ("test_a.py::test_bad", "test_a.py::test_p[2]", "test_a.py::test_err")
UNITTEST = ("test_err (ut_b.T.test_err)", "test_bad (ut_b.T.test_bad)")
TABLE = [
    # file, command, state, runner, passed, failed, skipped, failing tests
    ("ava", "npx ava", "failed", "ava", 1, 1, 1, ("bad",)),
    ("ava_tap", "npx ava --tap", "failed", "ava", 1, 1, 1, ("bad",)),
    ("cargo", "cargo test", "failed", "cargo", 2, 1, 1, ("t::bad",)),
    ("cargo_nofail", "cargo test --no-fail-fast", "failed", "cargo", 3, 1, 1, ("t::bad",)),
    ("cargo_q", "cargo test -q", "failed", "cargo", 2, 1, 1, ("t::bad",)),
    ("ctest", "ctest", "failed", "ctest", 1, 1, 1, ("bad",)),
    ("go_all", "go test ./...", "failed", "go", None, 2, None, ("TestBad/sub", "x/c")),
    ("go_json", "go test -json ./...", "failed", "go", 2, 1, 1, ("TestBad/sub",)),
    ("go_ok", "go test ./d", "passed", "go", None, 0, None, ()),
    ("go_panic", "go test -run Nothing ./d", "none_ran", "go", 0, 0, 0, ()),
    ("go_v", "go test -v ./a", "failed", "go", 1, 1, 1, ("TestBad/sub",)),
    ("jest", "npx jest t/a.test.js", "failed", "jest", 1, 1, 2, ("s › bad",)),
    ("jest_verbose_color", "npx jest --verbose", "failed", "jest", 1, 1, 2, ("s › bad",)),
    ("minitest", "ruby test/mt_test.rb", "failed", "minitest", 1, 2, 1, ("T#test_err", "T#test_bad")),
    ("mocha", "npx mocha", "failed", "mocha", 1, 1, 1, ("s › bad",)),
    ("mvn", "mvn test", "not_run", "maven", None, None, None, ()),
    ("node_spec", "node --test t", "failed", "node", 1, 1, 2, ("bad",)),
    ("node_tap", "node --test --test-reporter=tap t", "failed", "node", 1, 1, 2, ("bad",)),
    ("phpunit", "phpunit", "failed", "phpunit", 1, 2, 1, ("ATest::testErr", "ATest::testBad")),
    ("phpunit_ok", "vendor/bin/phpunit", "passed", "phpunit", 1, 0, 0, ()),
    ("playwright", "npx playwright test", "failed", "playwright", 2, 1, 1, ("pw/p.spec.js:2:20 › bad",)),
    ("playwright_line", "npx playwright test", "failed", "playwright", 2, 1, 1, ("pw/p.spec.js:2:20 › bad",)),
    ("prove", "prove", "failed", "prove", 1, 1, 1, ("tap/a.t: 2",)),
    ("prove_v", "prove -v", "failed", "prove", 1, 1, 1, ("tap/a.t: 2",)),
    ("pytest_collerr", "pytest", "failed", "pytest", 0, 1, 0, ("broken_c.py",)),
    ("pytest_color_x", "pytest -x --color=yes", "failed", "pytest", 1, 1, 0, ("test_a.py::test_bad",)),
    ("pytest_default", "pytest", "failed", "pytest", 2, 3, 2, PYTEST),
    ("pytest_none", "pytest -k nothing", "none_ran", "pytest", 0, 0, 0, ()),
    ("pytest_q", "python -m pytest -q", "failed", "pytest", 2, 3, 2, PYTEST),
    ("pytest_qq", "pytest -qq", "failed", "pytest", None, 3, None, PYTEST),
    ("pytest_tail3", "pytest | tail -3", "failed", "pytest", 2, 3, 2, PYTEST[1:]),
    ("pytest_vrA", "pytest -v -rA", "failed", "pytest", 2, 3, 2, (PYTEST[2], *PYTEST[:2])),
    ("pytest_xdist", "pytest -q -n 2", "failed", "pytest", 2, 3, 2, PYTEST),
    ("rspec", "bundle exec rspec", "failed", "rspec", 1, 1, 1, ("s bad",)),
    ("unittest", "python -m unittest", "failed", "unittest", 1, 2, 2, UNITTEST),
    ("unittest_ok", "python -m unittest", "passed", "unittest", 1, 0, 0, ()),
    ("unittest_v", "python -m unittest -v", "failed", "unittest", 1, 2, 2, UNITTEST),
    ("vitest", "npx vitest run", "failed", "vitest", 1, 1, 2, ("t/v.spec.mjs > s > bad",)),
    ("vitest_color", "npx vitest run", "failed", "vitest", 1, 1, 2, ("t/v.spec.mjs > s > bad",)),
]
SAME_WORDS = {"ava_tap": "node", "mvn": None}
"""Who is heard where the command does not name the runner: ava's TAP summary is node's; a broken build is no one's."""


def output(name: str) -> tuple[str, int]:
    """Give an output and the runner's exit status, which the files hold in their last line."""
    file = OUTPUTS / f"{name}.txt"
    if not file.is_file():
        pytest.skip("the outputs of real runners are not beside this repository")
    found = re.fullmatch(r"(.*)rc=(\d+)\s*", file.read_text(), re.DOTALL)
    assert found is not None
    return found[1], int(found[2])


def read(command: str, text: str, status: int | None) -> Outcome:
    found = tried(command)
    assert found is not None, f"{command} is a test run"
    return outcome(found, text, status)


def shown(one: Outcome) -> tuple[object, ...]:
    return one.state, one.runner, one.counts.passed, one.counts.failed, one.counts.skipped, one.names


@pytest.mark.parametrize(("name", "command", "expected"), [(one[0], one[1], one[2:]) for one in TABLE])
def test_an_output_is_read_as_it_is(name: str, command: str, expected: tuple[object, ...]) -> None:
    text, status = output(name)
    assert shown(read(command, text, status)) == expected


@pytest.mark.parametrize(("name", "expected"), [(one[0], one[2:]) for one in TABLE])
def test_behind_make_it_is_read_the_same_without_an_exit_status(name: str, expected: tuple[object, ...]) -> None:
    one = shown(read("make test", output(name)[0], None))
    assert one == (expected[0], SAME_WORDS.get(name, expected[1]), *expected[2:])


@pytest.mark.parametrize("name", [one[0] for one in TABLE])
def test_line_ends_of_windows_and_colours_change_nothing(name: str) -> None:
    text, status = output(name)
    command = next(one[1] for one in TABLE if one[0] == name)
    painted = "\r\n".join(f"\x1b[1m\x1b[38;5;9m{line}\x1b[0m\x1b[K" for line in text.split("\n"))
    assert shown(read(command, painted, status)) == shown(read(command, text, status))


def test_the_table_has_every_output() -> None:
    output("ava")
    assert sorted(file.stem for file in OUTPUTS.glob("*.txt")) == sorted(one[0] for one in TABLE)
    assert len(TABLE) == 39
