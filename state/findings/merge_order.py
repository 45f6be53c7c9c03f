"""Suggests in which order worktrees are merged, so that few merges stop, and says what another order would cost.

Whatever the order, two worktrees that clash do so once: in the merge of the later one. So an order cannot lessen the
clashes, but it decides how many merges stop for them, and in how many files each has to be mended. The cost of an order
is first the number of merges that stop, then the files in all of them. Worktrees that clash with nobody come first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from state.findings.conflict import Pair

EXACT_UP_TO = 10
"""Worktrees that hang together by clashes for which every order is weighed; beyond, the cheapest next one is taken."""

Cost = tuple[int, int]
"""Merges that stop, and files to mend in them."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Another worktree that could be merged at this place, and what the whole order would cost more."""

    name: str
    stops: int
    files: int


@dataclass(frozen=True, slots=True)
class MergeStep:
    """One merge of the order: which worktree, the files in which it stops, with whom, and why it stands here.

    `instead` are the dearer choices at this place, the cheapest first. `exact`: every order was weighed.
    """

    name: str
    files: int
    with_whom: tuple[str, ...]
    why: str
    instead: tuple[Instead, ...] = ()
    exact: bool = True


def merge_order(names: Iterable[str], pairs: Iterable[Pair], base: str | None = None) -> tuple[MergeStep, ...]:
    """Give an order of these worktrees; the same pairs always give the same order."""
    clashes = _clashes(sorted(set(names)), pairs)
    steps: list[MergeStep] = []
    for group in _groups(clashes):
        steps += _ordered(group, clashes, base)
    return tuple(sorted(steps, key=lambda step: bool(clashes[step.name].keys() - {base})))


def _clashes(names: Sequence[str], pairs: Iterable[Pair]) -> dict[str, dict[str | None, frozenset[str]]]:
    """Give for each worktree whom it clashes with, and in which files."""
    found: dict[str, dict[str | None, frozenset[str]]] = {name: {} for name in names}
    for pair in pairs:
        files = frozenset(clash.path for clash in pair.files)
        for name in (pair.a, pair.b):
            if name in found and files:
                found[name][pair.other(name)] = files
    return found


def _groups(clashes: Mapping[str, Mapping[str | None, frozenset[str]]]) -> list[list[str]]:
    """Part the worktrees into those that hang together by clashes."""
    left = dict.fromkeys(clashes)
    groups: list[list[str]] = []
    while left:
        waiting, group = [next(iter(left))], list[str]()
        while waiting:
            name = waiting.pop()
            if name in left:
                del left[name]
                group.append(name)
                waiting += [other for other in clashes[name] if other is not None and other in left]
        groups.append(sorted(group))
    return groups


@dataclass(slots=True)
class _Group:
    """Worktrees that hang together, as bits; what each merge costs by the set of those before it."""

    names: Sequence[str]
    clashes: Mapping[str, Mapping[str | None, frozenset[str]]]
    base: str | None
    best: dict[int, Cost]

    def files(self, one: int, before: int) -> frozenset[str]:
        own = self.clashes[self.names[one]]
        found = own.get(self.base, frozenset[str]())
        for other, name in enumerate(self.names):
            if before >> other & 1:
                found |= own.get(name, frozenset[str]())
        return found

    def cost(self, one: int, before: int) -> Cost:
        files = len(self.files(one, before))
        return (1 if files else 0), files

    def rest(self, before: int) -> Cost:
        """Give the least cost of all merges that are left."""
        if before not in self.best:
            left = [one for one in range(len(self.names)) if not before >> one & 1]
            costs = (_sum(self.cost(one, before), self.rest(before | 1 << one)) for one in left)
            self.best[before] = min(costs, default=(0, 0))
        return self.best[before]


def _sum(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1]


def _ordered(
    names: Sequence[str], clashes: Mapping[str, Mapping[str | None, frozenset[str]]], base: str | None
) -> list[MergeStep]:
    group = _Group(names, clashes, base, {})
    exact = len(names) <= EXACT_UP_TO
    before, steps = 0, list[MergeStep]()
    while len(steps) < len(names):
        left = [one for one in range(len(names)) if not before >> one & 1]
        costs = {one: _exact(group, one, before) if exact else _near(group, one, before, left) for one in left}
        one = min(left, key=lambda one: (costs[one], names[one]))
        steps.append(_step(group, one, before, costs, exact))
        before |= 1 << one
    return steps


def _exact(group: _Group, one: int, before: int) -> Cost:
    return _sum(group.cost(one, before), group.rest(before | 1 << one))


def _near(group: _Group, one: int, before: int, left: Sequence[int]) -> Cost:
    """Estimate: what this merge costs, and the merges that it makes stop which would not have stopped."""
    after = before | 1 << one
    made = sum(group.cost(other, after)[0] - group.cost(other, before)[0] for other in left if other != one)
    return group.cost(one, before)[0] + made, len(group.files(one, after))


def _step(group: _Group, one: int, before: int, costs: Mapping[int, Cost], exact: bool) -> MergeStep:
    name, files = group.names[one], group.files(one, before)
    own = group.clashes[name]
    met = [other for number, other in enumerate(group.names) if before >> number & 1 and other in own]
    if group.base in own:
        met.append(group.base or "")
    later = [other for number, other in enumerate(group.names) if not before >> number & 1 and other in own]
    dearer = sorted((cost[0] - costs[one][0], cost[1] - costs[one][1], group.names[other])
                    for other, cost in costs.items() if other != one)  # fmt: skip
    instead = tuple(Instead(other, stops, more) for stops, more, other in dearer)
    return MergeStep(name, len(files), tuple(met), _why(files, met, later), instead, exact)


def _why(files: frozenset[str], met: Sequence[str], later: Sequence[str]) -> str:
    """Say why a worktree stands where it does."""
    if not met and not later:
        return "conflicts with none"
    if not met:
        return f"merges cleanly; {_counted(len(later), 'later one')} will meet it"
    stops = f"stops in {_counted(len(files), 'file')} with {_counted(len(met), 'earlier one')}"
    return stops if not later else f"{stops}; {_counted(len(later), 'later one')} will meet it"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
