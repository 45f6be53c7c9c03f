"""A repository, an agent's worktree and an authority over them, for the tests of the authority."""

import os
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.git import repository
from adapters.git.authority import GitAuthority
from state.evidence.proposal import Merge, Proposal
from state.runs.run import run_key

RUN = run_key("claude-code", "session")
WHO = "Ann Approver <ann@test.invalid>"


def git(cwd: Path, *args: str, feed: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    """Run plain git as a user would and give what it printed."""
    own = {f"GIT_{who}_{what}": f"agent{'@test.invalid' * (what == 'EMAIL')}" for who, what in _NAMES}
    found = {"PATH": os.environ["PATH"], "HOME": str(cwd.parent), "GIT_CONFIG_NOSYSTEM": "1", **own, **(env or {})}
    done = subprocess.run(["git", *args], cwd=cwd, env=found, input=feed, capture_output=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "surrogateescape").strip()


_NAMES = [(who, what) for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]


@dataclass
class Ground:
    """`main` is on the branch main, `tree` on the branch agent; both start at one commit."""

    main: Path
    tree: Path
    state: Path

    @property
    def authority(self) -> GitAuthority:
        return GitAuthority(repository.find(str(self.main)), self.state, limit=1.0)

    @property
    def store(self) -> Path:
        return self.state / "authority.git"

    def commit(self, where: Path, files: Mapping[str, str | bytes | None], message: str = "work") -> str:
        for name, text in files.items():
            file = where / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(where, "add", "-A")
        git(where, "commit", "-q", "--allow-empty", "-m", message)
        return self.at(where)

    def at(self, where: Path, name: str = "HEAD") -> str:
        return git(where, "rev-parse", name)

    async def proposal(self, branch: str | None = "agent") -> Proposal:
        found = await self.authority.propose(RUN, str(self.tree), branch)
        assert isinstance(found, Proposal), found
        return found

    def swap(self, oid: str, kind: str, content: bytes) -> None:
        """Put another object where the loose object `oid` of the user's repository lies."""
        file = self.main / ".git/objects" / oid[:2] / oid[2:]
        file.chmod(0o644)
        file.write_bytes(zlib.compress(b"%s %d\0%s" % (kind.encode(), len(content), content)))


def ground(folder: Path) -> Ground:
    """Make them in `folder`: a.txt of nine lines, b.txt, and nothing uncommitted."""
    main, tree, state = folder / "repo", folder / "tree", folder / "state"
    main.mkdir()
    state.mkdir()
    git(main, "init", "-q", "-b", "main")
    made = Ground(main, tree, state)
    made.commit(main, {"a.txt": "".join(f"line {n}\n" for n in range(1, 10)), "b.txt": "b\n", "sub/c.txt": "c\n"})
    git(main, "worktree", "add", "-q", "-b", "agent", str(tree))
    return made


def merge_of(proposal: Proposal, message: str = "Merge the change\n\nRun: one\n") -> Merge:
    assert proposal.tree is not None
    return Merge(proposal.target, proposal.base, proposal.head, proposal.tree, message, WHO, 1_700_000_000.5)
