"""Reads the parts of evidence that an agent handed in: in a file of its change, or in its last message.

Both are an agent's words: whatever stands there is a claim, and nothing in it is more. Headings of Markdown, bold labels
and labels with a colon are told apart from prose by their names alone, in any case and in the words that agents use.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from state.evidence.history import LONGEST_WORDS
from state.evidence.package import PARTS, PartName
from state.findings.lines import masked
from state.text import clean

MOST_LINES = 12
"""Lines kept of one part."""
LONGEST_LINE = 300
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.{0,200})")
_FENCE = re.compile(r"\s{0,8}(?:```|~~~)")
_BEGINS = re.compile(r"[\s>]{0,8}(?:[-*+•]\s+|\d{1,2}[.)]\s+)?")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_NOTHING = re.compile(r"\W*(?:missing|unknown|tbd|todo|to be done|not known|fill in|\?+)\W*", re.IGNORECASE)
_RULE = frozenset("-*_= \t|:")
_LONGEST_LABEL = 60
_WORDS_OF_A_LABEL = 7
_TITLES: Mapping[PartName, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "plan": r"^(?:the |my )?plan\b(?! to (?:roll|test))",
        "diff_summary": r"^summary\b|\bsummary of\b|\b(?:diff|change)s?\b.*\bsummary\b|^what (?:was |i |has )?(?:been )?"
        r"(?:changed|done|did)|^(?:the )?(?:changes?|diff|difference)(?: made)?$",
        "tests_run": r"^(?!.*\bfail)(?:.*\b)?(?:tests?|testing|verification|checks)\b",
        "failing_tests": r"\bfail\w*\b.*\btests?\b|\btests?\b.*\bfail\w*",
        "unresolved_questions": r"\b(?:unresolved|open|remaining|outstanding|left)\b|\bquestions?\b|\bfollow-?ups?\b"
        r"|\bknown (?:issues|limitations|gaps)\b",
        "risk": r"\brisks?\b",
        "security": r"\bsecur\w*\b|\bthreats?\b",
        "performance": r"\bperf\w*\b",
        "rollout": r"\broll(?:ing)?[- ]?out\b|\bdeploy\w*\b|\brelease (?:notes|plan|steps)\b",
        "rollback": r"\broll(?:ing)?[- ]?back\b|\breverts?\b|\brevert(?:ing)?\b|\bback-?out\b|\bundo\b",
        "model_and_context": r"\bmodels?\b|\bcontext\b|\binstructions\b",
        "tool_actions": r"\btool\w*\b|\bcommands?(?: run)?\b|\bactions taken\b",
    }.items()
}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in: the lines of each part that was, and every line of prose, for claims. All of it is safe text.

    `place` says in words where it stands.
    """

    place: str = ""
    parts: Mapping[PartName, tuple[str, ...]] = field(default_factory=dict[PartName, tuple[str, ...]])
    prose: tuple[str, ...] = ()

    def of(self, name: PartName) -> tuple[str, ...]:
        """Give the lines of a part, empty where it is missing."""
        return self.parts.get(name, ())


NOTHING_HANDED_IN = HandedIn()


def handed_in(text: str, place: str) -> HandedIn:
    """Read what an agent wrote; `text` is Markdown of any length, of which the first 40,000 characters are read."""
    prose = tuple(_prose(_COMMENT.sub("", text[:LONGEST_WORDS])))
    kept: dict[PartName, list[str]] = {}
    rank, now = 0, tuple[PartName, ...]()
    for line in prose:
        titled = _titled(line)
        if titled is None:
            rest = line
        else:
            found, title_rank, rest = titled
            # A heading of its own below a part's heading belongs to the part.
            if found or (title_rank and title_rank <= rank):
                now, rank = found, title_rank or rank
        safe = _safe(rest)
        if safe and not (titled is not None and titled[1]):
            for name in now:
                kept.setdefault(name, []).append(safe)
    parts = {name: tuple(lines[:MOST_LINES]) for name in PARTS if (lines := _said(kept.get(name, [])))}
    return HandedIn(place, parts, tuple(line for line in map(_safe, prose) if line))


def _said(lines: list[str]) -> list[str]:
    """Give the lines unless all they say is that nothing is said."""
    return [] if all(_NOTHING.fullmatch(line) for line in lines) else lines


def _prose(text: str) -> Iterator[str]:
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield line[: 4 * LONGEST_LINE]


def _safe(line: str) -> str:
    told = line.strip()
    return "" if not told or set(told) <= _RULE else clean(masked(told), LONGEST_LINE)


def _titled(line: str) -> tuple[tuple[PartName, ...], int, str] | None:
    """Give the parts that a line heads, the rank of its heading (0: a label), and what stands behind it; None if prose.

    A label counts only where it names a part: `Note: ...` is prose.
    """
    if found := _HEADING.match(line):
        return _parts_of(found[2].strip(" #*`:_")), len(found[1]), ""
    begin = _BEGINS.match(line)
    told = line[begin.end() if begin else 0 :]
    bold = told[:2] in ("**", "__")
    words, colon, rest = told.lstrip("*_ ").partition(":")
    label = words.strip("*_ `")
    if not colon and bold and told.rstrip().endswith(("**", "__")):
        rest = ""
    elif not colon:
        return None
    if not label or len(label) > _LONGEST_LABEL or len(label.split()) > _WORDS_OF_A_LABEL or not label[0].isalpha():
        return None
    names = _parts_of(label)
    return (names, 0, rest.lstrip("*_ ")) if names else None


def _parts_of(title: str) -> tuple[PartName, ...]:
    """Name the parts that a title heads: "Risks and questions that are left" heads two."""
    return tuple(name for name in PARTS if _TITLES[name].search(title))
