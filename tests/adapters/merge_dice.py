"""Makes small repositories at random with known difficulties, and asks real `git merge` what it says of them.

Run as a program it throws as many repositories as it is told: `python -m tests.adapters.merge_dice 500`.
"""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

from adapters.git.merges import GitMerges
from adapters.git.repository import find
from state.findings.conflict import Matrix

NAMES = ["a.txt", "b.py", "dir/one.txt", "dir/two.txt", "dir/sub/three.txt", "deep/er/four.txt", "README.md", "u.union"]
NEW = ["new.txt", "dir/new.txt", "deep/new.txt", "other/new.txt", "readme.md", "dir/Two.txt"]
ATTRIBUTES = [
    "*.union merge=union\n",
    "*.txt text\n*.union merge=union\n",
    "* text=auto\n",
    "*.py filter=sly\n",
    "*.md -merge\n",
]
SILENT = frozenset({"directory rename", "rename/rename", "other", "rename/add", "directory/file"})
"""Kinds that git also tells of paths which it leaves merged."""


@dataclass
class Thrown:
    """One repository: its folder, the worktrees, and the file in which its programs note that they ran."""

    folder: Path
    seed: int
    dice: random.Random
    notes: Path
    trees: list[Path] = field(default_factory=list)

    @property
    def main(self) -> Path:
        return self.folder / "repo"

    def git(self, cwd: Path, *args: str, feed: str = "", more: dict[str, str] | None = None) -> str:
        who = {f"GIT_{one}_{what}": "d@x" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **who,
            **(more or {}),
        }
        done = subprocess.run(
            ["git", *args], cwd=cwd, env=environment, input=feed.encode(), capture_output=True, check=False
        )
        assert done.returncode == 0, (self.seed, args, done.returncode, done.stderr)
        return done.stdout.decode("utf-8", "replace").strip()


def throw(folder: Path, seed: int) -> Thrown:
    """Make the repository of this seed: a base that moved on, two branches, and work that nobody committed."""
    dice = random.Random(seed)
    thrown = Thrown(folder, seed, dice, folder / "notes")
    main = thrown.main
    main.mkdir(parents=True)
    thrown.git(main, "init", "-q", "-b", "main")
    program = folder / "sly"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {thrown.notes}\nexec cat\n')
    program.chmod(0o755)
    settings = {"filter.sly.clean": str(program), "filter.sly.smudge": str(program), "gc.auto": "0"}
    settings["core.autocrlf"] = dice.choice(["false", "false", "input", "true"])
    for key, value in settings.items():
        thrown.git(main, "config", key, value)
    for name in NAMES:
        _write(main / name, "".join(f"{name} line {number}\n" for number in range(24)))
    _write(main / "pic.bin", "P\0icture\n")
    (main / "link").symlink_to("a.txt")
    if dice.random() < 0.6:
        _write(main / ".gitattributes", dice.choice(ATTRIBUTES))
    _write(main / ".gitignore", "ignored*\n")
    if dice.random() < 0.3:
        _submodule(thrown, main)
    _commit(thrown, main)
    for branch in ("one", "two"):
        tree = folder / branch
        thrown.git(main, "worktree", "add", "-q", "-b", branch, str(tree))
        thrown.trees.append(tree)
    for tree in (*thrown.trees, main):
        _worked(thrown, tree, dice.randint(0, 4))
        _commit(thrown, tree)
    if dice.random() < 0.25:
        _cross(thrown)
    for tree in (*thrown.trees, main):
        _worked(thrown, tree, dice.randint(0, 3))
        if dice.random() < 0.3:
            thrown.git(tree, "add", "-A")
    shutil.rmtree(folder / "notes", ignore_errors=True)
    thrown.notes.unlink(missing_ok=True)
    return thrown


def _write(file: Path, text: str) -> None:
    for folder in (file.parent, *file.parent.parents):
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.is_symlink() or file.is_file():
        file.unlink()
    if not file.is_dir():
        file.write_bytes(text.encode("latin-1"))


def _commit(thrown: Thrown, tree: Path) -> None:
    thrown.git(tree, "add", "-A")
    thrown.git(tree, "commit", "-q", "--allow-empty", "-m", "work")


def _submodule(thrown: Thrown, tree: Path) -> None:
    """Check one of three commits out in `sub`, which becomes a submodule."""
    sub = tree / "sub"
    if (sub.exists() and not sub.is_dir()) or sub.is_symlink():
        return
    if not (sub / ".git").exists():
        thrown.git(tree, "init", "-q", str(sub))
    dates = {f"GIT_{who}_DATE": "@1 +0000" for who in ("AUTHOR", "COMMITTER")}
    tree_id = thrown.git(sub, "hash-object", "-t", "tree", "-w", "--stdin", feed="")
    oid = thrown.git(sub, "commit-tree", tree_id, feed=thrown.dice.choice("123"), more=dates)
    (sub / ".git/HEAD").write_text(f"{oid}\n")


def _cross(thrown: Thrown) -> None:
    """Let each of the two branches merge what the other one was: two best common ancestors."""
    tips = [thrown.git(tree, "rev-parse", "HEAD") for tree in thrown.trees]
    for tree, mine, other in zip(thrown.trees, tips, reversed(tips), strict=True):
        made = thrown.git(tree, "commit-tree", f"{mine}^{{tree}}", "-p", mine, "-p", other, feed="crossed")
        thrown.git(tree, "reset", "-q", "--soft", made)
        _worked(thrown, tree, 1)
        _commit(thrown, tree)


def _worked(thrown: Thrown, tree: Path, times: int) -> None:
    for _ in range(times):
        files = sorted(
            path for path in tree.rglob("*") if path.is_file() and not path.is_symlink() and ".git" not in path.parts
        )
        thrown.dice.choice(WORK)(thrown, tree, thrown.dice.choice(files))


def _edit(thrown: Thrown, tree: Path, file: Path) -> None:
    lines = file.read_bytes().split(b"\n")
    at = thrown.dice.choice([1, 2, 12, 20]) % len(lines)
    lines[at] = b"edited %d" % thrown.dice.randint(0, 3)
    file.write_bytes(b"\n".join(lines))


def _add(thrown: Thrown, tree: Path, file: Path) -> None:
    _write(tree / thrown.dice.choice(NEW), f"added {thrown.dice.randint(0, 2)}\n")


def _delete(thrown: Thrown, tree: Path, file: Path) -> None:
    file.unlink()


def _rename(thrown: Thrown, tree: Path, file: Path) -> None:
    to = tree / thrown.dice.choice([*NEW, "moved/x.txt", "moved/y.txt"])
    if not to.is_dir() and to != file:
        content = file.read_bytes()
        file.unlink()
        _write(to, content.decode("latin-1"))


def _rename_folder(thrown: Thrown, tree: Path, file: Path) -> None:
    folder, to = thrown.dice.choice(["dir", "deep"]), tree / thrown.dice.choice(["elsewhere", "moved"])
    if (tree / folder).is_dir() and not os.path.lexists(to):
        (tree / folder).rename(to)


def _mode(thrown: Thrown, tree: Path, file: Path) -> None:
    file.chmod(file.stat().st_mode ^ 0o111)


def _binary(thrown: Thrown, tree: Path, file: Path) -> None:
    _write(tree / "pic.bin", f"P\0icture {thrown.dice.randint(0, 2)}\n")


def _case(thrown: Thrown, tree: Path, file: Path) -> None:
    to = file.with_name(file.name.swapcase())
    if not os.path.lexists(to):
        file.rename(to)


def _ends(thrown: Thrown, tree: Path, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _in_the_way(thrown: Thrown, tree: Path, file: Path) -> None:
    file.unlink()
    _write(file / "below.txt", f"below {thrown.dice.randint(0, 1)}\n")


def _link(thrown: Thrown, tree: Path, file: Path) -> None:
    target = thrown.dice.choice([file, tree / "link"])
    if target.is_symlink() or target.is_file():
        target.unlink()
    if not os.path.lexists(target):
        target.symlink_to(thrown.dice.choice(["a.txt", "b.py", "/nowhere"]))


def _sub(thrown: Thrown, tree: Path, file: Path) -> None:
    _submodule(thrown, tree)


def _rules(thrown: Thrown, tree: Path, file: Path) -> None:
    _write(tree / ".gitattributes", thrown.dice.choice(ATTRIBUTES))


def _ignored(thrown: Thrown, tree: Path, file: Path) -> None:
    _write(tree / "ignored.txt", f"never seen {thrown.dice.random()}\n")


WORK: list[Callable[[Thrown, Path, Path], None]] = [
    *(_edit, _edit, _edit, _edit, _add, _add, _delete, _rename, _rename, _rename_folder, _mode, _binary),
    *(_case, _ends, _in_the_way, _link, _sub, _rules, _ignored),
]


def states(thrown: Thrown) -> dict[str, str]:
    """Give each state as a commit that plain git makes of it, by the name that the matrix gives it."""
    made = {"main": thrown.git(thrown.main, "rev-parse", "main")}
    for tree in (*thrown.trees, thrown.main):
        thrown.git(tree, "add", "-A")
        oid = thrown.git(tree, "write-tree")
        heads = thrown.git(tree, "rev-parse", "HEAD")
        if thrown.git(tree, "rev-parse", "HEAD^{tree}") == oid:
            made[str(tree)] = heads
        else:
            made[str(tree)] = thrown.git(tree, "commit-tree", oid, "-p", heads, feed="uncommitted")
    return made


def merged(thrown: Thrown, bench: Path, one: str, other: str) -> tuple[bool, set[str]] | None:
    """Merge `other` into `one` with real git in a work tree of its own: whether it stopped, and the unmerged paths.

    None where git breaks over it: there is nothing to compare with.
    """
    thrown.git(bench, "-c", "advice.detachedHead=false", "checkout", "-q", "-f", "--detach", one)
    thrown.git(bench, "clean", "-q", "-ffdx")
    said = subprocess.run(
        ["git", "merge", "--no-commit", "--no-ff", "-q", other],
        cwd=bench,
        env={"PATH": os.environ["PATH"], "HOME": str(thrown.folder), "GIT_AUTHOR_EMAIL": "d@x", "GIT_AUTHOR_NAME": "d",
             "GIT_COMMITTER_EMAIL": "d@x", "GIT_COMMITTER_NAME": "d"},
        capture_output=True,
        check=False,
    )  # fmt: skip
    if b"BUG: " in said.stderr:  # merge-ort.c of git 2.39, "this shouldn't happen"
        (thrown.main / ".git/worktrees/bench/index.lock").unlink(missing_ok=True)
        thrown.git(bench, "reset", "-q", "--hard")
        return None
    assert said.returncode in (0, 1), (thrown.seed, said.stderr)
    out = thrown.git(bench, "ls-files", "-u", "-z").split("\0")
    paths = {line.partition("\t")[2] for line in out if line}
    thrown.git(bench, "reset", "-q", "--hard")
    return said.returncode == 1, {path.partition("~HEAD")[0].partition(f"~{other}")[0] for path in paths}


def compared(thrown: Thrown) -> Matrix:
    """Give the matrix that Headgate makes."""
    return asyncio.run(GitMerges(find(str(thrown.main)), thrown.folder / "state").compare())


def differences(thrown: Thrown, matrix: Matrix) -> list[str]:
    """Say where the matrix and real git differ, both ways of each pair."""
    if matrix.left_out:
        return [f"left out: {matrix.left_out}"]
    truth, bench = states(thrown), thrown.folder / "bench"
    found: list[str] = []
    for side in matrix.sides:
        mine, theirs = (thrown.git(thrown.main, "rev-parse", f"{oid}^{{tree}}") if oid == truth[side.name] else oid
                        for oid in (side.tree, truth[side.name]))  # fmt: skip
        theirs = thrown.git(thrown.main, "rev-parse", f"{truth[side.name]}^{{tree}}")
        if side.tree != theirs:
            found.append(f"{side.name}: another tree {mine} than {theirs}")
    thrown.git(thrown.main, "worktree", "add", "-q", "--detach", str(bench), "main")
    names = sorted(truth)
    told = {frozenset((pair.a, pair.b)): pair for pair in matrix.pairs}
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            both = (merged(thrown, bench, *ends) for ends in permutations((truth[one], truth[other])))
            ways = [way for way in both if way is not None]
            if len(ways) < 2:
                continue
            stops = any(stopped for stopped, _ in ways)
            pair = told.get(frozenset((one, other)))
            if stops != (pair is not None and bool(pair.files)):
                found.append(f"{one} and {other}: git {ways}, headgate {pair}")
                continue
            paths = set().union(*(some for _, some in ways))
            ours = {clash.path: clash.kind for clash in pair.files} if pair else {}
            more = {path for path in ours.keys() - paths if ours[path] not in SILENT}
            if paths - ours.keys() or more:
                found.append(f"{one} and {other}: git {sorted(paths)}, headgate {ours}")
    return found


def tried(seed: int, folder: Path) -> list[str]:
    """Throw one repository and say what is wrong with what is said of it."""
    thrown = throw(folder, seed)
    matrix = compared(thrown)
    ran = thrown.notes.read_text().splitlines() if thrown.notes.exists() else []
    return [*(f"ran {line}" for line in ran), *differences(thrown, matrix)]


def main(count: int, begin: int = 0) -> int:
    """Throw `count` repositories and say what differs."""
    wrong = 0
    for seed in range(begin, begin + count):
        with tempfile.TemporaryDirectory() as folder:
            for line in tried(seed, Path(folder).resolve()):
                wrong += 1
                print(f"seed {seed}: {line}", flush=True)
    print(f"{count} repositories, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
