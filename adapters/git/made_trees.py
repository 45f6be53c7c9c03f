"""Remembers, beside a worktree's private index, the tree that was made of it last: a restart then makes none."""

import json
from collections.abc import Mapping
from hashlib import blake2s
from pathlib import Path

from adapters.git.registered import is_object_id
from adapters.git.snapshot_store import write
from adapters.small_file import read_small
from state.findings.conflict import Entry

_NAME = "made.json"
_LONGEST = 4096


def digest(tree: str, entries: Mapping[str, Entry]) -> str:
    """Name a tree with these raw paths changed."""
    told = json.dumps([tree, sorted(entries.items())]).encode()
    return blake2s(told, digest_size=16).hexdigest()


def made_before(folder: Path, objects: Path, wanted: str) -> str | None:
    """Give the tree of this digest where it was the last that was made and still is among our objects."""
    try:
        told = json.loads(read_small(str(folder / _NAME), _LONGEST) or b"{}")
        of, tree = told.get("of"), told.get("tree")
    except (ValueError, AttributeError):
        return None
    known = of == wanted and isinstance(tree, str) and is_object_id(tree)
    return tree if known and (objects / tree[:2] / tree[2:]).exists() else None


def remember(folder: Path, wanted: str, tree: str) -> None:
    """Note the tree that was made of this digest. Raises `OSError`."""
    write(folder / _NAME, json.dumps({"of": wanted, "tree": tree}).encode())
