"""Every agent that Headgate knows: adding one is adding its line here."""

from collections.abc import Mapping

from adapters.agents.agent import Agent
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.agents.copilot_cli import CopilotCli
from adapters.agents.gemini_cli import GeminiCli
from adapters.agents.opencode import OpenCode
from adapters.agents.pi import Pi
from adapters.agents.qwen_code import QwenCode

AGENTS: tuple[Agent, ...] = (
    ClaudeCode(),
    Codex(),
    GeminiCli(),
    OpenCode(),
    CopilotCli(),
    Pi(),
    QwenCode(),
)


def agents_of(environment: Mapping[str, str]) -> tuple[Agent, ...]:
    """Give these agents and the ones that the user describes in files of their own."""
    # What reads those files takes as long to load as a helper process has to begin; helpers never read them.
    from adapters.agents.generic import described_agents

    return (*AGENTS, *described_agents(environment, [agent.name for agent in AGENTS]))
