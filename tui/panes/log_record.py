"""A record of a log as lines: what it tells in the words of the run's story, and the whole of it below, in a gutter."""

import time
from itertools import groupby

from state.board import CallLine
from state.log_text import RAW, BodyLine, LogRecord
from state.text import lines_of
from tui.marks import Mark, story_mark
from tui.panes.code import coloured, language_of
from tui.panes.line import Line
from tui.panes.log import BODY_ROLES
from tui.spans import Span, Spans, fit, spans, steady
from tui.widgets.diff_lines import joined
from tui.wording_reading import MORE_LINES, NO_TIME

FIRST_LINES = 3
"""Lines of a text that are shown of a record that is not shown whole."""
_CLOCK = 9
_INDENT = 2
_GUTTER = "│ "
_RAW_MARK = Mark("·", RAW, "faint")


def record_lines(record: LogRecord) -> list[Line]:
    """Give the lines of a record: collapsed to its first ones, or with its body where it has one."""
    lines = [line for told in record.told for line in _told_lines(told, whole=bool(record.body))]
    return [*lines, *_body_lines(record.body)]


def stamp(at: float | None) -> str:
    """Give a time of the day, which is told for every record, however old; its day stands above."""
    return time.strftime("%H:%M:%S", time.localtime(at)) if at is not None else NO_TIME


def _told_lines(told: CallLine, *, whole: bool) -> list[Line]:
    mark = _RAW_MARK if told.kind == RAW else story_mark(told)
    role = "faint" if told.kind == RAW else "blocked" if told.failed else BODY_ROLES.get(told.kind, "dim")
    texts = list(lines_of(told.text)) or [mark.word]
    more = len(texts) - FIRST_LINES
    if more > 0 and not whole:
        texts = [*texts[:FIRST_LINES], MORE_LINES.format(more)]
    head = (*fit(spans((stamp(told.at), "faint")), _CLOCK), *spans((f"{mark.glyph} ", mark.role)))
    blank = (Span(" " * (_CLOCK + 2)),)
    return [
        Line(spans((text, role)), blank if number else head, copy=text, what=mark.word)
        for number, text in enumerate(texts)
    ]


def _body_lines(body: tuple[BodyLine, ...]) -> list[Line]:
    lines: list[Line] = []
    for like, group in groupby(body, key=lambda line: line.like):
        several = list(group)
        texts = [steady(line.text) for line in several]
        stretches = coloured(texts, language_of(like) if like else None)
        for line, text, parts in zip(several, texts, stretches, strict=True):
            pieces = joined(text, "text" if like else _role(text), parts, ())
            lines.append(Line(pieces, _label(line), copy=line.text, what=line.label or "line", gutter=_gutter(line)))
    return lines


def _role(text: str) -> str:
    return "code-number" if text in ("true", "false", "null") or text.replace(".", "", 1).isdigit() else "text"


def _label(line: BodyLine) -> Spans:
    return (*_gutter(line), *spans((f"{line.label}: " if line.label else "", "code-name")))


def _gutter(line: BodyLine) -> Spans:
    return (Span(" " * _CLOCK), Span(_GUTTER, "rule"), Span(" " * (_INDENT * line.depth)))
