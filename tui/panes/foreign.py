"""Foreign text that a human decides on: whole, in a gutter of its own, with all that hides in it marked and counted.

Whatever it draws, it stands behind the gutter, so that no box or verdict in it can be taken for Headgate's own. A run
of blanks and a line that no screen holds are said, because what stands beyond them is what somebody wanted unseen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from state.text import clean
from tui.marks import EXACT
from tui.panes.line import LABEL, Line
from tui.spans import Span, Spans, fit, spans
from tui.wording_gates import blanks_said

GAP = 16
"""Blanks in a row that are shown as their number."""
PIECE = 2000
"""Characters of a line that are laid out at a time: longer ones go on below."""
LONG = 400
"""Characters from which on a line is said to be long."""

_HIDDEN = re.compile("⦃U\\+[0-9A-F]{4,6}⦄|[\u2400-\u241f\u2421]")
_MARKED = re.compile(f"(?P<hidden>{_HIDDEN.pattern})|(?P<gap> {{{GAP},}})")
_CALL, _ADVICE = ("│ ", "┊ "), ("░ ", "░ ")


@dataclass(frozen=True, slots=True)
class Hiding:
    """What hides in a text: characters that cannot be seen, lines with a long run of blanks, lines that are long."""

    characters: int = 0
    gaps: int = 0
    long: int = 0

    def __add__(self, other: "Hiding") -> "Hiding":
        return Hiding(self.characters + other.characters, self.gaps + other.gaps, self.long + other.long)


def hiding(texts: Iterable[str]) -> Hiding:
    """Count what hides in texts, line by line."""
    found = Hiding()
    for text in texts:
        for line in text.split("\n"):
            safe = _safe(line)
            found += Hiding(len(_HIDDEN.findall(safe)), int(" " * GAP in safe), int(len(line) > LONG))
    return found


def quoted(text: str, role: str = "text", *, advice: bool = False) -> Iterator[Line]:
    """Give the lines of a text, each row of them behind the gutter; a model's advice has a gutter of its own."""
    first, further = _ADVICE if advice else _CALL
    edge = "unknown" if advice else "faint"
    for line in text.split("\n"):
        for at in range(0, max(len(line), 1), PIECE):
            mark = first if at == 0 else further if advice else "┊ "
            yield Line(
                shown(line[at : at + PIECE], f"{role}+{EXACT}"), spans((mark, edge)), gutter=spans((further, edge))
            )


def beside(label: str, text: str, role: str = "text", also: Spans = ()) -> Line:
    """Make a line with a label whose foreign text stands behind the gutter in each row."""
    named, edge = fit(spans((label, "faint")), LABEL - 2), Span(_CALL[0], "faint")
    return Line(
        (*shown(text, role), *also), (*named, edge), gutter=(Span(" " * (LABEL - 2)), edge), copy=text, what=label
    )


def shown(text: str, role: str = "text") -> Spans:
    """Give a text as spans in which all that hides is marked in a role of its own."""
    safe, parts, end = _safe(text), list[Span](), 0
    for found in _MARKED.finditer(safe):
        parts += spans((safe[end : found.start()], role))
        said = found["hidden"] or blanks_said(len(found[0]))
        parts.append(Span(said, "warn"))
        end = found.end()
    return (*parts, *spans((safe[end:], role)))


def _safe(text: str) -> str:
    """Make a line printable without dropping anything: a carriage return is shown, where `clean` takes it away."""
    return clean(text.replace("\r", "␍"), max(len(text), 1))
