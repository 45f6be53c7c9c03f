"""Real clients inside the shipped profile: they work, their log appears outside, and their hook is answered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.confine.choice import Confined, child_of, confined
from adapters.git.repository import find
from tests.clients.found import real
from tests.clients.lab import DESTRUCTIVE
from tests.clients.supervised import Supervised, ended_well, policy, supervised
from tests.clients.table import shows
from tests.confine.sandbox import bubblewrap

pytestmark = [pytest.mark.timeout(600), bubblewrap]
LABEL = "r1"
BRANCH = f"headgate/{LABEL}/topic"
WORK: dict[str, Any] = {
    "text": "I work.",
    "tool": {"kind": "bash", "command": "echo 'print(2)' > b.py && git add b.py && git commit -qm 'Add b'"},
}
DELETE: dict[str, Any] = {"text": "I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}}


@contextmanager
def inside(
    folder: Path, client: tuple[str, str], rules: str, *turns: dict[str, Any]
) -> Iterator[tuple[Supervised, Confined]]:
    """Supervise a client that runs in its sandbox, in a worktree on a branch of its own."""
    with supervised(folder, client, rules, *turns) as place:
        lab, world = place.lab, place.world
        outside = lab.worktree
        lab.worktree = folder / "wt" / LABEL
        world.git("worktree", "add", "-q", "-b", BRANCH, str(lab.worktree))
        lab.build = lab.worktree / "build"
        lab.build.mkdir()
        (lab.build / "artifact.o").write_text("x")
        if lab.agent == "codex":
            lab.words = ["exec", "--json", "-s", "workspace-write", "go on"]  # which ours leaves out
            home = Path(lab.environment["CODEX_HOME"])
            config = home / "config.toml"
            config.write_text(config.read_text().replace(str(outside), str(lab.worktree)))
            # As whoever ran Codex before has it: it opens this file to write, and ends where it cannot.
            (home / "installation_id").write_text("6f1f5c1e-6a52-4a43-9f0e-0a3f6d3c2b11")
        names = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
        lab.environment |= {**dict.fromkeys(names, "t@example.invalid"), "HEADGATE_RUN": LABEL, "TMPDIR": "/tmp"}
        made = confined(
            [lab.program, *lab.words],
            agent=lab.agent,
            label=LABEL,
            worktree=str(lab.worktree),
            common=find(str(world.repository)).git_dir,
            branch=f"refs/heads/{BRANCH}",
            house=place.house,
            environment=lab.environment,
        )
        assert isinstance(made, Confined), made
        assert made.kind == "bubblewrap"
        lab.program, lab.words = made.command[0], list(made.command[1:])
        yield place, made


@shows("confined")
@real("claude-code", "codex")
def test_a_confined_client_works_commits_and_is_asked(tmp_path: Path, client: tuple[str, str]) -> None:
    with inside(tmp_path, client, policy("escalate"), WORK, DELETE) as (place, made):
        child = place.lab.start()
        asking = place.house / "spool/requests" / LABEL
        (asked,) = place.until(lambda: list(asking.glob("[!.]*.json")), "no question")
        question = json.loads(asked.read_text())
        assert child_of(made) is not None
        place.decide("approve", "it is rebuilt anyway", question)
        ended_well(place, place.lab.end_of(child))
        assert not place.lab.survived
        assert place.world.git("log", "-1", "--format=%s", BRANCH).strip() == "Add b"
        (shown,) = place.world.told("status")["runs"]
        assert shown["worktree"] == str(place.lab.worktree)
