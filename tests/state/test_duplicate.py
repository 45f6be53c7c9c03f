"""Work done twice is found by what was added, planned and asked, and comparing costs no more than what changed."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from state.findings.duplicate import Compared
from state.findings.lines import AddedFile
from state.findings.shingles import LEAST, MOST, contained, joined, overlap, part, words
from state.runs.fleet import Fleet
from state.runs.run import Origin, Plan, Run, RunKey, Step
from state.runs.worktree import Content, Sketch, Worktree

PROMPT = "retry the rate fetches on every server error three times with a growing pause between them please"


def code(seed: int, lines: int = 30, path: str = "a.py") -> AddedFile:
    return AddedFile(
        path, [f"def f{seed}_{n}(a{n}, b): return a{n} + b * {seed}" for n in range(lines)], range(1, lines + 1)
    )


def sketch(*files: AddedFile) -> Sketch:
    told = joined([part(file) for file in files])
    assert told is not None
    return told


def share(one: Sketch, other: Sketch) -> float:
    found = contained(one, other)
    assert found is not None
    return found[0]


_CODE = st.lists(st.integers(0, 10**6), min_size=LEAST, max_size=400, unique=True)


def of_numbers(numbers: list[int]) -> Sketch:
    return sketch(AddedFile("a.py", [f"call_{n}(x)" for n in numbers], range(1, len(numbers) + 1)))


@settings(deadline=None)
@given(_CODE)
def test_a_text_is_wholly_contained_in_itself(numbers: list[int]) -> None:
    assert share(of_numbers(numbers), of_numbers(numbers)) == 1.0


@settings(deadline=None)
@given(_CODE, _CODE)
def test_what_two_texts_share_is_the_same_from_either_side(one: list[int], other: list[int]) -> None:
    a, b = of_numbers(one), of_numbers(other)
    there, back = contained(a, b), contained(b, a)
    assert there is not None and back is not None and there[1] == back[1]


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(501, 1000), st.integers(20, 400))
def test_texts_that_have_nothing_in_common_share_next_to_nothing(one: int, other: int, lines: int) -> None:
    a = sketch(AddedFile("a", [f"one{one}_{n} two{one}_{n} three{one}_{n}" for n in range(lines)], range(lines)))
    b = sketch(AddedFile("a", [f"one{other}_{n} two{other}_{n} three{other}_{n}" for n in range(lines)], range(lines)))
    assert share(a, b) <= 0.02


def test_a_sketch_is_bounded_and_a_fair_sample() -> None:
    whole, half = sketch(code(1, 900)), sketch(code(1, 450))
    assert len(whole.hashes) == MOST < whole.count
    assert abs(share(whole, half) - 0.5) < 0.12 and share(half, whole) > 0.95


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(10, 200))
def test_files_joined_sketch_as_the_smallest_hashes_of_all(files: int, lines: int) -> None:
    parts = [part(code(seed, lines, f"{seed}.py")) for seed in range(files)]
    every = sorted({one for each in parts for one in each.hashes})[:MOST]
    told = joined(parts)
    assert told is not None and list(told.hashes) == every and len(told.places) == len(every)


def test_too_little_is_said_nothing_of() -> None:
    assert contained(sketch(code(1, 1)), sketch(code(1, 1))) is None
    assert overlap(words("go on"), words("go on"), 8) == 0.0
    assert overlap(words(PROMPT), words(PROMPT.upper()), 8) == 1.0


def fleet(*units: tuple[str, Sketch | None, str, tuple[str, ...]], parent: str | None = None) -> Fleet:
    runs: dict[RunKey, Run] = {}
    trees: list[Worktree] = []
    for number, (name, drawn, prompt, steps) in enumerate(units):
        key = RunKey(name)
        plan = Plan(steps=tuple(Step(step, "pending") for step in steps))
        origins = {"prompt": Origin(f"/log/{name}", 7, 1.0), "plan": Origin(f"/log/{name}", 9, 2.0)}
        by = RunKey(parent) if parent and number else None
        runs[key] = Run(
            key, "codex", name, parent=by, worktree=f"/w/{name}", seen=1.0, prompt=prompt, plan=plan, origins=origins
        )
        content = Content(9, sketch=drawn)
        trees.append(Worktree(f"/w/{name}", "/g", branch=f"feat/{name}", head=name * 40, ahead=1, content=content))
    return Fleet(runs).with_worktrees(trees)


def compared(told: Fleet, before: Compared | None = None) -> Compared:
    return (before or Compared()).renewed(told, told.runs, told.worktrees, wait=False)


def test_the_same_code_is_found_on_both_sides_with_its_places() -> None:
    told = compared(
        fleet(
            ("a", sketch(code(1)), "", ()),
            ("b", sketch(AddedFile("x.py", ["import os, sys, re, json"], [1]), code(1, 30, "y.py")), "", ()),
        )
    )
    (mine,), (theirs,) = told.of(RunKey("a"), "/w/a"), told.of(RunKey("b"), "/w/b")
    assert (mine.kind, mine.severity) == ("duplicate_work", "warn")
    assert mine.text == "100% of the code that it adds is added by feat/b (run b) too: a.py:1, there y.py:1"
    assert [one.log for one in mine.evidence] == ["/w/a/a.py", "/w/b/y.py"]
    assert "feat/a (run a)" in theirs.text and [one.log for one in theirs.evidence] == ["/w/b/y.py", "/w/a/a.py"]


def test_the_same_prompt_and_the_same_plan_are_found_with_their_records() -> None:
    steps = ("read the fetch path", "retry server errors with a growing pause", "test the retry and the last error")
    told = compared(fleet(("a", None, PROMPT, steps), ("b", None, PROMPT, steps)))
    assert {one.text.split()[1]: [at.offset for at in one.evidence] for one in told.of(RunKey("a"), "/w/a")} == {
        "plan": [9, 9],
        "prompt": [7, 7],
    }


def test_work_that_differs_and_a_spawned_run_are_not_found() -> None:
    assert (
        compared(fleet(("a", sketch(code(1)), PROMPT, ()), ("b", sketch(code(2)), "pin all dependencies", ()))).pairs
        == {}
    )
    assert (
        compared(fleet(("a", sketch(code(1)), PROMPT, ()), ("b", sketch(code(1)), PROMPT, ()), parent="a")).pairs == {}
    )


def test_the_same_commit_is_not_written_twice() -> None:
    told = fleet(("a", sketch(code(1)), "", ()), ("b", sketch(code(1)), "", ()))
    same = told.with_worktrees(replace(tree, head="1" * 40) for tree in told.worktrees.values())
    assert compared(told).pairs and compared(same).pairs == {}


def test_fifty_worktrees_are_compared_once_a_pair_and_a_change_with_the_others_alone() -> None:
    told = fleet(*((f"{n:02}", sketch(code(n)), "", ()) for n in range(50)))
    first = compared(told)
    assert first.comparisons == 50 * 49 // 2
    assert compared(told, first).comparisons == first.comparisons
    seen = replace(told.runs[RunKey("07")], seen=99.0)
    quiet = first.renewed(told.with_runs({seen.key: seen}), {seen.key: seen}, (), wait=False)
    assert quiet.comparisons == first.comparisons and quiet.runs_but(first) == set()
    content = Content(9, sketch=sketch(code(8)))
    moved = told.with_worktrees(
        replace(tree, content=content) if path == "/w/07" else tree for path, tree in told.worktrees.items()
    )
    after = first.renewed(moved, {}, ["/w/07"], wait=False)
    assert after.comparisons == first.comparisons + 49
    assert after.runs_but(first) == {"07", "08"} and first.runs_but(after) == {"07", "08"}


def test_while_logs_are_read_nothing_is_compared_and_later_everything_is() -> None:
    told = fleet(("a", sketch(code(1)), "", ()), ("b", sketch(code(1)), "", ()))
    waiting = Compared().renewed(told, told.runs, told.worktrees, wait=True)
    assert (waiting.comparisons, waiting.pairs) == (0, {})
    assert waiting.renewed(told, {}, (), wait=False).of(RunKey("a"), "/w/a") != ()


def test_a_worktree_that_goes_takes_its_findings_along() -> None:
    told = fleet(("a", sketch(code(1)), "", ()), ("b", sketch(code(1)), "", ()))
    first = compared(told)
    left = told.with_worktrees([told.worktrees["/w/a"]])
    after = first.renewed(left, {}, ["/w/b"], wait=False)
    assert after.pairs == {} and RunKey("a") in after.runs_but(first)
