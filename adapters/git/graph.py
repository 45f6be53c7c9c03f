"""What git says of history for all sides at once: trees of commits, common ancestors, and what changed between trees.

Everything is asked in batches, one process a question whatever the number of sides, and remembered by object ids, which
never change their meaning.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.git import ancestry, door, merge_output
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id
from state.findings.conflict import Delta, composed, emptied

LIMIT = 60.0
_MOST_DELTAS = 4096


@dataclass(frozen=True, slots=True)
class Tip:
    """Where one side hangs in history: the commits that it follows, and the tree that it is."""

    heads: tuple[str, ...]
    tree: str


Bases = dict[tuple[int, int], tuple[str, ...]]


class Graph:
    """What was learnt of one repository's history. Not safe for two calls at a time."""

    def __init__(self) -> None:
        self._trees: dict[str, str] = {}
        self._bases: tuple[tuple[tuple[str, ...], ...], Bases] = ((), {})
        self._deltas: dict[tuple[str, str], Delta] = {}
        self._missing: dict[tuple[str, str], bool] = {}

    async def trees(self, place: Place, commits: Iterable[str]) -> dict[str, str]:
        """Give the trees of commits; a commit that the repository lacks is left out."""
        wanted = list(dict.fromkeys(commits))
        asked = [commit for commit in wanted if commit not in self._trees]
        found = await _checked(place, [f"{commit}^{{tree}}" for commit in asked])
        told = zip(asked, found, strict=True)
        self._trees |= {commit: line.split(" ")[0] for commit, line in told if line.endswith(" tree")}
        return {commit: self._trees[commit] for commit in wanted if commit in self._trees}

    async def bases(self, place: Place, tips: Sequence[Tip]) -> Bases:
        """Give the best common ancestors of each pair of tips, by index; unrelated pairs lack."""
        sides = tuple(tip.heads for tip in tips)
        if self._bases[0] != sides:
            heads = sorted({head for some in sides for head in some})
            found = await door.ask(place, "merge-base", "--octopus", "--all", *heads, limit=LIMIT, fine=(0, 1))
            old = [f"^{one}" for one in found.out.decode("ascii", "replace").split() if is_object_id(one)]
            walk = await door.ask(place, "rev-list", "--topo-order", "--parents", *heads, *old, limit=LIMIT)
            self._bases = sides, ancestry.best_common(sides, ancestry.parents_of(walk.out))
        await self.trees(place, (one for some in self._bases[1].values() for one in some))
        return self._bases[1]

    async def learn(self, place: Place, wanted: Iterable[tuple[str, str]]) -> None:
        """Learn what changed between these pairs of trees, and which directories are gone with it."""
        asked = [pair for pair in dict.fromkeys(wanted) if pair not in self._deltas]
        if len(self._deltas) + len(asked) > _MOST_DELTAS:
            self._deltas, self._missing = {}, {}
        if asked:
            feed = "".join(f"{one} {other}\n" for one, other in asked).encode()
            out = await door.ask(place, "diff-tree", "--stdin", "-r", "--raw", "-z", limit=LIMIT, feed=feed)
            try:
                self._deltas |= merge_output.deltas(out.out, asked)
            except (ValueError, KeyError) as error:
                text = f"git diff-tree was not understood: {error}"
                raise GitFailed("exit", place.directory, text, "use git 2.39 or newer") from None

    async def look_for(self, place: Place, wanted: Iterable[tuple[str, str]]) -> None:
        """Learn whether trees have directories."""
        asked = [one for one in dict.fromkeys(wanted) if one not in self._missing]
        # A name with a line break cannot be asked: it counts as gone, so that its pair is merged.
        fine = [one for one in asked if "\n" not in one[1]]
        self._missing |= dict.fromkeys(asked, True)
        found = await _checked(place, [f"{tree}:{folder}" for tree, folder in fine])
        self._missing |= {one: not line.endswith(" tree") for one, line in zip(fine, found, strict=True)}

    def steps(self, base: str, fork: str | None, tree: str) -> list[tuple[str, str]]:
        """Name the changes that lead from the commit `base` to a tree, by way of the commit `fork` where there is one.

        All sides share the way from one fork to another, so few changes are asked for.
        """
        begin = self._trees[base]
        if fork is None or fork == base or fork not in self._trees:
            return [(begin, tree)]
        return [(begin, self._trees[fork]), (self._trees[fork], tree)]

    def delta(self, steps: Sequence[tuple[str, str]]) -> Delta:
        """Give what these steps, which were learnt, change together."""
        if len(steps) == 1:
            return self._deltas[steps[0]]
        ends = steps[0][0], steps[-1][1]
        if ends not in self._deltas:
            self._deltas[ends] = composed(self._deltas[steps[0]], self._deltas[steps[1]])
        return self._deltas[ends]

    def gone(self, tree: str, delta: Delta) -> frozenset[str]:
        """Name the directories that the change emptied; all of them were looked for."""
        return frozenset(folder for folder in emptied(delta) if self._missing.get((tree, folder), True))


async def _checked(place: Place, names: Sequence[str]) -> list[str]:
    """Ask for the type of each object by its name: one line each, which ends in the type where there is one."""
    if not names:
        return []
    feed = "".join(f"{name}\n" for name in names)
    asked = ("cat-file", "--batch-check=%(objectname) %(objecttype)")
    out = (await door.ask(place, *asked, limit=LIMIT, feed=os.fsencode(feed))).out
    lines = os.fsdecode(out).split("\n")[:-1]
    if len(lines) != len(names):
        raise GitFailed("exit", place.directory, "git cat-file gave another number of answers", "use git 2.39 or newer")
    return lines
