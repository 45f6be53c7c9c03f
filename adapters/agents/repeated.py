"""Digests by which the core sees that a call came back the same, and which file a plain shell command reads.

Of a long text the length and both ends are digested: what differs only in the middle of a text of the same length is
taken for the same, which a detector of loops can bear and a cold index of gigabytes must.
"""

import hashlib
import re
from os.path import normpath

from adapters.agents.tool_calls import call_line
from state.text import clean

_END = 2048
_WAITS = re.compile(
    r"\b(?:sleep|watch|wait|tail -[fF]|--watch|--follow|logs -f|gh (?:run|pr checks)|tasks/\w+\.output)\b"
)
"""Commands that wait for something else: they come back the same for as long as it takes."""
_WAITING = ("sleep", "wa", "tail -", "--follow", "logs -f", "gh ", "tasks/")
"""What one of `_WAITS` must hold; most commands have none of it, and this tells it faster."""
_READS = re.compile(
    r"(?:cat|nl -ba|(?:sed -n|head -n|head|tail -n|tail) ['\"]?([\d,$+p -]{1,20})['\"]?) ([\w./@+~-]+)"
    r"(?: ?\| ?(?:sed -n|head -n|head|tail -n|tail) ['\"]?([\d,$p -]{1,20})['\"]?)?"
)
_LONGEST_READ = 400


def digest(*texts: str | bytes | memoryview) -> str:
    """Give sixteen hexadecimal digits that are the same for the same texts."""
    made = hashlib.blake2s(digest_size=8)
    for text in texts:
        made.update(b"%d\0" % len(text))
        for part in (text,) if len(text) <= 2 * _END else (text[:_END], text[-_END:]):
            made.update(part.encode("utf-8", "replace") if isinstance(part, str) else part)
    return made.hexdigest()


def waits(command: str) -> bool:
    """Say whether a shell line only waits for something that goes on elsewhere."""
    return any(word in command for word in _WAITING) and _WAITS.search(command) is not None


def read_by(command: str, cwd: str | None) -> tuple[str, str] | None:
    """Give the file that a plain shell line prints, absolute, and which part of it; None for any other line."""
    if len(command) > _LONGEST_READ or (found := _READS.fullmatch(command.strip())) is None:
        return None
    path = normpath(found[2] if found[2].startswith("/") else f"{cwd or ''}/{found[2]}") if cwd else ""
    part = " ".join(part.strip(" p") for part in (found[1], found[3]) if part)
    return (clean(path), call_line(part)) if path.startswith("/") else None
