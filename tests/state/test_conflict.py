"""Which pairs can conflict at all, what a matrix says of a worktree, and in what order to merge."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from state.findings.conflict import Clash, Matrix, Pair, Side, between, composed, emptied, meets, twins
from state.findings.merge_order import EXACT_UP_TO, MergeStep, merge_order

A, B, C = "100644 a", "100644 b", "100755 a"
DELTAS = st.dictionaries(
    st.sampled_from(["x", "d/x", "d/y", "d/e/z", "e"]),
    st.tuples(st.sampled_from([None, A, B]), st.sampled_from([None, A, C])).filter(lambda both: both[0] != both[1]),
)


def test_the_same_path_meets_unless_both_made_the_same_of_it() -> None:
    assert meets({"f": (A, B)}, {"f": (A, C)})
    assert not meets({"f": (A, B)}, {"f": (A, B)})
    assert not meets({"f": (A, B)}, {"g": (A, B)})
    assert meets({"f": (A, None)}, {"f": (A, None)})  # both may have renamed it, to two names


def test_a_file_meets_a_directory_of_its_name() -> None:
    assert meets({"d": (None, A)}, {"d/x": (None, A)})
    assert meets({"d/x": (None, A)}, {"d": (None, A)})
    assert not meets({"d": (A, None)}, {"d/x": (None, A)})


def test_a_directory_that_is_gone_meets_what_is_added_below_it() -> None:
    moved, added = {"d/x": (A, None), "e/x": (None, A)}, {"d/new": (None, A)}
    assert not meets(moved, added)
    assert meets(moved, added, gone_in_one=frozenset({"d"}))
    assert meets(added, moved, gone_in_other=frozenset({"d"}))
    assert emptied(moved) == {"d"}


@given(DELTAS, DELTAS)
def test_meeting_is_mutual(one: dict, other: dict) -> None:
    assert meets(one, other, emptied(one), emptied(other)) == meets(other, one, emptied(other), emptied(one))


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), st.sampled_from([A, B, C])), min_size=3, max_size=3))
def test_two_changes_together_are_the_change_from_end_to_end(trees: list[dict[str, str]]) -> None:
    def delta(old: dict[str, str], new: dict[str, str]) -> dict:
        return {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}

    one, two, three = trees
    assert composed(delta(one, two), delta(two, three)) == delta(one, three)


def test_names_that_differ_in_case_alone_are_twins() -> None:
    assert twins({"README.MD": (None, A)}, {"readme.md": (None, B)}) == (Clash("README.MD and readme.md", "case"),)
    assert twins({"a": (None, A)}, {"a": (None, B), "b": (None, A)}) == ()


def test_a_pair_has_the_base_last_and_says_whether_open_work_is_in_it() -> None:
    base = Side("main", "c", "t", "c", is_base=True)
    tree = Side("/w/a", "x", "t2", "h", frozenset({"f"}))
    assert between(base, tree, [Clash("f", "content")], 1.0) == Pair(
        "/w/a", "main", (Clash("f", "content"),), True, "x", "c", None, 1.0
    )
    assert not between(tree, base, [Clash("g", "content")], 1.0).uncommitted


def test_a_matrix_counts_what_it_knows_and_names_what_is_new() -> None:
    sides = tuple(Side(name, "", "", "") for name in ("/a", "/b", "/c"))
    pair = Pair("/a", "/b", (Clash("f", "content"),))
    now, before = Matrix((pair,), sides), Matrix((), sides)
    assert [now.count(name) for name in ("/a", "/c", "/elsewhere", None)] == [1, 0, None, None]
    assert now.news(before) == {"/a", "/b"}
    assert now.news(Matrix((Pair("/a", "/b", (Clash("f", "content"),), at=5.0),), sides)) == frozenset()
    assert now.news(Matrix((pair,), sides[:2])) == {"/c"}


def clash(a: str, b: str, *files: str) -> Pair:
    return Pair(a, b, tuple(Clash(file, "content") for file in files))


def test_a_worktree_as_the_base_is_brings_nothing_to_merge() -> None:
    base = Side("main", "c", "t", "c", is_base=True)
    sides = (Side("/repo", "c", "t", "c"), Side("/w/a", "x", "t2", "h", frozenset({"f"})), base)
    assert Matrix((), sides, base="main").bringing() == ("/w/a",)
    assert Matrix((), sides[:2]).bringing() == ("/repo", "/w/a"), "nobody knows what the base holds"


def names(steps: tuple[MergeStep, ...]) -> list[str]:
    return [step.name for step in steps]


def test_who_clashes_with_many_is_merged_last() -> None:
    steps = merge_order("abcd", [clash("a", "b", "f"), clash("a", "c", "f"), clash("a", "d", "g")])
    assert names(steps) == ["b", "c", "d", "a"]
    assert (steps[-1].files, steps[-1].with_whom) == (2, ("b", "c", "d"))
    assert steps[-1].why == "stops in 2 files with 3 earlier ones"
    first = steps[0]
    assert first.why == "merges cleanly; 1 later one will meet it"
    assert [(one.name, one.stops, one.files) for one in first.instead] == [("c", 0, 0), ("d", 0, 0), ("a", 2, 1)]


def test_who_clashes_with_none_comes_first_and_the_base_counts() -> None:
    steps = merge_order(["z", "a", "b"], [clash("a", "b", "f"), clash("b", "main", "f")], base="main")
    assert names(steps) == ["z", "a", "b"]
    assert steps[2].with_whom == ("a", "main")
    assert steps[2].files == 1


PAIRS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.sets(st.sampled_from("fgh"), min_size=1)).filter(
        lambda one: one[0] < one[1]
    ),
    max_size=6,
    unique_by=lambda one: one[:2],
)


def cost(order: tuple[str, ...], pairs: list[Pair]) -> tuple[int, int]:
    stops = files = 0
    for at, name in enumerate(order):
        met = [pair for pair in pairs if name in (pair.a, pair.b) and pair.other(name) in order[:at]]
        mended = {clash.path for pair in met for clash in pair.files}
        stops, files = stops + bool(mended), files + len(mended)
    return stops, files


@given(PAIRS)
def test_no_other_order_of_a_few_is_cheaper(drawn: list[tuple[str, str, set[str]]]) -> None:
    pairs = [clash(a, b, *sorted(files)) for a, b, files in drawn]
    steps = merge_order("abcde", pairs)
    assert cost(tuple(names(steps)), pairs) == min(cost(order, pairs) for order in permutations("abcde"))
    assert sum(step.files for step in steps) == cost(tuple(names(steps)), pairs)[1]
    assert merge_order("edcba", pairs[::-1]) == steps
    assert all((one.stops, one.files) >= (0, 0) for step in steps for one in step.instead)


def test_many_are_ordered_one_after_the_other_and_it_is_said() -> None:
    many = [f"w{number:02}" for number in range(EXACT_UP_TO + 1)]
    steps = merge_order(many, [clash("w05", other, "f") for other in many if other != "w05"])
    assert names(steps)[-1] == "w05"
    assert {step.exact for step in steps} == {False}
