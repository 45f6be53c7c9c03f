"""Finds the best common ancestors of all pairs of heads in one walk, instead of one process of git a pair.

Each commit gets the set of heads that reach it, as bits. A commit is a best common ancestor of two heads when both
reach it and no child of it is reached by both; that is what `git merge-base --all` says (research/performance.md A.7).
"""

from collections.abc import Mapping, Sequence

Heads = Sequence[str]
"""The commits at which one side begins; more than one where a merge is under way."""


def parents_of(out: bytes) -> dict[str, tuple[str, ...]]:
    """Read `git rev-list --parents`, in the order in which it is printed."""
    lines = out.decode("ascii", "replace").splitlines()
    return {words[0]: tuple(words[1:]) for words in map(str.split, lines) if words}


def best_common(sides: Sequence[Heads], parents: Mapping[str, Sequence[str]]) -> dict[tuple[int, int], tuple[str, ...]]:
    """Give the best common ancestors of each pair of sides (by index, the smaller first); pairs without one lack.

    `parents` are in topological order, children before parents (`--topo-order`).
    """
    reach: dict[str, int] = {}
    for number, heads in enumerate(sides):
        for head in heads:
            reach[head] = reach.get(head, 0) | 1 << number
    below: dict[str, list[int]] = {}
    order = [*parents, *(one for some in parents.values() for one in some if one not in parents)]
    order += [head for heads in sides for head in heads if head not in parents]
    found: dict[tuple[int, int], list[str]] = {}
    for commit in dict.fromkeys(order):
        mask, children = reach.get(commit, 0), below.get(commit, [])
        if mask not in children:
            for pair in _new_pairs(mask, children):
                found.setdefault(pair, []).append(commit)
        for parent in parents.get(commit, ()):
            reach[parent] = reach.get(parent, 0) | mask
            below.setdefault(parent, []).append(mask)
    return {pair: tuple(commits) for pair, commits in found.items()}


def _new_pairs(mask: int, children: Sequence[int]) -> list[tuple[int, int]]:
    """Name the pairs of bits in `mask` that stand together in no child's."""
    bits = [number for number in range(mask.bit_length()) if mask >> number & 1]
    made: list[tuple[int, int]] = []
    for at, one in enumerate(bits):
        with_one = 0
        for child in children:
            if child >> one & 1:
                with_one |= child
        made += [(one, other) for other in bits[at + 1 :] if not with_one >> other & 1]
    return made
