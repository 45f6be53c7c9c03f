"""Each promise is attacked by some test, and docs/reliability.md says what came of it."""

import re
from pathlib import Path

import pytest

from tests import reliability
from tests.promises import PROMISES

ROOT = Path(__file__).parents[2]
_MARK = re.compile(r"\battacks\(([^)]*)\)|\bpromises_attacked\(([^)]*)\)")


def attacked() -> set[str]:
    """Give the promises that the tests name."""
    tests = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in tests for found in _MARK.findall(text) for name in re.findall(r'"(\w+)"', "".join(found))}


def test_every_promise_is_attacked_and_every_attack_is_of_a_promise() -> None:
    assert attacked() == set(PROMISES)


def test_the_page_has_a_place_for_the_figures_and_they_take_nothing_else() -> None:
    attack = reliability.Attack("tests/a.py::test_one[2]", "passed", ("once",), ("7 cuts, none lost",))
    page = reliability.PAGE.read_text()
    written = reliability.written(page, [attack])
    assert "- `tests/a.py::test_one` (7 cuts, none lost)" in written.splitlines()
    assert written.partition(reliability.BEGIN)[0] == page.partition(reliability.BEGIN)[0]
    assert written.partition(reliability.END)[2] == page.partition(reliability.END)[2]
    assert reliability.written(written, [attack]) == written
    with pytest.raises(ValueError, match="has no line"):
        reliability.written("no marks", [attack])


def test_an_attack_that_succeeded_and_a_promise_that_nothing_attacked_are_loud() -> None:
    broken = reliability.Attack("tests/a.py::test_one", "failed", ("once",), ())
    told = "\n".join(reliability.lines([broken]))
    assert "**1 BROKE IT**" in told
    assert "**1 of 1 BROKE IT**" in told
    assert told.count("**No attack was tried.**") == len(PROMISES) - 1
