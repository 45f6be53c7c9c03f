"""Says which paths differ between two trees of the authority store, and how: each of them, whatever its kind.

Names come out spelt (`adapters.git.spelling`). Source of the format: git-diff-tree(1), "Raw output format".
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.git.asked import Asked
from adapters.git.spelling import spelt
from state.evidence.proposal import FileChange, Nature, Status

LONGEST_TARGET = 4096
"""Bytes shown of what a symbolic link names."""
_LINK, _SUBMODULE = b"120000", b"160000"
_RENAMES = ("-M", "-l1000", "--diff-filter=R", "--raw", "-z")


@dataclass(frozen=True, slots=True)
class Differing:
    """One record of a raw difference; modes and ids are git's, all zeros where the path is not there."""

    path: bytes
    letter: bytes
    modes: tuple[bytes, bytes]
    blobs: tuple[bytes, bytes]


async def changed(store: Asked, one: str, other: str) -> tuple[FileChange, ...]:
    """Name every path that differs between two trees, sorted. Raises `GitFailed` and `ValueError`."""
    found, lines = raw(await store.ask("diff-tree", "--no-renames", "--raw", "--numstat", "-z", one, other))
    links = await targets(store, [one.blobs[1].decode() for one in found if one.modes[1] == _LINK])
    renamed = await _renamed(store, one, other) if _both(found) else {}
    changes = [_change(record, lines, links, renamed) for record in found]
    return tuple(sorted(changes, key=lambda change: change.path))


def _both(found: Sequence[Differing]) -> bool:
    return {b"A", b"D"} <= {record.letter for record in found}


def raw(out: bytes) -> tuple[list[Differing], Mapping[bytes, tuple[int | None, int | None]]]:
    """Read `git diff-tree -r --raw --numstat -z --no-renames`. Raises `ValueError`."""
    if out and not out.endswith(b"\0"):
        raise ValueError("git's answer was cut")
    found: list[Differing] = []
    lines: dict[bytes, tuple[int | None, int | None]] = {}
    words = iter(out.split(b"\0")[:-1])
    for word in words:
        if word.startswith(b":"):
            old, new, before, after, letter = word[1:].split(b" ")
            found.append(Differing(next(words, b""), letter[:1], (old, new), (before, after)))
        else:
            added, deleted, path = word.split(b"\t", 2)
            lines[path] = (None, None) if added == b"-" else (int(added), int(deleted))
    if lines.keys() != {record.path for record in found}:
        raise ValueError("git diff-tree counted lines of other paths than it named")
    return found, lines


def _change(
    record: Differing,
    lines: Mapping[bytes, tuple[int | None, int | None]],
    links: Mapping[str, str],
    renamed: Mapping[bytes, bytes],
) -> FileChange:
    nature = _nature(record.modes, lines[record.path])
    added, deleted = lines[record.path] if nature == "text" else (None, None)
    source = renamed.get(record.path)
    return FileChange(
        path=spelt(record.path),
        status=_status(record),
        nature=nature,
        old_mode=_there(record.modes[0]),
        new_mode=_there(record.modes[1]),
        old_blob=_there(record.blobs[0]),
        new_blob=_there(record.blobs[1]),
        added=added,
        deleted=deleted,
        target=links[record.blobs[1].decode()] if record.modes[1] == _LINK else None,
        renamed_from=None if source is None else spelt(source),
    )


def _there(word: bytes) -> str:
    return word.decode("ascii") if word.strip(b"0") else ""


def _status(record: Differing) -> Status:
    match record.letter:
        case b"A":
            return "added"
        case b"D":
            return "deleted"
        case b"T":
            return "type"
        case b"M":
            return "mode" if record.blobs[0] == record.blobs[1] else "modified"
        case _:
            raise ValueError("git diff-tree printed a kind of change that is not known")


def _nature(modes: tuple[bytes, bytes], lines: tuple[int | None, int | None]) -> Nature:
    mode = modes[1] if modes[1].strip(b"0") else modes[0]
    if mode == _SUBMODULE:
        return "submodule"
    if mode == _LINK:
        return "symlink"
    return "binary" if lines[0] is None else "text"


async def targets(store: Asked, blobs: Sequence[str]) -> dict[str, str]:
    """Give what symbolic links name, by their blobs, spelt and cut. Raises `GitFailed` and `ValueError`."""
    if not blobs:
        return {}
    out = await store.ask("cat-file", "--batch", feed="".join(f"{blob}\n" for blob in blobs).encode())
    return {oid: spelt(text[:LONGEST_TARGET]) for oid, text in batched(out)}


def batched(out: bytes) -> Iterator[tuple[str, bytes]]:
    """Read `git cat-file --batch` of objects that are there; source: git-cat-file(1), BATCH OUTPUT."""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        oid, kind, size = out[at:end].split(b" ")
        if kind != b"blob":
            raise ValueError("git cat-file gave another kind of object than a blob")
        yield oid.decode("ascii"), out[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)


async def _renamed(store: Asked, one: str, other: str) -> dict[bytes, bytes]:
    """Guess by likeness from where added paths came: a hint, never a fact."""
    words = iter((await store.ask("diff-tree", *_RENAMES, one, other)).split(b"\0")[:-1])
    found: dict[bytes, bytes] = {}
    for _ in words:
        source = next(words, b"")
        found[next(words, b"")] = source
    return found


async def digest(store: Asked, one: str, other: str) -> str:
    """Give the SHA-256 of the whole text of a difference, as `git diff --text --no-renames --full-index` prints it."""
    return hashlib.sha256(await store.ask("diff", "--text", "--no-renames", one, other)).hexdigest()


async def patch_id(store: Asked, one: str, other: str) -> str:
    """Give git's id of a change that reacts to white space, modes and binary content and survives a clean rebase."""
    patch = await store.ask("diff", "--binary", "--no-renames", one, other)
    return (await store.ask("patch-id", feed=patch)).decode("ascii", "replace").partition(" ")[0]
