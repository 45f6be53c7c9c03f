"""The nine parts of a plan: found in whatever words real plans use, MISSING where nobody wrote of them."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.gates.plan_parts import NAMES, missing, plan_parts
from tests.world import SHARED

CORPUS = SHARED / "corpus"
WHOLE = """# Plan: tenant column

## Files to modify
- `src/db.py`

## Assumptions
- The table is small.

## Open questions
None.

## Steps
1. Add the column.
2. Fill it.

## Tests
Run `pytest tests/test_db.py`.

## Risks
A lock on a hot table.

## Migration
`0008_tenant.py` adds the column.

## Rollback
Drop the column again.

## Verification
The count of rows stays.
"""


def found(text: str) -> set[str]:
    return {part.name for part in plan_parts(text) if part.found}


def test_a_whole_plan_lacks_nothing() -> None:
    assert missing(WHOLE) == ()
    assert [part.name for part in plan_parts(WHOLE)] == list(NAMES)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Assumptions", "assumptions"), ("Open questions", "open questions"), ("Risks", "risk areas"),
        ("Rollback", "rollback"), ("Verification", "expected evidence"), ("Steps", "sequencing"),
    ],
)  # fmt: skip
def test_a_part_that_is_taken_out_is_missing(heading: str, name: str) -> None:
    before, _, rest = WHOLE.partition(f"## {heading}\n")
    _, mark, after = rest.partition("## ")
    assert missing(before + mark + after) == (name,)


def test_a_heading_with_nothing_below_it_is_missing_and_none_is_not() -> None:
    assert "rollback" in missing("# Plan\n## Rollback\n## Steps\n1. a\n2. b\n")
    assert "rollback" not in missing("# Plan\n## Rollback\nnone\n")


def test_what_stands_in_code_is_no_part() -> None:
    assert found("Do it.\n```\n# rollback\nassume x\n```\n") == set()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("I assume that the cache is warm.", "assumptions"),
        ("Add unit tests for the parser.", "expected tests"),
        ("This may break old clients.", "risk areas"),
        ("It is backward compatible.", "migration"),
        ("If it fails, revert the commit.", "rollback"),
        ("Verify that the list shows ten rows.", "expected evidence"),
        ("Should we keep the old name?", "open questions"),
        ("Edit `adapters/tail.py`.", "affected files and services"),
        ("1. Read it\n2. Write it", "sequencing"),
    ],
)
def test_a_phrase_is_enough_where_no_heading_stands(line: str, name: str) -> None:
    assert found(line) == {name}


@given(st.text(max_size=400))
def test_any_text_has_nine_parts_and_the_same_ones_each_time(text: str) -> None:
    assert [part.name for part in plan_parts(text)] == list(NAMES)
    assert plan_parts(text) == plan_parts(text)


@given(st.lists(st.sampled_from(WHOLE.split("\n\n")), max_size=12))
def test_more_sections_never_make_a_part_missing(sections: list[str]) -> None:
    few, more = "\n\n".join(sections[:-1]), "\n\n".join(sections)
    assert set(missing(more)) <= set(missing(few))


@cache
def real_plans() -> dict[str, str]:
    """Give the plans of real sessions by their first line."""
    plans: dict[str, str] = {}
    for log in sorted(Path(CORPUS / "claude-code").rglob("*.jsonl")):
        for line in log.read_text(errors="replace").splitlines():
            if '"ExitPlanMode"' in line and '"plan"' in line:
                content = (json.loads(line).get("message") or {}).get("content")
                blocks = content if isinstance(content, list) else []
                for block in blocks:
                    if isinstance(block, dict) and block.get("name") == "ExitPlanMode":
                        plan = str((block.get("input") or {}).get("plan") or "")
                        plans[plan.split("\n")[0].strip("# ")] = plan
    return {first: plan for first, plan in plans.items() if plan}


_USUAL = {"assumptions", "open questions", "risk areas", "migration", "rollback"}
LABELLED: dict[str, set[str]] = {
    "Always-Visible Git URL in AppHeader": _USUAL,
    "Use ComputeTranscriptPath in Log Restoration": _USUAL,
    "E2E Testing Framework with Real Claude Calls": _USUAL,
    "E2E Testing Framework with Real Agent Calls": _USUAL,
    "Plan: Add Tar Archive Support": {*_USUAL, "expected evidence"},
    "Plan: Report Corrupted Archives in Manifest": {*_USUAL, "expected evidence"},
}
"""For each real plan the parts that it lacks, as a human read it."""


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real logs is not on this machine")
@pytest.mark.parametrize("first", sorted(LABELLED))
def test_a_real_plan_lacks_what_a_human_missed_in_it(first: str) -> None:
    assert set(missing(real_plans()[first])) == LABELLED[first]
