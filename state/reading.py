"""Reading a text on the screen: what is looked for in it, and what a program of the human's is given of it.

Every screen that shows a text to be read uses these, so that a search, a copy and an editor mean the same everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Program = Literal["editor", "pager"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that are looked for, as they stand: a capital among them says that capitals count."""

    text: str

    @property
    def folds(self) -> bool:
        """Whether capitals do not count."""
        return self.text == self.text.lower()

    def places(self, line: str) -> list[tuple[int, int]]:
        """Give where the words begin and end in a line."""
        if not self.text:
            return []
        found = re.finditer(re.escape(self.text), line, re.IGNORECASE if self.folds else 0)
        return [(one.start(), one.end()) for one in found]

    def within(self, line: str) -> bool:
        """Say whether a line holds the words."""
        return bool(self.places(line))


def next_of(lines: Sequence[str], wanted: Wanted, here: int, *, forward: bool) -> int | None:
    """Give the number of the next line beyond `here` that holds the words, None where there is none that way.

    For texts that are in memory anyway; `here` -1 or the number of lines begins at an end.
    """
    beyond = range(here + 1, len(lines)) if forward else range(here - 1, -1, -1)
    return next((one for one in beyond if wanted.within(lines[one])), None)


@dataclass(frozen=True, slots=True)
class Handed:
    """What an editor or a pager is given: the file at `path` itself, else a private copy of `data`.

    `name` ends as files of its kind do, so that an editor knows its language. `line` counts from 1 in what is given,
    `offset` is the byte of it to begin at.
    """

    name: str
    data: bytes = b""
    path: str | None = None
    line: int = 1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended, in one sentence, and whether that was as it should be."""

    text: str
    fine: bool = True


class Programs(Protocol):
    """The human's own editor and pager."""

    def run(self, program: Program, handed: Handed) -> Ended:
        """Run one on the terminal that the board has let go of, and wait for its end. Main thread only."""
        ...
