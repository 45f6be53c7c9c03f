"""A real client in a tmux pane of its own, as a human has it before them, with a server of the test's own."""

import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.lab import Lab

WORDS = {
    "claude-code": ("--model", "claude-sonnet-4-5", "go on"),
    "codex": ("--dangerously-bypass-approvals-and-sandbox", "go on"),
    "gemini-cli": ("-y", "--skip-trust", "-m", "gemini-2.5-pro", "-i", "go on"),
    "opencode": ("--prompt", "go on"),
}
NOTICE = "Use existing model"
"""What Codex asks before anything else when there is a newer model; the first answer would change the model."""


class Pane:
    """The pane and its client."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab, self._socket = lab, folder / "tmux"
        self._told = {**lab.environment, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        if lab.agent == "claude-code":
            known = {"hasCompletedOnboarding": True, "customApiKeyResponses": {"approved": ["sk-ant-dummy"[-20:]]}}
            trusted = {str(lab.worktree): {"hasTrustDialogAccepted": True}}
            home = Path(lab.environment["CLAUDE_CONFIG_DIR"])
            (home / ".claude.json").write_text(json.dumps({**known, "projects": trusted}))

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *words]
        return subprocess.run(
            command, env=self._told, cwd=self._lab.worktree, capture_output=True, text=True, check=False
        ).stdout

    def shown(self) -> str:
        """Give what the pane shows."""
        return self.tmux("capture-pane", "-p", "-J")

    def start(self, *words: str) -> None:
        """Start the client by a shell, as a human would."""
        line = shlex.join([self._lab.program, *(words or WORDS[self._lab.agent])])
        self.tmux("new-session", "-d", "-x", "120", "-y", "40", f"sh -c {shlex.quote(line + '; true')}")

    def until(self, holds: Callable[[], object], seconds: float = 240.0) -> None:
        """Wait until something holds; a notice of the client's own is answered with its second choice."""
        deadline = time.monotonic() + seconds
        while not holds():
            shown = self.shown()
            assert time.monotonic() < deadline, shown
            if NOTICE in shown:
                self._answer(shown, deadline)
            time.sleep(0.5)

    def _answer(self, shown: str, deadline: float) -> None:
        """Take the second choice: the key that takes it follows once the screen shows that it is chosen."""
        self.tmux("send-keys", "Down")
        while (now := self.shown()) == shown:
            assert time.monotonic() < deadline, shown
            time.sleep(0.1)
        if NOTICE in now:
            self.tmux("send-keys", "Enter")


@contextmanager
def in_a_pane(lab: Lab, folder: Path) -> Iterator[Pane]:
    """Open a server for one client, and end both."""
    if shutil.which("tmux") is None:
        pytest.skip("NOT TRIED: there is no tmux here")
    pane = Pane(lab, folder)
    try:
        yield pane
    finally:
        pane.tmux("kill-server")
