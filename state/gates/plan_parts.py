"""The nine parts that a plan should have, each found or MISSING, read off headings and phrases and nothing else.

No model is asked: the same text gives the same parts for ever. A part that says "none" is found, because somebody
thought of it; a heading with nothing below it is not. The parts: issue 4, plan gate.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from state.runs.scope import MOST, names_in

SHOWN_LINES = 8
"""Lines of a part that are kept, the first ones."""
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_BOLD = re.compile(r"\s*(?:[-*+]\s+)?\*\*([^*]{2,80})\*\*:?\s*")
_LABEL = re.compile(r"([A-Z][\w /&'-]{2,58}):")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_NUMBERED = re.compile(r"\s{0,6}(?:\d{1,3}[.)]|[-*+]\s+\[[ xX~-]\])\s+\S")
_STEP_HEADING = re.compile(
    r"(?:(?:step|phase|stage|part|milestone|commit|task)\s+\w{1,3}\b|\d{1,2}[.):]\s)", re.IGNORECASE
)
_LEAST_STEPS = 2


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of a plan: its name, and the lines that say it; none of them where it is missing."""

    name: str
    lines: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Say whether the plan has it."""
        return bool(self.lines)


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading and what stands below it, down to the next heading of its rank or a higher one."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sought:
    """How one part is told: by a heading, else by a phrase in a line."""

    name: str
    heading: re.Pattern[str]
    phrase: re.Pattern[str]


def _sought(name: str, heading: str, phrase: str) -> _Sought:
    return _Sought(name, re.compile(heading, re.IGNORECASE), re.compile(phrase, re.IGNORECASE))


_PARTS: tuple[_Sought, ...] = (
    _sought(
        "affected files and services",
        r"\b(?:files?|modules?|services?|components?)\b.*\b(?:modif\w+|chang\w+|creat\w+|touch\w+|affected|involved|edit\w*)"
        r"|\b(?:affected|critical|changed|new|key|relevant)\b.*\b(?:files?|modules?|services?|components?)\b"
        r"|^(?:files|scope|affected|changes? by file|where)$",
        r"\b(?:affects?|touches|modif(?:y|ies)) (?:the |only )?(?:files?|services?|modules?)\b",
    ),
    _sought(
        "assumptions",
        r"\bassum(?:e[ds]?|ptions?)\b|\bpreconditions?\b|\bprerequisites?\b",
        r"\b(?:assum(?:e|es|ed|ing|ptions?)|presum(?:e|ably)|takes? (?:it )?for granted|provided that)\b",
    ),
    _sought(
        "open questions",
        r"\b(?:open|unresolved|remaining)\b.*\b(?:questions?|issues?|points?|decisions?)\b|^questions?\b|\bclarifications?\b"
        r"|\bto be decided\b|\bunknowns?\b",
        r"\b(?:open questions?|no (?:open |further )?questions|to be decided|TBD|not sure whether)"
        r"|\bshould (?:we|it|I) [^.]*\?",
    ),
    _sought(
        "sequencing",
        r"\b(?:steps?|sequenc\w+|order of\b.*|phases?|milestones?|timeline|implementation (?:order|plan|steps))\b",
        r"\b(?:first,? [^.]*\bthen\b|in this order|before any of|depends on step|after (?:that|step \d))",
    ),
    _sought(
        "expected tests",
        r"\btest(?:s|ing|\s+(?:cases?|plan|strategy|scenarios?|coverage))?\b|\bspecs?\b",
        r"\b(?:(?:unit|integration|regression|end-to-end|e2e|snapshot|existing|new|add|run|update|write)\s+(?:\w+\s+){0,2}tests?"
        r"|pytest|go test|cargo test|npm (?:run )?test|jest|vitest|rspec|no (?:new )?tests?\b)",
    ),
    _sought(
        "risk areas",
        r"\b(?:risks?|dangers?|hazards?|pitfalls?|caveats?|failure modes?|edge cases?|security|trade-?offs?)\b",
        r"\b(?:risk(?:s|y)?|danger(?:ous)?|may break|could break|breaking change|edge cases?|race condition)\b",
    ),
    _sought(
        "migration",
        r"\bmigrat(?:e|ion|ions|ing)\b|\b(?:backwards?|schema|data)[ -](?:compatib\w+|changes?)\b|\bupgrad(?:e|ing)\b",
        r"\b(?:migrat(?:e|es|ion|ions|ing)|backwards?[ -]compatib\w+|schema change|no schema)\b",
    ),
    _sought(
        "rollback",
        r"\broll(?:ing)?[ -]?back\b|\brevert(?:ing)?\b|\bundo\b|\bback-?out\b|\bfallback\b",
        r"\b(?:roll(?:s|ed|ing)?[ -]?back|revert(?:s|ed|ing|ible)?|undone|feature flag|kill switch)\b",
    ),
    _sought(
        "expected evidence",
        r"\b(?:verif(?:y|ication)|acceptance(?: criteria)?|evidence|success criteria|definition of done|validation"
        r"|how to (?:check|verify)|expected (?:results?|outputs?|outcome))\b|^done when\b",
        r"\b(?:verif(?:y|ies|ied) (?:that|the|by|with)|acceptance criteria|done when"
        r"|should (?:show|print|return|output)|expected (?:output|result)|confirm(?:s|ed)? that|screenshots?)\b",
    ),
)
NAMES: tuple[str, ...] = tuple(part.name for part in _PARTS)


def plan_parts(text: str) -> tuple[PlanPart, ...]:
    """Give the nine parts of a plan in their order; `text` is Markdown of many lines, safe to show."""
    prose = _prose(text)
    sections = tuple(_sections(prose))
    return tuple(PlanPart(part.name, _lines_of(part, sections, prose)) for part in _PARTS)


def missing(text: str) -> tuple[str, ...]:
    """Name the parts that a plan lacks."""
    return tuple(part.name for part in plan_parts(text) if not part.found)


def _lines_of(part: _Sought, sections: tuple[_Section, ...], prose: list[str]) -> tuple[str, ...]:
    for section in sections:
        if part.heading.search(section.title) and section.lines:
            return section.lines[:SHOWN_LINES]
    match part.name:
        case "affected files and services" if names := names_in("⏎".join(prose)[:1_000_000]):
            return tuple(name for name in names if name != "tests")[:MOST]
        case "sequencing" if steps := _steps(sections, prose):
            return steps[:SHOWN_LINES]
        case _:
            found = [line.strip() for line in prose if part.phrase.search(line) and not _title(line)]
            return tuple(found[:SHOWN_LINES])


def _steps(sections: tuple[_Section, ...], prose: list[str]) -> tuple[str, ...]:
    """Give steps in an order: headings that count, else lines that do."""
    headings = [section.title for section in sections if _STEP_HEADING.match(section.title)]
    counted = [line.strip() for line in prose if _NUMBERED.match(line)]
    steps = headings if len(headings) >= _LEAST_STEPS else counted
    return tuple(steps) if len(steps) >= _LEAST_STEPS else ()


def _prose(text: str) -> list[str]:
    """Give the lines that are no code: what a program says in a fence is no part of the plan's words."""
    kept: list[str] = []
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            kept.append(line)
    return kept


def _sections(prose: list[str]) -> Iterator[_Section]:
    """Give every heading but the plan's own title, with all that stands below it, headings of a lower rank too."""
    titles = [(place, *title) for place, line in enumerate(prose) if (title := _title(line))]
    if titles and not any(line.strip() for line in prose[: titles[0][0]]) and titles[0][1] == 1:
        titles = titles[1:]
    for number, (place, rank, title) in enumerate(titles):
        end = next((other for other, other_rank, _ in titles[number + 1 :] if other_rank <= rank), len(prose))
        below = (line.rstrip() for line in prose[place + 1 : end])
        yield _Section(title, tuple(line for line in below if line.strip() and not _rule(line)))


def _title(line: str) -> tuple[int, str] | None:
    """Give rank and words of a heading: one of Markdown's, a line all in bold, or a label with nothing behind it."""
    if found := _HEADING.match(line):
        return len(found[1]), found[2].strip(" #*`")
    if found := _BOLD.fullmatch(line):
        return 7, found[1].strip(" :`")
    if found := _LABEL.fullmatch(line.rstrip()):
        return 8, found[1]
    return None


def _rule(line: str) -> bool:
    return set(line.strip()) <= set("-*_= ")
