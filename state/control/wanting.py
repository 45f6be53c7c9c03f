"""Makes of an order to start and the user's settings what is wanted: lane and role give model, mode and prompt."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from state.control.launching import Wanted
from state.control.prompts import prompt_of
from state.findings.risk import risk
from state.money.lane import Lane, Mode, too_risky
from state.money.preferring import Choice
from state.runs.roles import ROLES
from state.runs.run import Run, RunKey
from state.runs.scope import names_in
from state.settings import Settings, Terminal
from state.spool import Order
from state.text import clean

AGENTS = ("claude-code", "codex", "gemini-cli", "opencode")
"""The agents that Headgate can start."""
CHOOSES_SESSION = frozenset({"claude-code", "gemini-cli"})
"""Agents that take a session id from who starts them."""
_LONGEST_TASK = 8000
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What an order to start asks for, checked: its words, and what is wanted of the launcher."""

    task: str
    role: str
    lane: str
    wanted: Wanted
    choice: Choice


def label_of(order: str) -> str:
    """Give the label of the run that an order starts: the same each time, and no one's who does not know the order."""
    return f"r{hashlib.sha256(f'label {order}'.encode()).hexdigest()[:10]}"


def session_of(order: str) -> str:
    """Give the session id of the run that an order starts, a UUID of version 4 by its form."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"session {order}".encode()).digest()[:16], version=4))


def asked_of(order: Order, settings: Settings) -> Asked:
    """Take an order apart. Raises `ValueError` with the sentence why it cannot be carried out."""
    words, task = order.words, order.words.get("task", "").strip()[:_LONGEST_TASK]
    agent, role = words.get("agent", ""), words.get("role", "").casefold() or "implementer"
    if not task:
        raise ValueError("a run needs a task: say what it is to do; nothing was started")
    if agent not in AGENTS:
        raise ValueError(f"Headgate cannot start {clean(agent, 40) or 'an agent without a name'}: {_known(AGENTS)}")
    if role not in ROLES:
        raise ValueError(f"{clean(role, 40)} is no role: {_known(ROLES)}")
    of_role = settings.roles.get(role)
    choice = chosen(words, settings)
    name, lane = choice.lane, settings.lanes[choice.lane]
    if why := _above_floor(lane, task):
        raise ValueError(f"{why}; start it in another lane; nothing was started")
    route, start = lane.route(agent), settings.start
    named, label = words.get("branch", ""), label_of(order.id)
    wanted = Wanted(
        label=label,
        agent=agent,
        session=session_of(order.id),
        prompt=prompt_of(of_role.prompt if of_role else None, task),
        branch=named or branch_of(start.branch, task, role, agent, label),
        exact=bool(named),
        base=words.get("base", ""),
        model=route.model,
        effort=route.effort,
        mode=_mode(lane, route.mode or (of_role.mode if of_role else None)),
        worktrees=start.worktrees,
        terminal=_terminal(words.get("terminal"), start.terminal),
        confine=start.confine,
    )
    return Asked(clean(" ".join(task.split()), 300), role, name, wanted, choice)


def chosen(words: Mapping[str, str], settings: Settings) -> Choice:
    """Give the lane and the envelope that a start of these words comes to. Raises `ValueError`."""
    role, task = words.get("role", "").casefold() or "implementer", words.get("task", "").strip()
    named, prefer = words.get("lane", ""), words.get("prefer", "")
    if named and named not in settings.lanes:
        raise ValueError(f"{clean(named, 40)} is no lane: {_known(tuple(settings.lanes))}")
    try:
        return settings.choosing().choose(role, task, named, clean(prefer, 40), lambda lane: _above_floor(lane, task))
    except ValueError as refused:
        raise ValueError(f"{refused}; nothing was started") from refused


def _terminal(asked: str | None, usual: Terminal) -> Terminal:
    return "detached" if asked == "detached" else usual


def branch_of(pattern: str, task: str, role: str, agent: str, label: str) -> str:
    """Give the name of a new branch by the pattern of the settings."""
    for mark, word in (("{task}", slug(task)), ("{role}", role), ("{agent}", agent), ("{label}", label)):
        pattern = pattern.replace(mark, word)
    return pattern


def slug(task: str) -> str:
    """Give a task as part of a branch's name: small letters and digits, at most forty, cut between words."""
    words = re.findall(r"[a-z0-9]+", task.casefold())
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word[:_LONGEST_SLUG]
        if len(longer) > _LONGEST_SLUG:
            break
        kept = longer
    return kept or "task"


def _mode(lane: Lane, mode: Mode | None) -> Mode:
    """Give the mode: a lane that asks a human first begins with a plan, whatever role or lane say else."""
    return "plan" if lane.asks else mode or "ask"


def _above_floor(lane: Lane, task: str) -> str | None:
    """Say why a task may not begin in a lane: by the files that it names, the only thing of it that rules can judge."""
    names = tuple(f"/{name.lstrip('/')}" for name in names_in(task))
    found = risk(Run(RunKey(""), "", "", cwd="/", edited=names), None)
    why = too_risky(lane, found.level, found.rules)
    return f"{why}: {found.reasons[0]}" if why else None


def _known(names: tuple[str, ...]) -> str:
    return f"it is one of {', '.join(names)}; nothing was started"
