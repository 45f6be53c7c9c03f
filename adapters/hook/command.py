"""The command by which an agent starts the hook."""

import sys
from pathlib import Path


def hook_command(agent: str) -> list[str]:
    """Give the argument list that is registered for an agent: absolute, so that no PATH of the agent's decides it."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve().parent / "__main__.py"), agent]
