"""Path patterns as people write them: `*` within a name, `**` for any directories, `{a,b}` for a choice.

A path of an agent's can be made to be slow to match, so nothing here backtracks: names are matched by `fnmatch`, whose
patterns are atomic, and `**` by going back to the last one only. Letter case never counts.
"""

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 4096
"""Characters of a path that are looked at."""
_ANY = "**"
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Globs:
    """Some patterns; a path matches when one of them does. `names` are those that look at a file's name alone."""

    names: tuple[re.Pattern[str], ...]
    paths: tuple[tuple[re.Pattern[str] | None, ...], ...]

    def match(self, path: str) -> bool:
        """Say whether a path with slashes, relative or absolute, matches."""
        parts = path[-LONGEST:].lower().strip("/").split("/")
        name = parts[-1]
        return any(one.match(name) for one in self.names) or any(_fits(one, parts) for one in self.paths)


def globs(patterns: Iterable[str]) -> Globs:
    """Compile patterns. One without a slash matches a file's name in any directory, as in a `.gitignore`."""
    names: list[re.Pattern[str]] = []
    paths: list[tuple[re.Pattern[str] | None, ...]] = []
    for pattern in (chosen for one in patterns for chosen in written_out(one.lower())):
        bare = pattern.removeprefix("**/")
        if "/" in bare:
            paths.append(tuple(None if part == _ANY else _name(part) for part in pattern.strip("/").split("/")))
        else:
            names.append(_name(bare))
    return Globs(tuple(names), tuple(paths))


def written_out(pattern: str) -> list[str]:
    """Write out the choices `{a,b}` of a pattern."""
    found = _CHOICE.search(pattern)
    if found is None:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [whole for word in found[1].split(",") for whole in written_out(f"{head}{word}{tail}")]


@lru_cache(maxsize=1024)
def _name(part: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(part))


def _fits(pattern: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> bool:
    """Match part by part; at a mismatch the last `**` takes one part more, which is all the going back there is."""
    at = here = 0
    back: tuple[int, int] | None = None
    while here < len(parts):
        wanted = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and wanted is None:
            back = (at, here)
            at += 1
        elif wanted is not None and wanted.match(parts[here]):
            at += 1
            here += 1
        elif back is not None:
            back = (back[0], back[1] + 1)
            at, here = back[0] + 1, back[1]
        else:
            return False
    return all(part is None for part in pattern[at:])
