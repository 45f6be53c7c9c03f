"""Pi: where its sessions lie, whose they are, and where their reader begins.

One log a session: `<root>/<directory of a worktree>/<time>_<session>.jsonl`. The name of the directory encodes a path
with loss and is never decoded: the first record names the path. Source: research/log-formats.md 8.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Head, LogPlace, LogReader, Presence
from adapters.agents.claude_record import seconds
from adapters.agents.pi_reader import AGENT, PiReader
from adapters.agents.pi_record import read_record
from state.text import clean

_NAME = re.compile(r".*_([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\.jsonl")


class Pi:
    """The adapter of Pi; it keeps nothing between calls."""

    name = AGENT
    program = "pi"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give `PI_CODING_AGENT_SESSION_DIR`, else `sessions` in `PI_CODING_AGENT_DIR` or `~/.pi/agent`."""
        home = environment.get("HOME", "")
        if named := environment.get("PI_CODING_AGENT_SESSION_DIR", "").strip():
            return (_expanded(named, home),)
        if named := environment.get("PI_CODING_AGENT_DIR", "").strip():
            return (_expanded(named, home) / "sessions",)
        return (Path(home, ".pi", "agent", "sessions"),) if home else ()

    def folders(self, root: Path) -> Iterator[str]:
        """Give the root and the directories in it."""
        if root.is_dir():
            yield str(root)
            yield from (entry.path for entry in _entries(str(root), []) if entry.is_dir(follow_symlinks=False))

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every session; a session directory of one's own choice may hold them directly."""
        for entry in _entries(str(root), unreadable):
            if entry.is_dir(follow_symlinks=False):
                yield from _places(_entries(entry.path, unreadable))
            else:
                yield from _places([entry])

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read session, directory, first time and the session that this one was forked from off the header."""
        session, cwd, parent, at = place.session, None, None, None
        for line in lines:
            try:
                record, _ = read_record(line)
            except ValueError:
                continue
            at = seconds(record.timestamp) if at is None else at
            if record.type == "session":
                session, cwd = record.id or session, record.cwd
                parent = _session_of(record.parentSession or record.branchedFrom)
                break
        session = clean(session or Path(place.path).stem)
        return Head(session, clean(cwd) if cwd else None, False, None if parent == session else parent, at)

    def reader(self, place: LogPlace, head: Head, saved: str) -> LogReader:
        """Make the reader of a log."""
        return PiReader(place.path, head.session or place.session or Path(place.path).stem, head.parent, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: Pi keeps no registry of live sessions."""
        return iter(())


def _expanded(path: str, home: str) -> Path:
    return Path(home, path[2:]) if home and path.startswith("~/") else Path(path)


def _session_of(path: str | None) -> str | None:
    """Name the session of another log by the path that a header gives, or by its id."""
    if not path:
        return None
    name = path.replace("\\", "/").rpartition("/")[2]
    found = _NAME.fullmatch(name)
    return clean(found[1] if found else name.removesuffix(".jsonl"))


def _places(entries: Sequence[os.DirEntry[str]]) -> Iterator[LogPlace]:
    for entry in entries:
        if entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
            named = _NAME.fullmatch(entry.name)
            yield LogPlace(entry.path, named[1] if named else None)


def _entries(folder: str, unreadable: list[OSError]) -> list[os.DirEntry[str]]:
    """List a directory in the order of names; one that is not there is empty."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        unreadable.append(error)
        return []
