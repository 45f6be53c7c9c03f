"""Builds repositories in which an agent has planted programs: each vector names one place from which git would run one.

Each planted program is the canary: it notes that it ran. `fires` are plain commands that set it
off, so that a canary that never sings is not taken for safety.
"""

import atexit
import itertools
import os
import pty
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "agent",
    "GIT_AUTHOR_EMAIL": "agent@test.invalid",
    "GIT_COMMITTER_NAME": "agent",
    "GIT_COMMITTER_EMAIL": "agent@test.invalid",
}


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give what a user's shell would give git, with a home in `home`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TERM": "xterm",
        **IDENTITY,
        **(more or {}),
    }


def git(cwd: Path, *args: str, feed: str = "", env: Mapping[str, str] | None = None, check: bool = True) -> str:
    """Run plain git as the agent would and give what it printed."""
    done = subprocess.run(
        ["git", *args],
        cwd=cwd,
        env=environment(cwd.parent, env),
        input=feed.encode(),
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "replace").strip()


def git_on_a_terminal(cwd: Path, *args: str) -> None:
    """Run plain git with a terminal as its output, which is what makes it start a pager."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            ["git", *args], cwd=cwd, env=environment(cwd.parent), stdin=theirs, stdout=theirs, stderr=theirs
        )
        process.wait(20)
    finally:
        os.close(theirs)
        os.close(ours)


def two_worktrees(folder: Path) -> tuple[Path, Path]:
    """Make a repository and a worktree of it: one commit each side of the fork, one edit, one untracked file.

    Git makes it once for a process that tests; each test has a copy, whose files no index has seen yet.
    """
    main, tree = folder / "repo", folder / "tree"
    model = _model()
    for made in (main, tree):
        shutil.copytree(model / made.name, made, symlinks=True)
    (tree / ".git").write_text(f"gitdir: {main / '.git/worktrees/tree'}\n")
    (main / ".git/worktrees/tree/gitdir").write_text(f"{tree / '.git'}\n")
    return main, tree


@cache
def _model() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="headgate-hostile-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    main, tree = folder / "repo", folder / "tree"
    main.mkdir()
    git(main, "init", "-q", "-b", "main")
    (main / "a.txt").write_text("one\ntwo\nthree\n")
    (main / "b.txt").write_text("one\n")
    git(main, "add", ".")
    git(main, "commit", "-q", "-m", "first")
    git(main, "worktree", "add", "-q", "-b", "agent", str(tree))
    (tree / "b.txt").write_text("agent\n")
    git(tree, "commit", "-q", "-a", "-m", "agent's")
    (main / "b.txt").write_text("main\n")
    git(main, "commit", "-q", "-a", "-m", "main's")
    (tree / "a.txt").write_text("one\nTWO\nthree\nfour\n")
    (tree / "new.txt").write_text("new\n")
    return folder


def alive(pids: Iterable[int]) -> list[int]:
    """Give the processes that still run, after up to two seconds in which they may end; a zombie does not run."""
    left = list(pids)
    for _ in range(100):
        left = [pid for pid in left if _runs(pid)]
        if not left:
            break
        time.sleep(0.02)
    return left


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@dataclass
class Planted:
    """A hostile repository: its main work tree, the agent's worktree, and the canary with its notes."""

    folder: Path
    main: Path
    tree: Path
    canary: Path
    notes: Path
    parent: dict[str, str] = field(default_factory=dict)
    """What the parent's environment holds in addition."""

    @property
    def common(self) -> Path:
        return self.main / ".git"

    def config(self, key: str, value: str, file: Path | None = None) -> None:
        git(self.folder, "config", "-f", str(file or self.common / "config"), key, value)

    def attributes(self, text: str) -> None:
        (self.tree / ".gitattributes").write_text(text)

    def hook(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.canary.read_text())
        path.chmod(0o755)

    def sung(self) -> int:
        return len(self.notes.read_text().splitlines()) if self.notes.exists() else 0


@dataclass(frozen=True)
class Vector:
    """One way to plant a program, and the plain commands that run it."""

    name: str
    plant: Callable[[Planted], None]
    fires: Callable[[Planted], None]


def build(folder: Path, vector: Vector) -> Planted:
    """Make a hostile repository in `folder`; whatever sang while it was made is forgotten."""
    main, tree = two_worktrees(folder)
    canary, notes = folder / "canary", folder / "notes"
    canary.write_text(f'#!/bin/sh\necho "$0 $@" >> {notes}\n')
    canary.chmod(0o755)
    planted = Planted(folder, main, tree, canary, notes)
    vector.plant(planted)
    notes.unlink(missing_ok=True)
    return planted


_MOMENTS = itertools.count(1)
"""Another time for the file at each call, so that git has something to refresh."""


def _plain(*commands: Sequence[str], feed: str = "") -> Callable[[Planted], None]:
    def run(planted: Planted) -> None:
        os.utime(planted.tree / "a.txt", (1, next(_MOMENTS)))
        for command in commands:
            git(planted.tree, *command, feed=feed, env=planted.parent, check=False)

    return run


def _config(key: str, value: str = "{canary}") -> Callable[[Planted], None]:
    return lambda planted: planted.config(key, value.format(canary=planted.canary))


def _driver(attribute: str, key: str, value: str = "{canary}") -> Callable[[Planted], None]:
    def plant(planted: Planted) -> None:
        planted.attributes(f"* {attribute}\n")
        planted.config(key, value.format(canary=planted.canary))

    return plant


def _parent(**variables: str) -> Callable[[Planted], None]:
    def plant(planted: Planted) -> None:
        evil = planted.folder / "evil.config"
        planted.config("core.fsmonitor", str(planted.canary), evil)
        values = {name: value.format(canary=planted.canary, evil=evil) for name, value in variables.items()}
        planted.parent |= values

    return plant


def _worktree_config(planted: Planted) -> None:
    planted.config("extensions.worktreeConfig", "true")
    for git_dir in (planted.common, planted.common / "worktrees/tree"):
        planted.config("core.fsmonitor", str(planted.canary), git_dir / "config.worktree")


def _included(key: str) -> Callable[[Planted], None]:
    def plant(planted: Planted) -> None:
        planted.config("core.fsmonitor", str(planted.canary), planted.tree / "innocent.txt")
        planted.config(key, str(planted.tree / "innocent.txt"))

    return plant


def _redirected(planted: Planted) -> None:
    evil = planted.folder / "evil"
    git(planted.folder, "clone", "-q", "--bare", str(planted.main), str(evil))
    planted.config("core.bare", "false", evil / "config")
    planted.config("core.worktree", str(planted.tree), evil / "config")
    planted.config("core.fsmonitor", str(planted.canary), evil / "config")
    (planted.tree / ".git").write_text(f"gitdir: {evil}\n")


def _redirecting_parent(planted: Planted) -> None:
    _redirected(planted)
    (planted.tree / ".git").write_text(f"gitdir: {planted.common / 'worktrees/tree'}\n")
    planted.parent |= {"GIT_DIR": str(planted.folder / "evil"), "GIT_WORK_TREE": str(planted.tree)}


def _hooks_path(planted: Planted) -> None:
    planted.hook(planted.tree / "hooks/post-index-change")
    planted.config("core.hooksPath", str(planted.tree / "hooks"))


def _info_attributes(planted: Planted) -> None:
    planted.config("filter.evil.clean", str(planted.canary))
    (planted.common / "info").mkdir(exist_ok=True)
    (planted.common / "info/attributes").write_text("* filter=evil\n")


def _signed(planted: Planted) -> None:
    planted.config("gpg.program", str(planted.canary))
    planted.config("log.showSignature", "true")
    commit = git(planted.tree, "cat-file", "commit", "HEAD")
    begin, end = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
    headers, body = commit.split("\n\n", 1)
    forged = f"{headers}\ngpgsig {begin}\n \n iQ==\n {end}\n\n{body}\n"
    made = git(planted.tree, "hash-object", "-t", "commit", "-w", "--stdin", feed=forged)
    git(planted.tree, "update-ref", "refs/heads/agent", made)


def _promisor(planted: Planted) -> None:
    blob = git(planted.tree, "rev-parse", "HEAD:b.txt")
    planted.config("core.sshCommand", str(planted.canary))
    _from_promisor(planted, "ssh://nowhere.invalid/x")
    (planted.common / "objects" / blob[:2] / blob[2:]).unlink()


def _external_transport(planted: Planted) -> None:
    blob = git(planted.tree, "rev-parse", "HEAD:b.txt")
    planted.config("protocol.ext.allow", "always")
    _from_promisor(planted, f"ext::{planted.canary}")
    (planted.common / "objects" / blob[:2] / blob[2:]).unlink()


def _from_promisor(planted: Planted, url: str) -> None:
    planted.config("core.repositoryFormatVersion", "1")
    planted.config("extensions.partialClone", "far")
    planted.config("remote.far.url", url)
    planted.config("remote.far.promisor", "true")


def _submodule(key: str, *, attributes: str = "") -> Callable[[Planted], None]:
    def plant(planted: Planted) -> None:
        inner = planted.folder / "inner"
        inner.mkdir()
        git(inner, "init", "-q", "-b", "main")
        (inner / "c.txt").write_text("c\n")
        git(inner, "add", ".")
        git(inner, "commit", "-q", "-m", "inner")
        allowed = ("-c", "protocol.file.allow=always")
        git(planted.tree, *allowed, "submodule", "add", "-q", str(inner), "sub")
        git(planted.tree, "commit", "-q", "-m", "submodule")
        (planted.tree / "sub/c.txt").write_text("C\n")
        (planted.tree / "sub/.gitattributes").write_text(attributes)
        planted.config(key, str(planted.canary), planted.common / "worktrees/tree/modules/sub/config")

    return plant


def _submodule_update(planted: Planted) -> None:
    _submodule("core.fsmonitor")(planted)
    planted.config("core.fsmonitor", "false", planted.common / "worktrees/tree/modules/sub/config")
    planted.config("submodule.sub.update", f"!{planted.canary}")


def _nested_bare(planted: Planted) -> None:
    nested = planted.tree / "nested"
    git(planted.folder, "clone", "-q", "--bare", str(planted.main), str(nested))
    planted.config("core.bare", "false", nested / "config")
    planted.config("core.worktree", "..", nested / "config")
    planted.config("core.fsmonitor", str(planted.canary), nested / "config")


def _own_git(planted: Planted) -> None:
    planted.hook(planted.tree / "git")
    planted.parent |= {"PATH": f".{os.pathsep}{os.environ['PATH']}"}


def _fires_own_git(planted: Planted) -> None:
    subprocess.run(
        ["git", "status"], cwd=planted.tree, env={**environment(planted.folder), **planted.parent}, check=True
    )


_STATUS = _plain(["status"])
_DIFF = _plain(["diff"])
_FILL = _plain(["credential", "fill"], feed="protocol=https\nhost=nowhere.invalid\n\n")

VECTORS = (
    Vector("fsmonitor", _config("core.fsmonitor"), _STATUS),
    Vector("fsmonitor_in_config_worktree", _worktree_config, _STATUS),
    Vector("fsmonitor_included", _included("include.path"), _STATUS),
    Vector("fsmonitor_included_on_a_branch", _included("includeIf.onbranch:agent.path"), _STATUS),
    Vector("fsmonitor_of_a_redirected_git_file", _redirected, _STATUS),
    Vector("fsmonitor_of_a_submodule", _submodule("core.fsmonitor"), _STATUS),
    Vector("fsmonitor_of_a_nested_bare_repository", _nested_bare, lambda planted: _nested_status(planted)),
    Vector("hooks_path", _hooks_path, _STATUS),
    Vector("hook", lambda planted: planted.hook(planted.common / "hooks/post-index-change"), _STATUS),
    Vector(
        "hook_of_refs",
        lambda planted: planted.hook(planted.common / "hooks/reference-transaction"),
        _plain(["branch", "other"]),
    ),
    Vector("filter_clean", _driver("filter=evil", "filter.evil.clean"), _STATUS),
    Vector("filter_smudge", _driver("filter=evil", "filter.evil.smudge"), _plain(["checkout-index", "-f", "-a"])),
    Vector("filter_process", _driver("filter=evil", "filter.evil.process"), _STATUS),
    Vector("filter_by_info_attributes", _info_attributes, _STATUS),
    Vector("filter_of_a_submodule", _submodule("filter.evil.clean", attributes="* filter=evil\n"), _STATUS),
    Vector("diff_external", _config("diff.external"), _DIFF),
    Vector("diff_driver", _driver("diff=evil", "diff.evil.command"), _DIFF),
    Vector("textconv", _driver("diff=evil", "diff.evil.textconv"), _DIFF),
    Vector(
        "merge_driver",
        _driver("merge=evil", "merge.evil.driver"),
        _plain(["merge-tree", "--write-tree", "HEAD", "main"]),
    ),
    Vector("gpg_program", _signed, _plain(["log", "-1"])),
    Vector("ssh_command_of_a_promisor", _promisor, _plain(["cat-file", "-p", "HEAD:b.txt"])),
    Vector("external_transport_of_a_promisor", _external_transport, _plain(["cat-file", "-p", "HEAD:b.txt"])),
    Vector("submodule_update", _submodule_update, _plain(["submodule", "update", "--force"])),
    Vector("pager", _config("core.pager"), lambda planted: git_on_a_terminal(planted.tree, "log")),
    Vector("pager_of_a_command", _config("pager.status"), lambda planted: git_on_a_terminal(planted.tree, "status")),
    Vector("alias", _config("alias.st", "!{canary}"), _plain(["st"])),
    Vector("credential_helper", _config("credential.helper"), _FILL),
    Vector("askpass", _config("core.askPass"), _FILL),
    Vector("editor", _config("core.editor"), _plain(["commit", "--allow-empty"])),
    Vector("parent_git_dir", _redirecting_parent, _STATUS),
    Vector("parent_external_diff", _parent(GIT_EXTERNAL_DIFF="{canary}"), _DIFF),
    Vector(
        "parent_config_count",
        _parent(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.fsmonitor", GIT_CONFIG_VALUE_0="{canary}"),
        _STATUS,
    ),
    Vector("parent_config_parameters", _parent(GIT_CONFIG_PARAMETERS="'core.fsmonitor'='{canary}'"), _STATUS),
    Vector("parent_config_global", _parent(GIT_CONFIG_GLOBAL="{evil}"), _STATUS),
    Vector("parent_editor", _parent(GIT_EDITOR="{canary}"), _plain(["commit", "--allow-empty"])),
    Vector("parent_askpass", _parent(GIT_ASKPASS="{canary}"), _FILL),
    Vector("git_in_a_relative_path", _own_git, _fires_own_git),
)


def _nested_status(planted: Planted) -> None:
    git(planted.tree / "nested", "status", check=False)
