"""The tests pane and the plan pane: what is claimed beside what is verified, and who decided what on the plan."""

from collections.abc import Callable
from dataclasses import replace

from state.board import ChangeDetail
from state.gate_files import Approved
from state.gates.book import Gated
from state.gates.request import Decision, Request
from state.runs.event import TestsRan as Ran
from state.runs.run import Origin, RunKey, Step
from state.runs.test_runs import read_back, text_of
from tests.tui.at_change import CHANGE, LOG, PACKAGE
from tests.tui.fleet import NOW, detail_of, fleet
from tui.panes import tests as pane
from tui.panes.plan import plan
from tui.spans import plain
from tui.wording import READING_RUN

DETAIL = detail_of(fleet()[0])
FAILED = Ran(
    RunKey(fleet()[0].id), Origin(LOG, 70, NOW - 400), "failed", "pytest", 3, 1, None, ("test_retry", "test_x"), "s",
    "pytest -q", "its output says so", True, NOW - 410,
)  # fmt: skip


def said(lines) -> list[str]:
    return [plain((*line.label, *line.body)).rstrip() for line in lines]


def test_a_test_run_is_kept_and_read_back() -> None:
    back = read_back(text_of(FAILED), FAILED.origin, "1 failed")
    assert back is not None and (back.state, back.runner, back.passed, back.skipped) == ("failed", "pytest", 3, None)
    assert (back.failing, back.command, back.since, back.origin) == (
        FAILED.failing,
        "pytest -q",
        NOW - 410,
        FAILED.origin,
    )
    assert read_back('{"state": "a new one"}', FAILED.origin, "") is None is read_back("[]", FAILED.origin, "")


def test_claimed_and_verified_runs_stand_beside_each_other_and_what_differs_is_marked() -> None:
    old = read_back(text_of(FAILED), FAILED.origin, "E  assert 1 == 2⏎FAILED test_retry")
    new = replace(old, state="passed", passed=4, failed=None, failing=(), output="4 passed")
    failed = replace(CHANGE.results[0], state="failed")
    stale = replace(
        DETAIL, card=replace(DETAIL.card, tests_state="passed", tests_fresh=False, tests_why="a.py after it")
    )
    lines = pane.tests(stale, ChangeDetail(stale.card.id, (PACKAGE,), (failed,), tested=(new, old)), NOW)
    text = "\n".join(said(lines))
    assert "the agent's tests passed, Headgate's own did not" in text and "“ran e2e suite”" in text
    assert "unit" in text and text.index("verified: what") < text.index("claimed: what")
    assert "newest     ✓ 4 passed (pytest)" in text and "older than the last edit" in text and "a.py after it" in text
    assert "✗ test_retry" in text and "E  assert" not in text, (
        "the end of an output only of the newest, where it failed"
    )
    newest = "\n".join(said(pane.tests(DETAIL, ChangeDetail(DETAIL.card.id, tested=(old,)), NOW)))
    assert "E  assert 1 == 2" in newest and "no check of Headgate's own" in newest
    of_runs = [line for line in lines if line.what in ("test run", "command", "failing test")]
    assert len(of_runs) == 6 and all(line.sources == (FAILED.origin,) for line in of_runs), "o opens the record"


def test_of_a_run_read_before_this_only_the_last_one_is_known() -> None:
    text = "\n".join(said(pane.tests(DETAIL, ChangeDetail(DETAIL.card.id), NOW)))
    assert "only the last one is known" in text and "contradicted" not in text
    bare = replace(DETAIL, card=replace(DETAIL.card, tests_state=None))
    assert "no test run in its log" in "\n".join(said(pane.tests(bare, ChangeDetail(bare.card.id), NOW)))
    assert said(pane.tests(DETAIL, None, NOW)) == [READING_RUN]


def test_a_plan_says_who_decided_when_and_what_became_of_it() -> None:
    answer = Decision("q1", "approve", "ada", NOW - 600, "small enough")
    denied = Decision("q0", "deny", "ada", NOW - 900, "name the files")
    first = Request("q0", "r", "plan", "t", "s", NOW - 1000, state="denied", decision=denied)
    asked = Request("q1", "r", "plan", "t", "s", NOW - 700, state="approved", plan="Only payment.py", decision=answer)
    bound = Approved(sha="s", paths=["payment.py"], files=2, minutes=30.0, usd="4")
    gated = Gated(RunKey("r"), "planning", "its plan is another", NOW - 5, bound, "q1")
    steps = (Step("One", "completed"), Step("Two", "in_progress"), Step("Three", "cancelled"))
    detail = replace(DETAIL, steps=steps, card=replace(DETAIL.card, plan_state="drifted", plan_steps_done=1))
    told = said(plan(detail, ChangeDetail(DETAIL.card.id, gated=gated, plans=(asked, first)), NOW))
    text = "\n".join(told)
    assert "plan       drifted from what was approved" in text and "approved by ada 10m ago: small enough" in text
    assert "rejected by ada 15m ago: name the files" in text and "planning: its plan is another" in text
    assert "1 path named · at most 2 files · 30 min · $4" in text and "1 of 3 steps done" in text
    assert {"◆ done     One", "● now      Two", "□ dropped  Three"} <= set(told)
    assert text.index("the plan as it was approved\nOnly payment.py") < text.index(
        "the plan as it is now\nRetry a failed"
    )
    waiting = replace(asked, state="open", decision=None)
    assert "D decides" in "\n".join(said(plan(detail, ChangeDetail("r", plans=(waiting,)), NOW)))


async def test_the_panes_read_what_the_gates_know_and_show_it_of_no_other_run(open_board: Callable) -> None:
    one, other = fleet()[0], fleet()[1]
    tried = read_back(text_of(FAILED), FAILED.origin, "")
    async with open_board([one, other], size=(100, 40)) as screen:
        screen.reader.changed[one.id] = ChangeDetail(one.id, tested=(tried,))
        await screen.press("6")
        assert "✗ 1 failed, 3 passed (pytest)" in screen.text() and "6 tests" in screen.text()
        await screen.press("j")
        assert "test_retry" not in screen.text()
        await screen.press("k", "enter", *"jjjj", "o")
        assert screen.app.screen._sources == (FAILED.origin,), "the record behind the line"
