"""Which files each agent loads by itself, as data: instructions, skills, the servers of its tools, and settings.

Sources: research/log-formats.md 15.5 and research/control.md 5.1, that is the agents' own documentation; an agent that
is not listed is taken to read AGENTS.md, which nearly all do (https://agents.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from state.runs.run import PartKind


@dataclass(frozen=True, slots=True)
class Rule:
    """Where files of one kind lie.

    `upward`: in each directory from the run's own up to the worktree's, of each group the first that exists. `top` and
    `home`: paths below the worktree and below the agent's home, in which one step may be `*` with an ending.
    `otherwise`: like `top`, where `upward` found nothing.
    """

    part: PartKind
    upward: tuple[tuple[str, ...], ...] = ()
    top: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    home: tuple[str, ...] = ()


_RULES: Mapping[str, Sequence[Rule]] = {
    "claude-code": (
        Rule(
            "instructions",
            upward=(("CLAUDE.md",), (".claude/CLAUDE.md",), ("CLAUDE.local.md",)),
            top=(".claude/rules/*.md",),
            otherwise=("AGENTS.md", ".claude/AGENTS.md"),
            home=("CLAUDE.md", "rules/*.md"),
        ),
        Rule(
            "skills",
            top=(".claude/skills/*/SKILL.md", ".claude/agents/*.md", ".claude/commands/*.md"),
            home=("skills/*/SKILL.md", "agents/*.md", "commands/*.md"),
        ),
        Rule("mcp", top=(".mcp.json",)),
        Rule("settings", top=(".claude/settings.json", ".claude/settings.local.json"), home=("settings.json",)),
    ),
    "codex": (
        Rule(
            "instructions",
            upward=(("AGENTS.override.md", "AGENTS.md"),),
            home=("AGENTS.override.md", "AGENTS.md"),
        ),
        Rule(
            "skills",
            top=(".agents/skills/*/SKILL.md", ".codex/skills/*/SKILL.md"),
            home=("skills/*/SKILL.md", "prompts/*.md"),
        ),
        Rule("settings", top=(".codex/config.toml",)),
    ),
    "gemini-cli": (
        Rule("instructions", upward=(("GEMINI.md",),), home=("GEMINI.md",)),
        Rule("skills", top=(".gemini/skills/*/SKILL.md", ".gemini/commands/*.toml")),
        Rule("settings", top=(".gemini/settings.json",)),
    ),
    "opencode": (
        Rule("instructions", upward=(("AGENTS.md", "CLAUDE.md"),)),
        Rule("skills", top=(".opencode/agent/*.md", ".opencode/command/*.md", ".opencode/skills/*/SKILL.md")),
        Rule("settings", top=("opencode.json", "opencode.jsonc")),
    ),
    "copilot-cli": (
        Rule("instructions", upward=(("AGENTS.md",),), top=(".github/copilot-instructions.md",)),
        Rule("skills", top=(".github/instructions/*.instructions.md", ".github/agents/*.md")),
    ),
    "qwen-code": (
        Rule("instructions", upward=(("QWEN.md",), ("AGENTS.md",)), home=("QWEN.md",)),
        Rule("settings", top=(".qwen/settings.json",)),
    ),
}
_OTHERS = (Rule("instructions", upward=(("AGENTS.md",),)),)


def rules_of(agent: str) -> Sequence[Rule]:
    """Give the rules of an agent by its name in contracts."""
    return _RULES.get(agent, _OTHERS)
