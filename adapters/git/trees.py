"""Makes a tree from another one and a few changed paths, in one process of git for all of them.

Only the directories above changed paths are read and written; everything else is shared with the tree it was made from.
Source of the format: a tree is `mode name NUL id` an entry, sorted as if the names of directories ended in a slash
(gitformat-pack(5) and git's tree.c, `base_name_compare`).
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.git import door, loose
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from state.findings.conflict import Entry

LIMIT = 60.0
_TREE = b"40000"
_Level = dict[bytes, tuple[bytes, str]]
"""The entries of one directory: mode and object id by name."""


async def patched(place: Place, tree: str, entries: Mapping[str, Entry], objects: Path, object_format: str) -> str:
    """Give the tree with these raw paths changed, as mode and id, None for gone. Raises `GitFailed` and `OSError`."""
    changes = {os.fsencode(path): entry for path, entry in entries.items()}
    folders = sorted({folder for path in changes for folder in _above(path)})
    levels = await _read(place, tree, folders, len(tree) // 2)
    # What is gone first, so that a directory may take the place of a file, and a file that of a directory.
    for path in sorted(changes, key=lambda path: changes[path] is not None):
        folder, _, name = path.rpartition(b"/")
        entry = changes[path]
        if entry is None:
            levels[folder].pop(name, None)
        else:
            mode, _, oid = entry.partition(" ")
            levels[folder][name] = mode.encode(), oid
    return _written(levels, {path for path, entry in changes.items() if entry}, objects, object_format)


def _above(path: bytes) -> Iterator[bytes]:
    while path:
        path = path.rpartition(b"/")[0]
        yield path


async def _read(place: Place, tree: str, folders: list[bytes], width: int) -> dict[bytes, _Level]:
    """Read these directories of a tree; one that it lacks is empty."""
    names = [b"%s:%s" % (tree.encode(), folder) for folder in folders]
    feed = b"".join(name + b"\0" for name in names)
    out = (await door.ask(place, "cat-file", "--batch=%(objecttype) %(objectsize)", "-z", limit=LIMIT, feed=feed)).out
    levels: dict[bytes, _Level] = {}
    at = 0
    for folder, name in zip(folders, names, strict=True):
        if out.startswith(name + b" missing\n", at):
            levels[folder], at = {}, at + len(name) + len(b" missing\n")
            continue
        line, _, _ = out[at : at + 64].partition(b"\n")
        kind, _, size = line.partition(b" ")
        if not size.isdigit():
            raise GitFailed("exit", place.directory, "git cat-file was not understood", "use git 2.39 or newer")
        begin = at + len(line) + 1
        at = begin + int(size) + 1
        levels[folder] = dict(_entries(out[begin : at - 1], width)) if kind == b"tree" else {}
    return levels


def _entries(content: bytes, width: int) -> Iterator[tuple[bytes, tuple[bytes, str]]]:
    at = 0
    while at < len(content):
        space, end = content.index(b" ", at), content.index(b"\0", at)
        yield content[space + 1 : end], (content[at:space], content[end + 1 : end + 1 + width].hex())
        at = end + 1 + width


def _order(entry: tuple[bytes, tuple[bytes, str]]) -> bytes:
    name, (mode, _) = entry
    return name + b"/" if mode == _TREE else name


def _written(levels: dict[bytes, _Level], present: set[bytes], objects: Path, object_format: str) -> str:
    """Write every directory, the deepest first, and give the id of the top."""
    oid = ""
    for folder in sorted(levels, key=lambda folder: (-folder.count(b"/") - bool(folder), folder)):
        level = levels[folder]
        content = b"".join(
            b"%s %s\0%s" % (mode, name, bytes.fromhex(one)) for name, (mode, one) in sorted(level.items(), key=_order)
        )
        above, _, name = folder.rpartition(b"/")
        if level or not folder:
            oid = loose.write(objects, "tree", content, object_format)
            if folder and folder not in present:
                levels[above][name] = _TREE, oid
        elif folder and levels[above].get(name, (b"", ""))[0] == _TREE:
            del levels[above][name]
    return oid
