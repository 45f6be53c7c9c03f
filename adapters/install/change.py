"""What registering the hook would change: one file at a time, from these bytes to those, and how it is shown."""

import difflib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from state.text import clean

Placement = Literal["user", "managed"]


@dataclass(frozen=True, slots=True)
class Registration:
    """A file in which an agent looks for hooks. `put` registers ours in a file that has it not, `take` undoes that.

    None stands for a file that is not there. Both raise `Unsure` where they do not understand the file.
    """

    agent: str
    path: Path
    placement: Placement
    put: Callable[[bytes | None], bytes | None]
    take: Callable[[bytes | None], bytes | None]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's change. `path` is the file itself, `named` how the agent names it where that is a link to it."""

    agent: str
    path: Path
    named: Path
    before: bytes | None
    after: bytes | None
    note: str = ""

    @property
    def changes(self) -> bool:
        """Say whether anything is to be written at all."""
        return self.before != self.after

    def diff(self) -> list[str]:
        """Give the change as a unified diff; what is not safe text is shown escaped."""
        old, new = str(self.path), str(self.path)
        lines = difflib.unified_diff(
            _lines(self.before),
            _lines(self.after),
            "/dev/null" if self.before is None else old,
            "/dev/null" if self.after is None else new,
            lineterm="",
        )
        return [clean(line, 4000) for line in lines]


def _lines(content: bytes | None) -> list[str]:
    """Give the lines; one that differs in its end alone is told apart, as `diff` does."""
    if not content:
        return []
    lines = content.decode("utf-8", "backslashreplace").split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "  (no newline at the end of the file)"]


def digest(content: bytes | None) -> str | None:
    """Give the SHA-256 of a file's bytes in hexadecimal digits; None for a file that is not there."""
    return None if content is None else hashlib.sha256(content).hexdigest()
