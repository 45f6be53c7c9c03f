"""The core's side of the files of `state.gate_files`: reads what hooks wrote, writes what hooks read.

Everything that is read here may be forged, half written or gone: what is odd is set aside, and nothing of it raises.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from state.control.assurance import Promise
from state.gate_files import Answered, Fleet, Grant, RunFile
from state.promises import promises_in
from state.spool import Spool, make_private, read_whole, write_whole
from state.told_spool import told_folder

_MOST_LINES = 4 << 20
"""Bytes of one file of calls that are read at once; the rest is read at the next step."""
_MOST_QUESTIONS = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of calls: which file of that name, and from which byte to which."""

    file: str
    inode: int
    offset: int
    next: int
    text: bytes


class GateSpool:
    """The directories in which hooks and the core meet, each of mode 0700."""

    def __init__(self, spool: Spool) -> None:
        """Make the directories. Raises `OSError` where that fails, `ValueError` where one is unsafe."""
        self._spool = spool
        self.requests, self.calls, self.grants, self.runs, self.policies = (
            spool.folder / "spool" / "requests",
            spool.folder / "spool" / "calls",
            spool.folder / "spool" / "grants",
            spool.folder / "runs",
            spool.folder / "policy",
        )
        for place in (self.requests, self.calls, self.grants, self.runs, self.policies):
            make_private(place)
        self._told = told_folder(spool.folder)

    def questions(self) -> dict[str, float]:
        """Name the questions that lie here, each with when its hook last touched it."""
        found: dict[str, float] = {}
        for folder in _with_own(self.requests):
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".json") and not entry.name.startswith("."):
                        with contextlib.suppress(OSError):
                            touched = entry.stat(follow_symlinks=False).st_mtime
                            found.setdefault(entry.name.removesuffix(".json"), touched)
                    if len(found) >= _MOST_QUESTIONS:
                        break
        return found

    def question(self, name: str) -> dict[str, Any] | None:
        """Read a question; None where it is no file of its own, no JSON object, or too large."""
        return read_whole(self._asked(name))

    def refuse(self, name: str) -> None:
        """Set a question aside that is none, so that a human can look at it; where even that fails it stays."""
        aside = self._spool.folder / "spool" / "refused"
        with contextlib.suppress(OSError):
            aside.mkdir(mode=0o700, exist_ok=True)
            self._asked(name).rename(aside / f"{name}.json")

    def drop_question(self, name: str) -> None:
        """Take away a question whose hook died and left it."""
        self._asked(name).unlink(missing_ok=True)

    def _asked(self, name: str) -> Path:
        """Give where a question lies: of two with one name the first is meant, so that none is put before another."""
        places = [folder / f"{name}.json" for folder in _with_own(self.requests)]
        return next((place for place in places if os.path.lexists(place)), places[0])

    def answer(self, answered: Answered) -> None:
        """Leave an answer for the hook that waits; written again it is the same."""
        path = self._spool.answers / f"{answered['request']}.json"
        if read_whole(path) != dict(answered):
            write_whole(path, dict(answered))

    def drop_answer(self, name: str) -> None:
        """Take away an answer that nobody waits for any more."""
        (self._spool.answers / f"{name}.json").unlink(missing_ok=True)

    def grant(self, key: str, grant: Grant) -> bool:
        """Leave a leave for one call. False where it was left before: a hook may have taken it to use it up.

        The mark is made last: a core that is killed before it gives the leave again, which is right, because a hook
        that used it noted so before it let its call go.
        """
        mark = self.grants / f"{grant['request']}.given"
        if mark.exists():
            return False
        write_whole(self.grants / f"{key}.json", dict(grant))
        os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        return True

    def drop_grant(self, key: str, request: str) -> None:
        """Take away a leave that ran out, unless the file is another request's."""
        path = self.grants / f"{key}.json"
        if (read_whole(path) or {}).get("request") == request:
            path.unlink(missing_ok=True)
        (self.grants / f"{request}.given").unlink(missing_ok=True)

    def installed(self) -> dict[str, float]:
        """Give the agents whose hook is registered, and since when: `hooks.json` beside all repositories' folders."""
        found: dict[str, Any] = read_whole(self._spool.folder.parent / "hooks.json") or {}
        told = {agent: cast(dict[str, Any], one).get("at") for agent, one in found.items() if isinstance(one, dict)}
        return {agent: float(at) for agent, at in told.items() if isinstance(at, int | float)}

    def promised(self) -> dict[str, Promise]:
        """Give what doctor last said of each agent's hook, as far as it still holds."""
        return promises_in(self._spool.folder.parent)

    def has_policy(self, blob: str) -> bool:
        """Say whether the compiled policy that a run is pinned to is still kept."""
        return (self.policies / f"{blob}.json").is_file()

    def publish_run(self, name: str, run: RunFile) -> bool:
        """Write what a hook must know of one run, where it is not what stands there. Says whether it wrote."""
        return _published(self.runs / f"{name}.json", run)

    def publish_fleet(self, fleet: Fleet) -> bool:
        """Write what holds for every run, where anything but its time differs. Says whether it wrote."""
        written = False
        for folder in (self._told, self._spool.folder):
            before = read_whole(folder / "fleet.json") or {}
            if {**before, "at": 0} != {**fleet, "at": 0}:
                written = _published(folder / "fleet.json", fleet) or written
        return written

    def new_lines(self, marks: Mapping[str, tuple[int, int]]) -> Iterator[Line]:
        """Give the complete lines that hooks appended since; a half-written one waits, a new file begins anew."""
        for folder in _with_own(self.calls):
            own = "" if folder == self.calls else f"{folder.name}/"
            for path in sorted(folder.glob("*.jsonl")):
                yield from _lines(path, f"{own}{path.stem}", marks.get(f"{own}{path.stem}"))


def _with_own(shared: Path) -> list[Path]:
    """Give a directory of the spool, and after it those in it that are a confined run's own."""
    own: list[Path] = []
    with contextlib.suppress(OSError), os.scandir(shared) as entries:
        own = [shared / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [shared, *sorted(own)]


def _lines(path: Path, name: str, mark: tuple[int, int] | None) -> Iterator[Line]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return
        offset = mark[1] if mark is not None and mark[0] == found.st_ino and mark[1] <= found.st_size else 0
        file.seek(offset)
        read = file.read(_MOST_LINES)
    end = read.rfind(b"\n") + 1
    for text in read[:end].splitlines(keepends=True):
        yield Line(name, found.st_ino, offset, offset + len(text), text)
        offset += len(text)


def _published(path: Path, document: RunFile | Fleet) -> bool:
    words = cast(dict[str, Any], document)
    if read_whole(path) == words:
        return False
    write_whole(path, words)
    return True
