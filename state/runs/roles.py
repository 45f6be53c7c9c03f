"""Who does what: a run's task, owner and role, each with the word on where it comes from.

A human's word on the board outranks every signal and is never derived again; what was said where Headgate started the
run comes next. Signals are taken only where they say it in so many words; else the role is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from state.runs.origin import Role

if TYPE_CHECKING:
    from state.runs.run import Assignable, Assigned, Run

ROLES: tuple[Role, ...] = get_args(Role)
ASSIGNABLE: tuple[Assignable, ...] = ("task", "owner", "role")
"""What a human may say of a run on the board."""

_REVIEW = re.compile(r"/(?:code-|pr-)?review\b|(?:please |now )?(?:code[- ])?review\b", re.IGNORECASE)
_SECURITY = re.compile(r"/security-review\b|(?:please )?(?:do|run) a security (?:review|audit)\b", re.IGNORECASE)
_AGENT_WORDS: tuple[tuple[str, Role], ...] = (
    ("security", "security"),
    ("review", "reviewer"),
    ("test", "tester"),
    ("plan", "planner"),
    ("architect", "planner"),
    ("explore", "mapper"),
    ("mapper", "mapper"),
    ("research", "mapper"),
    ("release", "release"),
    ("deploy", "release"),
    ("watch", "watcher"),
    ("monitor", "watcher"),
    ("librarian", "librarian"),
    ("implement", "implementer"),
)
"""Words in the name of an agent's definition, and the role that they name; the first that is found counts."""


def asked_role(prompt: str) -> Role | None:
    """Give the role that a prompt asks for by its very first words; None where they name none."""
    opening = prompt[:80].lstrip()
    if _SECURITY.match(opening):
        return "security"
    return "reviewer" if _REVIEW.match(opening) else None


def role_of(run: Run) -> tuple[str | None, str | None]:
    """Give a run's role and where it comes from: human, start, agent, prompt, mode or edits."""
    role, source = role_told(run)
    if role is not None:
        return role, source
    if run.mode is not None and "plan" in run.mode.replace(",", " ").split():
        return "planner", "mode"
    inside = run.worktree or run.cwd
    if inside and any(path.startswith(f"{inside.rstrip('/')}/") for path in run.edited):
        return "implementer", "edits"
    return None, None


def role_told(run: Run) -> tuple[str | None, str | None]:
    """Give the role that someone named, and who: human, start, agent or prompt; None where only its work shows one."""
    said = word_of(run.assigned, "role")
    if said is not None and said.value in ROLES:
        return said.value, _source(said)
    named = next((one.value for one in run.context if one.part == "agent" and one.value), "").casefold()
    of_agent = next((role for word, role in _AGENT_WORDS if word in named), None)
    if of_agent is not None:
        return of_agent, "agent"
    if run.asked_role is not None:
        return run.asked_role, "prompt"
    return None, None


def owner_of(run: Run) -> tuple[str | None, str | None]:
    """Give who answers for a run and where that comes from: human, start, or account (of the log)."""
    said = word_of(run.assigned, "owner")
    if said is not None:
        return said.value, _source(said)
    return (run.account, "account") if run.account else (None, None)


def title_of(run: Run) -> tuple[str | None, str | None]:
    """Give a run's task, as far as anyone told it, and where it comes from: human, start, agent or prompt."""
    said = word_of(run.assigned, "task")
    if said is not None:
        return said.value, _source(said)
    return (run.title, run.title_from) if run.title else (None, None)


def word_of(assigned: Iterable[Assigned], what: Assignable) -> Assigned | None:
    """Give a human's word on one thing, None where none was said or it was taken back."""
    return next((one for one in assigned if one.what == what and one.value), None)


def lane_of(run: Run) -> str | None:
    """Give the lane that was asked for, None where none was."""
    said = word_of(run.assigned, "lane")
    return said.value if said is not None else None


def _source(said: Assigned) -> str:
    return "start" if said.started else "human"


def with_word(assigned: tuple[Assigned, ...], word: Assigned) -> tuple[Assigned, ...]:
    """Give the words after one more; an empty one takes back what was said, and a start's replaces no human's."""
    if word.started and any(one.what == word.what and not one.started for one in assigned):
        return assigned
    others = tuple(one for one in assigned if one.what != word.what)
    return (*others, word) if word.value else others
