"""Rows of what reads what programs print: test runners, reports, diffs, plans, commands."""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.checks.report import ReportInvalid, read_report
from adapters.hook.exchange import NotUnderstood
from adapters.hook.patch import touched
from adapters.test_output.commands import Tried, tried
from adapters.test_output.outcome import outcome
from adapters.test_output.runners import RUNNERS
from state.evidence.handed_in import handed_in
from state.evidence.test_changes import Configured, _parsed
from state.gates.plan_parts import plan_parts
from state.policy.command import commands
from state.policy.shell import split
from state.runs.scope import names_in
from state.text import clean, lines_of
from tests.parsers.row import SHARED, Parser

JUNIT = (
    b'<?xml version="1.0"?><testsuites><testsuite name="s" tests="2" failures="1" errors="0" skipped="0" time="0.1">'
    b'<testcase classname="a" name="b" time="0.01"/><testcase classname="a" name="c"><failure message="m">t</failure>'
    b"</testcase></testsuite></testsuites>"
)
TOLD = (
    b"===== 2 failed, 41 passed in 0.20s =====\nFAILED a.py::test_x - assert 1\n",
    b"Ran 3 tests in 0.1s\n\nFAILED (failures=1)\n",
    b'{"Time":"2026-01-01T00:00:00Z","Action":"fail","Package":"x","Test":"T/s"}\n--- FAIL: T (0.0s)\nFAIL\tx\t0.1s\n',
    b"1..2\nok 1 - a\nnot ok 2 - b # TODO x\n# tests 2\n# pass 1\n# fail 1\n",
    b"Tests: 1 failed, 2 passed, 3 total\n  \xe2\x97\x8f s \xe2\x80\xba bad\n",
    b"[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0\n",
)
PLAN = (
    b"# Plan\n\n## Goal\nMend it\n\n## Steps\n1. Edit `a.py`\n- [ ] test\n\n## Risks\nNone\n\n## Rollback\ngit revert\n"
    b"\n**Acceptance:** tests pass\n\n```sh\npytest\n```\n"
)
LINES = (
    b"cd x && pytest -q | tail -3; echo $?",
    b"rm -rf -- \"$(pwd)\" <<'EOF'\nx\nEOF\n",
    b"bash -lc 'git push --force'",
    b'for f in *.py; do sed -i s/a/b/ "$f"; done',
    b"X=$((1+2)) ${y:-z} `id` <(ls) >&2 2>/dev/null &",
    b"find . -name '*.pyc' -exec rm {} \\;",
    b"ssh h 'sudo rm -rf /'",
    b"case x in a) ls;; esac",
    b"f() { rm x; }; f",
)
PATCH = (
    b"*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n-old\n+new\n*** Add File: c\n+x\n*** End Patch\n"
)


def _words(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _runner(name: str) -> Callable[[bytes], Any]:
    line = Tried((name,), 1, True, True, "whole", "x")

    def reads(data: bytes) -> object:
        told = _words(data)
        return [_clean(outcome(line, told, status)) for status in (0, 1, None)]

    return reads


def _clean(one: Any) -> object:
    """Give an outcome as the agents' readers pass it on: cleaned there; a signature is only compared."""
    return one.state, one.counts, [clean(name) for name in one.names], clean(one.why)


def _real() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((SHARED / "fixtures" / "test_outputs").glob("*.txt"))[:24])


def rows() -> Sequence[Parser]:
    """Give the rows."""
    outputs = (*TOLD, *_real())
    names = tuple(dict.fromkeys(runner.name for runner in RUNNERS))
    return (
        *(Parser(f"output of {name}", _runner(name), outputs) for name in names),
        Parser("JUnit report", read_report, (JUNIT,), (ReportInvalid,)),
        Parser("command line, as tests", lambda data: (found := tried(_words(data))) and found.line, LINES),
        Parser("command line, as effects", lambda data: len(commands(_words(data))), LINES),
        Parser("command line, in words", lambda data: len(split(_words(data))), LINES),
        Parser("patch of an edit", lambda data: touched(_words(data)), (PATCH,), (NotUnderstood,), raw=True),
        Parser("plan", lambda data: plan_parts("\n".join(lines_of(clean(_words(data), 40_000)))), (PLAN,)),
        Parser("names in a plan", lambda data: names_in(clean(_words(data), 40_000)), (PLAN,)),
        Parser("evidence handed in", lambda data: handed_in(_words(data), "x"), (PLAN,)),
        Parser(
            "configuration of tests",
            _configurations,
            (b'[tool.pytest.ini_options]\naddopts="-q"\n', b'{"jest":{"testMatch":["x"]}}', b"[pytest]\naddopts=-q\n"),
            raw=True,
        ),
    )


def _configurations(data: bytes) -> object:
    assert Configured.__slots__
    return [type(_parsed(path, data)).__name__ for path in ("pyproject.toml", "package.json", "setup.cfg")]
