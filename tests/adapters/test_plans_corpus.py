"""Plans in sessions that nobody of this project ran, labelled by hand: state, steps done of all, files outside."""

from pathlib import Path

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from state.findings.plan import plan_state
from state.runs.fold import fold
from state.runs.run import Run
from tests.adapters.claude_lines import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real logs is not on this machine")
CLAUDE, CODEX = "claude-code", "codex/EntityProcess+agentv"


def folded(path: Path) -> Run:
    agent = Codex() if "codex" in path.relative_to(CORPUS).parts[:2] else ClaudeCode()
    place, lines, offset = LogPlace(str(path), path.stem), path.read_bytes().split(b"\n"), 0
    reader = agent.reader(place, agent.head(place, lines[:100]), "")
    run = Run(key=reader.run, agent=agent.name, session="")
    for line in lines:
        for event in reader.read(line, offset):
            run = fold(run, event)
        offset += len(line) + 1
    return run


@pytest.mark.parametrize(
    ("pattern", "state", "done", "steps"),
    [
        (f"{CLAUDE}/FSM1+cipher-box/fc/71f7dc4708/1/full.jsonl", "drifted", 12, 12),
        (f"{CLAUDE}/PackmindHub+context-evaluator/09/597b5bde42/0/full.jsonl", "approved", 2, 2),
        (f"{CLAUDE}/PackmindHub+context-evaluator/7e/b9199a878a/0/full.jsonl", "approved", 0, 0),
        (f"{CLAUDE}/PackmindHub+context-evaluator/ba/28f44c88f4/1/full.jsonl", "approved", 6, 6),
        (f"{CLAUDE}/PackmindHub+context-evaluator/5d/74e4f052ad/0/full.jsonl", "rejected", 0, 0),
        (f"{CLAUDE}/entireio+cli/9b/04c3d92e38/3/full.jsonl", "rejected", 5, 6),
        (f"{CLAUDE}/entireio+cli/73/7e6e3ea2ad/2/full.jsonl", "none", 5, 5),
        (f"{CODEX}/88/8ba8f699fb/1/full.jsonl", "none", 4, 6),
        ("live/claude/c-plan-none/transcript.*.jsonl", "proposed", 0, 0),
        ("live/claude/p-noop/transcript.*.jsonl", "approved", 0, 0),
        ("live/codex/x-plan/rollout-*.jsonl", "none", 0, 2),
    ],
)
def test_a_real_sessions_plan(pattern: str, state: str, done: int, steps: int) -> None:
    run = folded(next(CORPUS.glob(pattern)))
    assert (plan_state(run), sum(step.state == "completed" for step in run.plan.steps)) == (state, done)
    assert len(run.plan.steps) == steps and bool(run.plan.sha) == bool(run.plan.text)


def test_the_two_files_that_a_real_run_edited_outside_its_plan() -> None:
    run = folded(CORPUS / CLAUDE / "FSM1+cipher-box/fc/71f7dc4708/1/full.jsonl")
    assert [path.partition("cipher-box/")[2] for path, _ in run.unplanned] == [
        "packages/crypto/src/index.ts",
        "apps/desktop/src-tauri/src/fuse/inode.rs",
    ]
    assert [origin.offset for _, origin in run.unplanned] == [497139, 1520006]
