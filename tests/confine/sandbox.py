"""A run's place for the tests of its sandbox: a repository, a worktree, a state directory, and what lies around."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.confine import choice
from adapters.confine.choice import Confined, confined
from adapters.git.repository import find
from state.gate_files import Fleet
from state.gate_spool import GateSpool
from state.spool import Spool
from state.told_spool import tell_bell
from tests.hook.hook_world import HookWorld

LABEL = "r1"
BRANCH = f"refs/heads/headgate/{LABEL}/topic"
HERE = shutil.which("bwrap") is not None
bubblewrap = pytest.mark.skipif(
    not HERE, reason="NOT TRIED: bubblewrap is not installed, so that nothing shows that a confined run is confined"
)


class Sandbox:
    """One run's place. `environment` is what its agent starts with."""

    def __init__(self, folder: Path, agent: str = "claude-code") -> None:
        self.world, self.agent = HookWorld(folder), agent
        self.world.open_house()
        self.home, self.house, self.worktree = folder, self.world.house, folder / "run"
        self.git("worktree", "add", "-q", "-b", BRANCH.removeprefix("refs/heads/"), str(self.worktree))
        self.common = Path(find(str(self.world.repository)).git_dir)
        self.spool = GateSpool(Spool(self.house))
        self.publish()
        (folder / ".claude").mkdir()
        (folder / ".claude/settings.json").write_text("{}\n")
        (folder / ".claude.json").write_text("{}\n")
        names = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
        self.environment = {**self.world.environment, **dict.fromkeys(names, "t@example.invalid")}

    def git(self, *words: str) -> str:
        """Run git as the human would."""
        environment = {**self.world.environment, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *words], cwd=self.world.repository, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def publish(self, **words: Any) -> None:
        """Say what holds for the fleet, as the core does."""
        before = json.loads((self.house / "fleet.json").read_text())
        self.spool.publish_fleet(cast(Fleet, {**before, **words}))

    def listen(self) -> None:
        """Be a core that listens."""
        self.world.listen()
        tell_bell(self.house / "spool" / "core.bell", self.house)

    def tried(self, command: Sequence[str], **words: Any) -> Confined | str:
        """Wrap a command, or hear why not."""
        given: dict[str, Any] = {
            "agent": self.agent,
            "label": LABEL,
            "worktree": str(self.worktree),
            "common": str(self.common),
            "branch": BRANCH,
            "house": self.house,
            "environment": self.environment,
        }
        return confined(command, **{**given, **words})

    def made(self, command: Sequence[str]) -> Confined:
        """Wrap a command."""
        found = self.tried(command)
        assert isinstance(found, Confined), found
        return found

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a command inside."""
        pipe, words = subprocess.PIPE, self.made(command).command
        return subprocess.Popen(words, env=self.environment, stdin=pipe, stdout=pipe, stderr=pipe)

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command inside to its end."""
        words = self.made(command).command
        return subprocess.run(
            words,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )


@contextmanager
def without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let it seem that bubblewrap is not installed."""
    which = shutil.which

    def found(name: str, path: str | None = None) -> str | None:
        return None if name == "bwrap" else which(name, path=path)

    with monkeypatch.context() as patch:
        patch.setattr(choice.shutil, "which", found)
        yield


def picture(folder: Path, own: Mapping[Path, str]) -> dict[str, tuple[object, ...]]:
    """Give every file below a directory with what it is, but for what lies in `own`, which the run may write."""
    found: dict[str, tuple[object, ...]] = {}
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if here / name not in own]
        for name in (*folders, *files):
            path = here / name
            if path in own:
                continue
            told = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            link = str(path.readlink()) if path.is_symlink() else ""
            found[str(path.relative_to(folder))] = (oct(told.st_mode), link, content)
    return found
