"""A change as rows that are laid out only when they are looked at: files, hunks and lines, however many there are.

Nothing of a line is left out: what is wider than the screen goes on below, behind a mark. A path that cannot be shown
as lines says in words what became of it.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, overload

from state.evidence.proposal import FileDiff, Hunk
from tui import wording_review as words
from tui.marks import EXACT, Mark
from tui.panes.foreign import shown
from tui.spans import Span, Spans, spans
from tui.wording import short

RowKind = Literal["blank", "title", "listed", "file", "note", "hunk", "line"]
SIGNS = {"same": " ", "added": "+", "deleted": "-", "note": " "}
STATUS_MARKS = {
    "added": Mark("+", "added", "plus"),
    "modified": Mark("~", "changed", "text"),
    "deleted": Mark("-", "deleted", "minus"),
    "mode": Mark("x", "mode", "warn"),
    "type": Mark("!", "kind", "warn"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a diff, by the places of its file, hunk and line; -1 for what it is not in. `text` is of notes."""

    kind: RowKind
    file: int = -1
    hunk: int = -1
    line: int = -1
    text: str = ""
    role: str = "dim"


class Rows(Sequence[Row]):
    """The rows of a diff, each made when it is asked for: a row a line would take longer than a key may."""

    def __init__(self, blocks: Sequence[tuple[Row, int]] = ()) -> None:
        """Take the rows that there are, each with how often it stands there; the lines of a hunk are one row."""
        self.blocks = tuple(row for row, _ in blocks)
        self.ends = list(accumulate(size for _, size in blocks))

    def __len__(self) -> int:
        """Give the number of rows."""
        return self.ends[-1] if self.ends else 0

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        """Give one row by its number, or some."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        block, line = self.place(at)
        row = self.blocks[block]
        return Row("line", row.file, row.hunk, line) if row.kind == "line" else row

    def place(self, at: int) -> tuple[int, int]:
        """Give the block that a row stands in, and its number there."""
        block = bisect_right(self.ends, at)
        return block, at - (self.ends[block - 1] if block else 0)


@dataclass(frozen=True, slots=True)
class Laid:
    """The rows of a diff, and where its files and hunks begin."""

    rows: Rows = field(default_factory=Rows)
    files: tuple[int, ...] = ()
    hunks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Looks:
    """How a diff is laid out: hunks that are left out by their ids, and what is folded, by file number or hunk id.

    `loose` are the paths whose difference is not all committed.
    """

    known: Collection[str] = frozenset()
    folded: Collection[int | str] = frozenset()
    loose: Collection[str] = frozenset()


def laid_out(diffs: Sequence[FileDiff], looks: Looks | None = None) -> Laid:
    """Give the rows; files that only have hunks which are known are left out with them."""
    looks = looks or Looks()
    made = _Layout(diffs, looks)
    kept = [(number, one) for number, one in enumerate(diffs) if _is_new(one, looks.known)]
    if kept:
        made.put(Row("title"), *(Row("listed", number) for number, _ in kept))
    for number, one in kept:
        made.file(number, one)
    return Laid(Rows(made.blocks), tuple(made.files), tuple(made.hunks))


class _Layout:
    """The rows as they come."""

    def __init__(self, diffs: Sequence[FileDiff], looks: Looks) -> None:
        self._diffs, self._looks = diffs, looks
        self.blocks: list[tuple[Row, int]] = []
        self.files: list[int] = []
        self.hunks: list[int] = []
        self._rows = 0

    def put(self, *rows: Row, size: int = 1) -> None:
        """Add rows; `size` is how many lines a row of lines stands for."""
        self.blocks += [(row, size) for row in rows]
        self._rows += len(rows) * size

    def file(self, number: int, one: FileDiff) -> None:
        """Add a file with its hunks."""
        self.put(Row("blank"))
        self.files.append(self._rows)
        self.put(Row("file", number))
        if number in self._looks.folded:
            self.put(Row("note", number, text=words.folded_said(sum(len(hunk.lines) for hunk in one.hunks))))
            return
        self.put(*_notes(number, one, one.change.path in self._looks.loose))
        for place, hunk in enumerate(one.hunks):
            if hunk.id not in self._looks.known:
                self._hunk(number, place, hunk)

    def _hunk(self, number: int, place: int, hunk: Hunk) -> None:
        self.hunks.append(self._rows)
        self.put(Row("hunk", number, place))
        if hunk.id in self._looks.folded:
            self.put(Row("note", number, place, text=words.folded_said(len(hunk.lines))))
        elif hunk.lines:
            self.put(Row("line", number, place), size=len(hunk.lines))


def hunk_text(one: FileDiff, place: int) -> str:
    """Give one hunk as text, as a patch has it."""
    hunk, path = one.hunks[place], one.change.path
    lines = (f"{SIGNS[line.kind]}{line.text}" for line in hunk.lines if line.kind != "note")
    return "\n".join((f"--- a/{path}", f"+++ b/{path}", hunk.header, *lines))


def line_of(one: FileDiff, row: Row) -> int:
    """Give the line that a row stands at in its file as it is after the change, or before it where it is gone."""
    side = "new" if one.change.new_mode else "old"
    hunk = one.hunks[row.hunk] if row.hunk >= 0 else None
    lines = hunk.lines[max(row.line, 0) :] if hunk else ()
    found = (getattr(line, side) for line in lines)
    return next((number for number in found if number), 1)


def hunk_ids(diffs: Sequence[FileDiff]) -> list[str]:
    """Name every hunk of a change, in its order."""
    return [hunk.id for one in diffs for hunk in one.hunks]


def _is_new(one: FileDiff, known: Collection[str]) -> bool:
    return not known or not one.hunks or any(hunk.id not in known for hunk in one.hunks)


def _notes(number: int, one: FileDiff, loose: bool) -> Iterator[Row]:
    change = one.change
    if loose:
        yield Row("note", number, text=words.NOT_COMMITTED, role="warn")
    if told := words.NATURE_WORDS[change.nature]:
        yield Row("note", number, text=told, role="warn")
    if change.nature == "submodule":
        yield Row("note", number, text=words.submodule_said(change), role="warn")
    if told := words.mode_said(change):
        yield Row("note", number, text=told, role="warn")
    if change.target is not None:
        yield Row("note", number, text=words.target_said(change.target), role="warn")
    if change.renamed_from is not None:
        yield Row("note", number, text=words.renamed_said(change.renamed_from))
    if one.left_out:
        yield Row("note", number, text=words.left_out_said(one.left_out), role="blocked")


def whole(diffs: Sequence[FileDiff], row: Row, seen: Collection[str]) -> Spans:
    """Give the text of a row that is no line of a file."""
    match row.kind:
        case "title":
            return spans((words.FILES_TITLE, "title"))
        case "listed":
            return listed(diffs[row.file], seen)
        case "file":
            return file_heading(diffs[row.file], seen)
        case "hunk":
            hunk = diffs[row.file].hunks[row.hunk]
            return hunk_heading(hunk.header, hunk.id in seen)
        case "note":
            return shown(row.text, row.role)
        case _:
            return ()


def listed(one: FileDiff, seen: Collection[str]) -> Spans:
    """Give the line of a file in the list above the diff."""
    mark = STATUS_MARKS[one.change.status]
    return (*spans((f"{mark.glyph} ", mark.role)), *shown(one.change.path, f"text+{EXACT}"), *_told(one, seen))


def file_heading(one: FileDiff, seen: Collection[str]) -> Spans:
    """Give the line that begins a file."""
    mark = STATUS_MARKS[one.change.status]
    said = spans((f" {words.STATUS_WORDS[one.change.status]}", mark.role))
    return (*shown(one.change.path, f"strong+{EXACT}"), *said, *_told(one, seen))


def hunk_heading(header: str, seen: bool) -> Spans:
    """Give the line that begins a hunk."""
    mark = (words.SEEN_MARK, "plus") if seen else (words.UNSEEN_MARK, "faint")
    return (*shown(header, f"key+{EXACT}"), *spans("  ", mark))


def _told(one: FileDiff, seen: Collection[str]) -> Spans:
    added, deleted = one.change.added, one.change.deleted
    lines = (
        spans(
            f"  +{short(added)}",
        )
        if added is None
        else spans((f"  +{short(added)}", "plus"))
    )
    lines = (*lines, *spans((f" −{short(deleted)}", "minus" if deleted is not None else "text")))
    marked = sum(hunk.id in seen for hunk in one.hunks)
    whole = bool(one.hunks) and marked == len(one.hunks)
    said = words.SEEN_MARK if whole else f"{marked}/{len(one.hunks)} seen" if one.hunks else ""
    return (*lines, *spans((f"  {said}" if said else "", "plus" if whole else "faint")))


def numbers(old: int | None, new: int | None, width: int) -> Span:
    """Give the numbers of a line on both sides, in `width` cells each."""
    told = (f"{'' if one is None else one:>{width}}" for one in (old, new))
    return Span(" ".join(told) + " ", "faint")
