"""Claude Code's events and answers.

A denial is exit 2 with the reason on the error output: it was obeyed by 2.1.197 and 2.1.330 alike, and no `allow` of
another hook overrides it. `continue: false` is never said, because a call ran under it (research/real-clients.md 0.4).
A PermissionRequest takes no exit code, only a decision in JSON.
"""

import json
from typing import Any

from adapters.hook.exchange import Answer, Heard, Moment, needed, text_of, words_of
from adapters.hook.tools import call_of

LONGEST = 9000
"""Characters of a reason: Claude Code cuts at 10 000."""
BY_DENIAL = False
"""Whether the model reads a hook's words only where its call is denied."""
_MOMENTS: dict[str, Moment] = {"PreToolUse": "before", "PermissionRequest": "permission"}


def hear(agent: str, event: dict[str, Any], environment: dict[str, str]) -> Heard:
    """Read one event. Raises `NotUnderstood`."""
    name = needed(event, "hook_event_name")
    session, cwd, moment = text_of(event, "session_id"), text_of(event, "cwd"), _MOMENTS.get(name, "other")
    project = environment.get("CLAUDE_PROJECT_DIR") or None
    attended = environment.get("CLAUDE_CODE_ENTRYPOINT") == "cli"
    if moment == "other":
        return Heard(agent, name, moment, session, cwd, None, "{}", project, attended)
    words = words_of(event, "tool_input")
    known = {"call": text_of(event, "tool_use_id"), "subagent": text_of(event, "agent_id")}
    tool = needed(event, "tool_name")
    call, text = call_of(agent, needed(event, "session_id"), tool, words, needed(event, "cwd"), **known)
    return Heard(agent, name, moment, session, cwd, call, text, project, attended)


def let_go(heard: Heard) -> Answer:
    """Say nothing, so that the client goes its ordinary way."""
    return Answer()


def approved(heard: Heard) -> Answer:
    """Let a call go that its human approved; a plan is not asked about again in the client's own dialog.

    An `allow` alone leaves that dialog standing; with the input said again it was taken for the human's answer by
    2.1.197 (seen live), as research/control.md 1.2 says.
    """
    if heard.call is None or heard.call.plan is None or heard.moment != "before":
        return let_go(heard)
    decision = '"permissionDecision": "allow", "permissionDecisionReason": "approved on Headgate\'s board"'
    words = f'"hookEventName": "PreToolUse", {decision}, "updatedInput": {heard.input}'
    return Answer(0, f'{{"hookSpecificOutput": {{{words}}}}}')


def refuse(heard: Heard | None, reason: str) -> Answer:
    """Deny the call."""
    if heard is not None and heard.moment == "permission":
        decision = {"behavior": "deny", "message": reason}
        words = {"hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": decision}}
        return Answer(0, json.dumps(words), reason)
    return Answer(2, "", reason)


def hand_over(heard: Heard, reason: str) -> Answer | None:
    """Let the client ask the human who sits at it; None where nobody does."""
    if heard.attended is not True:
        return None
    decision = {"permissionDecision": "ask", "permissionDecisionReason": reason}
    return Answer(0, json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **decision}}))


def hand_out(heard: Heard, text: str) -> Answer:
    """Let the call go its ordinary way, and the model read a text beside it: no decision is given with it."""
    words = {"hookEventName": heard.event, "additionalContext": text}
    return Answer(0, json.dumps({"hookSpecificOutput": words}))
