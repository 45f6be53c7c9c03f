"""Takes apart what `git diff -p -U0` prints: for each file the lines that are added and those that are taken out.

Lines are counted by the hunks' headers, so that a line which looks like a header is never taken for one. A print that
was cut off in the middle gives what stood before the cut.
"""

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from state.findings.lines import LONGEST_LINE, AddedFile

_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


@dataclass(slots=True)
class _File:
    path: str
    lines: list[str] = field(default_factory=list[str])
    numbers: list[int] = field(default_factory=list[int])
    removed: list[str] = field(default_factory=list[str])

    def told(self) -> AddedFile:
        return AddedFile(self.path, self.lines, self.numbers, self.removed)


def added(out: bytes) -> Iterator[AddedFile]:
    """Read `git diff -p -U0 --src-prefix=a/ --dst-prefix=b/`; files without added or removed lines are left out."""
    file: _File | None = None
    old = new = number = 0
    source = ""
    for line in out.split(b"\n"):
        if old and line.startswith(b"-"):
            old -= 1
            if file is not None:
                file.removed.append(_text(line[1:]))
        elif new and line.startswith(b"+"):
            new -= 1
            if file is not None:
                file.lines.append(_text(line[1:]))
                file.numbers.append(number)
            number += 1
        elif line.startswith(b"--- "):
            source = os.fsdecode(header_name(line[4:]))
        elif line.startswith(b"+++ "):
            if file is not None:
                yield file.told()
            file = _File(os.fsdecode(header_name(line[4:])) or source)
        elif hunk := _HUNK.match(line):
            old, new, number = int(hunk[1] or 1), int(hunk[3] or 1), int(hunk[2])
    if file is not None:
        yield file.told()


def whole(path: str, content: bytes) -> AddedFile:
    """Give a file as if it were new as a whole; UTF-16 is known by its mark (Unicode 15.0, 23.8)."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    lines = content.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return AddedFile(path, [_text(line) for line in lines], range(1, len(lines) + 1))


def _text(line: bytes) -> str:
    return line[:LONGEST_LINE].rstrip(b"\r").decode("utf-8", "replace").replace("\n", " ")


def header_name(field: bytes) -> bytes:
    """Give the path of a header, empty for none; git quotes odd names as C does (git-diff(1), core.quotePath)."""
    name = field.rstrip(b"\t\r")
    if name.startswith(b'"') and name.endswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return b"" if name == b"/dev/null" else name[2:]


def _unescaped(found: re.Match[bytes]) -> bytes:
    letter = found[1]
    return bytes([int(letter, 8) & 0xFF]) if len(letter) == 3 else _LETTERS.get(letter, letter)
