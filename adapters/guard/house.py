"""What the guards of one repository go by: two files in its state directory, which `headgate init --enforce` writes.

`guard.json` is `{git_dir, base, since, shared}`: the repository, its base branch as a full ref, the commit that it was
at when the guards came (what lies before it was never asked about), and whether its folder of hooks serves other
repositories as well. `protected` holds the patterns of protected refs, one a line, as a shell's `case` reads them.
Standard library only.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from state.spool import read_whole

FILE, PATTERNS, MERGES = "guard.json", "protected", "merges"
OUT = "to get out of this: `headgate uninstall --enforce`"


@dataclass(frozen=True, slots=True)
class Guard:
    """What the guards of a repository know."""

    house: Path
    git_dir: str
    base: str
    since: str
    shared: bool

    def document(self) -> dict[str, Any]:
        """Give the JSON of `guard.json`."""
        return {"git_dir": self.git_dir, "base": self.base, "since": self.since, "shared": self.shared}


def guard_of(house: Path) -> Guard | None:
    """Read what stands there; None where there are no guards, or where it cannot be read."""
    told = read_whole(house / FILE) or {}
    git_dir, base, since = (told.get(name) for name in ("git_dir", "base", "since"))
    if not isinstance(git_dir, str) or not isinstance(base, str) or not isinstance(since, str):
        return None
    return Guard(house, git_dir, base, since, told.get("shared") is True)


def patterns_of(patterns: tuple[str, ...], base: str | None) -> tuple[str, ...]:
    """Give the patterns that guards match full refs against: the policy's, and the base branch in any case."""
    own = (base,) if base and base.startswith("refs/heads/") else ()
    full = [one if one.startswith("refs/") else f"refs/heads/{one}" for one in (*own, *patterns)]
    return tuple(dict.fromkeys(one for one in full if one and not set(one) & set(" \t\n\"'\\$`;&|()<>")))


def write_patterns(house: Path, patterns: tuple[str, ...]) -> bool:
    """Write them where they differ from what stands there; says whether they did. Raises `OSError`."""
    file, text = house / PATTERNS, "".join(f"{one}\n" for one in patterns)
    if read_patterns(house) == patterns:
        return False
    aside = file.with_name(f".{PATTERNS}.{os.getpid()}")
    aside.touch(0o600)
    aside.write_text(text, encoding="utf-8")
    aside.rename(file)
    return True


def read_patterns(house: Path) -> tuple[str, ...] | None:
    """Give what stands there, None where nothing can be read."""
    try:
        return tuple((house / PATTERNS).read_text(encoding="utf-8").split("\n")[:-1])
    except (OSError, ValueError):
        return None
