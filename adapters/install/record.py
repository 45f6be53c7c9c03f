"""What Headgate registered, and each file as it was before: `hooks.json` and copies in the state directory.

`hooks.json` is `{agent: {file, digest, command, at, version, placement, files}}`: the first file and its SHA-256 after
the change, the argument list that was registered, the time in seconds since 1970, the agent's version then, and each
file's `{file, before, after, made}`: digests, null for a file that was not there, and the directories that were made.
A copy is `hooks.<SHA-256>.kept`.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from adapters.install.change import FileChange, Placement, Registration, digest
from adapters.install.files import read
from state.spool import make_private, read_whole, write_whole

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class Record:
    """The record in one state directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.file = root / "hooks.json"
        self.agents: dict[str, dict[str, Any]] = {
            agent: cast(dict[str, Any], told)
            for agent, told in (read_whole(self.file) or {}).items()
            if isinstance(told, dict)
        }

    def files(self, agent: str) -> list[Path]:
        """Give the files that were changed for an agent."""
        return [Path(str(one["file"])) for one in self._files(agent)]

    def before(self, registration: Registration, path: Path, current: bytes | None) -> tuple[bytes | None, bool]:
        """Give a file as it is without ours, and whether that is the very copy: so as long as nobody changed it since.

        Raises `Unsure` where the file changed since and our entries cannot be told from the rest.
        """
        kept = next((one for one in self._files(registration.agent) if one["file"] == str(path)), None)
        if kept is not None and kept.get("after") == digest(current):
            if kept.get("before") is None:
                return None, True
            copy = read(self._copy(str(kept["before"])))
            if copy is not None and digest(copy) == kept["before"]:
                return copy, True
        return registration.take(current), False

    def keep(self, changes: Sequence[FileChange], originals: Sequence[bytes | None]) -> None:
        """Put copies of the files as they were without ours beside the record, before anything is written."""
        make_private(self._root)
        for original in originals:
            sha = digest(original)
            if original is None or sha is None or read(self._copy(sha)) == original:
                continue
            opened = os.open(self._copy(sha), _WRITE, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(original)
                file.flush()
                os.fsync(file.fileno())

    def remember(
        self,
        agent: str,
        written: Sequence[tuple[FileChange, bytes | None]],
        told: dict[str, Any],
        placement: Placement,
    ) -> None:
        """Write down what is about to be written; `told` is command, time and version."""
        old = {str(one["file"]): one for one in self._files(agent)}
        files = [
            {
                "file": str(change.path),
                "before": digest(original),
                "after": digest(change.after),
                "made": old.get(str(change.path), {}).get("made") or missing_folders(change.path),
            }
            for change, original in written
        ]
        mine = {str(one["file"]) for one in files}
        files += [one for name, one in old.items() if name not in mine]
        first = files[0]
        self.agents[agent] = {"file": first["file"], "digest": first["after"], **told, "placement": placement}
        self.agents[agent]["files"] = files
        write_whole(self.file, self.agents)

    def forget(self, agent: str) -> None:
        """Take an agent out of the record, with the directories that were made for it and are empty, and the copies."""
        for one in self._files(agent):
            for folder in reversed(cast(list[str], one.get("made") or [])):
                with contextlib.suppress(OSError):
                    Path(folder).rmdir()
        gone = {str(one.get("before")) for one in self._files(agent)}
        self.agents.pop(agent, None)
        write_whole(self.file, self.agents)
        needed = {str(one.get("before")) for other in self.agents for one in self._files(other)}
        for sha in gone - needed:
            self._copy(sha).unlink(missing_ok=True)

    def _files(self, agent: str) -> list[dict[str, Any]]:
        files = self.agents.get(agent, {}).get("files")
        return [one for one in cast(list[Any], files) if _is_sound(one)] if isinstance(files, list) else []

    def _copy(self, sha: str) -> Path:
        return self._root / f"hooks.{sha}.kept"


def missing_folders(path: Path) -> list[str]:
    """Give the directories that would have to be made for a file, outermost first."""
    return [str(folder) for folder in reversed(path.parents) if not folder.exists()]


def _is_sound(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    told = cast(dict[str, object], one)
    before = told.get("before")
    return isinstance(told.get("file"), str) and (before is None or (isinstance(before, str) and before.isalnum()))
