"""`headgate doctor`: which agents are here, where their logs lie, and what Headgate can promise with them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from state.guarantee import HookFound, guarantee_of
from state.looked import AgentLook
from state.ports import AgentFound, Problem
from tui.verbs.doctor_looked import look_document, look_lines
from tui.verbs.printing import aligned, print_json, print_lines

WATCHED = "watched: its logs are read; nothing is enforced"


def doctor_json(
    found: Sequence[AgentFound],
    state_root: str,
    problems: Sequence[Problem],
    hooks: Mapping[str, HookFound],
    command: Sequence[str],
    looks: Sequence[AgentLook] = (),
) -> dict[str, Any]:
    """Give what was found as one document; `command` is the argument list that `init` registers for the first agent."""
    looked = {look.agent: look_document(look) for look in looks}
    return {
        "schema": "headgate/doctor/1",
        "agents": [{**_agent(agent, hooks.get(agent.agent)), **looked.get(agent.agent, {})} for agent in found],
        "state": state_root,
        "hook_command": list(command),
        "problems": [{"text": problem.text, "remedy": problem.remedy} for problem in problems],
    }


def print_doctor(
    found: Sequence[AgentFound],
    state_root: str,
    problems: Sequence[Problem],
    hooks: Mapping[str, HookFound],
    command: Sequence[str],
    looks: Sequence[AgentLook] = (),
    *,
    as_json: bool,
) -> None:
    """Print it."""
    if as_json:
        print_json(doctor_json(found, state_root, problems, hooks, command, looks))
        return
    head = ("agent", "program", "version", "logs", "guarantee", "where the logs lie")
    rows = [head, *(_row(agent, hooks.get(agent.agent)) for agent in found)]
    print_lines([*aligned(rows, right=frozenset({3})), "", f"state: {state_root}"])
    print_lines(f"{agent.agent}: {_hook_line(hooks[agent.agent])}" for agent in found if agent.agent in hooks)
    print_lines(f"problem: {agent.problem}" for agent in found if agent.problem)
    print_lines(f"problem: {problem.text}: {problem.remedy}" for problem in problems)
    print_lines(look_lines(looks))


def _agent(agent: AgentFound, hook: HookFound | None) -> dict[str, Any]:
    return {
        "agent": agent.agent,
        "program": agent.program,
        "version": agent.version,
        "log_roots": list(agent.roots),
        "logs": agent.logs,
        "hook": _hook_json(hook),
        "guarantee": _promised(agent, hook),
        "problem": agent.problem,
    }


def _hook_json(hook: HookFound | None) -> dict[str, Any]:
    if hook is None:
        return {"installed": False, "fires": None, "guarantee": "observe", "why": "Headgate has no hook for this agent"}
    guarantee, why = guarantee_of(hook)
    flown = hook.checked_at
    return {
        "installed": hook.installed,
        "file": hook.file,
        "fires": hook.fires if hook.installed else None,
        "guarantee": guarantee,
        "why": why,
        "checked_at": None if flown is None else datetime.fromtimestamp(flown, UTC).isoformat().replace("+00:00", "Z"),
        "version": hook.checked_version,
        "command": list(hook.command),
    }


def _promised(agent: AgentFound, hook: HookFound | None) -> str | None:
    if hook is not None and hook.installed:
        return ": ".join(guarantee_of(hook))
    return WATCHED if agent.logs else None


def _hook_line(hook: HookFound) -> str:
    guarantee, why = guarantee_of(hook)
    return f"{guarantee}: {why}" + (f" ({hook.file})" if hook.file else "")


def _row(agent: AgentFound, hook: HookFound | None) -> tuple[str, ...]:
    program = agent.program or "not on the PATH"
    kept = guarantee_of(hook)[0] if hook else "observe"
    places = ", ".join(agent.roots) or "no logs yet"
    return agent.agent, program, agent.version or "?", str(agent.logs), kept, places
