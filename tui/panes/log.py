"""The fifth pane: the end of the run's story, line by line as its log tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from state.runs.origin import Origin
from tui.marks import story_mark
from tui.panes.empty import empty
from tui.panes.line import Line
from tui.spans import fit, spans
from tui.wording import DAY, NO_OUTPUT, from_worktree

if TYPE_CHECKING:
    from state.board import CallLine, Detail

_CLOCK = 9
BODY_ROLES = {
    "prompt": "strong",
    "answered": "strong",
    "said": "text",
    "tool": "text",
    "asked": "waiting",
    "error": "blocked",
    "plan": "strong",
}


def log(detail: Detail, now: float) -> list[Line]:
    """Give the lines of the pane, oldest first."""
    return [story_line(line, now, detail.card.worktree) for line in detail.story] or empty("log")


def story_line(line: CallLine, now: float, worktree: str | None = None) -> Line:
    """Give one line of a story with its time, its mark and its kind; a path below `worktree` is shown from there."""
    mark = story_mark(line)
    role = "blocked" if line.failed else BODY_ROLES.get(line.kind, "dim")
    text = from_worktree(line.text, worktree) or (NO_OUTPUT if line.kind == "result" else mark.word)
    return Line(
        spans((text, role)),
        (*fit(spans((clock(line.at, now), "faint")), _CLOCK), *spans((f"{mark.glyph} ", mark.role))),
        copy=line.text,
        what=mark.word,
        sources=(Origin(line.log, line.offset, line.at),) if line.log else (),
    )


def clock(at: float | None, now: float) -> str:
    """Give a time of the day, or the day where that is long past: a fixed text, so that the pane never ticks."""
    if at is None:
        return "--:--:--"
    return time.strftime("%H:%M:%S" if abs(now - at) < DAY else "%d %b", time.localtime(at))
