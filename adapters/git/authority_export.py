"""Writes a tree of the authority store into an empty folder, byte for byte as it is there.

No attribute and no setting is in force, so that no line end, keyword or filter changes a file. Git itself never writes
through a symbolic link. One that leads out of the folder is written as a plain file that holds what it names, as git
does where a file system has no links; so nothing in the folder leads anywhere else. A submodule is an empty folder.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from adapters.git import door
from adapters.git.asked import Asked
from adapters.git.authority_changes import LONGEST_TARGET
from adapters.git.authority_store import AuthorityStore

LIMIT = 300.0
_LINK = b"120000"


async def written(store: AuthorityStore, tree: str, folder: Path) -> None:
    """Write the tree's files, modes 0644 and 0755 as far as the umask allows. Raises `GitFailed` and `OSError`."""
    if folder.is_symlink() or any(folder.iterdir()):
        raise OSError(f"{folder} is not an empty folder")
    with tempfile.TemporaryDirectory(prefix="index-", dir=store.folder) as made:
        variables = {"GIT_INDEX_FILE": f"{made}/index", "GIT_WORK_TREE": str(folder)}
        place = store.place("core.symlinks=true", "core.fileMode=true", "core.autocrlf=false", variables=variables)
        await door.hold(place, "read-tree", tree)
        await door.hold(place, "checkout-index", "--all", "--quiet", limit=LIMIT)
    listed = await store.ask("ls-tree", "-r", "-z", tree)
    records = (record.partition(b"\t") for record in listed.split(b"\0"))
    links = [(facts.split(b" ")[2].decode(), os.fsdecode(path)) for facts, _, path in records if facts[:6] == _LINK]
    root = folder.resolve()
    for blob, path in await asyncio.to_thread(_leaving, root, links):
        target = await beginning(store, blob, LONGEST_TARGET)
        (root / path).unlink()
        (root / path).write_bytes(target)


def _leaving(root: Path, links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choose the links that lead out of the folder, directly or by way of others."""
    return [
        (blob, path)
        for blob, path in links
        if (root / path).readlink().is_absolute() or not Path(os.path.realpath(root / path)).is_relative_to(root)
    ]


async def beginning(store: Asked, blob: str, most: int) -> bytes:
    """Give the first `most` bytes of a blob. Raises `GitFailed`."""
    return (await door.hold(store.place(), "cat-file", "blob", blob, enough=most)).out[:most]
