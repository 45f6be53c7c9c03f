"""One actor of the demo: does what the script says, in a worktree, in an agent's log and in its live registry."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters import demo_beats as beats
from adapters.demo_beats import Moment, Story
from adapters.demo_claude import VERSION, ClaudeLog
from adapters.demo_codex import CodexLog
from adapters.demo_logs import Ids, Log, Record
from adapters.demo_service import REPOSITORY
from adapters.demo_stand_in import StandIn
from adapters.git import door

MOST_BYTES = 8 << 20
"""A run whose log has grown to this size gets no further prompt, so that a demo left open for ever fills no disk."""


class Actor:
    """One run: its worktree, its log, what stands in both, and what its process would say of itself."""

    def __init__(self, story: Story, folder: Path, ids: Ids, now: float, files: Mapping[str, str]) -> None:
        self.story = story
        self._repository = folder / REPOSITORY
        self._worktree = folder / f"{REPOSITORY}.worktrees" / story.branch.replace("/", "-")
        self._files = dict(files)
        self._agent = folder / "home" / (".claude" if story.agent == "claude-code" else ".codex")
        writer = ClaudeLog if story.agent == "claude-code" else CodexLog
        self._log: Log = writer(story, str(self._worktree), ids)
        self._past = beats.past(story)
        self._began = now + (self._past[0].at if self._past else story.appears)
        self._path = self._agent / self._log.place(self._began)
        self._status, self._told, self._status_at = "idle", "", self._began
        self._process: StandIn | None = None
        self._left = self._ended = False
        self._full = False

    def settle(self) -> None:
        """Make the worktree."""
        start = "main~1" if self.story.behind else "main"
        add = ["worktree", "add", "-q", "-b", self.story.branch, str(self._worktree), start]
        door.make(add, str(self._repository))
        # The run found all of it there when it began: a demo's past is younger on the disk than in its logs.
        for path in filter(Path.exists, (self._worktree / name for name in self._files)):
            os.utime(path, (self._began - 1, self._began - 1))

    def look_back(self, now: float) -> None:
        """Do what happened before the beginning at `now`, and leave all its traces."""
        for moment in self._past:
            self.act(moment, now + moment.at)

    def rehearse(self, now: float) -> None:
        """Go through the past without leaving a trace, so as to know what comes next."""
        for moment in self._past:
            self._change(moment)
            self._log.records(moment, now + moment.at, self._files)
            self._say(moment, now + moment.at)

    def act(self, moment: Moment, at: float) -> None:
        """Do what a moment says at the time `at`: change the files, commit, write the log."""
        if isinstance(moment.beat, beats.Prompt):
            self._full = self._path.exists() and self._path.stat().st_size >= MOST_BYTES
        if self._full:
            return
        if self.story.appears and not self._worktree.exists():
            self.settle()
        self._save(self._change(moment), at)
        if moment.closing and isinstance(moment.beat, beats.Commit):
            commit(str(self._worktree), moment.beat.message, at)
        self._append(self._log.records(moment, at, self._files))
        self._say(moment, at)
        if isinstance(moment.beat, beats.Leave):
            self.leave()

    def asks(self, moment: Moment) -> Sequence[Record]:
        """Give what the hook is to be asked before the call of a moment runs; nothing for a run without a hook."""
        call = isinstance(moment.beat, beats.Call) and not moment.closing
        if not (call and self.story.supervised and isinstance(self._log, ClaudeLog)):
            return ()
        return self._log.asks(self._files)

    def be_refused(self, why: str, at: float) -> None:
        """Go on without the call that the hook has denied at the time `at`."""
        if isinstance(self._log, ClaudeLog):
            self._append(self._log.refused(why, at))

    def _change(self, moment: Moment) -> str | None:
        """Change a file in memory; give its path. Raises `ValueError` where the script does not fit the file."""
        if not (moment.closing and isinstance(moment.beat, beats.Edit)):
            return None
        edit = moment.beat
        text = self._files.get(edit.path, "")
        if text.count(edit.old) != 1 and edit.old:
            raise ValueError(f"{self.story.branch}: {edit.path} does not hold {edit.old!r} exactly once")
        self._files[edit.path] = text.replace(edit.old, edit.new) if edit.old else edit.new
        return edit.path

    def _save(self, path: str | None, at: float) -> None:
        if path is not None:
            write(self._worktree / path, self._files[path])
            os.utime(self._worktree / path, (at, at))

    def _append(self, records: Sequence[Record]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(f"{json.dumps(record, separators=(',', ':'), ensure_ascii=False)}\n" for record in records)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())

    # The run's process, and the live registry by which Claude Code tells of its own

    def _say(self, moment: Moment, at: float) -> None:
        if (status := _status(moment)) != self._status:
            self._status, self._status_at = status, at

    @property
    def _entry(self) -> Path | None:
        """The registry file, where the run has a process and its agent a registry."""
        if self._process is None or self.story.agent != "claude-code":
            return None
        return self._agent / "sessions" / f"{self._process.pid}.json"

    def register(self) -> None:
        """Let the run's process be there, and say in the registry what it does now; once a change."""
        if not self.story.lives or self._left or not self._path.exists():
            return
        if self._process is None:
            codex = self.story.agent == "codex"
            self._process = StandIn("codex", self._path) if codex else StandIn("claude")
        if self._entry is not None and self._status != self._told:
            self._told = self._status
            self._write_entry(self._entry, self._process)

    def _write_entry(self, path: Path, process: StandIn) -> None:
        at = int(self._status_at * 1000)
        entry: Record = {"pid": process.pid, "sessionId": self._log.session, "cwd": str(self._worktree)}
        entry |= {"startedAt": int(self._began * 1000), "procStart": str(process.start), "version": VERSION}
        entry |= {"kind": "interactive", "entrypoint": "cli", "status": self._status}
        entry |= {"waitingFor": "permission prompt"} if self._status == "waiting" else {}
        entry |= {"updatedAt": at, "statusUpdatedAt": at}
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_suffix(".aside")
        aside.write_text(json.dumps(entry))
        aside.rename(path)

    @property
    def is_held(self) -> bool:
        """Say whether a signal holds the run's process: it does nothing meanwhile."""
        return self._process is not None and self._process.is_held

    def look(self) -> bool:
        """Say whether the run goes on; one whose process somebody ended is over, and says so as a clean exit does."""
        if self._process is not None and self._process.is_gone:
            self.leave()
            self._ended = True
        return not self._ended

    def leave(self) -> None:
        """Take the run's process out of the registry and end it, as a clean exit does."""
        if self._entry is not None:
            self._entry.unlink(missing_ok=True)
        if self._process is not None:
            self._process.end()
            self._process = None
        self._left = True


def _status(moment: Moment) -> str:
    """Give what the agent's process says of itself after a moment: busy, idle, or waiting for the human."""
    match moment.beat:
        case beats.End() | beats.Limit() | beats.Interrupt() | beats.Leave():
            return "idle"
        case beats.Ask() | beats.Propose():
            return "waiting"
        case beats.Shell(leave=leave) if leave and not moment.closing:
            return "waiting"
        case _:
            return "busy"


def commit(directory: str, message: str, at: float) -> None:
    """Commit all changes of a work tree, dated `at` in seconds since 1970."""
    door.make(["add", "-A"], directory)
    door.make(["commit", "-q", "-m", message], directory, at=int(at))


def write(path: Path, text: str) -> None:
    """Write a source file and make the directories that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
