"""What a Codex rollout says of the agent's context: effort, sandbox, system prompt, AGENTS.md, skills and servers.

The texts stand among what was sent to the model before the first prompt. Source: research/log-formats.md 3.3 and 3.6,
and rollouts of 0.140 to 0.169.
"""

import re
from collections.abc import Iterator

from adapters.agents.codex_records import Context, Item, mapping, text_of
from adapters.agents.context_notes import text_id
from adapters.agents.tool_calls import name_line
from state.runs.run import PartKind
from state.text import clean

Told = tuple[PartKind, str, str | None]
"""Kind, name and value of a part; None: it is there no longer."""

_AGENTS_MD = re.compile(r"\s*# AGENTS\.md instructions(?: for ([^\n]{1,300}))?\n+(?:<INSTRUCTIONS>\n)?(.*)", re.DOTALL)
_OLD_AGENTS_MD = "<user_instructions>"
_SKILLS = "<skills_instructions>"


def of_turn(context: Context) -> Iterator[Told]:
    """Give what a turn is begun with: how hard the model thinks, and what its sandbox allows."""
    collaboration = context.collaboration_mode
    settings = collaboration.settings if collaboration else None
    effort = context.effort if isinstance(context.effort, str) else settings.reasoning_effort if settings else None
    if effort:
        yield "effort", "effort", name_line(effort)
    policy = mapping(context.sandbox_policy)
    sandbox = policy.get("type", policy.get("mode"))
    if isinstance(sandbox, str) and sandbox:
        network = ", network" if policy.get("network_access") is True else ""
        yield "settings", "sandbox", name_line(f"{sandbox}{network}")


def of_message(item: Item) -> Iterator[Told]:
    """Give the instructions or the list of skills that a message in the human's or the client's place holds."""
    text = text_of(item.content)
    if item.role == "user":
        if found := _AGENTS_MD.match(text):
            where = f"AGENTS.md for {found[1]}" if found[1] else "AGENTS.md"
            body = found[2].rpartition("</INSTRUCTIONS>")[0] or found[2]
            yield "loaded", clean(where, 300), text_id(body)
        elif text.startswith(_OLD_AGENTS_MD):
            yield "loaded", "AGENTS.md", text_id(text)
    elif text.startswith(_SKILLS):
        yield "skills", "listed", text_id(text)
