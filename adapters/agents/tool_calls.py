"""Tool calls and their results in one line each: what the screen shows of work in flight.

Agents write megabytes there. A call is told by its head; a result by both ends, because a test run says what came out
in its last lines and an error in its first.
"""

from state.text import clean

CALL = 240
"""Characters shown of a call."""
RESULT = 240
"""Characters shown of a result."""
NAME = 120
"""Characters kept of a tool's name or a call's id; agents have written whole paragraphs there."""
_HEAD = 90


def call_line(text: str | None) -> str:
    """Give the telling part of a call, its command or path, as one safe line."""
    return clean(text.strip(), CALL) if text else ""


def result_line(text: str | None) -> str:
    """Give a result as one safe line: whole if short, else its first and its last characters."""
    if not text:
        return ""
    if len(text) > RESULT:
        text = f"{text[:_HEAD].lstrip()} … {text[-(RESULT - _HEAD - 3) :].rstrip()}"
    return clean(text.strip(), RESULT)


def name_line(name: str | None) -> str:
    """Give a tool's name or a call's id as one safe word; "?" where the record has none."""
    return clean(name.strip(), NAME) if name else "?"
