"""Tool calls, their results and what is said in one line each: what the screen shows of work in flight.

Agents write megabytes there. A call is told by its head; a result by both ends, because a test run says what came out
in its last lines and an error in its first.
"""

from state.findings.lines import masked
from state.policy.effects import effects
from state.policy.hint import may_matter
from state.text import clean

CALL = 240
"""Characters shown of a call."""
RESULT = 240
"""Characters shown of a result."""
NAME = 120
"""Characters kept of a tool's name or a call's id; agents have written whole paragraphs there."""
_HEAD = 90
_REACH = 200
"""Characters beyond a cut in which a secret is looked for."""


def call_line(text: str | None) -> str:
    """Give the telling part of a call, its command or path, as one safe line."""
    return clean(_safe(text.strip(), CALL), CALL) if text else ""


def said_line(text: str, longest: int) -> str:
    """Give words of the human's or the agent's, at most `longest` characters, as one safe line."""
    return clean(_safe(text, longest), longest)


def result_line(text: str | None) -> str:
    """Give a result as one safe line: whole if short, else its first and its last characters."""
    if not text:
        return ""
    if len(text) > RESULT:
        text = f"{_safe(text.lstrip(), _HEAD)[:_HEAD]} … {_safe_end(text.rstrip(), RESULT - _HEAD - 3)}"
    return clean(masked(text.strip()), RESULT)


def _safe(text: str, longest: int) -> str:
    """Give what is looked at of a text's head without secrets; one that the cut would halve is still known by form.

    Marks are shorter than secrets, so what was read to recognise one is taken off again.
    """
    shown = masked(text[: longest + _REACH])
    return f"{shown[:-_REACH]}…" if len(text) > longest + _REACH else shown


def _safe_end(text: str, longest: int) -> str:
    shown = masked(text[-(longest + _REACH) :])
    return shown[_REACH:][-longest:] if len(text) > longest + _REACH else shown[-longest:]


def effects_of(command: str | None, top: str | None) -> list[str]:
    """Give what a shell line can do that is worth judging, for a run whose directory is `top`."""
    return list(effects(command, top)) if command and may_matter(command) else []


def name_line(name: str | None) -> str:
    """Give a tool's name or a call's id as one safe word; "?" where the record has none."""
    return clean(name.strip(), NAME) if name else "?"
