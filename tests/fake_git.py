"""A repository as the merge gate sees it, in memory: a branch, a protected branch, and an `Authority` over the two.

It outlives the cores that work on it, as a disk does, and `effect` is called before each of its effects, so that a test
can let a core die there.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from state.approval.approval import Level, Signed
from state.approval.base_commit import blob_of
from state.approval.statement import parsed
from state.evidence.proposal import FileChange, FileDiff, Merge, Merged, Proposal
from state.policy.document import PATH
from state.policy.rule import DEFAULT
from state.runs.run import RunKey

Tree = Mapping[str, tuple[str, bytes]]
"""Files by path: mode and content."""
MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Commit:
    tree: str
    parents: tuple[str, ...]
    message: str = ""


def _id(*words: object) -> str:
    return hashlib.sha1(repr(words).encode()).hexdigest()


class FakeGit:
    """The repository and its authority store."""

    def __init__(self, files: Tree) -> None:
        self.effect: Callable[[str], None] = lambda what: None
        self.trees: dict[str, Tree] = {}
        self.commits: dict[str, Commit] = {}
        self.moves: list[str] = []
        self.silent = False
        self.main = self.fork = self.commit(files)
        self.head = self.fork

    def commit(self, files: Tree, *parents: str, message: str = "") -> str:
        tree = self.tree(files)
        name = _id(tree, parents, message)
        self.commits[name] = Commit(tree, parents, message)
        return name

    def tree(self, files: Tree) -> str:
        name = _id(sorted(files.items()))
        self.trees[name] = dict(files)
        return name

    def files(self, commit: str) -> Tree:
        return self.trees[self.commits[commit].tree]

    def work(self, change: Mapping[str, tuple[str, bytes] | None]) -> None:
        """Commit on the run's branch."""
        self.head = self.commit(self._with(self.files(self.head), change), self.head, message=str(len(self.commits)))

    def move_base(self, change: Mapping[str, tuple[str, bytes] | None]) -> None:
        """Commit on the protected branch, as somebody else does."""
        self.main = self.commit(self._with(self.files(self.main), change), self.main, message=str(len(self.commits)))

    def rebase(self) -> None:
        """Put the branch's change onto the protected branch, with the same difference."""
        changed = self._changed(self.fork, self.head)
        self.fork = self.main
        self.head = self.commit(self._with(self.files(self.main), changed), self.main, message="rebased")

    def policy(self) -> str:
        held = self.files(self.main).get(PATH)
        return DEFAULT if held is None else blob_of(held[1])

    def history(self) -> list[str]:
        """Give the protected branch's commits by first parents, the newest first."""
        found, at = list[str](), self.main
        while at:
            found.append(at)
            at = next(iter(self.commits[at].parents), "")
        return found

    async def propose(self, run: RunKey, worktree: str, branch: str | None) -> Proposal | str:
        if self.head in self.history() or any(self.head in self.commits[one].parents[1:] for one in self.history()):
            return "main already holds all of it: there is nothing to merge"
        mine, theirs = self._changed(self.fork, self.head), self._changed(self.fork, self.main)
        torn = sorted(path for path in mine.keys() & theirs.keys() if mine[path] != theirs[path])
        base = self.files(self.main)
        merged = None if torn else self.tree(self._with(base, mine))
        shown = self._difference(base, self.trees[merged]) if merged else ()
        return Proposal(
            run=run,
            branch=branch or "feat/a",
            target=MAIN,
            base=self.main,
            fork=self.fork,
            head=self.head,
            base_tree=self.commits[self.main].tree,
            head_tree=self.commits[self.head].tree,
            tree=merged,
            patch_id=_id("patch", sorted(mine.items())),
            diff_sha=hashlib.sha256(repr(shown).encode()).hexdigest(),
            files=shown,
            commits=1 if mine else 0,
            conflicts=tuple(torn),
        )

    async def diff(self, proposal: Proposal, paths: Sequence[str] = ()) -> tuple[FileDiff, ...]:
        return ()

    async def since(self, before: Proposal, now: Proposal) -> tuple[str, ...]:
        return (f"1:  {before.head[:7]} = 1:  {now.head[:7]} work",)

    async def content(self, tree: str, path: str, most: int = 1 << 20) -> bytes | None:
        held = self.trees[tree].get(path)
        return None if held is None else held[1]

    async def paths(self, tree: str) -> tuple[str, ...]:
        return tuple(sorted(self.trees[tree]))

    async def export(self, tree: str, folder: Path) -> None:
        raise NotImplementedError

    async def make(self, merge: Merge) -> str:
        self.effect("make")
        name = _id(merge)
        self.commits[name] = Commit(merge.tree, (merge.base, merge.head), merge.message)
        self.effect("made")
        return name

    async def deliver(self, merge: Merge, commit: str) -> Merged:
        self.effect("deliver")
        if commit in self.history():
            return Merged(commit, True, "main holds the merge")
        if self.main != merge.base:
            return Merged(commit, False, "main went on")
        self.main = commit
        self.moves.append(commit)
        self.fork = merge.head
        self.effect("delivered")
        return Merged(commit, True, "main was moved")

    async def tip(self, target: str) -> str | None:
        return None if self.silent else self.main

    def _with(self, files: Tree, change: Mapping[str, tuple[str, bytes] | None]) -> Tree:
        left = {path: held for path, held in files.items() if path not in change}
        return {**left, **{path: held for path, held in change.items() if held is not None}}

    def _changed(self, before: str, after: str) -> dict[str, tuple[str, bytes] | None]:
        one, other = self.files(before), self.files(after)
        return {path: other.get(path) for path in one.keys() | other.keys() if one.get(path) != other.get(path)}

    def _difference(self, before: Tree, after: Tree) -> tuple[FileChange, ...]:
        found = list[FileChange]()
        for path in sorted(before.keys() | after.keys()):
            old, new = before.get(path, ("", b"")), after.get(path, ("", b""))
            if old != new:
                status = "added" if path not in before else "deleted" if path not in after else "modified"
                blobs = _id(old[1]), _id(new[1])
                found.append(FileChange(path, status, "text", old[0], new[0], *blobs, added=1, deleted=1))
        return tuple(found)


def sealed_with(secret: str, statement: str, level: Level = "signed", counter: int | None = None) -> str:
    """Sign as the fake signer does."""
    return f"{hashlib.sha256((secret + statement).encode()).hexdigest()} {level} {'' if counter is None else counter}"


class FakeSigner:
    """A `Signer` whose keys are words: `allowed` has one line a person, `NAME SECRET`."""

    def sign(self, statement: bytes, key: str) -> bytes | str:
        return sealed_with(key, statement.decode()).encode()

    async def verify(self, statement: bytes, signature: bytes, allowed: bytes, at: float) -> Signed | str:
        who = parsed(statement).principal
        digest, level, counter = signature.decode().split(" ")
        for line in allowed.decode().splitlines():
            name, secret = line.split()
            if name == who and digest == sealed_with(secret, statement.decode()).split()[0]:
                return Signed(who, f"key of {name}", level, int(counter) if counter else None)  # type: ignore[arg-type]
        return f"it is not the signature of a key that {who} may approve with"

    async def usable_by_agents(self, key: str, runs: Sequence[int]) -> str:
        return ""
