"""Rows of what reads git's answers and files: names of any bytes stand in them, and stay raw until they are shown."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adapters.git import authority_changes, authority_diff, hunks, index_file, merge_output, porcelain, registered
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.known_merges import KnownMerges
from adapters.git.made_trees import made_before
from adapters.git.objects import Objects
from adapters.git.snapshot import _odd_records, _read
from adapters.git.snapshot_files import _packed, checked_out
from adapters.hook.house import git_dir_of
from state.approval.noting import notes_in
from state.ledger.anchors import of_merge
from tests.parsers.agents import in_file
from tests.parsers.row import Parser

A, B = b"a" * 40, b"b" * 40
STATUS = (
    b"# branch.oid %s\0# branch.head x\0# branch.ab +1 -2\0" % A
    + b"1 .M N... 100644 100644 100644 %s %s a.py\0" % (A, B)
    + b"2 R. N... 100644 100644 100644 %s %s R100 b.py\0c.py\0" % (A, B)
    + b"u UU N... 100644 100644 100644 100644 %s %s %s d.py\0? e\nf\0" % (A, B, A)
)
RAW = b":100644 100644 %s %s M\0a.py\0:000000 100644 %s %s A\0b.py\0" % (A, B, b"0" * 40, B)
NUMBERS = b"1\t2\ta.py\0-\t-\tb.py\0"
TREES = b"worktree /r\0HEAD %s\0branch refs/heads/main\0\0worktree /w\0HEAD %s\0detached\0locked why\0\0" % (A, B)
MERGES = b"0\0%s\x00100644 %s 1\ta.py\x00100644 %s 2\ta.py\0\x001\0a.py\0CONFLICT (contents)\0x\n\0\x001\0%s\0\0" % (
    A,
    A,
    B,
    B,
)
DELTAS = b"%s %s\n\0%s" % (A, B, RAW)
DIFF = b"""diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,3 @@ def x():
 one
-two
+three
+four
diff --git "a/b\\303\\251.py" "b/b\\303\\251.py"
--- "a/b\\303\\251.py"
+++ "b/b\\303\\251.py"
@@ -0,0 +1 @@
+x
\\ No newline at end of file
"""
CLASH = b"one\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\ntwo\n"
INDEX = (
    b"DIRC\0\0\0\2\0\0\0\1"
    + b"\0" * 24
    + b"\0\0\x81\xa4"
    + b"\0" * 12
    + b"\xaa" * 20
    + b"\0\x04a.py"
    + b"\0" * 6
    + b"\xbb" * 20
)
TREE = b"100644 a.py\0" + b"\xaa" * 20 + b"40000 sub\0" + b"\xbb" * 20


def _tree(data: bytes) -> object:
    objects = Objects(Place("/w"))

    async def raw(kind: str, name: str) -> bytes:
        return data

    objects.raw = raw  # type: ignore[method-assign]  # what git would have said of the object
    return [os.fsdecode(entry.name) for entry in asyncio.run(objects.tree("a" * 40))]


def _differences(data: bytes) -> object:
    found = authority_diff.regions(data)
    return [(authority_diff._header(one), list(authority_diff._lines(one))) for some in found.values() for one in some]


def _as_git_file(reads: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return in_file(lambda path: reads(str(path.parent)), ".git")


def _head(reads: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return in_file(lambda path: reads(str(path.parent)), "HEAD")


def _known(path: Path) -> object:
    known = KnownMerges.__new__(KnownMerges)
    known._file = path  # type: ignore[attr-defined]
    return known._read()


def rows() -> Sequence[Parser]:
    """Give the rows."""
    pairs = [("a" * 40, "b" * 40)]
    note = b'{"schema":"headgate/note/1","statement":"{}","signature":"","approval":"%s","level":"declared"}\n' % (
        b"c" * 64
    )
    return (
        Parser("git status", porcelain.status, (STATUS,), (ValueError,), raw=True),
        Parser("git diff-index", porcelain.difference, (RAW, RAW + NUMBERS), (ValueError,), raw=True),
        Parser("git worktree list", porcelain.worktrees, (TREES,), (ValueError,), raw=True),
        Parser(
            "git config --show-scope",
            porcelain.settings,
            (b"global\0core.x\ny\0local\0a.b\0",),
            (ValueError,),
            raw=True,
        ),
        Parser("git merge-tree", lambda data: tuple(merge_output.merges(data)), (MERGES,), (ValueError,), raw=True),
        Parser(
            "git diff-tree of pairs",
            lambda data: merge_output.deltas(data, pairs),
            (DELTAS,),
            (ValueError, KeyError),
            raw=True,
        ),
        Parser("git diff-tree", lambda data: authority_changes.raw(data), (RAW + NUMBERS,), (ValueError,), raw=True),
        Parser("git diff", _differences, (DIFF,)),
        Parser("conflict marks", lambda data: tuple(hunks.regions(data, "ours", "theirs")), (CLASH,)),
        Parser("git index", lambda data: index_file.files_named(b"a.py", data, 20), (INDEX,), raw=True),
        Parser(
            "git ls-files", lambda data: list(_odd_records(data)), (b"H 100644 %s 0\t.gitattributes\0" % A,), raw=True
        ),
        Parser("git tree", _tree, (TREE,), (GitFailed,), raw=True),
        Parser(".git of a worktree", _as_git_file(git_dir_of), (b"gitdir: /r/.git/worktrees/w\n",), raw=True),
        Parser(".git of a submodule", _as_git_file(checked_out), (b"gitdir: ../.git/modules/w\n",), raw=True),
        Parser("HEAD of a worktree", _head(registered.head_of), (b"ref: refs/heads/x\n", A + b"\n"), raw=True),
        Parser(
            "packed-refs",
            in_file(lambda p: _packed(p.parent, "refs/heads/x"), "packed-refs"),
            (b"# pack-refs with: peeled\n%s refs/heads/x\n^%s\n" % (A, B),),
            raw=True,
        ),
        Parser("kept merges", in_file(_known), (b'{"k":[["a.py","content"]]}',), raw=True),
        Parser("kept snapshot", in_file(lambda p: _read(p) and None), (b'{"of":[1,2,3],"tree":"x"}',), raw=True),
        Parser(
            "kept tree",
            in_file(lambda p: made_before(p.parent, p.parent, "x"), "tree.json"),
            (b'{"of":"x","tree":"%s"}' % A,),
        ),
        Parser("notes on a commit", lambda data: len(notes_in(data.decode("utf-8", "replace"), "a" * 40)), (note,)),
        Parser(
            "message of a merge",
            lambda data: tuple(of_merge("a" * 40, data.decode("utf-8", "replace"), True)),
            (b"Merge\n\nLedger-Head: 7:%s\n" % (b"d" * 64),),
        ),
    )
