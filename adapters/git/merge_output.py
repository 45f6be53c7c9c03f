"""Takes apart what `git merge-tree --write-tree --stdin -z` and `git diff-tree --stdin -z` print: bytes to values.

Source of the formats: git-merge-tree(1), OUTPUT, as git 2.39 prints it; git-diff-tree(1), "Raw output format". The
flag of a merge decides and never its list: a directory renamed into another file's way stops a merge and lists nothing.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from adapters.git.registered import is_object_id
from state.findings.conflict import Clash, Delta, Entry
from state.text import clean

_LINK, _SUBMODULE = "120000", "160000"
_MOVED = re.compile(r"~(?:[0-9a-f]{40}|[0-9a-f]{64})(?:_\d+)?(?=/|$)")
"""What git appends to a name: the name of a side, which here always is a commit's id."""
_TOLD = {
    "contents": "content",
    "content": "content",
    "add/add": "add/add",
    "modify/delete": "modify/delete",
    "rename/delete": "rename/delete",
    "rename/rename": "rename/rename",
    "rename/add": "rename/add",
    "rename involved in collision": "rename/add",
    "file/directory": "directory/file",
    "binary": "binary",
    "distinct modes": "type",
    "submodule": "submodule",
    "submodule lacks merge base": "submodule",
    "directory rename": "directory rename",
}
"""Git's short word for a conflict, and Headgate's."""

_MOST_DIGITS = 6
"""Digits of a number of paths in one message; one with more is none that git prints."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How one merge went: whether it stopped, the tree that it made, and the files on which it stopped (raw names)."""

    stopped: bool
    tree: str
    files: tuple[tuple[str, str], ...] = ()

    def clashes(self) -> tuple[Clash, ...]:
        """Give the files with clean names; a merge that stopped on no file it could name has one without a name."""
        found = tuple(Clash(clean(path), kind) for path, kind in self.files)
        return found or ((Clash("", "other"),) if self.stopped else ())


@dataclass(frozen=True, slots=True)
class _Stage:
    mode: str
    oid: str
    number: str


def merges(out: bytes) -> Iterator[Merged]:
    """Read the answers of a batch, one a line that was asked. Raises `ValueError` where they are not understood."""
    words = iter(os.fsdecode(out).split("\0"))
    for status in words:
        if status == "":
            return
        if status not in ("0", "1"):
            raise ValueError("git merge-tree printed a status that is not known")
        tree = next(words, "")
        if not is_object_id(tree):
            raise ValueError("git merge-tree named no tree")
        stages = _stages(words)
        messages = _messages(words) if status == "0" else []
        yield Merged(status == "0", tree, _files(stages, messages))


def _stages(words: Iterator[str]) -> dict[str, list[_Stage]]:
    found: dict[str, list[_Stage]] = {}
    for word in words:
        if word == "":
            return found
        facts, tab, path = word.partition("\t")
        fields = facts.split(" ")
        if not tab or len(fields) != 3:
            raise ValueError("git merge-tree printed a conflicted file that is not known")
        found.setdefault(path, []).append(_Stage(*fields))
    raise ValueError("git merge-tree's answer was cut")


def _messages(words: Iterator[str]) -> list[tuple[tuple[str, ...], str, str]]:
    """Read the messages: their paths, git's short word, and git's sentence."""
    found: list[tuple[tuple[str, ...], str, str]] = []
    for count in words:
        # What to do about a submodule is printed at the end in words, without a count (merge-ort.c of git 2.39).
        if not count.isdigit():
            return found
        if len(count) > _MOST_DIGITS:
            break
        paths = tuple(islice(words, int(count)))
        found.append((paths, next(words, ""), next(words, "")))
    raise ValueError("git merge-tree's answer was cut")


def _files(
    stages: dict[str, list[_Stage]], messages: list[tuple[tuple[str, ...], str, str]]
) -> tuple[tuple[str, str], ...]:
    """Name each file once, with the gravest thing that git says of it."""
    told: dict[str, str] = {}
    stages = {_plain(path): some for path, some in stages.items()}
    for named, short, sentence in messages:
        paths = [_plain(path) for path in named]
        if short.startswith("CONFLICT") and paths:
            kind = _kind(short, sentence)
            # A binary file and a directory rename are told first and as a mere content conflict again.
            if told.get(paths[0], "content") == "content":
                told[paths[0]] = kind
    files = {path: told.get(path) or _by_stages(some) for path, some in stages.items()}
    files |= {path: kind for path, kind in told.items() if path not in files}
    made = {path: _closer(kind, stages.get(path, [])) for path, kind in files.items()}
    return tuple(sorted(made.items()))


def _plain(path: str) -> str:
    """Give the name that a file had before the merge moved it out of another's way, to `name~side`."""
    return _MOVED.sub("", path)


def _kind(short: str, sentence: str) -> str:
    word = short.removeprefix("CONFLICT").strip().strip("()")
    if word == "contents" and sentence.startswith("CONFLICT (add/add)"):
        return "add/add"
    if word.startswith(("directory rename", "implicit dir", "file location")):
        return "directory rename"
    return next((kind for name, kind in _TOLD.items() if word.startswith(name)), "other")


def _by_stages(stages: list[_Stage]) -> str:
    numbers = {stage.number for stage in stages}
    if numbers == {"2", "3"}:
        return "add/add"
    return "modify/delete" if len(numbers) == 2 else "content"


def _closer(kind: str, stages: list[_Stage]) -> str:
    """Tell a conflict about a mode or a submodule from one about lines."""
    modes = {stage.mode for stage in stages}
    sides = [stage for stage in stages if stage.number in ("2", "3")]
    if _SUBMODULE in modes and kind in ("content", "add/add"):
        return "submodule"
    if kind == "content" and len({stage.oid for stage in sides}) == 1 and len({stage.mode for stage in sides}) == 2:
        return "mode"
    if kind in ("content", "add/add") and len({stage.mode == _LINK for stage in sides}) == 2:
        return "type"
    return kind


def deltas(out: bytes, asked: list[tuple[str, str]]) -> dict[tuple[str, str], Delta]:
    """Read `git diff-tree -r --raw -z --no-renames --stdin` of pairs of trees, in the order in which they were asked.

    Git prints the pair as a line before its paths, and prints it also where nothing differs.
    """
    found: dict[tuple[str, str], dict[str, tuple[Entry, Entry]]] = {pair: {} for pair in asked}
    heads = {f"{one} {other}": (one, other) for one, other in asked}
    now: dict[str, tuple[Entry, Entry]] | None = None
    words = iter(os.fsdecode(out).split("\0"))
    for word in words:
        named, newline, rest = word.rpartition("\n")
        if newline:  # pairs that do not differ are named one after the other
            now, word = found[heads[named.rpartition("\n")[2]]], rest
        if not word:
            continue
        if now is None or not word.startswith(":"):
            raise ValueError("git diff-tree printed a record that is not known")
        old_mode, new_mode, old, new, _ = word[1:].split(" ")
        now[next(words, "")] = _entry(old_mode, old), _entry(new_mode, new)
    return dict(found)


def _entry(mode: str, oid: str) -> Entry:
    return None if mode == "000000" else f"{mode} {oid}"
