"""Reads the demo's logs as the core would: by the real adapters, folded into runs."""

from pathlib import Path

from adapters import demo
from adapters.agents.agent import Agent, LogReader
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.processes import verify
from state.runs.event import LineNotUnderstood, ProcessSeen
from state.runs.fold import fold
from state.runs.run import Origin, Run, run_key
from state.runs.status import status

AGENTS: tuple[Agent, ...] = (ClaudeCode(), Codex())


def understood(reader: LogReader, agent: str, lines: list[bytes]) -> Run:
    """Fold lines into a run; a line that is not understood fails the test."""
    run = Run(key=reader.run, agent=agent, session="")
    for offset, line in enumerate(lines):
        for event in reader.read(line, offset):
            assert not isinstance(event, LineNotUnderstood), (event.kind, event.why, line)
            run = fold(run, event)
    assert run.not_understood == 0
    return run


def runs_in(folder: Path, only: str = "") -> dict[str, Run]:
    """Give all runs of a demo's script by their branch, with what the live registry says of them; or `only` one.

    Those of the weeks before it are over, and none of them has a branch of its own.
    """
    environment = demo.surroundings(folder, {})
    runs: dict[str, Run] = {}
    for agent in AGENTS:
        for root in agent.roots(environment):
            for place in agent.logs(root, []):
                told = Path(place.path).read_bytes()
                if not (lines := told.splitlines()) or (f'"{only}"'.encode() not in told and only):
                    continue
                head = agent.head(place, lines)
                run = understood(agent.reader(place, head, ""), agent.name, lines)
                assert run.branch is not None and run.cwd is not None and Path(run.cwd).is_dir()
                if run.branch != "main" and only in ("", run.branch):
                    runs[run.branch] = run
            for seen in agent.presences(root):
                assert verify(seen.pid, seen.start) == "alive"
                key = run_key(agent.name, seen.session)
                found = [name for name, run in runs.items() if run.key == key]
                assert len(found) == 1 or only
                event = ProcessSeen(key, Origin(seen.path, 0, seen.at), seen.pid, seen.status, seen.waiting_for)
                runs |= {branch: fold(runs[branch], event) for branch in found}
    return runs


def states_in(folder: Path, now: float) -> dict[str, str]:
    """Give the state of every run by its branch."""
    return {branch: status(run, now).state for branch, run in runs_in(folder).items()}
