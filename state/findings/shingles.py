"""Sketches of texts, small enough to keep and to compare: which part of one text stands in another.

A shingle is six tokens in a row (four words in prose), hashed; of more than `MOST` the smallest are kept, a fair sample
that two sketches draw alike (bottom-k sketch, Cohen and Kaplan 2007). Thresholds: research/economics.md 6.
"""

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from state.findings.lines import AddedFile
from state.runs.worktree import Sketch
from state.text import clean

MOST = 512
"""Hashes kept of one sketch."""
MOST_TOKENS = 20_000
"""Tokens read of one text; what comes after them is left out of the sketch, which its `cut` says."""
_TOKEN = re.compile(r"[^\W\d]\w{0,63}|\d{1,32}|[^\w\s]")
_WORD = re.compile(r"\w{1,64}")
_BITS = 52
_CODE, _PROSE = 6, 4


@dataclass(frozen=True, slots=True)
class Part:
    """The sketch of one file: how many shingles it has, those that are kept, ascending, and the line of each.

    `cut`: it was too long to be read to its end.
    """

    path: str
    count: int
    hashes: tuple[int, ...]
    lines: tuple[int, ...]
    cut: bool


def part(file: AddedFile) -> Part:
    """Give the sketch of the lines that are added to one file."""
    tokens, lines = _tokens_of(file)
    places: dict[int, int] = {}
    for at, one in enumerate(_hashes(tokens, _CODE)):
        places.setdefault(one, lines[at])
    kept = nsmallest(MOST, places)
    lines_of_kept = tuple(places[one] for one in kept)
    return Part(clean(file.path), len(places), tuple(kept), lines_of_kept, len(tokens) == MOST_TOKENS)


def joined(parts: Sequence[Part]) -> Sketch | None:
    """Give the sketch of a whole change; None where nothing was added. The first file keeps what two files share."""
    places: dict[int, tuple[int, int]] = {}
    reach = float("inf")
    for number, one in enumerate(parts):
        for at in range(bisect_right(one.hashes, reach)):
            places.setdefault(one.hashes[at], (number, one.lines[at]))
        if len(places) > 2 * MOST:
            places = {each: places[each] for each in nsmallest(MOST, places)}
            reach = max(places)
    kept = nsmallest(MOST, places)
    whole = reach == float("inf") and all(one.count == len(one.hashes) for one in parts)
    count = len(places) if whole else sum(one.count for one in parts)
    names, cut = tuple(one.path for one in parts), any(one.cut for one in parts)
    return Sketch(count, tuple(kept), tuple(places[one] for one in kept), names, cut) if kept else None


def words(text: str) -> frozenset[int]:
    """Give the shingles of prose, `MOST` at most."""
    tokens = [zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())[:MOST_TOKENS]]
    return frozenset(nsmallest(MOST, set(_hashes(tokens, _PROSE))))


def _tokens_of(file: AddedFile) -> tuple[list[int], list[int]]:
    """Give a file's tokens as numbers, and the line that each stands in."""
    tokens: list[int] = []
    lines: list[int] = []
    for line, number in zip(file.lines, file.numbers, strict=True):
        found = _TOKEN.findall(line)
        tokens += [zlib.crc32(one.encode("utf-8", "replace")) for one in found]
        lines += [number] * len(found)
        if len(tokens) >= MOST_TOKENS:
            break
    return tokens[:MOST_TOKENS], lines


def _hashes(tokens: Sequence[int], size: int) -> Iterable[int]:
    """Hash each window of `size` numbers; a tuple of integers hashes alike in every process of one Python."""
    windows = zip(*(tokens[at:] for at in range(size)), strict=False)
    return [(hash(window) & 0xFFFF_FFFF_FFFF_FFFF) >> (64 - _BITS) for window in windows]


def contained(one: Sketch, other: Sketch) -> tuple[float, frozenset[int]] | None:
    """Give which part of `one` stands in `other`, from 0 to 1, with the hashes that they share.

    Only hashes that both would have kept count. None where so few are left that the number would say nothing.
    """
    reach = min(_reach(one), _reach(other))
    mine = {each for each in one.hashes if each <= reach}
    if len(mine) < LEAST:
        return None
    shared = mine & {each for each in other.hashes if each <= reach}
    return len(shared) / len(mine), frozenset(shared)


LEAST = 30
"""Shingles below which nothing is said of a text."""


def _reach(sketch: Sketch) -> float:
    """Give the largest hash up to which a sketch is whole."""
    return sketch.hashes[-1] if sketch.count > len(sketch.hashes) else float("inf")


def overlap(one: frozenset[int], other: frozenset[int], least: int) -> float:
    """Give which part of the smaller text stands in the other, from 0 to 1; 0 where it has fewer than `least`."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= least else 0.0
