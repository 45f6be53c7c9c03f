"""What a fact was read from: the records themselves, each with its neighbours, over the board."""

from collections.abc import Sequence

from state.ports import Excerpt, Records
from state.runs.card import Card
from state.runs.run import Origin
from state.text import clean
from tui.panes.line import Line, heading, labelled, note
from tui.screens.sheet import Sheet
from tui.wording import EVIDENCE_AFTER, EVIDENCE_BEFORE, EVIDENCE_READING, EVIDENCE_TITLE, NO_EVIDENCE

MOST = 6
"""Records shown of one finding; the first tell most."""


class EvidenceScreen(Sheet):
    """One record after the other; they are read when the screen opens, off the screen's own thread."""

    opened_by = ("evidence", "line_origin", "conflict_evidence", "figure_place", "request_evidence")
    heading = EVIDENCE_TITLE

    def __init__(self, records: Records | None, sources: Sequence[Origin]) -> None:
        super().__init__()
        self._records, self._sources = records, sources[:MOST]
        self._shown: list[Line] = [note(EVIDENCE_READING if records else NO_EVIDENCE)]

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        if self._records is not None:
            self.run_worker(self._read(self._records))

    def lines(self, width: int) -> Sequence[Line]:
        """Give what was read so far."""
        return self._shown

    async def _read(self, records: Records) -> None:
        shown: list[Line] = []
        for origin in self._sources:
            shown += excerpt_lines(await records.excerpt(origin))
        self._shown = shown
        self.on_resize()


def excerpt_lines(excerpt: Excerpt) -> list[Line]:
    """Give the lines of one record: its place, what is wrong with it, the record, and its neighbours."""
    origin = excerpt.origin
    lines = [heading(f"{clean(origin.log)}:{origin.offset}")]
    if excerpt.problem:
        lines.append(note(excerpt.problem, "warn"))
    if excerpt.before:
        lines.append(labelled(EVIDENCE_BEFORE, (excerpt.before, "faint")))
    lines += [note(line, "text") for line in excerpt.lines]
    if excerpt.after:
        lines.append(labelled(EVIDENCE_AFTER, (excerpt.after, "faint")))
    return [*lines, Line()]


def gravest(card: Card | None) -> Sequence[Origin]:
    """Give the records of a run's gravest finding that has any."""
    return next((one.evidence for one in card.findings if one.evidence), ()) if card else ()
