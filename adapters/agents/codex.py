"""The Codex CLI: where its rollouts lie, whose they are, and a reader for each.

A resumed session goes on in its old file under the day it was begun, so no directory of a past day is ever done. Cold
rollouts may be compressed to `.jsonl.zst`; those are named as unreadable. Source: research/log-formats.md 3.1.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.agents import codex_records as records
from adapters.agents.agent import Head, LogPlace, Presence
from adapters.agents.codex_lines import PADDING, Unread, decoded, seconds
from adapters.agents.codex_reader import AGENT, CodexReader
from adapters.agents.tool_calls import name_line
from state.text import clean

_NAME = re.compile(r"rollout-.+?-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:_[0-9a-zA-Z-]+)?\.jsonl")
_CWD = re.compile(r"<cwd>([^<]+)</cwd>")
_DAY_DEPTH = 5
"""A year, a month and a day; before them `headgate` and a label, where a run is confined to a folder of its own."""


class Codex:
    """The adapter of the Codex CLI."""

    name = AGENT
    program = "codex"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give every directory of `CODEX_HOME` (a list with commas is allowed), else `~/.codex`."""
        home = environment.get("HOME")
        named = [part.strip() for part in environment.get("CODEX_HOME", "").split(",") if part.strip()]
        if not named:
            return (Path(home, ".codex"),) if home else ()
        paths = (Path(home, part[2:]) if home and part.startswith("~/") else Path(part) for part in named)
        return tuple(dict.fromkeys(paths))

    def folders(self, root: Path) -> Iterator[str]:
        """Give `sessions` with its years, months, days and `archived_sessions`; the root before `sessions`."""
        sessions = root / "sessions"
        if not sessions.is_dir() and root.is_dir():
            yield str(root)
        for tree, depth in ((sessions, _DAY_DEPTH), (root / "archived_sessions", 0)):
            if tree.is_dir() and not tree.is_symlink():
                yield from (folder for folder, _ in _walked(str(tree), depth, []))

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every rollout; of one that lies in `sessions` and in `archived_sessions` too, the longer.

        A confined run's folder comes last and never replaces another's log, because the run may write any name there.
        """

        def weight(file: os.DirEntry[str]) -> tuple[bool, int]:
            return not file.path.startswith(f"{root}/sessions/headgate/"), _size(file)

        found: dict[str, os.DirEntry[str]] = {}
        packed: list[str] = []
        for tree, depth in (("sessions", _DAY_DEPTH), ("archived_sessions", 0)):
            for _, files in _walked(str(root / tree), depth, unreadable):
                for file in files:
                    if file.name.endswith(".jsonl.zst"):
                        packed.append(file.path)
                    elif file.name not in found or weight(file) > weight(found[file.name]):
                        found[file.name] = file
        for file in found.values():
            named = _NAME.fullmatch(file.name)
            yield LogPlace(file.path, named[1] if named else None)
        if alone := [path for path in packed if Path(path).stem not in found]:
            why = f"it is compressed with zstd, which is not read; such rollouts here: {len(alone)}"
            unreadable.append(OSError(errno.ENOTSUP, why, alone[0]))

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read whose log this is from its first `session_meta`; a cwd of a later turn is nearer to the truth."""
        metas: list[records.Head] = []
        at = cwd = None
        for line in lines:
            record = decoded(line.strip(PADDING))
            at = at if at is not None else record.at
            if isinstance(record, Unread):
                continue
            match record.payload:
                case records.Head() as meta:
                    metas.append(meta)
                case records.Context() as context if not (metas and metas[0].inherits):
                    cwd = records.path_of(context.cwd) or cwd
                case records.Item(role="user") as item if record.bare and cwd is None:
                    cwd = next(iter(_CWD.findall(records.text_of(item.content))), None)
                case _:
                    pass
        return _head(place, metas, cwd, at)

    def reader(self, place: LogPlace, head: Head, saved: str) -> CodexReader:
        """Make the reader; a log without any name of a session is its own session."""
        session = head.session or place.session or Path(place.path).stem
        return CodexReader(place.path, session, place.session, head.side, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: Codex keeps no registry of live sessions."""
        return iter(())


def _head(place: LogPlace, metas: Sequence[records.Head], cwd: str | None, at: float | None) -> Head:
    if not metas:
        return Head(place.session, cwd, False, None, at)
    own = metas[0]
    run = own.spawned_in
    for ancestor in metas[1:]:
        # A subagent of a subagent, before 0.16x: the history that it repeats begins with its parent's own first record.
        if run is not None and ancestor.id == run and ancestor.spawned_in is not None:
            run = ancestor.spawned_in
    session = run or own.id or place.session
    parent = own.spawned_by or own.forked_from_id
    first = seconds(own.timestamp)
    return Head(
        session=name_line(session) if session else None,
        cwd=clean(cwd) if (cwd := cwd or records.path_of(own.cwd)) else None,
        side=run is not None,
        parent=name_line(parent) if parent else None,
        at=first if first is not None else at,
    )


def _walked(folder: str, depth: int, unreadable: list[OSError]) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """Give a directory and those below it to `depth`, each with its rollouts; links are not followed."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        unreadable.append(error)
        return
    yield folder, [entry for entry in inside if entry.name.startswith("rollout-") and _is_rollout(entry)]
    for entry in inside:
        if depth and _is_folder(entry):
            yield from _walked(entry.path, depth - 1, unreadable)


def _is_rollout(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name.endswith((".jsonl", ".jsonl.zst")) and entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
