"""The GitHub Copilot CLI: where its event logs lie, whose they are, and where their reader begins.

One log a session: `<root>/session-state/<session>/events.jsonl`, before 0.0.4xx `<root>/session-state/<session>.jsonl`.
Nothing else of the root is opened: `config.json` beside it holds credentials. Source: research/log-formats.md 6.1.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Head, LogPlace, LogReader, Presence
from adapters.agents.claude_record import seconds
from adapters.agents.copilot_reader import AGENT, CopilotReader
from adapters.agents.copilot_record import Data, read_data, read_envelope
from state.text import clean

_LOG = "events.jsonl"


class CopilotCli:
    """The adapter of the GitHub Copilot CLI; it keeps nothing between calls."""

    name = AGENT
    program = "copilot"

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give `COPILOT_HOME`, else `~/.copilot`."""
        home = environment.get("HOME", "")
        if named := environment.get("COPILOT_HOME", "").strip():
            return (Path(home, named[2:]) if home and named.startswith("~/") else Path(named),)
        return (Path(home, ".copilot"),) if home else ()

    def folders(self, root: Path) -> Iterator[str]:
        """Give `session-state` and each session's directory; the root before there is any."""
        top = root / "session-state"
        if not top.is_dir() or top.is_symlink():
            yield from [str(root)] if root.is_dir() else []
            return
        yield str(top)
        yield from (entry.path for entry in _entries(str(top), []) if entry.is_dir(follow_symlinks=False))

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every session's log; the name of its directory, or of an older log, is the session."""
        for entry in _entries(str(root / "session-state"), unreadable):
            if entry.is_dir(follow_symlinks=False):
                for inner in _entries(entry.path, unreadable):
                    if inner.name == _LOG and inner.is_file(follow_symlinks=False):
                        yield LogPlace(inner.path, entry.name)
            elif entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                yield LogPlace(entry.path, entry.name.removesuffix(".jsonl"))

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read session, directory and first time from the first record, which tells them all."""
        session, cwd, at = place.session, None, None
        for line in lines:
            try:
                envelope, _ = read_envelope(line)
                data = read_data(envelope)[0] if envelope.type in ("session.start", "session.resume") else Data()
            except ValueError:
                continue
            at = seconds(envelope.timestamp) if at is None else at
            session, where = data.sessionId or session, data.context
            cwd = cwd or (where.cwd if where else None)
            if cwd and at is not None:
                break
        name = session or Path(place.path).stem
        return Head(clean(name), clean(cwd) if cwd else None, False, None, at)

    def reader(self, place: LogPlace, head: Head, saved: str) -> LogReader:
        """Make the reader of a log."""
        return CopilotReader(place.path, head.session or place.session or Path(place.path).stem, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: the CLI keeps no registry of live sessions."""
        return iter(())


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
