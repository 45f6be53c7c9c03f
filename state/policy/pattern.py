"""The patterns of a policy's conditions: words, refs, and paths that know where the worktree is. Standard library only.

Most patterns can be passed over by a look for the letters that they hold for certain, which spares compiling them.
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache

from state.policy.glob import Globs, globs
from state.policy.touched import Touched

_LOOSE = re.compile(r"\*+|\?|\[[^\]]*\]|\{[^{}]*\}")


def fits_word(pattern: str, word: str) -> bool:
    """Say whether a word fits; letter case counts."""
    return fnmatchcase(word, pattern)


def fits_ref(pattern: str, branch: str) -> bool:
    """Say whether a branch, by its short name or its full ref, fits a pattern of either kind."""
    short = branch.removeprefix("refs/heads/")
    return fnmatchcase(short, pattern.removeprefix("refs/heads/"))


def fits_path(pattern: str, one: Touched) -> bool:
    """Say whether a file fits.

    `/a/**` and `~/a/**` mean the machine's own paths; `a/**` lies in the worktree; `**/a` and a bare name mean both.
    What removes a directory fits a pattern of what lies in it.
    """
    if not all(part in one.full.lower() or part in one.path.lower() for part in certain(pattern)):
        return one.on == "delete" and _holds(pattern, one)
    if pattern.startswith("/"):
        return one.full.startswith("/") and _globs(pattern).match(one.full)
    if pattern.startswith("~/"):
        return not one.inside and _globs(f"**/{pattern[2:]}").match(one.full)
    anywhere = pattern.startswith("**/") or "/" not in pattern
    if (one.inside or anywhere) and _globs(pattern).match(one.path):
        return True
    return one.on == "delete" and _holds(pattern, one)


@lru_cache(maxsize=1024)
def certain(pattern: str) -> tuple[str, ...]:
    """Give the letters that every match of a pattern holds, in small letters, longest first."""
    parts = (part.strip("/") for part in _LOOSE.split(pattern.removeprefix("~/").lower()))
    return tuple(sorted(filter(None, parts), key=len, reverse=True))


def telling(pattern: str) -> tuple[str, ...]:
    """Give the words and names of directories that every match holds, the longest first."""
    parts = {part for one in certain(pattern) for part in re.split(r"[/\s]", one) if part}
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))


def _holds(pattern: str, one: Touched) -> bool:
    """Say whether a removed directory is one that a pattern's files lie in for certain."""
    fixed = _LOOSE.split(pattern.lower())[0].rpartition("/")[0]
    path = (one.full if pattern.startswith("/") else one.path).lower().rstrip("/")
    return bool(fixed) and (one.inside or pattern.startswith("/")) and f"{fixed}/".startswith(f"{path}/")


@lru_cache(maxsize=1024)
def _globs(pattern: str) -> Globs:
    return globs((pattern,))
