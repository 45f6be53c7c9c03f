"""What differs inside a changed line: the words of a deleted line held against those of the line that replaced it."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from state.evidence.proposal import DiffLine

LONGEST = 600
"""Characters of a line beyond which its words are not compared."""
MOST_COMPARED = 40_000
"""Words of one line times words of the other, beyond which they are not compared."""
LEAST_ALIKE = 0.35
"""How much of two lines must be the same for their differences to say anything."""
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)

Part = tuple[int, int]


def pairs_of(lines: Sequence[DiffLine]) -> dict[int, int]:
    """Say which deleted line of a hunk was replaced by which added one, by their places and in both directions."""
    found: dict[int, int] = {}
    gone: list[int] = []
    come: list[int] = []
    for place, line in enumerate((*lines, DiffLine("same", ""))):
        if line.kind == "deleted" and not come:
            gone.append(place)
        elif line.kind == "added" and gone:
            come.append(place)
        elif line.kind != "note":
            for one, other in zip(gone, come, strict=False):
                found[one], found[other] = other, one
            gone, come = ([place] if line.kind == "deleted" else []), []
    return found


def changed_words(before: str, after: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Give the stretches of both lines that the other has not; none where they are too long or too little alike."""
    if max(len(before), len(after)) > LONGEST:
        return (), ()
    one, other = _WORD.findall(before), _WORD.findall(after)
    if len(one) * len(other) > MOST_COMPARED:
        return (), ()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return (), ()
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        tuple(_parts(one, [(start, end) for _, start, end, _, _ in changes])),
        tuple(_parts(other, [(start, end) for _, _, _, start, end in changes])),
    )


def _parts(words: Sequence[str], ranges: Sequence[Part]) -> Iterator[Part]:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    yield from ((ends[start], ends[end]) for start, end in ranges if end > start)
