"""Reads what a worktree adds to its base, uncommitted and untracked lines included, and keeps findings alone.

The lines are read anew only when a changed file or the base is another one than before. Files are chosen so that git
prints a bounded amount: large files, and those beyond the budget, are named as not read. Bytes are shown as text even
where an attribute calls a file binary, because an agent writes the attributes.
"""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.git import questions
from adapters.git.added import added, whole
from adapters.git.command import Place
from adapters.git.porcelain import Difference
from adapters.small_file import read_small
from state.findings.lines import AddedFile, marks, masked, worst
from state.findings.pack import pack
from state.findings.shingles import Part, joined, part
from state.runs.worktree import Content, Marked
from state.text import clean

LARGEST_FILE = 2**20
"""Bytes of one file that is read."""
MOST_BYTES = 4 * 2**20
"""Bytes of all files that are read, and of what git prints of them."""
MOST_FILES = 500
_LOOKED_AT_FOR_NUL = 50
"""Lines of a file in which a NUL shows that it is binary."""
_NAMED = 3
"""Files that are no text, as far as they are named, each by at most `_LONGEST_NAME` letters."""
_LONGEST_NAME = 200
_BINARY = re.compile(
    r"\.(?:png|jpe?g|gif|ico|webp|bmp|tiff?|avif|icns|pdf|woff2?|ttf|otf|eot|zip|gz|tgz|bz2|xz|zst|7z|jar|whl|mp[34]|ogg"
    r"|wav|webm|mov)\Z",
    re.IGNORECASE,
)
"""Names of pictures, fonts, sounds and archives, which are expected to be no text."""

_Sign = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The files to read, by their raw relative paths, with how each looks now; the tracked ones are git's to compare.

    `left_out` counts the files that are not read; `nested` are repositories of their own, which git does not look into.
    """

    tracked: Mapping[str, _Sign]
    untracked: Mapping[str, _Sign]
    left_out: int = 0
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found in one file; `as_text` is False where it is no text and was not searched."""

    lines: int
    marks: tuple[Marked, ...]
    part: Part | None
    as_text: bool = True


@dataclass(slots=True)
class Reader:
    """Reads the content of one worktree; remembers what it found in each file, as long as that looks the same.

    Not safe for two calls at a time.
    """

    _against: str = ""
    _known: dict[_Sign, _Read] = field(default_factory=dict[_Sign, _Read])
    _chosen: _Chosen | None = None
    _last: Content | None = None

    async def read(
        self,
        shadow: Place,
        root: str,
        against: str,
        differences: Sequence[Difference],
        untracked: Sequence[str],
        limit: float,
    ) -> Content:
        """Give the content as of now; `against` is the commit or tree that it is compared with. Raises `GitFailed`."""
        if against != self._against:
            self._known, self._chosen, self._against = {}, None, against
        chosen = await asyncio.to_thread(_chosen, root, differences, untracked)
        if self._last is not None and chosen == self._chosen:
            return self._last
        tracked = [path for path, sign in chosen.tracked.items() if sign not in self._known]
        out, cut = b"", False
        if tracked:
            out, cut = await questions.lines(shadow, against, tracked, MOST_BYTES, limit)
        content = await asyncio.to_thread(self._judged, root, chosen, out, cut)
        self._chosen = None if cut else chosen
        self._last = self._last if content == self._last else content
        return self._last or content

    def _judged(self, root: str, chosen: _Chosen, out: bytes, cut: bool) -> Content:
        """Read the files that are new or changed, forget those that are gone, and put everything together."""
        fresh = {file.path: _read(file) for file in added(out)}
        known: dict[_Sign, _Read] = {}
        for path, sign in chosen.tracked.items():
            found = self._known.get(sign) or fresh.get(path) or _NOTHING
            # Git takes UTF-16 apart at each byte of a line break, so such a file is read whole.
            known[sign] = found if found.as_text or sign in self._known else _untracked(root, path)
        for path, sign in chosen.untracked.items():
            known[sign] = self._known.get(sign) or _untracked(root, path)
        # What was cut off must be read again, so only a whole answer is remembered.
        self._known = {} if cut else known
        parts = [one.part for one in known.values() if one.part is not None]
        found = worst(mark for one in known.values() for mark in one.marks)
        odd = [sign[0] for sign, one in known.items() if not one.as_text and not _BINARY.search(sign[0])]
        unread = _unread(chosen.left_out, cut, [*odd, *chosen.nested])
        return Content(sum(one.lines for one in known.values()), found, joined(parts), unread)


def _chosen(root: str, differences: Sequence[Difference], untracked: Sequence[str]) -> _Chosen:
    """Choose regular files in their order, as far as their number and size allow; note how each looks now."""
    tracked: dict[str, _Sign] = {}
    loose: dict[str, _Sign] = {}
    left, left_out = MOST_BYTES, 0
    wanted = [(one.path, tracked) for one in differences if one.kind != "deleted"]
    for path, kept in (*wanted, *((path, loose) for path in untracked if not path.endswith("/"))):
        sign = _sign(root, path)
        if sign is None:
            continue
        if sign[2] > min(LARGEST_FILE, left) or len(tracked) + len(loose) == MOST_FILES:
            left_out += 1
            continue
        kept[path] = sign
        left -= sign[2]
    return _Chosen(tracked, loose, left_out, tuple(path for path in untracked if path.endswith("/")))


def _sign(root: str, path: str) -> _Sign | None:
    """Give what tells one state of a regular file from another; None for anything else."""
    try:
        found = os.lstat(f"{root}/{path}")
    except (OSError, ValueError):
        return None
    return (path, found.st_mtime_ns, found.st_size, found.st_ino) if found.st_mode & 0o170000 == 0o100000 else None


def _untracked(root: str, path: str) -> _Read:
    content = read_small(f"{root}/{path}", LARGEST_FILE)
    return _NO_TEXT if content is None else _read(whole(path, content))


def _read(file: AddedFile) -> _Read:
    """Search a file's lines and sketch them; generated files count in no sketch, binary ones nowhere."""
    if any("\0" in line for line in file.lines[:_LOOKED_AT_FOR_NUL]):
        return _NO_TEXT
    generated = pack().generated.match(clean(file.path))
    return _Read(len(file.lines), marks(file), None if generated else part(file))


_NOTHING = _Read(0, (), None)
_NO_TEXT = _Read(0, (), None, as_text=False)


def _unread(left_out: int, cut: bool, odd: Sequence[str]) -> str:
    """Say what was not read; `odd` are raw paths of what is no text, or a repository of its own."""
    said: list[str] = []
    if cut:
        said.append(f"what lies beyond the first {MOST_BYTES >> 20} MiB of the difference")
    elif left_out:
        said.append(f"{left_out} files that are too many or too large")
    if odd:
        more = f" and {len(odd) - _NAMED} more" if len(odd) > _NAMED else ""
        said.append(", ".join(clean(masked(path), _LONGEST_NAME) for path in odd[:_NAMED]) + more)
    return "; ".join(said)
