"""Takes apart what git prints with `-z`: pure functions from bytes to values, with names still raw.

With `-z` git quotes nothing, so a name may hold newlines, escape sequences and bytes that are no UTF-8; names come out
as `os.fsdecode` gives them and are cleaned where they leave the adapter. What is not understood raises `ValueError`,
because half a status is not a status.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from adapters.git.registered import is_object_id
from state.runs.worktree import Kind

_KINDS: Mapping[str, Kind] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "type_changed",
    "U": "unmerged",
}
assert set(_KINDS.values()) == set(get_args(Kind)) - {"untracked"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One worktree as `git worktree list --porcelain -z` names it.

    `path` is raw, `branch` a full ref. `locked` and `prunable` are git's reasons, "" where it gives none.
    """

    path: str
    head: str | None = None
    branch: str | None = None
    bare: bool = False
    locked: str | None = None
    prunable: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What `git status --porcelain=v2 --branch -z` says: raw paths, and the distance upstream.

    `changed` are the paths with uncommitted changes, `unmerged` those of them in which a merge stopped, `unstaged`
    those that differ from the index.
    """

    changed: frozenset[str]
    unmerged: frozenset[str]
    untracked: tuple[str, ...]
    ahead: int | None = None
    behind: int | None = None
    unstaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """One path of a diff; lines are None where git counts none (binary files) or was not asked."""

    path: str
    kind: Kind
    added: int | None = None
    deleted: int | None = None


def worktrees(out: bytes) -> tuple[Listed, ...]:
    """Read `git worktree list --porcelain -z`; source: git-worktree(1), "Porcelain Format"."""
    return tuple(_listed(record.split(b"\0")) for record in out.split(b"\0\0") if record.strip(b"\0"))


def _listed(lines: Iterable[bytes]) -> Listed:
    facts: dict[str, str] = {}
    for line in lines:
        label, _, value = line.partition(b" ")
        facts[os.fsdecode(label)] = os.fsdecode(value)
    if not facts.get("worktree"):
        raise ValueError("git worktree list named no path")
    head = facts.get("HEAD", "")
    return Listed(
        path=facts["worktree"],
        head=head if is_object_id(head) and head.strip("0") else None,
        branch=facts.get("branch"),
        bare="bare" in facts,
        locked=facts.get("locked"),
        prunable=facts.get("prunable"),
    )


def status(out: bytes) -> Status:
    """Read `git status --porcelain=v2 --branch -z`; source: git-status(1), "Porcelain Format Version 2"."""
    changed: set[str] = set()
    unmerged: set[str] = set()
    unstaged: set[str] = set()
    untracked: list[str] = []
    distance: tuple[int | None, int | None] = (None, None)
    words = _words(out)
    for word in words:
        match word[:2]:
            case b"1 ":
                changed.add(path := _name(word, 8))
                if word[3:4] != b".":
                    unstaged.add(path)
            case b"2 ":
                changed |= {_name(word, 9), os.fsdecode(next(words, b""))}
            case b"u ":
                unmerged.add(_name(word, 10))
            case b"? ":
                untracked.append(_name(word, 1))
            case b"# ":
                distance = _distance(word) or distance
            case _:
                raise ValueError("git status printed a record that is not known")
    found = frozenset(changed | unmerged), frozenset(unmerged), tuple(untracked)
    return Status(*found, *distance, unstaged=frozenset(unstaged | unmerged))


def _distance(header: bytes) -> tuple[int, int] | None:
    """Read `# branch.ab +<ahead> -<behind>`; git leaves the header out when there is no upstream."""
    words = header.split()
    return (int(words[2]), -int(words[3])) if words[1:2] == [b"branch.ab"] and len(words) == 4 else None


def difference(out: bytes) -> tuple[Difference, ...]:
    """Read `git diff --raw --numstat -z --no-renames`, or with `--raw` alone; source: git-diff(1), "Raw output format".

    A path that is unmerged may be printed twice, once as such; that one counts.
    """
    kinds: dict[str, Kind] = {}
    lines: dict[str, tuple[int | None, int | None]] = {}
    words = _words(out)
    for word in words:
        if word.startswith(b":"):
            path = os.fsdecode(next(words, b""))
            kind = _kind(word)
            if kinds.get(path) != "unmerged":
                kinds[path] = kind
        else:
            added, deleted, path = _counted(word)
            lines[path] = (added, deleted)
    if "" in kinds or not lines.keys() <= kinds.keys():
        raise ValueError("git diff counted lines of a path that it did not name")
    return tuple(Difference(path, kind, *lines.get(path, (None, None))) for path, kind in kinds.items())


def _kind(record: bytes) -> Kind:
    fields = record.split(b" ")
    letter = fields[4][:1].decode("ascii", "replace") if len(fields) == 5 else ""
    if letter not in _KINDS:
        raise ValueError("git diff printed a kind of change that is not known")
    return _KINDS[letter]


def _counted(record: bytes) -> tuple[int | None, int | None, str]:
    fields = record.split(b"\t", 2)
    if len(fields) != 3 or not fields[2]:
        raise ValueError("git diff printed a count that is not known")
    added, deleted = (None if field == b"-" else int(field) for field in fields[:2])
    return added, deleted, os.fsdecode(fields[2])


def settings(out: bytes) -> tuple[tuple[str, str, str], ...]:
    """Read `git config --null --show-scope --get-regexp`: scope, key and value; a key without a value has "true"."""
    words = [os.fsdecode(word) for word in _words(out)]
    if len(words) % 2:
        raise ValueError("git config printed a scope without a key")
    found: list[tuple[str, str, str]] = []
    for scope, text in zip(words[::2], words[1::2], strict=True):
        key, newline, value = text.partition("\n")
        found.append((scope, key, value if newline else "true"))
    return tuple(found)


def _words(out: bytes) -> Iterator[bytes]:
    """Give the words that NUL bytes end; a last one without its NUL would be a cut, which git does not print."""
    if out and not out.endswith(b"\0"):
        raise ValueError("git's answer was cut")
    return iter(out.split(b"\0")[:-1])


def _name(record: bytes, spaces: int) -> str:
    """Give the path after so many fields; a path may itself hold spaces."""
    fields = record.split(b" ", spaces)
    if len(fields) != spaces + 1 or not fields[-1]:
        raise ValueError("git status printed a record that is too short")
    return os.fsdecode(fields[-1])
