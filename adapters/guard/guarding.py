"""Decides whether a protected branch may be moved, from what git tells its hooks: githooks(5), standard library only.

A merge that Headgate itself is about to make has left its word beside the state database and is known in milliseconds.
Everything else is verified as in a fresh clone, which loads more and takes longer. What cannot be known is refused.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from adapters.guard.house import MERGES, OUT, Guard, guard_of, patterns_of, read_patterns
from adapters.hook.house import repository_at
from state.houses import identity
from state.spool import read_whole

ALLOWED, REFUSED = 0, 3
"""Not 1, with which Python ends when it fails."""


@dataclass(frozen=True, slots=True)
class Move:
    """A ref that is to go from one commit to another; `old` is None where it is new, `new` where it is to go."""

    ref: str
    old: str | None
    new: str | None


def guarded(hook: str, house: str, told: str) -> int:
    """Judge the moves that git tells of and say on standard error why one is refused; gives the exit status."""
    guard = guard_of(Path(house))
    if guard is None:
        return _refused(f"the guard cannot read {house}/guard.json, so protected branches stay where they are")
    if guard.shared and _another(guard):
        return ALLOWED
    patterns = patterns_of(read_patterns(guard.house) or (), guard.base)
    moves = [one for one in moves_of(hook, told) if any(fnmatchcase(one.ref, pattern) for pattern in patterns)]
    for move in moves:
        if why := _why_not(hook, guard, move):
            return _refused(f"{move.ref} is protected and stays where it is: {why}")
    return ALLOWED


def moves_of(hook: str, told: str) -> Iterator[Move]:
    """Read the lines of `reference-transaction` (old, new, ref) or `pre-push` (ref, new, remote ref, old)."""
    for line in told.splitlines():
        words = line.split(" ")
        if hook == "pre-push" and len(words) == 4:
            yield Move(words[2], _there(words[3]), _there(words[1]))
        elif hook == "reference-transaction" and len(words) == 3:
            yield Move(words[2], _there(words[0]), _there(words[1]))


def announced(guard: Guard, move: Move) -> bool:
    """Say whether the core left word that it makes this very move now."""
    told = read_whole(guard.house / MERGES / f"{move.new}.json") if move.new else None
    return told is not None and (told.get("target"), told.get("base")) == (move.ref, move.old)


def stands_at(git_dir: str, ref: str) -> str | None:
    """Give the commit that a branch is at by git's own files, None where they do not tell (gitrepository-layout(5)).

    What git tells the hook as the old value is no help: it is all zeros where the caller did not name it.
    """
    return _loose(git_dir, ref) or _packed(git_dir, ref)


def only_packed(git_dir: str, ref: str) -> bool:
    """Say whether git removes a branch's own file because `packed-refs` holds the same already, and deletes nothing.

    Git 2.39 was seen to tell its hooks of that as of a deletion; one that truly deletes holds the lock of that file.
    """
    at = _loose(git_dir, ref)
    return at is not None and at == _packed(git_dir, ref) and not (Path(git_dir) / "packed-refs.lock").exists()


def _loose(git_dir: str, ref: str) -> str | None:
    try:
        return (Path(git_dir) / ref).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _packed(git_dir: str, ref: str) -> str | None:
    try:
        packed = (Path(git_dir) / "packed-refs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return next((line.split(" ")[0] for line in packed.splitlines() if line.endswith(f" {ref}")), None)


def _why_not(hook: str, guard: Guard, move: Move) -> str:
    """Say why a move may not be made, "" where it may."""
    if hook == "reference-transaction":
        at = stands_at(guard.git_dir, move.ref)
        if (at is not None and move.new == at) or (move.new is None and only_packed(guard.git_dir, move.ref)):
            return ""
        move = Move(move.ref, at, move.new)
        if move.new is not None and announced(guard, move):
            return ""
    if move.new is None:
        return "it would be deleted"
    from adapters.guard.verified import why_not

    return why_not(hook, guard, move)


def _another(guard: Guard) -> bool:
    """Say whether git is at work in another repository than the one that is guarded."""
    found = repository_at(os.environ.get("GIT_DIR") or ".")
    return found is not None and identity(found.root, found.common) != guard.house.name


def _there(name: str) -> str | None:
    return None if not name.strip("0") else name


def _refused(why: str) -> int:
    sys.stderr.write(f"headgate: {why}; {OUT}\n")
    return REFUSED
