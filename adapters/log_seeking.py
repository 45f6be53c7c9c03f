"""Looks for words in a log by its bytes, block by block, so that gigabytes cost time and no memory.

What is typed is looked for as it would stand in JSON too, where a quote or a letter beyond ASCII may be escaped.
"""

import json
from collections.abc import Callable, Iterator

from adapters.pieces import Pieces
from state.reading import Wanted

BLOCK = 1 << 20

Going = Callable[[int], bool]
"""Hears at which byte the search is, and says whether it is still wanted."""


def place_of_words(
    pieces: Pieces, wanted: Wanted, begin: int, end: int, going: Going, *, forward: bool, block: int = BLOCK
) -> int | None:
    """Give a byte of the first match in `begin` to before `end`, of the last one where not `forward`."""
    needles = _needles(wanted)
    overlap = max(len(one) for one in needles) - 1
    for start, stop in _blocks(begin, end, block, forward=forward):
        if not going(start):
            return None
        data = pieces.bytes_of(start, min(stop + overlap, end))
        data = data.lower() if wanted.folds else data
        found = [data.find(one) if forward else data.rfind(one) for one in needles]
        places = [one for one in found if one >= 0]
        if places:
            return start + (min(places) if forward else max(places))
    return None


def _needles(wanted: Wanted) -> list[bytes]:
    said = (wanted.text, json.dumps(wanted.text)[1:-1], json.dumps(wanted.text, ensure_ascii=False)[1:-1])
    found = [one.encode("utf-8", "replace") for one in dict.fromkeys(said)]
    return list(dict.fromkeys(one.lower() for one in found)) if wanted.folds else found


def _blocks(begin: int, end: int, block: int, *, forward: bool) -> Iterator[tuple[int, int]]:
    count = range(0, max(end - begin, 0), block)
    for at in count:
        if forward:
            yield begin + at, min(begin + at + block, end)
        else:
            yield max(begin, end - at - block), end - at
