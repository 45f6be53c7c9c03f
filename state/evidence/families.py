"""Which house made a model: what its name tells, by a small table; a name that is not in it is unknown."""

import re
from collections.abc import Iterable, Mapping

UNKNOWN = "unknown"
_FAMILIES: Mapping[str, str] = {
    "anthropic": r"claude|opus|sonnet|haiku",
    "openai": r"gpt|chatgpt|o[134](?:-|$)|codex|davinci",
    "google": r"gemini|gemma|palm",
    "meta": r"llama|muse",
    "mistral": r"mistral|mixtral|codestral|devstral|ministral|magistral|pixtral",
    "deepseek": r"deepseek",
    "alibaba": r"qwen|qwq",
    "xai": r"grok",
    "moonshot": r"kimi|moonshot",
    "zhipu": r"glm|chatglm|zai",
    "cohere": r"command-(?:r|a)|cohere|aya",
    "amazon": r"nova|titan",
    "microsoft": r"phi-",
    "minimax": r"minimax|abab",
    "nvidia": r"nemotron",
}
_TABLE = tuple(
    (family, re.compile(rf"(?:^|[/._:@ -])(?:{names})", re.IGNORECASE)) for family, names in _FAMILIES.items()
)
_AGENTS: Mapping[str, str] = {"claude-code": "anthropic", "codex": "openai", "gemini-cli": "google"}
"""Agents that run their own house's models unless their log says otherwise."""


def family_of(model: str) -> str:
    """Name the house of a model as a log names it ("claude-opus-4-7", "openai/gpt-5", "us.anthropic.claude-...")."""
    return next((family for family, names in _TABLE if names.search(model[:200])), UNKNOWN)


def families_of(models: Iterable[str]) -> tuple[str, ...]:
    """Name the houses of some models, each once."""
    return tuple(dict.fromkeys(family_of(model) for model in models))


def family_of_agent(agent: str) -> str:
    """Name the house whose models an agent runs; unknown where they may be anybody's."""
    return _AGENTS.get(agent, UNKNOWN)
