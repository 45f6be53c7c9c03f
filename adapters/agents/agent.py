"""What every coding agent's adapter gives: where its logs lie, whose they are, and a reader of their lines.

The source that tails logs knows only these names. An adapter opens nothing but its registry files: bytes of a log come
to it from the source, line by line, so that tailing, rotation and checkpoints are written once for all agents.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeGuard

from adapters.rows import RowLog
from state.runs.event import Event
from state.runs.run import RunKey

HASHED = "sha256:"
"""Before the SHA-256 of a directory's path, in the place of the path, where a log does not tell the path itself."""


@dataclass(frozen=True, slots=True)
class LogPlace:
    """One log file that exists: its path, the session its place claims, and whether it is a subagent's.

    `session` is None where only the records can tell. `path` is raw: it opens the file and is never printed as it is.
    `form` says how it is read: line by line, as one JSON document that is rewritten whole, or as rows of a database. Of
    rows, `path` is the database's with "#" and the session's name behind it, and `rows` reads them.
    """

    path: str
    session: str | None
    side: bool = False
    form: Literal["lines", "document", "rows"] = "lines"
    rows: RowLog | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What the first records of a log say: enough to tell which repository and which run it belongs to.

    `session` is the session whose run the log's events belong to (for a subagent's log: the session that spawned it).
    `cwd` None: not said, or not yet; where only a digest of it is told, `HASHED` and the SHA-256 of its path. `parent`
    is the session that spawned or forked this one, `at` the first time claimed, in seconds since 1970.
    """

    session: str | None
    cwd: str | None
    side: bool
    parent: str | None
    at: float | None


@dataclass(frozen=True, slots=True)
class Presence:
    """A live session as the agent's own registry tells it; unverified, because the process table decides.

    `start` is the process's start in the registry's own unit (on Linux field 22 of `/proc/<pid>/stat`), to tell a
    reused pid; None where the registry has none. `at` is when the status was written. `path` is the registry file.
    """

    session: str
    pid: int
    start: str | None
    cwd: str | None
    status: Literal["busy", "idle", "waiting"] | None
    waiting_for: str | None
    at: float | None
    path: str


class LogReader(Protocol):
    """Turns the lines of one log into events, and remembers what it needs so as to report only what changes."""

    run: RunKey

    def read(self, line: bytes, offset: int) -> Sequence[Event]:
        """Give the events of one complete line (without its newline) that begins at byte `offset`; never raises."""
        ...

    def save(self) -> str:
        """Give, as JSON, everything that is needed to go on reading after this line in another process."""
        ...


class Unskimmable(Exception):
    """A log that has to be read whole; the text is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Skim:
    """What a skim of a whole log told, and how many records it holds; `misread` were decoded and not understood."""

    run: RunKey
    events: Sequence[Event]
    records: int
    misread: int


class LogSkimmer(Protocol):
    """Takes from a whole log what is cheap and exact: usage, models, title, times, and how its last turn ended."""

    run: RunKey

    def feed(self, block: bytes, at: int) -> None:
        """Take the complete lines of a block that begins with one at byte `at`; the rest comes again with the next.

        Blocks come in file order. Raises `Unskimmable`.
        """
        ...

    def end(self, unread: int) -> Skim:
        """Give what all blocks told; `unread` is the size of the log."""
        ...


class Skimmable(Protocol):
    """An agent whose logs can be skimmed."""

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read the first complete lines of a log, as `Agent.head` does."""
        ...

    def skimmer(self, place: LogPlace, head: Head) -> LogSkimmer:
        """Make what skims a log, whose events are of the session that the head names."""
        ...


class Agent(Protocol):
    """One coding agent. `name` is its name in contracts, `program` the executable that `doctor` looks for."""

    name: str
    program: str

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give the directories under which its logs may lie, existing or not, all overrides of `environment` used."""
        ...

    def folders(self, root: Path) -> Iterator[str]:
        """Give the existing directories in which logs appear or grow, to be watched one by one, not recursively.

        What cannot be read or is gone is left out without a word: `logs` reports it.
        """
        ...

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every log under `root`.

        A directory that exists but cannot be listed is skipped and its error, with `filename` set, is appended to
        `unreadable`: one closed directory hides no other. What is missing is no error. Symbolic links are not followed.
        """
        ...

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read the first complete lines of a log (the source gives up to 256 KiB of them); never raises."""
        ...

    def reader(self, place: LogPlace, head: Head, saved: str) -> LogReader:
        """Make the reader of a log; `saved` is what an earlier reader's `save` gave, or "" to begin at the beginning.

        A `saved` that cannot be understood is treated as "": the reader then knows less, it does not fail.
        """
        ...

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give the sessions that the agent's own registry names as live; nothing where it keeps none."""
        ...


def can_be_skimmed(agent: Agent) -> TypeGuard[Skimmable]:
    """Say whether an agent's logs can be skimmed, without the cost of asking a protocol."""
    return hasattr(agent, "skimmer")
