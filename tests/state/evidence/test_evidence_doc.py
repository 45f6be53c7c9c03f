"""docs/evidence.md is true: its marks, its table of parts and its file are those of the program."""

from pathlib import Path

from state.evidence.asking import FILE
from state.evidence.handed_in import handed_in
from state.evidence.package import PARTS, Package
from state.evidence.page import GLYPHS, MISSING
from state.evidence.required import BY_RISK, parts_named

PAGE = (Path(__file__).parents[3] / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_each_mark_stands_there_with_its_glyph() -> None:
    for mark in ("observed", "verified", "claimed", "human"):
        assert f"| {GLYPHS[mark]} {mark} |" in PAGE
    assert f"| {GLYPHS['missing']} {MISSING} |" in PAGE
    for verdict in ("verified", "contradicted", "unverifiable"):
        assert f"| {GLYPHS[verdict]} {verdict} |" in PAGE


def test_the_parts_that_each_risk_needs_are_those_of_the_program() -> None:
    assert "| low | diff_summary, tests_run |" in PAGE and set(BY_RISK["low"]) == {"diff_summary", "tests_run"}
    assert set(BY_RISK["medium"]) == {*BY_RISK["low"], "plan", "model_and_context"}
    assert BY_RISK["high"] == BY_RISK["critical"] == PARTS and f"`{FILE}`" in PAGE
    assert (
        parts_named(["rollback"])
        == parts_named(["rollback_notes"])
        == parts_named(["evidence.rollback"])
        == ("rollback",)
    )


def test_its_examples_of_headings_are_read() -> None:
    assert handed_in("## How to revert\nso", "x").of("rollback") == ("so",)
    assert handed_in("## Known limitations\nso", "x").of("unresolved_questions") == ("so",)
    assert handed_in("## Notes on security and performance\nso", "x").of("performance") == ("so",)


def test_each_key_of_the_json_is_named() -> None:
    told = [name for name in Package.__dataclass_fields__ if f"`{name}`" in PAGE]
    apart = {"run", "task", "owner", "policy", "context_version", "built"}
    assert {*Package.__dataclass_fields__} - {*told} == apart
