"""Looking for words in a diff, hunk by hunk, as far as it is shown: what is left out or folded is not searched."""

from collections.abc import Callable, Iterator, Sequence

from state.evidence.proposal import FileDiff
from state.reading import Wanted
from tui.panes.diff import Laid, Row, whole
from tui.spans import plain


def match_in(
    diffs: Sequence[FileDiff], laid: Laid, wanted: Wanted, at: int, *, forward: bool, here: bool
) -> int | None:
    """Give the number of the next row from row `at` on that holds the words, that one included where `here` says so.

    None where there is none that way. It takes a second for a million lines.
    """
    within = _within(wanted)
    step = 1 if forward else -1
    start = at if here else at + step
    if not 0 <= start < len(laid.rows):
        return None
    first, _ = laid.rows.place(start)
    blocks = range(first, len(laid.rows.blocks)) if forward else range(first, -1, -1)
    for block in blocks:
        begin = laid.rows.ends[block - 1] if block else 0
        rows = range(begin, laid.rows.ends[block])
        rows = rows[start - begin :] if forward and block == first else rows
        rows = range(begin, start + 1) if not forward and block == first else rows
        texts = _texts(diffs, laid.rows.blocks[block])
        found = next((one for one in (rows if forward else reversed(rows)) if within(texts(one - begin))), None)
        if found is not None:
            return found
    return None


def _within(wanted: Wanted) -> Callable[[str], bool]:
    text = wanted.text
    if not wanted.folds:
        return lambda line: text in line
    return (lambda line: text in line.lower()) if text.isascii() else wanted.within


def _texts(diffs: Sequence[FileDiff], row: Row) -> Callable[[int], str]:
    """Give what gives the text of each row of a block; the list of files holds each name once already."""
    if row.kind == "line":
        lines = diffs[row.file].hunks[row.hunk].lines
        return lambda number: lines[number].text
    text = "" if row.kind in ("listed", "title", "blank") else plain(whole(diffs, row, ()))
    return lambda number: text


def patch_of(diffs: Sequence[FileDiff], told: str) -> Iterator[str]:
    """Give a whole difference as lines of text for a pager; what is not shown of a file is said there too."""
    yield from (told, "") if told else ()
    for one in diffs:
        change = one.change
        yield f"--- {'a/' + change.path if change.old_mode else '/dev/null'}"
        yield f"+++ {'b/' + change.path if change.new_mode else '/dev/null'}"
        if one.left_out:
            yield f"# NOT SHOWN: {one.left_out}"
        for hunk in one.hunks:
            yield hunk.header
            signs = {"same": " ", "added": "+", "deleted": "-", "note": "\\ "}
            yield from (f"{signs[line.kind]}{line.text}" for line in hunk.lines)
