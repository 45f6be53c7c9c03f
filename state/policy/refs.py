"""Which refs a shell line would move or delete beyond an ordinary commit: pushes, merges, rebases, plumbing.

Standard library only. What a push without a refspec sends is the branch that is checked out; where that is not known,
it is not named, and the ref watch sees the move afterwards.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from state.policy.command import Command, commands
from state.policy.git import GIT_VALUES
from state.policy.whereabouts import Common, Whereabouts
from state.policy.wrappers import past

_HEADS = "refs/heads/"
_PUSH_VALUES = frozenset({"-o", "--push-option", "--repo", "--receive-pack", "--exec"})
_MOVES_HEAD = frozenset({"merge", "rebase", "cherry-pick", "revert", "am", "reset"})
_QUIET = frozenset({"--abort", "--quit", "--show-current-patch", "--dry-run", "-n", "--help", "-h"})


def moved(
    line: str, branch: str | None, cwd: str = "", top: str | None = None, common: Common | None = None
) -> Iterator[str]:
    """Give the full refs that a line moves or deletes, for a run that has `branch` checked out (short or full).

    In another work tree than the run's own (`top`, which the line may leave from `cwd`) any branch may be checked out:
    there, what moves the branch that one stands on moves `refs/heads/*`. In another repository, which `common` tells,
    it moves nothing that this policy protects.
    """
    here = full(branch) if branch else None
    whereabouts = Whereabouts(cwd, top, common)
    for one in commands(line):
        whereabouts.note(one)
        if one.name == "git" and not one.opaque:
            verb, rest = _verb(one)
            place = whereabouts.of(one)
            if place == "beside" and verb in _MOVES_HEAD | {"commit", "pull"} and not _QUIET & {*rest}:
                yield f"{_HEADS}*"
            stood = here if place == "own" else None
            yield from _of(verb, rest, stood)
            here = _switched(verb, rest) or here
            yield from _configured(one)


def is_protected(ref: str, patterns: Sequence[str]) -> bool:
    """Say whether a full ref is among the protected ones; patterns may be short names of branches."""
    if ref == f"{_HEADS}*":
        return bool(patterns)
    return any(fnmatchcase(ref, full(pattern)) for pattern in patterns)


def full(name: str) -> str:
    """Give a branch's full ref."""
    return name if name.startswith("refs/") else _HEADS + name


def _verb(one: Command) -> tuple[str, tuple[str, ...]]:
    at = past(one.words, 1, GIT_VALUES)
    return (one.words[at], one.words[at + 1 :]) if at < len(one.words) else ("", ())


def _of(verb: str, rest: Sequence[str], here: str | None) -> Iterator[str]:
    if _QUIET & set(rest) and verb != "reset":
        return
    plain = [word for word in rest if not word.startswith("-")]
    match verb:
        case "push" | "send-pack" | "http-push":
            yield from _pushed(rest, here)
        case "subtree" if plain[:1] == ["push"]:
            yield from _pushed(plain[1:], here)
        case "subtree":
            yield from (_named(rest[at + 1]) for at, word in enumerate(rest[:-1]) if word in ("-b", "--branch"))
        case "fast-import":
            yield f"{_HEADS}*"
        case "update-ref" if "--stdin" in rest:
            yield f"{_HEADS}*"
        case "worktree":
            yield from (_named(rest[at + 1]) for at, word in enumerate(rest[:-1]) if word == "-B")
        case "rebase" if len(base := _bases(rest)) > 1:
            yield _named(base[1])
        case "update-ref" | "symbolic-ref":
            yield from map(_named, plain[:1])
        case "branch" if any(_acts(word) for word in rest):
            yield from (_named(word) for word in plain[:1] or ([here] if here else []))
            yield from (_named(word) for word in plain[1:2] if any(word in ("-m", "-M", "-c", "-C") for word in rest))
        case "checkout" | "switch":
            forced = [rest[at + 1] for at, word in enumerate(rest[:-1]) if word in ("-B", "-C", "--force-create")]
            yield from map(_named, forced)
        case "fetch" | "pull" if any(":" in word for word in plain[1:]):
            yield from (_named(word.rpartition(":")[2]) for word in plain[1:] if ":" in word)
        case "reset":
            if here and plain and not ({"--", "-p", "--patch"} & set(rest)) and plain[0] != "HEAD":
                yield here
        case _ if verb in _MOVES_HEAD and here:
            yield here
        case _:
            return


def _bases(rest: Sequence[str]) -> list[str]:
    """Give what a rebase goes onto and the branch that it is told to move."""
    at, plain = 0, list[str]()
    while at < len(rest):
        if not rest[at].startswith("-"):
            plain.append(rest[at])
        at += 2 if rest[at] in ("--onto", "-x", "--exec", "-s", "-X", "--strategy", "--strategy-option") else 1
    return plain


def _configured(one: Command) -> Iterator[str]:
    """Give the refs that the next plain push would move, by a setting that a command makes or is given."""
    words = one.words
    pairs = [words[at + 1].partition("=")[::2] for at, word in enumerate(words[:-1]) if word == "-c"]
    if "config" in words[:8]:
        plain = [word for word in words if not word.startswith("-")]
        pairs += [(key, value) for key, value in pairwise(plain) if "." in key]
    if "--mirror=push" in words or "--mirror" in words[2:4]:
        yield f"{_HEADS}*"
    for key, value in pairs:
        key = key.lower()
        if key == "push.default" and value not in _SAFE_DEFAULTS:
            yield f"{_HEADS}*"
        elif key.startswith("remote.") and key.endswith((".push", ".mirror")):
            yield _named(value.lstrip("+").rpartition(":")[2]) if ":" in value else f"{_HEADS}*"


_SAFE_DEFAULTS = frozenset({"simple", "current", "nothing", "get", "--unset"})


def _acts(word: str) -> bool:
    """Say whether an option of `git branch` moves, renames or deletes a branch."""
    long = ("--force", "--delete", "--move", "--copy")
    return word in long or (word[:1] == "-" and word[1:2] != "-" and bool(set("fdDmMC") & set(word[1:])))


def _pushed(rest: Sequence[str], here: str | None) -> Iterator[str]:
    """Give the refs at the other end of a push."""
    at, plain = 0, list[str]()
    while at < len(rest):
        word = rest[at]
        if not word.startswith("-"):
            plain.append(word)
        at += 2 if word in _PUSH_VALUES else 1
    if {"--all", "--mirror", "--branches"} & set(rest):
        yield f"{_HEADS}*"
        return
    refs = plain[1:]
    if not refs and here and "--tags" not in rest:
        yield here
    for ref in refs:
        to = ref.lstrip("+").rpartition(":")[2]
        if to in ("HEAD", "@"):
            yield from [here] if here else []
        elif "{" in to:
            yield f"{_HEADS}*"
        elif to:
            yield _named(to)


def _named(ref: str) -> str:
    return full(ref.removeprefix("heads/"))


def _switched(verb: str, rest: Sequence[str]) -> str | None:
    """Give the branch that is checked out after a command, None where it does not change or cannot be told."""
    if verb not in ("checkout", "switch") or "--" in rest:
        return None
    plain = [word for word in rest if not word.startswith("-")]
    return full(plain[0]) if plain and plain[0] != "." else None
