"""Which files a run knows, and since when: what it read or wrote last, and what was written over it since.

A run knows a file as it was when its main thread last read it or when its own tool last wrote it. What is written into
it later, by a human, a shell or another run, the run does not know of. Source: research/control.md 5.2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MOST_KNOWN = 200
"""Files kept of a run, the last ones that it met."""
CLOCKS_APART = 2.0
"""Seconds by which the clock of a file system may lie from the one that stamps a log."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file by its absolute path, and when the run last read or wrote it, in seconds since 1970.

    `rewritten` is when it was written after that, None where it was not.
    """

    path: str
    at: float
    rewritten: float | None = None


def met(known: tuple[KnownFile, ...], path: str, at: float | None) -> tuple[KnownFile, ...]:
    """Give the files after the run read or wrote one; without a time nothing can be said of it."""
    if at is None:
        return known
    others = tuple(one for one in known if one.path != path)
    return (*others[-MOST_KNOWN + 1 :], KnownFile(path, at))


def rewritten(known: tuple[KnownFile, ...], path: str, at: float) -> tuple[KnownFile, ...]:
    """Give the files after one was seen to have been written at `at`."""
    return tuple(KnownFile(one.path, one.at, at) if one.path == path else one for one in known)


def news(known: tuple[KnownFile, ...], written: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Give the files, and when, that were written after the run met them; what was told of before is no news."""
    for one in known:
        at = written.get(one.path)
        if at is not None and at > one.at + CLOCKS_APART and at != one.rewritten:
            yield one.path, at
