"""Every agent that Headgate knows: adding one is adding its line here."""

from adapters.agents.agent import Agent
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.agents.opencode import OpenCode

AGENTS: tuple[Agent, ...] = (ClaudeCode(), Codex(), OpenCode())
