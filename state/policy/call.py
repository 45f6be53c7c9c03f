"""One tool call that an agent is about to make, in words of no agent's dialect. Standard library only."""

from dataclasses import dataclass
from typing import Literal

CallKind = Literal["shell", "edit", "read", "net", "mcp", "agent", "plan", "question", "other"]
"""`other` is a tool that nobody here knows: it is never taken for harmless."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call as a policy judges it.

    `command` is a shell call's line, `paths` the files that an edit or a read names, as the agent wrote them; `added`
    is the text that an edit would add. `cwd` is where it would run, `worktree` the directory that the run may change,
    None where there is none. `sha` is the SHA-256 of the input's canonical JSON: an approval binds to it. `size` is the
    length of that JSON in bytes. `subagent` is the agent's name for the subagent that calls, None in the main thread.
    """

    agent: str
    session: str
    tool: str
    kind: CallKind
    sha: str
    cwd: str
    worktree: str | None
    call: str | None = None
    command: str | None = None
    paths: tuple[str, ...] = ()
    added: str = ""
    plan: str | None = None
    subagent: str | None = None
    size: int = 0
