"""`headgate doctor`: which agents are here, where their logs lie, and what Headgate can promise with them."""

from collections.abc import Sequence
from typing import Any

from state.ports import AgentFound, Problem
from tui.verbs.printing import aligned, print_json, print_lines

WATCHED = "watched: its logs are read; nothing is enforced"


def doctor_json(found: Sequence[AgentFound], state_root: str, problems: Sequence[Problem]) -> dict[str, Any]:
    """Give what was found as one document."""
    return {
        "schema": "headgate/doctor/1",
        "agents": [_agent(agent) for agent in found],
        "state": state_root,
        "hook_command": None,
        "problems": [{"text": problem.text, "remedy": problem.remedy} for problem in problems],
    }


def print_doctor(found: Sequence[AgentFound], state_root: str, problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        print_json(doctor_json(found, state_root, problems))
        return
    head = ("agent", "program", "version", "logs", "where they lie")
    rows = [head, *(_row(agent) for agent in found)]
    print_lines(
        [*aligned(rows, right=frozenset({3})), "", f"state: {state_root}", "hook: none; this version only watches"]
    )
    print_lines(f"problem: {agent.problem}" for agent in found if agent.problem)
    print_lines(f"problem: {problem.text}: {problem.remedy}" for problem in problems)


def _agent(agent: AgentFound) -> dict[str, Any]:
    return {
        "agent": agent.agent,
        "program": agent.program,
        "version": agent.version,
        "log_roots": list(agent.roots),
        "logs": agent.logs,
        "hook": {"installed": False, "fires": None},
        "guarantee": WATCHED if agent.logs else None,
        "problem": agent.problem,
    }


def _row(agent: AgentFound) -> tuple[str, ...]:
    program = agent.program or "not on the PATH"
    return agent.agent, program, agent.version or "?", str(agent.logs), ", ".join(agent.roots) or "no logs yet"
