"""Writes loose objects into Headgate's own object directories, without a process of git for each.

Source of the format: gitformat-loose(5) and git-hash-object(1): the object is `type size NUL content`, its name the
hash of that, its file the same deflated. What is written here never lies in a repository.
"""

import hashlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from threading import get_ident


def write(objects: Path, kind: str, content: bytes, object_format: str) -> str:
    """Write one object unless it is there, and give its id. Raises `OSError`."""
    whole = b"%s %d\0" % (kind.encode(), len(content)) + content
    oid = hashlib.new(object_format, whole, usedforsecurity=False).hexdigest()
    file = objects / oid[:2] / oid[2:]
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Several worktrees are read at once, each in a thread of its own, and may hold the same file.
        aside = file.with_name(f"{file.name}.{os.getpid()}.{get_ident()}")
        aside.write_bytes(zlib.compress(whole, 1))
        aside.replace(file)
    return oid


def commit(objects: Path, tree: str, parents: Sequence[str], object_format: str) -> str:
    """Write the commit of a tree that nobody committed; the same tree and parents give the same id."""
    who = "Headgate <headgate@localhost> 0 +0000"
    lines = [f"tree {tree}", *(f"parent {one}" for one in parents), f"author {who}", f"committer {who}", "", ""]
    return write(objects, "commit", "\n".join(lines).encode(), object_format)
