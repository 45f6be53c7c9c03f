"""Claude Code: where its logs lie, whose they are, and which of its sessions are live.

Main logs are `<root>/projects/<dir>/<session>.jsonl`. Subagents' logs lie in `<session>/subagents/` (since 2.0.6x) or,
before, beside the main logs as `agent-*.jsonl`, where only their records name the session. The name of `<dir>` encodes
a path with loss and is never decoded. Deeper trees are walked as well, because people keep copies of logs.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from adapters.agents.agent import Head, LogPlace, LogReader, LogSkimmer, Presence
from adapters.agents.claude_reader import AGENT, ClaudeReader
from adapters.agents.claude_record import Record, Registered, read_record, read_registered, seconds
from adapters.agents.claude_skim import ClaudeSkimmer
from adapters.small_file import read_small
from state.text import clean

_DEEPEST = 10
"""Directories below `projects`; the deepest that Claude Code makes is four down."""
_NO_LOGS = frozenset({"tool-results", "memory", "file-history"})
_SESSION = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REGISTRY_CAP = 64 * 1024
_BUSY: dict[str, Literal["busy", "idle", "waiting"]] = {
    "busy": "busy",
    "shell": "busy",
    "idle": "idle",
    "waiting": "waiting",
}


class ClaudeCode:
    """The adapter of Claude Code; it keeps nothing between calls."""

    name = AGENT
    program = "claude"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give the configuration directories: those of CLAUDE_CONFIG_DIR, else `~/.claude` and the XDG one.

        CLAUDE_CONFIG_DIR may be a list with commas, and each entry may name the `projects` directory itself.
        """
        home = environment.get("HOME", "")
        if named := environment.get("CLAUDE_CONFIG_DIR", "").strip():
            entries = [_expanded(entry.strip(), home) for entry in named.split(",") if entry.strip()]
            found = [entry.parent if entry.name == "projects" else entry for entry in entries]
        else:
            config = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
            found = [Path(home, ".claude")] if home else []
            found += [Path(config, "claude")] if config else []
        return tuple(dict.fromkeys(found))

    def folders(self, root: Path) -> Iterator[str]:
        """Give the directories to watch; while there is no `projects` yet, the root in which it will appear."""
        projects, sessions = root / "projects", root / "sessions"
        below = [folder for folder, _ in _walked(str(projects), [])]
        yield from below or ([str(root)] if _is_directory(root) else [])
        yield from [str(sessions)] if _is_directory(sessions) else []

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every log below `projects`, main logs and subagents' logs."""
        top = str(root / "projects")
        for folder, files in _walked(top, unreadable):
            for name in files:
                if name.endswith(".jsonl") and name != "journal.jsonl":
                    yield _place(folder, name, folder[len(top) :].split("/"))

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read session, directory and first time from the first records; the file's name wins over the records.

        A copy that a resume made holds records of two sessions, and only its name says which one it is. A log whose
        name is no session id and whose records name none is a session by its name.
        """
        session, side = place.session, place.side
        cwd: str | None = None
        parent: str | None = None
        at: float | None = None
        for record in _records(lines):
            # A subagent's log under a name of its own, as people keep them: from its first message on a side matter.
            side = side or (place.session is None and cwd is None and record.isSidechain is True)
            session, cwd = session or record.sessionId, cwd or record.cwd
            parent = parent or _forked_from(record)
            at = seconds(record.timestamp) if at is None else at
            if session and cwd and at is not None:
                break
        session = clean(session or place.path.rpartition("/")[2].removesuffix(".jsonl"))
        return Head(session, clean(cwd) if cwd else None, side, None if parent == session or side else parent, at)

    def reader(self, place: LogPlace, head: Head, saved: str) -> LogReader:
        """Make the reader of a log; its events are of the session that the head names."""
        return ClaudeReader(head.session or place.path, head.parent, place.path, head.side, saved)

    def skimmer(self, place: LogPlace, head: Head) -> LogSkimmer:
        """Make what skims a log; its events are of the session that the head names."""
        return ClaudeSkimmer(head.session or place.path, head.parent, place.path, head.side)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give the sessions of `<root>/sessions/<pid>.json`; orphans and daemons' files are left out.

        The file's fields are those of 2.1.100 to 2.1.330; the older ones write no status and no process start.
        """
        try:
            files = sorted((root / "sessions").iterdir())
        except OSError:
            return
        for file in files:
            if file.suffix == ".json" and (content := read_small(str(file), _REGISTRY_CAP)):
                found = _presence(read_registered(content), str(file))
                if found is not None and str(found.pid) == file.stem:
                    yield found


def _expanded(entry: str, home: str) -> Path:
    """Give a path with `~` replaced: a shell expands it in the first entry of a list only."""
    return Path(home, entry[2:]) if entry.startswith("~/") and home else Path(entry)


def _walked(top: str, unreadable: list[OSError]) -> Iterator[tuple[str, list[str]]]:
    """Give each directory from `top` down with the regular files in it, sorted, without following links."""
    waiting = [(top, 0)]
    while waiting:
        folder, depth = waiting.pop()
        files: list[str] = []
        below: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(entry.name)
        except FileNotFoundError:
            continue
        except OSError as problem:
            unreadable.append(problem)
            continue
        yield folder, sorted(files)
        if depth < _DEEPEST:
            waiting += [(f"{folder}/{name}", depth + 1) for name in sorted(below, reverse=True) if name not in _NO_LOGS]


def _records(lines: Sequence[bytes]) -> Iterator[Record]:
    """Give the records that can be read; what cannot is the reader's to report."""
    for line in lines:
        try:
            yield read_record(line)
        except ValueError:
            continue


def _is_directory(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False


def _place(folder: str, name: str, parts: list[str]) -> LogPlace:
    """Tell by its place whose a log is; `parts` are the directories below `projects`, the first one empty."""
    stem = name.removesuffix(".jsonl")
    if "subagents" in parts[2:]:
        return LogPlace(f"{folder}/{name}", parts[parts.index("subagents", 2) - 1], side=True)
    if stem.startswith("agent-"):
        return LogPlace(f"{folder}/{name}", None, side=True)
    return LogPlace(f"{folder}/{name}", stem if _SESSION.fullmatch(stem) else None)


def _forked_from(record: Record) -> str | None:
    """Name the session that a forked log was copied from, as each of its rows or its first one says."""
    named = record.forkedFrom.sessionId if record.forkedFrom else None
    return named or (record.parentSessionId if record.type == "fork-context-ref" else None)


def _presence(entry: Registered, path: str) -> Presence | None:
    """Give a registry entry as a presence; None where it names no session or is a daemon's own."""
    if not entry.sessionId or entry.pid is None or entry.pid <= 0 or (entry.kind or "").startswith("daemon"):
        return None
    return Presence(
        session=clean(entry.sessionId),
        pid=entry.pid,
        start=None if entry.procStart is None else clean(str(entry.procStart)),
        cwd=clean(entry.cwd) if entry.cwd else None,
        status=_BUSY.get(entry.status or ""),
        waiting_for=clean(entry.waitingFor) if entry.waitingFor else None,
        at=_moment(entry.statusUpdatedAt if entry.statusUpdatedAt is not None else entry.updatedAt),
        path=path,
    )


def _moment(stamp: float | str | None) -> float | None:
    """Give a registry time, milliseconds since 1970 or an ISO text, in seconds."""
    return seconds(stamp) if isinstance(stamp, str) else None if stamp is None else stamp / 1000
