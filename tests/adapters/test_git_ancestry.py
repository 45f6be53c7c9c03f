"""Common ancestors of all pairs in one walk: the same as looking at each pair's ancestors one by one."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.git.ancestry import best_common, parents_of
from adapters.git.merge_output import Merged, deltas, merges
from state.findings.conflict import Clash

OID, OTHER = "a" * 40, "b" * 40


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, ...]]]:
    """Give commits, children before parents, and the heads of a few sides."""
    count = draw(st.integers(1, 9))
    parents = {
        str(number): tuple(map(str, draw(st.sets(st.integers(number + 1, count), max_size=2))))
        if number < count
        else ()
        for number in range(1, count + 1)
    }
    sides = draw(st.lists(st.lists(st.sampled_from(sorted(parents)), min_size=1, max_size=2).map(tuple), max_size=4))
    return parents, sides


def ancestors(parents: dict[str, tuple[str, ...]], heads: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(heads)
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += parents[one]
    return found


@given(histories())
def test_best_common_ancestors_are_those_that_no_other_common_one_descends_from(
    drawn: tuple[dict[str, tuple[str, ...]], list[tuple[str, ...]]],
) -> None:
    parents, sides = drawn
    found = best_common(sides, parents)
    for one in range(len(sides)):
        for other in range(one + 1, len(sides)):
            common = ancestors(parents, sides[one]) & ancestors(parents, sides[other])
            best = {each for each in common if not any(each in ancestors(parents, (up,)) - {up} for up in common)}
            assert set(found.get((one, other), ())) == best


def test_a_walk_is_read_and_what_it_left_out_still_counts() -> None:
    walk = parents_of(b"c b\nd b\n")  # b was excluded, as an ancestor of both
    assert best_common([("c",), ("d",), ("b",)], walk) == {(0, 1): ("b",), (0, 2): ("b",), (1, 2): ("b",)}


def test_the_answers_of_a_batch_are_read() -> None:
    stages = (
        f"100644 {OID} 2\tf\0"
        + f"100755 {OID} 3\tf\0"
        + f"100644 {OTHER} 1\tg~{OTHER}\0"
        + f"100644 {OID} 2\tg~{OTHER}\0"
    )
    messages = (
        "1\0f\0CONFLICT (contents)\0CONFLICT (content): in f\n\0" + f"2\0g~{OTHER}\0g\0CONFLICT (file/directory)\0x\n\0"
    )
    advice = "Recursive merging with submodules\ncurrently\n\0"
    out = f"0\0{OID}\0{stages}\0{messages}{advice}" + f"1\0{OID}\0\0" + f"0\0{OTHER}\0\0\0"
    stopped, clean, nameless = merges(out.encode())
    assert stopped == Merged(True, OID, (("f", "mode"), ("g", "directory/file")))
    assert (clean.stopped, clean.clashes()) == (False, ())
    assert nameless.clashes() == (Clash("", "other"),)


def test_the_differences_of_many_pairs_are_told_apart() -> None:
    zero = "0" * 40
    out = f"{OID} {OID}\n{OID} {OTHER}\n:000000 100644 {zero} {OID} A\0odd\nname\0:100644 000000 {OID} {zero} D\0x\0"
    found = deltas(out.encode(), [(OID, OID), (OID, OTHER)])
    assert found == {
        (OID, OID): {},
        (OID, OTHER): {"odd\nname": (None, f"100644 {OID}"), "x": (f"100644 {OID}", None)},
    }
