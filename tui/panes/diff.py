"""A change as rows that are laid out only when they are looked at: files, hunks and lines, however many there are.

Nothing of a line is left out: what is wider than the screen goes on below, behind a mark. A path that cannot be shown
as lines says in words what became of it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from state.evidence.proposal import FileDiff
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


@dataclass(frozen=True, slots=True)
class Laid:
    """The rows of a diff, and where its files and hunks begin."""

    rows: tuple[Row, ...] = ()
    files: tuple[int, ...] = ()
    hunks: tuple[int, ...] = ()


def laid_out(diffs: Sequence[FileDiff], known: Collection[str] = frozenset()) -> Laid:
    """Give the rows; hunks whose ids are `known` are left out, and so are the files that only have such."""
    kept = [(number, one) for number, one in enumerate(diffs) if _is_new(one, known)]
    rows: list[Row] = [Row("title"), *(Row("listed", number) for number, _ in kept)] if kept else []
    files: list[int] = []
    hunks: list[int] = []
    for number, one in kept:
        rows.append(Row("blank"))
        files.append(len(rows))
        rows.append(Row("file", number))
        rows += _notes(number, one)
        for place, hunk in enumerate(one.hunks):
            if hunk.id in known:
                continue
            hunks.append(len(rows))
            rows.append(Row("hunk", number, place))
            rows += [Row("line", number, place, at) for at in range(len(hunk.lines))]
    return Laid(tuple(rows), tuple(files), tuple(hunks))


def hunk_ids(diffs: Sequence[FileDiff]) -> list[str]:
    """Name every hunk of a change, in its order."""
    return [hunk.id for one in diffs for hunk in one.hunks]


def _is_new(one: FileDiff, known: Collection[str]) -> bool:
    return not known or not one.hunks or any(hunk.id not in known for hunk in one.hunks)


def _notes(number: int, one: FileDiff) -> Iterator[Row]:
    change = one.change
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
