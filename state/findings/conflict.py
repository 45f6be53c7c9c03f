"""What two states of a repository do to each other when they are merged, and which pairs need not be merged at all.

A merge costs milliseconds and there are thousands of pairs, so a pair is merged only where it can conflict: `meets` is
a necessary condition, made from the paths that each side changed since their common ancestor (research/performance.md
A.7). What the merge then says is git's own word; nothing is concluded from paths alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

Entry = str | None
"""What stands at a path: mode and object id, None for nothing."""
Delta = Mapping[str, tuple[Entry, Entry]]
"""What changed between two trees: what stood at each path before, and what stands there now. Raw paths."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One file on which a merge stops. `kind` is what kind of conflict it is, in git's words.

    Kinds: content, add/add, modify/delete, rename/delete, rename/rename, rename/add, directory/file, directory rename,
    type, mode, submodule, binary, case (two names that differ in letter case alone), other.
    """

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file whose content a snapshot does not hold, or not as it lies there, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Side:
    """One state to merge: a worktree as it lies on the disk, or the base branch.

    `name` is the worktree's path, or the branch's short name. `commit` holds the state and is of Headgate's own making
    where work is not committed; `head` is what is checked out. `uncommitted` are the paths in which they differ.
    """

    name: str
    commit: str
    tree: str
    head: str
    uncommitted: frozenset[str] = frozenset()
    unread: tuple[Unread, ...] = ()
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides that do not merge cleanly, as of `at` (seconds since 1970).

    `a` is a worktree's path, `b` another's or the base branch's name. `uncommitted`: what is not committed has a part
    in it. `a_commit` and `b_commit` are what was merged. `problem` says why the pair could not be merged at all.
    """

    a: str
    b: str
    files: tuple[Clash, ...] = ()
    uncommitted: bool = False
    a_commit: str = ""
    b_commit: str = ""
    problem: str | None = None
    at: float | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its conflicts, each once."""
        return tuple(dict.fromkeys(clash.kind for clash in self.files))

    def other(self, name: str) -> str:
        """Name the other one of the two."""
        return self.b if name == self.a else self.a


@dataclass(frozen=True, slots=True)
class Region:
    """One place in which both sides wrote: the lines of each, and the line of the merged file at which it begins.

    `before` and `after` are the lines around it, which are the same on both sides.
    """

    line: int
    a: tuple[str, ...]
    b: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hunks:
    """Where two sides clash in one file. `cut` says in words what is not shown, "" where all is."""

    path: str
    regions: tuple[Region, ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs that do not merge, and the sides that were looked at; what is no side is not known.

    `checked` counts the pairs that were compared, `merges` those that git had to merge for it now; `seconds` is how
    long that took. `left_out` are worktrees that could not be looked at, with the reason.
    """

    pairs: tuple[Pair, ...] = ()
    sides: tuple[Side, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    base: str | None = None
    checked: int = 0
    merges: int = 0
    seconds: float = 0.0
    at: float | None = None

    def of(self, name: str | None) -> tuple[Pair, ...]:
        """Give the pairs that a worktree is in."""
        return tuple(pair for pair in self.pairs if name in (pair.a, pair.b))

    def bringing(self) -> tuple[str, ...]:
        """Name the worktrees that hold something else than the base does: the others bring nothing to merge."""
        base = next((side.tree for side in self.sides if side.is_base), None)
        return tuple(side.name for side in self.sides if not side.is_base and (base is None or side.tree != base))

    def count(self, name: str | None) -> int | None:
        """Say with how many others a worktree conflicts; None where that is not known."""
        known = any(side.name == name for side in self.sides)
        found = self.of(name)
        clashing = sum(bool(pair.files) for pair in found)
        return clashing if known and (clashing or not any(pair.problem for pair in found)) else None

    def news(self, older: "Matrix") -> frozenset[str]:
        """Name the sides about which something else is said than before."""
        differing = set(map(_said, self.pairs)) ^ set(map(_said, older.pairs))
        known = {side.name for side in self.sides} ^ {side.name for side in older.sides}
        return frozenset({name for said in differing for name in said[:2]} | known)


def _said(pair: Pair) -> tuple[str, str, tuple[Clash, ...], bool, str | None]:
    return pair.a, pair.b, pair.files, pair.uncommitted, pair.problem


def composed(first: Delta, then: Delta) -> Delta:
    """Give what two changes, one after the other, changed together."""
    if not first or not then:
        return first or then
    made: dict[str, tuple[Entry, Entry]] = {}
    for path in first.keys() | then.keys():
        old = first[path][0] if path in first else then[path][0]
        new = then[path][1] if path in then else first[path][1]
        if old != new:
            made[path] = old, new
    return made


def meets(
    one: Delta, other: Delta, gone_in_one: frozenset[str] = frozenset(), gone_in_other: frozenset[str] = frozenset()
) -> bool:
    """Say whether two changes of the same ancestor can conflict: never False where git's merge would stop.

    `gone_in_one` are the directories that the first one emptied, `gone_in_other` the second. Renames need no search:
    a rename takes its source away, and who touched that source meets it there; a renamed directory is one that is gone
    while the other side adds below it.
    """
    if not one or not other:
        return False
    if any(one[path][1] != other[path][1] or one[path][1] is None for path in one.keys() & other.keys()):
        return True
    return (
        _in_the_way(one, other)
        or _in_the_way(other, one)
        or _added_below(other, gone_in_one)
        or _added_below(one, gone_in_other)
    )


def _in_the_way(files: Delta, below: Delta) -> bool:
    """Say whether one side has a file where the other has a directory."""
    folders = {folder for path, (_, new) in below.items() if new is not None for folder in parents(path)}
    return any(new is not None and path in folders for path, (_, new) in files.items())


def _added_below(delta: Delta, gone: frozenset[str]) -> bool:
    return bool(gone) and any(
        old is None and new is not None and not gone.isdisjoint(parents(path)) for path, (old, new) in delta.items()
    )


def emptied(delta: Delta) -> frozenset[str]:
    """Name the directories that may be gone: all above a path that is."""
    return frozenset(folder for path, (_, new) in delta.items() if new is None for folder in parents(path))


@lru_cache(maxsize=2**15)
def parents(path: str) -> tuple[str, ...]:
    """Name the directories above a path, the repository's top left out; each pair of worktrees asks anew."""
    parts = path.split("/")
    return tuple("/".join(parts[:count]) for count in range(1, len(parts)))


def twins(one: Delta, other: Delta) -> tuple[Clash, ...]:
    """Find names that both sides add and that differ in letter case alone: one file on disks that ignore case.

    Git merges them in silence, so this is said only where the repository lies on such a disk (core.ignoreCase).
    """
    here, there = ({path.casefold(): path for path, (_, new) in side.items() if new} for side in (one, other))
    both = sorted(folded for folded in here.keys() & there.keys() if here[folded] != there[folded])
    return tuple(Clash(f"{here[folded]} and {there[folded]}", "case") for folded in both)


def between(one: Side, other: Side, files: Iterable[Clash], at: float, problem: str | None = None) -> Pair:
    """Give the pair of two sides with the files on which their merge stops; the base always comes second."""
    a, b = (other, one) if one.is_base else (one, other)
    clashes = tuple(files)
    open_work = a.uncommitted | b.uncommitted
    touched = any(clash.path in open_work for clash in clashes)
    loose = bool(open_work) and not all(clash.path for clash in clashes)
    return Pair(a.name, b.name, clashes, touched or loose, a.commit, b.commit, problem, at)
