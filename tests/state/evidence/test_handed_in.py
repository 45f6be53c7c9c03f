"""What an agent hands in is read in the words that agents use, and is never more than its claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.evidence.asking import ASKED, TITLES, instructions, request, skeleton
from state.evidence.handed_in import LONGEST_LINE, MOST_LINES, handed_in
from state.evidence.package import PARTS


@pytest.mark.parametrize(
    ("text", "part", "lines"),
    [
        ("## Rollback\nrevert it", "rollback", ("revert it",)),
        ("## ROLL-BACK PLAN:\nrevert it", "rollback", ("revert it",)),
        ("**Rollback:** revert it", "rollback", ("revert it",)),
        ("- **Rollback**: revert it", "rollback", ("revert it",)),
        ("**Rollback**\nrevert it", "rollback", ("revert it",)),
        ("Rollback: revert it", "rollback", ("revert it",)),
        ("1. Rolling back: revert it", "rollback", ("revert it",)),
        ("### Deployment\nstep one\n#### Detail\nstep two", "rollout", ("step one", "step two")),
        ("## Open questions\nnone", "unresolved_questions", ("none",)),
        ("## What was changed\nthe parser", "diff_summary", ("the parser",)),
        ("## Known limitations\nslow", "unresolved_questions", ("slow",)),
        ("## Security notes\n```\ncode\n```\nfine", "security", ("fine",)),
        ("## Rollout\nmissing", "rollout", ()),
        ("## Rollout\n- TBD", "rollout", ()),
        ("## Rollout\n<!-- how it is brought out -->\n", "rollout", ()),
        ("## Rollout\n\n## Risk\nlow", "rollout", ()),
        ("## Other\nrollback would be hard", "rollback", ()),
        ("Note: the rollback is easy", "rollback", ()),
    ],
)
def test_a_part_is_found_by_its_heading(text: str, part: str, lines: tuple[str, ...]) -> None:
    assert handed_in(text, "x").of(part) == lines  # type: ignore[arg-type]


def test_one_heading_may_hold_two_parts() -> None:
    told = handed_in("## Risks and questions that are left\nit may break", "x")
    assert told.of("risk") == told.of("unresolved_questions") == ("it may break",)
    notes = handed_in("## Notes on security and performance\nnone", "x")
    assert notes.of("security") == notes.of("performance") == ("none",)


def test_the_empty_skeleton_hands_nothing_in_and_a_filled_one_everything() -> None:
    assert handed_in(skeleton(), "x").parts == {}
    filled = skeleton().replace("<!--", "told: ").replace("-->", "")
    assert tuple(handed_in(filled, "x").parts) == PARTS


def test_prompt_and_skill_ask_for_the_same_parts() -> None:
    for name in PARTS:
        assert f"- {TITLES[name]}: {ASKED[name]}" in request() and f"## {TITLES[name]}" in instructions()


def test_secrets_and_hidden_text_do_not_come_through() -> None:
    told = handed_in("## Security\nkey \x1b[31m ghp_abcdefghijklmnopqrstuvwxyz0123456789\u202e", "x").of("security")
    assert "\x1b" not in told[0] and "\u202e" not in told[0] and "abcdefghijkl" not in told[0]


@given(st.text(alphabet="#*-:_`> \nabRollback", max_size=2000))
def test_any_text_is_read_within_bounds(text: str) -> None:
    told = handed_in(text, "x")
    assert all(len(lines) <= MOST_LINES for lines in told.parts.values())
    assert all(line.isprintable() and len(line) <= LONGEST_LINE for line in told.prose)
    assert all(lines for lines in told.parts.values())


def test_a_long_hostile_text_takes_no_time() -> None:
    assert handed_in("#" * 5 + " " + "a " * 500_000, "x").parts == {}
    assert handed_in("**" * 200_000, "x").parts == {} and handed_in("<!--" * 50_000, "x").parts == {}
