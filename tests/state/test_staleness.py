"""Why a context is no longer true: each reason with its datum, and none where nothing is known."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from state.contract import run_document
from state.findings.finding import Finding
from state.findings.stale import Stale
from state.findings.staleness import Beside, overlapping, stale
from state.runs import event as ev
from state.runs.display import card
from state.runs.fold import fold
from state.runs.known_files import CLOCKS_APART, MOST_KNOWN, KnownFile, met, news, rewritten
from state.runs.run import Origin, Run
from state.runs.worktree import ChangedFile, Worktree
from state.store.rows import CARD_COLUMNS, card_of_row, row_of_card

Happen = Callable[..., Run]
TREE = Worktree(
    "/w/a", "/r/.git/worktrees/a", base_ref="refs/heads/main", head="h", base="b", ahead=1, behind=0, files=()
)
BEGUN = (ev.RunFound, 1.0, {"agent": "claude-code", "session": "one"})


def read(path: str, at: float, **words: Any) -> tuple[Any, float, dict[str, Any]]:
    return (ev.FileRead, at, {"path": path, "part": "", "digest": "d", "size": 10, **words})


def reasons(
    run: Run, tree: Worktree | None = TREE, now: float = 100.0, beside: Beside | None = None
) -> dict[str, Stale]:
    return {one.reason: one for one in stale(run, tree, now, beside or Beside())}


def test_a_fresh_run_has_no_reason(happen: Happen) -> None:
    assert reasons(happen(BEGUN, read("/w/a/x.py", 5.0))) == {}


def test_the_base_names_the_files_that_concern_the_run(happen: Happen) -> None:
    changes = (ChangedFile("mine.py", "modified"),)
    moved = replace(TREE, behind=3, base_changed=("far.py", "mine.py", "read.py"), files=changes)
    run = happen(BEGUN, read("/w/a/read.py", 5.0))
    assert overlapping(run, moved) == ("mine.py", "read.py")
    found = reasons(run, moved)["base_moved"]
    assert found.text == "main moved on by 3 commits: mine.py, read.py"
    assert found.remedy == "rebase onto main and read mine.py, read.py again"
    assert found.detail == {"commits": 3, "overlapping": 2, "files": "mine.py\nread.py"}


def test_a_base_that_moved_elsewhere_is_told_with_nothing_overlapping(happen: Happen) -> None:
    moved = replace(TREE, behind=1, base_changed=("far.py",))
    found = reasons(happen(BEGUN), moved)["base_moved"]
    assert found.detail["overlapping"] == 0 and "none of them in a file" in found.text
    unknown = reasons(happen(BEGUN), replace(moved, base_changed=None))["base_moved"]
    assert unknown.detail["overlapping"] is None and "is not known" in unknown.text


def test_a_file_written_over_what_the_run_read_is_told_until_it_reads_it_again(happen: Happen) -> None:
    run = happen(BEGUN, read("/w/a/x.py", 5.0))
    over = fold(run, ev.FileRewritten(run.key, Origin("/w/a/x.py", 0, 60.0), "/w/a/x.py", 60.0))
    found = reasons(over)["read_file_changed"]
    assert "x.py" in found.text and found.detail == {"files": "x.py", "at": 60.0}
    assert over.seen == 5.0, "a write that Headgate saw is no activity of the run's"
    again = fold(over, ev.FileRead(run.key, Origin("/l", 1, 61.0), "/w/a/x.py", "", "e", 10))
    assert reasons(again) == {}
    edited = fold(over, ev.FileEdited(run.key, Origin("/l", 1, 61.0), "/w/a/x.py"))
    assert "read_file_changed" not in reasons(edited)


def test_what_a_subagent_read_is_not_in_the_run_s_own_context(happen: Happen) -> None:
    assert happen(BEGUN, read("/w/a/x.py", 5.0, side=True)).known_files == ()


def test_instructions_and_models_that_changed_are_named(happen: Happen) -> None:
    noted = (ev.ContextPartNoted, 2.0, {"part": "instructions", "name": "CLAUDE.md", "value": "aa"})
    run = happen(BEGUN, noted, (ev.ModelUsed, 2.0, {"model": "opus"}), (ev.ModelUsed, 9.0, {"model": "haiku"}))
    run = fold(run, ev.ContextPartNoted(run.key, Origin("", 0), "instructions", "CLAUDE.md", "bb", observed=True))
    found = reasons(run)
    assert found["instructions_changed"].remedy == "restart it, or let it read CLAUDE.md again"
    assert found["model_changed"].detail == {"what": "model", "from": "opus", "to": "haiku"}


def test_memory_and_room_are_told_while_the_run_goes_on_and_not_after(happen: Happen) -> None:
    full = (ev.ContextMeasured, 4.0, {"used": 170_000, "limit": 200_000})
    run = happen(BEGUN, (ev.ContextCompacted, 2.0, {"why": "auto"}), (ev.ContextCompacted, 3.0, {"why": "auto"}), full)
    found = reasons(run)
    assert found["compacted"].detail == {"times": 2} and "2 times" in found["compacted"].text
    assert found["context_near_full"].text == "its context is 85% full"
    assert reasons(run, beside=Beside(ended=True)) == {}
    assert "context_near_full" not in reasons(happen(full, (ev.ContextMeasured, 5.0, {"used": 159_999}), run=run))


def test_a_cache_that_ended_says_what_its_next_call_costs(happen: Happen) -> None:
    run = happen(BEGUN, (ev.ContextMeasured, 4.0, {"used": 50_000, "limit": 200_000}))
    after = Beside(cache_until=90.0, warming=Decimal("0.3125"))
    found = reasons(run, beside=after)["cache_expired"]
    assert found.text == "its prompt cache has ended; its next call writes 50k tokens anew for about $0.31"
    assert "$" not in reasons(run, beside=Beside(cache_until=90.0))["cache_expired"].text
    assert reasons(run, beside=Beside(cache_until=110.0)) == {}
    assert reasons(run, beside=Beside(cache_until=90.0, working=True)) == {}


def test_the_gates_reasons_are_passed_on(happen: Happen) -> None:
    inert = Finding("hook_inert", "stop", "its hook missed a call", since=7.0)
    policy = Stale("policy_changed", "the policy is another")
    found = reasons(happen(BEGUN), beside=Beside(replanned="its plan is another", policy=policy, inert=inert))
    assert set(found) == {"plan_changed", "policy_changed", "hook_inert"}
    assert found["hook_inert"].detail["since"] == 7.0


def test_a_skimmed_run_has_no_reason_and_says_unknown(happen: Happen) -> None:
    run = replace(happen(BEGUN, read("/w/a/x.py", 5.0)), skimmed=100)
    moved = replace(TREE, behind=3, base_changed=("x.py",))
    assert reasons(run, moved) == {}
    assert run_document(card(run, moved, 100.0))["stale"] is None


def test_a_row_keeps_its_reasons_and_the_document_tells_times_and_lists(happen: Happen) -> None:
    run = happen(BEGUN, read("/w/a/x.py", 5.0))
    over = fold(run, ev.FileRewritten(run.key, Origin("/w/a/x.py", 0, 60.0), "/w/a/x.py", 60.0))
    shown = card(over, TREE, 100.0)
    row = dict(zip(CARD_COLUMNS, row_of_card(shown), strict=True))
    assert card_of_row(row) == shown
    (told,) = run_document(shown)["stale"]
    assert told["detail"] == {"files": ["x.py"], "at": "1970-01-01T00:01:00.000Z"}


PATHS = st.sampled_from(["/w/a/1", "/w/a/2", "/w/a/3"])
TIMES = st.floats(0, 1000)


@given(st.lists(st.tuples(st.sampled_from(["met", "written"]), PATHS, TIMES), max_size=30))
def test_only_what_was_written_after_it_was_met_is_news_and_only_once(steps: list[tuple[str, str, float]]) -> None:
    known: tuple[KnownFile, ...] = ()
    for what, path, at in steps:
        if what == "met":
            known = met(known, path, at)
            assert known[-1] == KnownFile(path, at)
            continue
        before = {one.path: one for one in known}
        for told, when in news(known, {path: at}):
            assert told == path and when > before[path].at + CLOCKS_APART
            known = rewritten(known, told, when)
        assert list(news(known, {path: at})) == []
    assert len({one.path for one in known}) == len(known)


def test_the_files_of_a_run_have_an_end() -> None:
    known: tuple[KnownFile, ...] = ()
    for number in range(MOST_KNOWN + 50):
        known = met(known, f"/w/{number}", float(number))
    assert len(known) == MOST_KNOWN and known[-1].path == f"/w/{MOST_KNOWN + 49}"
    assert met(known, "/w/odd", None) is known
