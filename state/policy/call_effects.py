"""What a call would do, in the words of `state.policy.programs.EFFECTS`. Standard library only."""

from state.policy.call import Call
from state.policy.effects import effects
from state.policy.files import written_effect
from state.policy.verdict import Effect


def effects_of(call: Call) -> tuple[tuple[Effect, ...], str | None]:
    """Give the effects of a call with what in it has each, and why it cannot be read where it cannot."""
    if call.command is not None:
        found = [Effect(name, f"`{call.command[:200]}`") for name in effects(call.command, call.worktree)]
    elif call.kind == "edit":
        found = [Effect(name, path) for path in call.paths for name in written_effect(path, call.worktree)]
    else:
        found = []
    opaque = next((f"nobody can say what {one.why} runs" for one in found if one.name == "opaque"), None)
    return tuple(dict.fromkeys(found)), opaque
