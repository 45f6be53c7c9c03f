"""Turns the words of a summary into passed, failed and skipped: "2 failed, 1 xfailed", "Failures: 1", "pass 3"."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["passed", "failed", "skipped", "total", "flaky"]
NUMBER_FIRST = re.compile(r"\b(\d{1,9}) (?:tests? (?=passed|failed|skipped|todo))?(did not run|timed out|[A-Za-z]+)")
WORD_FIRST = re.compile(
    r"\b(expected failures|unexpected successes|Tests run|Total tests|[A-Za-z]+) ?[=:]? {0,8}(\d{1,9})\b"
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("passed", "pass", "passing", "passes", "succeeded", "xpassed"), "passed"),
    **dict.fromkeys(("failed", "fail", "failing", "failure", "failures", "error", "errors", "cancelled"), "failed"),
    **dict.fromkeys(("timed out", "unexpected successes", "interrupted", "invalid", "uncaught", "unhandled"), "failed"),
    **dict.fromkeys(("skipped", "skip", "skips", "pending", "todo", "ignored", "disabled", "xfailed"), "skipped"),
    **dict.fromkeys(("expected failures", "did not run", "incomplete", "risky"), "skipped"),
    **dict.fromkeys(("total", "test", "tests", "examples", "example", "runs", "tests run", "total tests"), "total"),
    **dict.fromkeys(("doctest", "doctests", "property", "properties"), "total"),
    "flaky": "flaky",
}
"""Words of all runners; a collection or set-up error is a failure, an expected failure was not asked to pass."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Tests by what came of them; None where the output does not tell."""

    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            _sum(self.passed, other.passed), _sum(self.failed, other.failed), _sum(self.skipped, other.skipped)
        )

    @property
    def ran(self) -> bool:
        """Whether any test was run to its end."""
        return bool(self.passed or self.failed)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def found(line: str, pattern: re.Match[str], words_first: bool) -> list[tuple[str, int]]:
    """Give words and their numbers in a summary line; named groups of the pattern come before its words."""
    if named := {name: int(value) for name, value in pattern.groupdict().items() if value}:
        return list(named.items())
    if words_first:
        return [(word.lower(), int(number)) for word, number in WORD_FIRST.findall(line)]
    return [(word.lower(), int(number)) for number, word in NUMBER_FIRST.findall(line)]


def counted(words: list[tuple[str, int]], flaky: bool, skips: int) -> Counts:
    """Add words up by kind; what passed is what is left of the total where no word tells it.

    `flaky` says that tests that failed and then passed are not among the passed ones; `skips` are counted elsewhere.
    """
    sums: dict[Kind, int] = {}
    for word, number in words:
        if (kind := _KINDS.get(word)) is not None:
            sums[kind] = sums.get(kind, 0) + number
    failed, skipped, passed = sums.get("failed", 0), sums.get("skipped", 0) + skips, sums.get("passed")
    if passed is None and "total" in sums:
        passed = max(sums["total"] - failed - skipped, 0)
    if passed is not None and flaky:
        passed += sums.get("flaky", 0)
    return Counts(passed, failed, skipped)
