"""What a check printed: beginning and end within a bound, safe to look at, and kept in a file with its digest."""

import hashlib
import os
import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from state.spool import make_private
from state.text import clean

HEAD, TAIL = 4 << 20, 12 << 20
"""Bytes kept of the beginning and of the end."""
MOST_LOGS = 100
"""Logs kept of a repository, the newest."""
LINE = 160
"""Characters kept of a line of progress."""
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n")
_HIDDEN = re.compile("[\x80-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")


@dataclass(slots=True)
class Output:
    """Bytes as they come. `left_out` counts those between beginning and end that were not kept."""

    head: bytearray = field(default_factory=bytearray)
    tail: deque[bytes] = field(default_factory=deque[bytes])
    within_tail: int = 0
    left_out: int = 0
    last: str = ""
    """The last whole line, safe to show."""

    @property
    def full(self) -> bool:
        """Whether something was left out, so that nothing is lost by reading slowly."""
        return self.left_out > 0

    def take(self, block: bytes) -> None:
        """Take what was printed."""
        lines = [one for one in block[-4096:].split(b"\n") if one.strip()]
        self.last = clean(safe(lines[-1]).strip(), LINE) if lines else self.last
        room = HEAD - len(self.head)
        self.head += block[: max(room, 0)]
        if rest := block[max(room, 0) :]:
            self.tail.append(rest)
            self.within_tail += len(rest)
        while self.within_tail > TAIL:
            dropped = self.tail.popleft()
            self.within_tail -= len(dropped)
            self.left_out += len(dropped)

    def text(self) -> str:
        """Give what was kept as safe text of several lines; a gap is said where it is."""
        if not self.left_out:
            return safe(bytes(self.head) + b"".join(self.tail))
        gap = f"\n[headgate: {self.left_out} bytes left out]\n"
        return safe(bytes(self.head)) + gap + safe(b"".join(self.tail))


def safe(raw: bytes) -> str:
    """Give bytes of a foreign program as text that no terminal obeys: several lines, tabs kept."""
    plain = _SEQUENCE.sub(b"", raw) if b"\x1b" in raw else raw
    plain = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n").translate(None, _CONTROLS)
    return _HIDDEN.sub("�", plain.decode("utf-8", "replace"))


def written(house: Path, name: str, text: str) -> tuple[str, str]:
    """Write a log and give its path and SHA-256; the oldest beyond `MOST_LOGS` go. Raises `OSError`."""
    folder = house / "checks" / "logs"
    make_private(folder.parent)
    make_private(folder)
    raw = text.encode()
    path = folder / f"{name}.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
    for old in sorted(folder.glob("*.log"), key=lambda one: one.stat().st_mtime, reverse=True)[MOST_LOGS:]:
        old.unlink(missing_ok=True)
    return str(path), hashlib.sha256(raw).hexdigest()
