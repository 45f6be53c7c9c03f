"""A small world for tests that run the real program: a repository, worktrees, agents' homes, and logs to append to."""

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import warm
from tests.copied_trees import copied, rejoined
from tests.json_doc import documented

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


def instant(seconds: float) -> str:
    """Give a time as the agents write it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World:
    """A temporary home with one repository in it. Nothing outside `folder` is read or written."""

    def __init__(self, folder: Path, worktrees: tuple[str, ...] = ("one",)) -> None:
        self.folder = folder
        self.home, self.repository, self.state = folder / "home", folder / "repo", folder / "state"
        self.home.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CLAUDE_CONFIG_DIR": str(self.home / ".claude"),
            "CODEX_HOME": str(self.home / ".codex"),
            "HEADGATE_STATE_DIR": str(self.state),
            "HEADGATE_CONFIG_DIR": str(folder / "config"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }
        copied((World, worktrees), lambda model: World._make(model, worktrees), folder)
        self.worktrees = {name: folder / "wt" / name for name in worktrees}
        rejoined(self.repository, self.worktrees)

    @classmethod
    def _make(cls, folder: Path, worktrees: tuple[str, ...]) -> None:
        """Have git make in `folder` what each world begins with."""
        made = cls.__new__(cls)
        made.folder, made.repository = folder, folder / "repo"
        made.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        made.git("init", "-q", "-b", "main", str(made.repository), at=folder)
        (made.repository / "a.py").write_text("print(1)\n")
        made.git("add", ".")
        made.git("commit", "-qm", "begin")
        for name in worktrees:
            made.add_worktree(name)

    def git(self, *words: str, at: Path | None = None) -> str:
        """Run git as the human would, with a name and no configuration of the machine's."""
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        names = ("-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "protocol.file.allow=always")
        done = subprocess.run(
            ["git", *names, *words],
            cwd=at or self.repository,
            env={**self.environment, **own},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def add_worktree(self, name: str) -> Path:
        """Add a worktree on a branch of its own."""
        path = self.folder / "wt" / name
        self.git("worktree", "add", "-q", "-b", f"feat/{name}", str(path))
        return path

    def claude(self, session: str, cwd: Path | None = None) -> "ClaudeLog":
        """Begin a Claude Code session that works in `cwd`."""
        return ClaudeLog(self, session, cwd or next(iter(self.worktrees.values())))

    def headgate(self, *words: str, at: Path | None = None, status: int | None = 0, seconds: float = 60) -> str:
        """Run a verb of the real program and give what it printed."""
        environment = {**self.environment, "PYTHONPATH": str(ROOT)}
        done = warm.run(words, at or self.repository, environment, seconds)
        assert status is None or done.returncode == status, (words, done.returncode, done.stderr, done.stdout)
        return done.stdout if not done.returncode else done.stderr

    def told(self, *words: str) -> dict[str, Any]:
        """Run a verb with --json and give its document."""
        return documented(json.loads(self.headgate(*words, "--json")))

    def told_within(self, seconds: float, *words: str) -> dict[str, Any]:
        """Do the same where it may take long."""
        return documented(json.loads(self.headgate(*words, "--json", seconds=seconds)))

    def house(self) -> Path:
        """Give the one state directory that was made."""
        (found,) = [path for path in self.state.iterdir() if path.is_dir()]
        return found


class ClaudeLog:
    """One Claude Code session's log, written record by record as the client writes it."""

    def __init__(self, world: World, session: str, cwd: Path) -> None:
        name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in str(cwd))
        self.path = world.home / ".claude" / "projects" / name / f"{session}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.session, self.cwd, self.count = session, str(cwd), 0

    def record(self, kind: str, **words: Any) -> bytes:
        """Give one record as a line."""
        self.count += 1
        envelope = {
            "parentUuid": None,
            "isSidechain": False,
            "userType": "external",
            "cwd": self.cwd,
            "sessionId": self.session,
            "version": "2.1.185",
            "gitBranch": "feat/x",
            "type": kind,
            "uuid": f"{self.session}-{self.count}",
            "timestamp": instant(time.time()),
        }
        return json.dumps({**envelope, **words}).encode() + b"\n"

    def append(self, *lines: bytes) -> None:
        """Write lines as one write."""
        with self.path.open("ab") as file:
            file.write(b"".join(lines))

    def prompt(self, text: str) -> bytes:
        """A human's prompt."""
        return self.record("user", message={"role": "user", "content": text})

    def tool(self, command: str, output_tokens: int = 10) -> bytes:
        """An assistant's Bash call that has not ended."""
        name = f"{self.session}-{self.count}"
        usage = {"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": output_tokens}
        block = {"type": "tool_use", "id": f"toolu_{name}", "name": "Bash", "input": {"command": command}}
        message = {"id": f"msg_{name}", "role": "assistant", "model": "claude-opus-4-7", "content": [block]}
        return self.record(
            "assistant", requestId=f"req_{name}", message={**message, "stop_reason": "tool_use", "usage": usage}
        )

    def said(self, text: str) -> bytes:
        """An assistant's last word of a turn."""
        name = f"{self.session}-{self.count}"
        usage = {"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": 7}
        message = {"id": f"msg_{name}", "role": "assistant", "model": "claude-opus-4-7", "stop_reason": "end_turn"}
        content = [{"type": "text", "text": text}]
        return self.record(
            "assistant", requestId=f"req_{name}", message={**message, "content": content, "usage": usage}
        )
