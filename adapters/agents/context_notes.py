"""Tells a part of an agent's context once, and again only when it says something else: the same for every adapter.

An adapter keeps the dictionary `known` in what its reader saves, and reports whatever its log says, as often as it says
it. What the parts are stands at `state.runs.event.ContextPartNoted`.
"""

from adapters.agents.tool_calls import name_line
from adapters.small_file import blob_id
from state.runs.event import ContextPartNoted
from state.runs.life import Began
from state.runs.run import Origin, PartKind, RunKey

_MOST = 500
"""Parts remembered of one log: a log without end must not fill the memory."""
_SERVER = "mcp__"
_GONE = "-"


def told_of(
    known: dict[str, str],
    run: RunKey,
    origin: Origin,
    part: PartKind,
    name: str,
    value: str | None,
    began: Began = "same",
) -> list[ContextPartNoted]:
    """Give an event, unless the log said the same before; `value` None says that the part is there no longer."""
    key = f"{part} {name}"
    if known.get(key, _GONE) == (value or _GONE) or (key not in known and len(known) >= _MOST):
        return []
    known[key] = value or _GONE
    return [ContextPartNoted(run, origin, part, name, value, began)]


def knows(known: dict[str, str], part: PartKind, name: str) -> bool:
    """Say whether a part was told of, be it that it went."""
    return f"{part} {name}" in known


def text_id(text: str | None) -> str:
    """Give the git blob id of a text as a log holds it, to be compared with that of the file it came from."""
    return blob_id((text or "").encode("utf-8", "replace"))


def server_of(tool: str | None) -> str | None:
    """Give the server in a tool's name or namespace, `mcp__github__search` or `mcp__github`; None for other tools."""
    if not tool or not tool.startswith(_SERVER):
        return None
    server = tool.removeprefix(_SERVER).partition("__")[0]
    return name_line(server) if server else None
