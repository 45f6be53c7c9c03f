"""The sixth pane: the test runs that the log claims, beside the checks that Headgate ran itself, the newest first."""

from collections.abc import Iterator

from state.board import ChangeDetail, Detail
from state.runs.test_runs import RanTests
from tui import wording_tests as words
from tui.marks import TESTS
from tui.panes.change import check_lines
from tui.panes.line import LABEL, Line, heading, labelled, note, where
from tui.spans import fit, spans
from tui.wording import READING_RUN, TESTS_STALE, ago, tests_said

_MOST_FAILING = 10
_OUTPUT_LINES = 12


def tests(detail: Detail, change: ChangeDetail | None, now: float) -> list[Line]:
    """Give the lines of the pane; each opens the record that it was read from."""
    if change is None:
        return [note(READING_RUN)]
    return [
        *_contradicted(detail, change),
        heading(words.VERIFIED_TITLE),
        *([line for one in change.results for line in check_lines(one, now)] or [note(words.no_verified())]),
        Line(),
        heading(words.CLAIMED_TITLE),
        *_claimed(detail, change, now),
    ]


def _claimed(detail: Detail, change: ChangeDetail, now: float) -> Iterator[Line]:
    card = detail.card
    for number, one in enumerate(change.tested):
        yield from _run(one, now, (card.tests_fresh, card.tests_why or "") if number == 0 else None)
    if not change.tested and card.tests_state is not None:
        told = card.tests_state, card.tests_runner, card.tests_passed, card.tests_failed, card.tests_skipped
        mark = TESTS[card.tests_state]
        tail = detail.origins.get("tests", "")
        yield labelled("newest", (f"{mark.glyph} {tests_said(*told)}", mark.role), tail=tail)
        yield from (labelled("", (name, "minus"), tail=tail, copy=name) for name in card.failing[:_MOST_FAILING])
        yield note(words.OLDER_TESTS)
    elif not change.tested:
        yield note(words.NO_TESTS)


def _run(one: RanTests, now: float, newest: tuple[bool | None, str] | None) -> Iterator[Line]:
    """Give one test run: what it came to and when, its command, what failed in it, and the end of its output."""
    mark, sources = TESTS[one.state], (one.origin,)
    told = tests_said(one.state, one.runner, one.passed, one.failed, one.skipped)
    fresh, why = newest or (None, "")
    stands = {True: (f" · {words.FRESH}", "plus"), False: (f" · {TESTS_STALE}", "warn"), None: ("", "dim")}[fresh]
    when = f" · {ago(one.origin.at, now)}" if one.origin.at is not None else ""
    tail = spans((where(one.origin), "faint"))
    label = fit(spans((words.NEWEST if newest else "", "faint")), LABEL)
    body = spans((f"{mark.glyph} {told}", mark.role), (when, "dim"), stands)
    yield Line(body, label, tail, told, "test run", sources)
    blank = fit((), LABEL)
    if one.command:
        yield Line(spans((f"$ {one.command}", "dim")), blank, copy=one.command, what="command", sources=sources)
    if why or one.why:
        yield Line(spans((why or one.why, "warn" if fresh is False else "faint")), blank, sources=sources)
    for name in one.failing[:_MOST_FAILING]:
        yield Line(spans((f"✗ {name}", "minus")), blank, copy=name, what="failing test", sources=sources)
    for line in one.output.split("⏎")[-_OUTPUT_LINES:] if newest and one.state != "passed" else ():
        if line.strip():
            yield Line(spans((line.strip(), "dim")), fit(spans(("  ┊", "faint")), LABEL), sources=sources, what="line")


def _contradicted(detail: Detail, change: ChangeDetail) -> Iterator[Line]:
    """Give what does not fit together: the agent's words and its log, and its tests and Headgate's own."""
    package, card = change.package, detail.card
    found = [one for one in package.claims if one.verdict == "contradicted"] if package else []
    differ = card.tests_state == "passed" and any(one.state == "failed" for one in change.results)
    if not (found or differ):
        return
    yield heading(words.CONTRADICTED_TITLE)
    if differ:
        yield labelled("✘", (words.AGAINST, "blocked"))
    for one in found:
        sources = (one.origin,) if one.origin else ()
        yield Line(
            spans((f"“{one.text}”", "text")), fit(spans(("✘", "blocked")), LABEL), copy=one.text, sources=sources
        )
        yield Line(spans((one.against, "blocked")), fit((), LABEL), sources=sources)
    yield Line()
