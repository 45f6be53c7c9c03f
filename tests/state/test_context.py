"""The context version: the same parts give the same digits in any order, and each part that changes changes them."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.runs import event as ev
from state.runs.context import LOOKED, PARTS, UNKNOWN, canonical, changed, in_order, noted, version
from state.runs.display import card
from state.runs.run import ContextPart, Origin, PartKind, Run, Step

WORDS = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=8)
SINGLE = frozenset({"version", "model", "mode", "agent", "plan", "task"})


def part(kind: PartKind, name: str = "", value: str | None = "x", start: str | None = "x") -> ContextPart:
    return ContextPart(kind, name, value, start, Origin("/l", 0))


CONTEXTS = st.dictionaries(
    st.tuples(st.sampled_from(PARTS), WORDS).map(lambda one: (one[0], "") if one[0] in SINGLE else one),
    WORDS,
    max_size=8,
).map(lambda told: tuple(part(kind, name, value, value) for (kind, name), value in told.items()))


def test_the_canonical_form_is_json_with_sorted_keys_and_names_what_nobody_told() -> None:
    parts = (part("model", value="opus"), part("instructions", "CLAUDE.md", "ab12"), part("mcp", LOOKED))
    assert canonical("claude-code", parts).decode() == (
        '{"agent":"none","effort":"unknown","harness":"claude-code","harness_version":"unknown",'
        '"instructions":{"CLAUDE.md":"ab12"},"loaded":"unknown","mcp":{},"model":"opus","permission_mode":"unknown",'
        '"plan_sha":"none","policy_sha":"unknown","settings":"unknown","skills":"unknown","task_sha":"unknown","v":1}'
    )
    assert version("claude-code", parts) == hashlib.sha256(canonical("claude-code", parts)).hexdigest()[:8]
    assert version("codex", (part("model", value="gpt"),)) == "02022ca9"
    assert version("codex", ()) is None


@given(CONTEXTS, st.randoms())
def test_the_order_in_which_parts_were_read_plays_no_part(parts: tuple[ContextPart, ...], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert canonical("codex", parts) == canonical("codex", shuffled)
    assert json.loads(canonical("codex", parts))["v"] == 1


@given(CONTEXTS.filter(bool), st.data())
def test_each_part_that_changes_changes_the_version_and_is_listed(
    parts: tuple[ContextPart, ...], data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(parts))
    fresh = noted(parts, Origin("/l", 9), one.part, one.name, f"{one.value}!")
    assert version("codex", fresh) != version("codex", parts)
    assert [(each.part, each.name, each.value) for each in changed(fresh)] == [(one.part, one.name, f"{one.value}!")]
    assert version("codex", fresh, at_start=True) == version("codex", parts)
    back = noted(fresh, Origin("/l", 10), one.part, one.name, one.value)
    assert version("codex", back) == version("codex", parts) and not changed(back)


def test_what_says_nothing_new_is_the_very_same_context() -> None:
    parts = noted((), Origin("/l", 0), "model", "", "opus")
    assert noted(parts, Origin("/l", 7), "model", "", "opus") is parts
    assert noted(parts, Origin("/l", 7), "mcp", "github", None) is parts


def test_a_part_that_came_later_or_went_is_a_change_and_an_unknown_start_is_none() -> None:
    parts = noted((), Origin("/l", 0), "mcp", "github", "offered", "absent")
    parts = noted(parts, Origin("/l", 1), "skills", "old", "aa")
    parts = noted(parts, Origin("/l", 2), "skills", "old", None)
    parts = noted(parts, Origin("/l", 3), "instructions", "CLAUDE.md", "bb", "unknown")
    assert [(one.name, one.start, one.value) for one in changed(parts)] == [
        ("github", None, "offered"),
        ("old", "aa", None),
    ]
    assert parts[-1].start == UNKNOWN
    assert "github" not in canonical("codex", parts, at_start=True).decode()
    assert "old" not in canonical("codex", parts).decode()


def test_parts_are_read_by_kind_and_name_and_the_marks_of_looking_are_not_shown() -> None:
    parts = [part("task"), part("skills", "b"), part("skills", LOOKED), part("skills", "a"), part("model")]
    assert [(one.part, one.name) for one in in_order(parts)] == [
        ("model", ""), ("skills", "a"), ("skills", "b"), ("task", ""),
    ]  # fmt: skip


STEPS: list[tuple[Callable[..., ev.Event], dict[str, object]]] = [
    (ev.ModelUsed, {"model": "haiku"}),
    (ev.VersionNoted, {"version": "9.9"}),
    (ev.ModeEntered, {"mode": "plan"}),
    (ev.StepsSet, {"steps": (Step("another", "pending"),)}),
    (ev.PlanShown, {"state": "proposed", "text": "prose"}),
    (ev.ContextPartNoted, {"part": "effort", "name": "effort", "value": "max"}),
    (ev.ContextPartNoted, {"part": "instructions", "name": "AGENTS.md", "value": "f" * 40, "observed": True}),
]


@pytest.mark.parametrize(("make", "words"), STEPS, ids=lambda one: getattr(one, "__name__", ""))
def test_every_event_that_changes_the_context_shows_on_the_row(
    happen: Callable[..., Run], make: Callable[..., ev.Event], words: dict[str, object]
) -> None:
    begun = happen(
        (ev.RunFound, 1.0, {"agent": "claude-code", "session": "one"}),
        (ev.VersionNoted, 1.0, {"version": "2.1"}),
        (ev.ModelUsed, 1.0, {"model": "opus"}),
        (ev.ModeEntered, 1.0, {"mode": "default"}),
        (ev.PromptGiven, 2.0, {"text": "mend it"}),
        (ev.StepsSet, 3.0, {"steps": (Step("one", "pending"),)}),
        (ev.ContextPartNoted, 3.0, {"part": "effort", "name": "effort", "value": "high"}),
        (ev.ContextPartNoted, None, {"part": "instructions", "name": "AGENTS.md", "value": "a" * 40, "observed": True}),
    )
    after = happen((make, 9.0, words), run=begun)
    before, shown = card(begun, None, 10.0), card(after, None, 10.0)
    assert before.context_version is not None and before.context_changes == 0
    assert (shown.context_version != before.context_version, shown.context_changes) == (True, 1)


def test_a_prompt_of_pages_that_is_taken_for_the_task_is_cut_on_the_row(happen: Callable[..., Run]) -> None:
    pages = "mend it " * 400
    short, long = (
        card(
            happen((ev.RunFound, 1.0, {"agent": "codex", "session": "a"}), (ev.PromptGiven, 2.0, {"text": text})),
            None,
            9.0,
        )
        for text in (pages[:300], pages)
    )
    assert short.task_title == pages[:300]
    assert long.task_title == pages[:299] + "…" and long.task_id != short.task_id


def test_progress_a_later_prompt_and_a_files_age_change_nothing(happen: Callable[..., Run]) -> None:
    run = happen(
        (ev.PromptGiven, 2.0, {"text": "mend it"}),
        (ev.StepsSet, 3.0, {"steps": (Step("one", "pending"),)}),
    )
    after = happen(
        (ev.StepsSet, 4.0, {"steps": (Step("one", "completed"),)}),
        (ev.PromptGiven, 5.0, {"text": "and now the rest"}),
        run=run,
    )
    assert after.context_version == run.context_version
    seen = happen((ev.ContextPartNoted, 99.0, {"part": "mcp", "name": "a", "value": "b", "observed": True}), run=run)
    assert seen.seen == run.seen


def test_a_log_that_is_read_again_tells_its_own_parts_again_and_keeps_what_headgate_saw(
    happen: Callable[..., Run],
) -> None:
    file = {"part": "instructions", "name": "CLAUDE.md", "value": "a" * 40, "observed": True}
    run = happen((ev.ModelUsed, 1.0, {"model": "opus"}), (ev.ContextPartNoted, None, file))
    changed_file = happen((ev.ContextPartNoted, None, {**file, "value": "b" * 40}), run=run)
    again = happen((ev.LogRestarted, None, {"why": "rewritten"}), run=changed_file)
    assert [(one.part, one.value, one.start) for one in again.context] == [("instructions", "b" * 40, "a" * 40)]
    whole = happen((ev.ModelUsed, 1.0, {"model": "opus"}), run=again)
    assert whole.context_version == changed_file.context_version
    assert replace(again, context=()).context == ()
