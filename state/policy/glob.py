"""Path patterns as people write them: `*` within a name, `**` for any directories, `{a,b}` for a choice.

A path of an agent's can be made to be slow to match, so nothing here backtracks: a name with one star is compared at
both ends, any other matched by `fnmatch`, whose patterns are atomic, and `**` by going back to the last one only.
Letter case never counts. Patterns are made ready when first asked, because the hook loads many and asks few.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LONGEST = 4096
"""Characters of a path that are looked at."""
MOST_CHOICES = 1000
"""Patterns that one with choices may stand for; twenty choices of two would be a million."""
_ANY = "**"
_CHOICE = re.compile(r"\{([^{}]*)\}")


Fits = Callable[[str], bool]
"""Says whether a name fits one part of a pattern."""


@dataclass(slots=True)
class Globs:
    """Some patterns; a path matches when one of them does. `names` are those that look at a file's name alone."""

    patterns: tuple[str, ...]
    names: list[Fits] | None = None
    paths: list[tuple[Fits | None, ...]] | None = None

    def match(self, path: str) -> bool:
        """Say whether a path with slashes, relative or absolute, matches."""
        if self.names is None or self.paths is None:
            self.names, self.paths = _ready(self.patterns)
        parts = path[-LONGEST:].lower().strip("/").split("/")
        name = parts[-1]
        return any(one(name) for one in self.names) or any(
            (one[-1] is None or one[-1](name)) and _fits(one, parts) for one in self.paths
        )


def globs(patterns: Iterable[str]) -> Globs:
    """Take patterns. One without a slash matches a file's name in any directory, as in a `.gitignore`."""
    return Globs(tuple(patterns))


def _ready(patterns: Iterable[str]) -> tuple[list[Fits], list[tuple[Fits | None, ...]]]:
    names: list[Fits] = []
    paths: list[tuple[Fits | None, ...]] = []
    for pattern in (chosen for one in patterns for chosen in written_out(one.lower())):
        bare = pattern.removeprefix("**/")
        if "/" in bare:
            paths.append(tuple(None if part == _ANY else _part(part) for part in pattern.strip("/").split("/")))
        else:
            names.append(_part(bare))
    return names, paths


def choices(pattern: str) -> int:
    """Count the patterns that `written_out` would give, at the least: each choice multiplies them."""
    found, left = 1, pattern
    while (choice := _CHOICE.search(left)) is not None and found <= MOST_CHOICES:
        found *= choice[1].count(",") + 1
        left = left[: choice.start()] + left[choice.end() :]
    return found


def written_out(pattern: str) -> list[str]:
    """Write out the choices `{a,b}` of a pattern."""
    found = _CHOICE.search(pattern)
    if found is None:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [whole for word in found[1].split(",") for whole in written_out(f"{head}{word}{tail}")]


def _part(part: str) -> Fits:
    """Give what says whether a name fits a pattern."""
    head, star, tail = part.partition("*")
    if "?" in part or "[" in part or "*" in tail:
        import fnmatch  # costs the hook milliseconds, and few patterns need it

        found = re.compile(fnmatch.translate(part)).match
        return lambda name: found(name) is not None
    if not star:
        return lambda name: name == part
    least = len(head) + len(tail)
    return lambda name: len(name) >= least and name.startswith(head) and name.endswith(tail)


def _fits(pattern: Sequence[Fits | None], parts: Sequence[str]) -> bool:
    """Match part by part; at a mismatch the last `**` takes one part more, which is all the going back there is."""
    at = here = 0
    back: tuple[int, int] | None = None
    while here < len(parts):
        wanted = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and wanted is None:
            back = (at, here)
            at += 1
        elif wanted is not None and wanted(parts[here]):
            at += 1
            here += 1
        elif back is not None:
            back = (back[0], back[1] + 1)
            at, here = back[0] + 1, back[1]
        else:
            return False
    return all(part is None for part in pattern[at:])
