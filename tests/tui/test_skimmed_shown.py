"""What a skim does not tell is shown as unknown, in every place that shows a run."""

from dataclasses import replace

from state.board import Detail
from state.contract import run_document
from state.runs import run as runs
from state.runs.display import card
from state.runs.run import Run, RunKey, Usage
from tui.columns import COLUMNS, row
from tui.panes.facts import facts
from tui.spans import plain
from tui.wording import skimmed

NOW = 1_780_000_000.0
RUN = Run(
    RunKey("aaaaaaaaaa"), "claude-code", "s", title="mend it", usage=Usage(output=7, requests=1), edited=("/w/a.py",)
)
WIDE = [(column, 14) for column in COLUMNS]


def skim(run: Run = RUN) -> Run:
    return replace(run, skimmed=12_300_000)


def cells(run: Run) -> dict[str, str]:
    shown = row(card(run, None, NOW), NOW, WIDE)
    return {column.key: plain(cell).strip() for (column, _), cell in zip(WIDE, shown, strict=True)}


def test_the_board_says_unknown_where_a_skim_tells_nothing() -> None:
    whole, shallow = cells(RUN), cells(skim())
    for key in ("plan", "tests", "found", "risk", "version"):
        assert shallow[key] == "?"
    assert whole["plan"] == whole["found"] == "–"
    assert {key: shallow[key] for key in ("task", "tokens", "state")} == {
        key: whole[key] for key in ("task", "tokens", "state")
    }


def test_tests_at_the_end_of_a_skimmed_log_are_shown() -> None:
    tests = runs.Tests("passed", "pytest", 3, 0, 0, (), "", "pytest", "its output", at=NOW)
    tested = replace(RUN, tests=tests)
    assert cells(skim(tested))["tests"] == cells(tested)["tests"] != "?"


def test_json_says_null_and_how_deep_the_logs_were_read() -> None:
    shallow, whole = run_document(card(skim(), None, NOW)), run_document(card(RUN, None, NOW))
    assert (shallow["depth"], shallow["unread"], whole["depth"], whole["unread"]) == ("skimmed", 12_300_000, "read", 0)
    assert set(shallow["plan"].values()) == {None}
    assert [shallow[name] for name in ("findings", "subagents", "not_understood", "context_version")] == [None] * 4
    assert (shallow["risk"]["level"], shallow["tests"]["claimed"], shallow["usage"]) == (None, None, whole["usage"])
    assert whole["plan"]["state"] == "none"


def test_the_detail_says_what_was_not_read() -> None:
    detail = Detail(card(skim(), None, NOW), None, (), (), (), {}, (), ())
    assert skimmed(12_300_000) in [plain(line.body) for line in facts(detail, NOW)]
    assert "12.3 MB" in skimmed(12_300_000)
