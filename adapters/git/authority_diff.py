"""Gives the text of a difference as safe lines with their numbers, and says of each path what is not shown.

A note of Headgate's own begins a hunk in which white space is all that differs between two lines, or line ends do.
Source of the format: git-diff(1), "Generating patch text with -p".
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from itertools import islice

from adapters.git import door
from adapters.git.added import header_name
from adapters.git.asked import Asked
from adapters.git.spelling import unspelt
from state.evidence.proposal import DiffLine, FileChange, FileDiff, Hunk, LineKind
from state.text import clean

MOST_BYTES = 16 * 2**20
"""Bytes of git's text that are read."""
MOST_LINES = 100_000
"""Lines shown of one path."""
MOST_IN_ALL = 250_000
"""Lines shown of all paths."""
LONGEST_LINE = 2000
_MOST_NAMED = 500
"""Paths that are named to git; where more are wanted, all are asked."""
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL)
_KINDS: dict[bytes, LineKind] = {b" ": "same", b"+": "added", b"-": "deleted", b"\\": "note"}
_SPACE = re.compile(rb"\s+")


@dataclass(slots=True)
class _Region:
    """A hunk as git prints it: where it begins on either side, how many lines are still to come, and its lines."""

    old: int
    new: int
    old_left: int
    new_left: int
    header: bytes
    lines: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    def put(self, line: bytes) -> bool:
        """Take a line in, unless it stands after the hunk."""
        sign = line[:1]
        if sign == b"\\" and self.lines:
            self.lines.append((sign, line[2:]))
            return True
        if sign not in (b" ", b"+", b"-") or not (self.old_left or self.new_left):
            return False
        self.old_left -= sign in (b" ", b"-")
        self.new_left -= sign in (b" ", b"+")
        self.lines.append((sign, line[1:]))
        return True


async def differences(
    store: Asked, ends: tuple[str, str], files: Sequence[FileChange], paths: Sequence[str]
) -> tuple[FileDiff, ...]:
    """Give how these paths differ, all of them where none is named. Raises `GitFailed` and `ValueError`."""
    wanted = set(paths)
    chosen = [change for change in files if change.path in wanted] if paths else list(files)
    named = [unspelt(change.path) for change in chosen]
    asked = [path.decode("utf-8", "surrogateescape") for path in named] if len(named) <= _MOST_NAMED else []
    if not chosen:
        return ()
    flags = ("-p", "-U3", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    out = (await door.hold(store.place(), "diff", *flags, *ends, "--", *asked, enough=MOST_BYTES)).out
    # Beside the loop: of a huge change this takes seconds, and a screen is to go on meanwhile.
    return await asyncio.to_thread(_shown, list(zip(chosen, named, strict=True)), out[:MOST_BYTES])


def _shown(chosen: Sequence[tuple[FileChange, bytes]], out: bytes) -> tuple[FileDiff, ...]:
    found = regions(out)
    left = MOST_IN_ALL
    shown: list[FileDiff] = []
    for change, path in chosen:
        shown.append(one := _file(change, found.get(path, []), min(left, MOST_LINES)))
        left -= sum(len(hunk.lines) for hunk in one.hunks)
    return tuple(shown)


def regions(out: bytes) -> dict[bytes, list[_Region]]:
    """Read `git diff -p`: the hunks by raw path. A file that became a link stands there twice, out and in."""
    found: dict[bytes, list[_Region]] = {}
    source = path = b""
    region: _Region | None = None
    for line in out.split(b"\n"):
        if region is not None and region.put(line):
            continue
        region = None
        if line.startswith(b"--- "):
            source = header_name(line[4:])
        elif line.startswith(b"+++ "):
            path = header_name(line[4:]) or source
        elif told := _HUNK.fullmatch(line):
            region = _Region(int(told[1]), int(told[3]), int(told[2] or 1), int(told[4] or 1), told[5])
            found.setdefault(path, []).append(region)
    return found


def _file(change: FileChange, found: Sequence[_Region], most: int) -> FileDiff:
    seen = Counter[str]()
    hunks: list[Hunk] = []
    for region in found:
        lines = tuple(islice(_lines(region), max(0, most)))
        most -= len(lines)
        if lines:
            key = _key(change.path, region)
            seen[key] += 1
            name = f"{key}-{seen[key]}" if seen[key] > 1 else key
            hunks.append(Hunk(name, _header(region), lines))
    return FileDiff(change, tuple(hunks), _left_out(change, hunks, found))


def _key(path: str, region: _Region) -> str:
    told = blake2s(path.encode(), digest_size=10)
    for sign, line in region.lines:
        if sign in (b"+", b"-"):
            told.update(b"\0%s%s" % (sign, line))
    return told.hexdigest()


def _header(region: _Region) -> str:
    old = sum(sign in (b" ", b"-") for sign, _ in region.lines)
    new = sum(sign in (b" ", b"+") for sign, _ in region.lines)
    return f"@@ -{region.old},{old} +{region.new},{new} @@ {safe(region.header)}".rstrip()


def _lines(region: _Region) -> Iterator[DiffLine]:
    old, new = region.old, region.new
    yield from (DiffLine("note", text) for text in _unseen(region))
    for sign, line in region.lines:
        kind, text = _KINDS[sign], safe(line.removesuffix(b"\r"))
        yield DiffLine(
            kind, text, old if kind in ("same", "deleted") else None, new if kind in ("same", "added") else None
        )
        old += kind in ("same", "deleted")
        new += kind in ("same", "added")


def _unseen(region: _Region) -> Iterator[str]:
    """Say of a hunk what its lines do not show: white space that alone differs, and line ends of two kinds."""
    deleted, added = ([line for one, line in region.lines if one == sign] for sign in (b"-", b"+"))
    before = {_SPACE.sub(b"", line) for line in deleted} - {b""}
    alike = sum(_SPACE.sub(b"", line) in before and line not in deleted for line in added)
    if alike:
        yield f"white space is all that differs in {alike} of these lines"
    returns = sum(line.endswith(b"\r") for line in (*deleted, *added))
    if returns and not all(line.endswith(b"\r") for sign, line in region.lines if sign != b"\\"):
        yield f"{returns} of these changed lines end in a carriage return, others do not"


def safe(line: bytes) -> str:
    """Give a line as safe text; tabs become blanks, and bytes that are no UTF-8 stay apart from each other."""
    return clean(line.decode("utf-8", "surrogateescape").replace("\r", "␍").expandtabs(4), LONGEST_LINE)


def _left_out(change: FileChange, hunks: Sequence[Hunk], found: Sequence[_Region]) -> str:
    """Say what of a path is not shown, "" where all of it is."""
    if change.nature == "binary":
        return "a binary file: its content is not shown"
    if change.status == "mode":
        return f"only its mode changed, from {change.old_mode} to {change.new_mode}"
    said = ["the files of the submodule are not shown"] if change.nature == "submodule" else []
    shown = sum(line.kind in ("added", "deleted") for hunk in hunks for line in hunk.lines)
    missing = (change.added or 0) + (change.deleted or 0) - shown
    if missing > 0:
        said.append(f"{missing} changed lines are not shown")
    long = sum(len(line) > LONGEST_LINE for region in found for sign, line in region.lines if sign in (b"+", b"-"))
    if long:
        said.append(f"{long} changed lines are cut at {LONGEST_LINE} characters")
    return "; ".join(said)
