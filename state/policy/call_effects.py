"""What a tool call would do: effects with the reason for each, and why it cannot be known where it cannot.

The hook asks this of each call that is not plainly harmless. Files are looked at only to follow links and to read a
script that the call runs; nothing is run. `state.policy.vocabulary` says what each effect means.
"""

from collections.abc import Callable, Iterator

from state.policy.call import Call
from state.policy.ground import Ground
from state.policy.shell_effects import line_effects
from state.policy.shown import shown
from state.policy.verdict import Effect


def effects_of(
    call: Call, disagrees: Callable[[str], str | None] | None = None
) -> tuple[tuple[Effect, ...], str | None]:
    """Give what a call would do, each effect once, and why it is opaque, None where all of it was read.

    An opaque call has the effect `opaque` as well, so that a rule can name it. `disagrees` is a second reader of shell
    lines (`adapters.shell_tree`): what it cannot make out is opaque too. Only a line that does nothing has no effect.
    """
    ground = Ground(call.cwd, call.worktree)
    why: str | None = None
    if call.kind == "shell" or call.command is not None:
        told, why = line_effects(call.command or "", ground)
        pairs = [*told, *_of_paths(call, ground)] if call.kind in ("edit", "read") else told
    else:
        pairs = list(_other(call, ground))
    if why is None and disagrees is not None and call.command and (why := disagrees(call.command)):
        pairs.insert(0, ("opaque", why))
    firsts: dict[str, str] = {}
    for name, reason in pairs:
        firsts.setdefault(name, reason)
    return tuple(Effect(name, shown(reason)) for name, reason in firsts.items()), why and shown(why)


def _other(call: Call, ground: Ground) -> Iterator[tuple[str, str]]:
    match call.kind:
        case "edit" | "read":
            yield from _of_paths(call, ground)
        case "plan":
            yield "plan.write", call.tool
            yield from ((name, path) for path in call.paths for name in ground.written(path, plan=True))
        case "net":
            yield ("net.send" if call.added else "net.get"), call.tool
        case "mcp":
            yield "mcp", call.tool
            yield from ((name, path) for path in call.paths for name in ground.written(path) if name != "fs.write")
        case "agent":
            yield "agent.spawn", call.tool
        case "question":
            yield "question", call.tool
        case _:
            yield "unknown", f"{call.tool} is a tool that nobody here knows"


def _of_paths(call: Call, ground: Ground) -> Iterator[tuple[str, str]]:
    if not call.paths:
        yield ("fs.read", call.tool) if call.kind == "read" else ("unknown", f"{call.tool} names no file")
    for path in call.paths:
        if call.kind == "read":
            yield from ((name, path) for name in ground.read(path))
        else:
            yield from ((name, path) for name in ground.written(path))
