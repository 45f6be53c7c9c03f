"""A world in which a change was approved and merged, as Headgate leaves it: signers, policy, trailers and the note."""

import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.git.notes import GitNotes
from adapters.git.repository import find
from state.approval.noting import Note
from state.approval.statement import ALLOWED_SIGNERS, NAMESPACE, Statement
from tests.world import World

POLICY = 'schema = 1\nprotected = ["refs/heads/main", "refs/heads/release/*"]\n[gate.merge]\napproval_level = "{}"\n'
WHO = "ana@corp"


class ApprovedWorld(World):
    """A repository whose base branch asks for `level`, with a key of ana's that it allows."""

    def __init__(self, folder: Path, level: str = "signed") -> None:
        super().__init__(folder)
        self.key = folder / "key"
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.key)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        self.write(".headgate/policy.toml", POLICY.format(level))
        self.write(ALLOWED_SIGNERS, f'{WHO} namespaces="{NAMESPACE}" {self.key.with_suffix(".pub").read_text()}')
        self.git("add", ".")
        self.git("commit", "-qm", "policy")
        self.git("reset", "-q", "--hard", "main", at=self.worktrees["one"])

    def write(self, path: str, text: str, at: Path | None = None) -> None:
        file = (at or self.repository) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def id(self, name: str) -> str:
        """Give the whole object id that a name stands for."""
        return self.git("rev-parse", name).strip()

    def change(self, path: str = "b.py", text: str = "print(2)\n") -> str:
        """Commit a change on the run's branch and give its head."""
        tree = self.worktrees["one"]
        self.write(path, text, tree)
        self.git("add", ".", at=tree)
        self.git("commit", "-qm", f"change {path}", at=tree)
        return self.id("feat/one")

    def merge(self, *, signed: bool = True, message: str = "", **changed: Any) -> tuple[str, Note]:
        """Make the merge commit of the run's branch, on no branch yet, and the note that belongs to it."""
        base, head, now = self.id("main"), self.id("feat/one"), int(time.time())
        tree = self.git("merge-tree", "--write-tree", base, head).split()[0]
        usual = Statement(
            "refs/heads/main", base, head, tree, "r1", None, self.id("main:.headgate/policy.toml"), None, "f" * 64,
            "", "0" * 64, 0, WHO, "board", "signed" if signed else "declared", "reads well", "1" * 32, now - 5,
            now + 3600, 3, "9" * 64,
        )  # fmt: skip
        one = replace(usual, **changed)
        trailers = (
            f"Approved-by: {WHO}\nRun: r1\nEvidence: {one.evidence}\nApproval: {one.id}\nLedger-Head: 3:{'9' * 64}"
        )
        words = message or f"Merge feat/one\n\nIt was approved.\n\n{trailers}\n"
        commit = self.git("commit-tree", tree, "-p", base, "-p", head, "-m", words).strip()
        text = one.text().decode()
        return commit, Note(commit, text, self.signature(text) if signed else "", one.id, one.level)

    def signature(self, text: str, key: Path | None = None) -> str:
        words = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key or self.key), "-n", NAMESPACE]
        return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout

    def tree(self, entry: str) -> str:
        """Make a tree of one entry, written as git-ls-tree(1) prints it."""
        words, own = ["git", "mktree", "--missing"], {**self.environment, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            words, cwd=self.repository, env=own, input=entry, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def notes(self) -> GitNotes:
        """Give what leaves word of approvals here."""
        repository = find(str(self.repository))
        folder = self.state / repository.id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return GitNotes(repository, folder)

    def clone(self) -> Path:
        """Clone with the notes, as a colleague or a CI job would."""
        path = self.folder / "clone"
        self.git("clone", "-q", f"file://{self.repository}", str(path), at=self.folder)
        self.git("fetch", "-q", "origin", "refs/notes/headgate:refs/notes/headgate", at=path)
        return path

    def try_git(self, *words: str, at: Path | None = None, **more: str) -> tuple[int, str]:
        """Run git where it may fail; give its status and what it said."""
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}
        names = ("-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "protocol.file.allow=always")
        done = subprocess.run(
            ["git", *names, *words],
            cwd=at or self.repository,
            env={**self.environment, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr
