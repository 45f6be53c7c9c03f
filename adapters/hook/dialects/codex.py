"""Codex CLI's events and answers.

A denial is exit 0 with one JSON object and no key more: Codex 0.169 throws an answer away whole, and runs the call,
where it holds `ask`, `continue`, `stopReason`, `suppressOutput` or a reason that is empty (research/real-clients.md
0.4, research/control.md 2.1).
"""

import json
from typing import Any

from adapters.hook.dialects import claude
from adapters.hook.exchange import Answer, Heard

LONGEST = 9000
BY_DENIAL = False


def hear(agent: str, event: dict[str, Any], environment: dict[str, str]) -> Heard:
    """Read one event: Codex took Claude Code's names for them. Raises `NotUnderstood`."""
    return claude.hear(agent, event, {})


def let_go(heard: Heard) -> Answer:
    """Say nothing, so that the client goes its ordinary way."""
    return Answer()


def approved(heard: Heard) -> Answer:
    """Say no more than of any call that may go: its human has answered at the board."""
    return let_go(heard)


def refuse(heard: Heard | None, reason: str) -> Answer:
    """Deny the call."""
    if heard is not None and heard.moment == "permission":
        return claude.refuse(heard, reason)
    decision = {"permissionDecision": "deny", "permissionDecisionReason": reason}
    return Answer(0, json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **decision}}), reason)


def hand_over(heard: Heard, reason: str) -> Answer | None:
    """Give None: Codex rejects `ask`, and runs the call."""
    return None


def hand_out(heard: Heard, text: str) -> Answer:
    """Let the call go, and the model read a text beside it, which Codex gives it as a developer's message."""
    return claude.hand_out(heard, text)
