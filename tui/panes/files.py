"""The fourth pane: the files by which the worktree differs from its base, as git last told it."""

from state.board import Detail
from state.runs.worktree import ChangedFile, Worktree
from tui.panes.empty import empty
from tui.panes.line import Line, note
from tui.spans import Spans, fit, spans
from tui.wording import NO_CHANGES, NONE, ago, short

_KIND_ROLES = {"added": "plus", "untracked": "plus", "deleted": "minus", "unmerged": "blocked"}
_COUNTS = 6


def files(detail: Detail, now: float) -> list[Line]:
    """Give the lines of the pane."""
    tree = detail.worktree
    if tree is None:
        return empty("no_worktree")
    lines = [note(tree.problem, "warn")] if tree.problem else []
    if tree.files is None:
        return [*lines, *empty("files_unknown")]
    shown = [*lines, *(_file(file, tree) for file in tree.files)]
    return shown or empty("files", f"{NO_CHANGES} · git {ago(tree.read_at, now)}")


def _file(file: ChangedFile, tree: Worktree) -> Line:
    state = "" if file.committed or file.kind == "untracked" else "not committed"
    return Line(
        spans(file.path),
        (*_lines_changed(file), *fit(spans((file.kind, _KIND_ROLES.get(file.kind, "dim"))), 13)),
        spans((state, "faint")),
        copy=f"{tree.path}/{file.path}",
        what="path",
    )


def _lines_changed(file: ChangedFile) -> Spans:
    plus = NONE if file.added is None else f"+{short(file.added)}"
    minus = NONE if file.deleted is None else f"−{short(file.deleted)}"
    added = fit(spans((plus, "plus" if file.added else "faint")), _COUNTS, "right")
    return (*added, *fit(spans((minus, "minus" if file.deleted else "faint")), _COUNTS, "right"), *spans("  "))
