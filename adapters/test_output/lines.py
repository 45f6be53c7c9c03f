"""Makes lines of a tool's output: colours gone, bounded in number and length, and whether the agent cut it.

The bounds keep the work of every reader within a constant, whatever the output; the beginning and the end are kept,
because summaries stand at the end and the reason why nothing could run stands at the beginning.
"""

import re
from dataclasses import dataclass

HEAD, TAIL = 8_000, 64_000
"""Characters kept of the beginning and of the end; agents keep less of an output themselves, 30 or 40 thousand."""
MOST_LINES = 2000
"""Lines kept, the last ones and a tenth of them from the beginning."""
LONGEST_LINE = 400
"""Characters kept of a line; no summary and no test's name that tells anything is longer."""
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CUT = re.compile(
    r"\[?…? ?\d[\d,]* (?:tokens|characters|chars|bytes|lines) (?:truncated|omitted)|^<persisted-output>|^… \+\d+ lines"
    r"|\[Output truncated|Output too large|^\[\.\.\. omitted \d+|output truncated to"
)
_CUTS = ("truncated", "omitted", "<persisted-output>", "… +", "Output too large")
"""What `_CUT` looks for, without its form: most outputs have none of it, and this tells it faster."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An output as lines. `cut` says that a part of it is missing."""

    lines: tuple[str, ...]
    cut: bool


def sheet(text: str) -> Sheet:
    """Give the lines of an output, at most `MOST_LINES` of `LONGEST_LINE` characters."""
    shortened = len(text) > HEAD + TAIL
    if shortened:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        shortened = True
        lines = [*lines[: MOST_LINES // 10], *lines[-MOST_LINES * 9 // 10 :]]
    kept = tuple(line[:LONGEST_LINE].rstrip() for line in lines)
    return Sheet(kept, shortened or (any(map(text.__contains__, _CUTS)) and any(map(_CUT.search, kept))))
