"""A made-up authority store for the tests of checks: it exports trees of a plain repository by git itself."""

import subprocess
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from adapters.checks.runner import CheckRuns
from state.checks.check import Check, CheckResult
from state.evidence.proposal import Proposal
from state.runs.run import run_key

RUN = run_key("claude-code", "s-1")
GIT = ("git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")


class Exports:
    """A repository with a base branch and a change, and the two ports' worth of it that checks need."""

    def __init__(self, folder: Path, base: Mapping[str, str], change: Mapping[str, str | None]) -> None:
        self.repository = folder / "repo"
        self.repository.mkdir(parents=True)
        self._git("init", "-q", "-b", "main")
        self.base = self._committed(base)
        self.head = self._committed(change)
        self.proposal = Proposal(
            RUN, "feat/x", "refs/heads/main", "b" * 40, "b" * 40, "h" * 40, self.base, self.head, self.head, "p", "d"
        )

    def _git(self, *words: str) -> bytes:
        return subprocess.run([*GIT, *words], cwd=self.repository, check=True, capture_output=True).stdout

    def _committed(self, files: Mapping[str, str | None]) -> str:
        """Write files, None for one that goes and `-> TARGET` for a link, and give the tree."""
        for name, text in files.items():
            path = self.repository / name
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None and text.startswith("-> "):
                path.symlink_to(text.removeprefix("-> "))
            elif text is not None:
                path.write_text(text)
        self._git("add", "-A")
        return self._git("write-tree").decode().strip()

    async def export(self, tree: str, folder: Path) -> None:
        """Write a tree's files."""
        with tarfile.open(fileobj=BytesIO(self._git("archive", tree))) as archive:
            archive.extractall(folder, filter="tar")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a check asks the authority store for {name}")


class Checks:
    """A runner in a state directory of its own, on a change. `home` is the human's."""

    def __init__(
        self, folder: Path, change: Mapping[str, str | None], base: Mapping[str, str] | None = None, **environment: str
    ) -> None:
        self.exports = Exports(folder, base or {"README": "x\n"}, change)
        self.home, self.house = folder / "home", folder / "state" / "repo-1"
        self.home.mkdir()
        self.house.mkdir(parents=True, mode=0o700)
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **environment}
        self.runs = CheckRuns(self.house, self.environment)
        self.told: list[str] = []

    async def run(self, command: str, **words: Any) -> CheckResult:
        """Run one check on the change; it need not be one of tests."""
        check = Check("it", command, **{"tests": False, "seconds": 30.0, **words})
        return await self.runs.run(check, self.exports.proposal, self.exports, self.told.append)

    def log(self, result: CheckResult) -> str:
        """Give what it printed."""
        return Path(result.log).read_text()
