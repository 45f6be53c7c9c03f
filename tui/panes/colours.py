"""The colours of one hunk, a piece at a time: only what stands in the window is lexed, however long the hunk is."""

from bisect import bisect_left

from state.evidence.proposal import Hunk
from tui.panes.code import MOST_LINES, Stretch, coloured
from tui.spans import steady


class Colours:
    """The stretches of a hunk's lines; what was there and what will be are each read as one text."""

    def __init__(self, hunk: Hunk, language: str | None) -> None:
        self._hunk, self._language = hunk, language
        self._sides = [
            [place for place, line in enumerate(hunk.lines) if line.kind in kinds]
            for kinds in (("same", "added"), ("same", "deleted"))
        ]
        self._read: dict[tuple[int, int], list[tuple[Stretch, ...]]] = {}

    def of(self, place: int) -> tuple[Stretch, ...]:
        """Give the stretches of one line, by its place in the hunk."""
        kind = self._hunk.lines[place].kind
        if kind == "note":
            return ()
        side = int(kind == "deleted")
        piece, at = divmod(bisect_left(self._sides[side], place), MOST_LINES)
        if (side, piece) not in self._read:
            places = self._sides[side][piece * MOST_LINES : (piece + 1) * MOST_LINES]
            self._read[side, piece] = coloured([steady(self._hunk.lines[one].text) for one in places], self._language)
        return self._read[side, piece][at]
