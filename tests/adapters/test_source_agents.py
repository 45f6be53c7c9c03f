"""The real agents' logs through the source: however they grow and whenever it is killed, the events are the same."""

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.source import LogSource
from state.ports import LogMark
from state.runs.event import Event, LineNotUnderstood, RequestMetered, RunFound
from tests.adapters.plain_agent import append, within

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
CLAUDE_SESSION = "11111111-2222-4333-8444-555555555555"
CODEX_SESSION = "0190aaaa-0000-7000-8000-000000000001"
PLACES = {
    "claude-code": f".claude/projects/-w-one/{CLAUDE_SESSION}.jsonl",
    "codex": f".codex/sessions/2026/01/02/rollout-2026-01-02T03-04-05-{CODEX_SESSION}.jsonl",
}


def real_logs() -> list[Path]:
    """Give logs of middling size, of both agents, with the ones that other readers stumbled over."""
    found = [path for agent in PLACES for path in sorted((CORPUS / agent).rglob("*.jsonl"))]
    return [path for path in found if 20_000 < path.stat().st_size < 600_000][::4]


class Life:
    """A source over a home, and what it told so far."""

    def __init__(self, home: Path) -> None:
        self.environment: Mapping[str, str] = {"HOME": str(home)}
        self.marks: dict[str, LogMark] = {}
        self.events: list[Event] = []

    async def go_on(self) -> None:
        """Begin a new life from the marks and read what is new."""
        source = LogSource([ClaudeCode(), Codex()], self.environment, within, everything=True)
        source.remember(list(self.marks.values()))
        async for batch in source.catch_up():
            self.marks |= {mark.path: mark for mark in batch.marks}
            self.events += batch.events


@pytest.mark.parametrize("log", real_logs() or [None], ids=lambda log: log.parent.name if log else "none")
async def test_a_real_log_that_grows_in_pieces_tells_what_it_tells_at_once(log: Path | None, tmp_path: Path) -> None:
    if log is None:
        pytest.skip("the shared corpus of real logs is not here")
    agent = log.relative_to(CORPUS).parts[0]
    path = tmp_path / PLACES[agent]
    path.parent.mkdir(parents=True)
    whole, cuts = log.read_bytes(), random.Random(7)
    whole += b"" if whole.endswith(b"\n") else b"\n"
    grown = Life(tmp_path)
    for cut in [*sorted(cuts.randrange(len(whole)) for _ in range(12)), len(whole)]:
        append(path, whole[path.stat().st_size if path.exists() else 0 : cut])
        await grown.go_on()
    at_once = Life(tmp_path)
    await at_once.go_on()
    assert grown.events == at_once.events
    assert len({event.run for event in at_once.events if isinstance(event, RunFound)}) == 1
    mark = at_once.marks[str(path)]
    assert mark.offset == len(whole)
    assert mark.records == sum(not line.isspace() for line in whole.split(b"\n") if line)
    assert mark.not_understood == sum(isinstance(event, LineNotUnderstood) for event in at_once.events)


async def test_a_real_session_and_its_subagents_are_one_run(tmp_path: Path) -> None:
    projects = CORPUS / "claude-code/handgemacht-ai+claude-code-log/test/test_data/real_projects"
    if not projects.exists():
        pytest.skip("the shared corpus of real logs is not here")
    shutil.copytree(projects / "-experiments-worktrees", tmp_path / ".claude/projects/-experiments-worktrees")
    life = Life(tmp_path)
    await life.go_on()
    sides = [mark for mark in life.marks.values() if mark.side]
    mains = {mark.session: mark.run for mark in life.marks.values() if not mark.side}
    assert sides
    assert all(mark.run == mains.get(mark.session, mark.run) for mark in sides)
    assert any(event.side for event in life.events if isinstance(event, RequestMetered))
