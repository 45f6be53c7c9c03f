"""What a Claude Code log says of the agent's context: how hard it thinks, the texts it loaded, its skills and servers.

Until 2.1.2xx the log holds no root instruction file; since 2.1.3xx an `instructions` attachment lists them all, and
later ones what changed. Source: research/log-formats.md 2.3 and 15.5; `instructions`, `mcp_instructions_delta` and
`agent-setting` are known from the program's source alone, the others from logs.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from adapters.agents.claude_memory import Memory
from adapters.agents.claude_record import Attachment, Thinking
from adapters.agents.context_notes import knows, server_of, text_id, told_of
from adapters.agents.loose import read_loosely
from adapters.agents.tool_calls import name_line
from state.runs.event import ContextPartNoted
from state.runs.life import Began
from state.runs.run import Origin, PartKind, RunKey
from state.text import clean

_LONGEST_PATH = 300


class _File(Struct):
    """A text that was loaded, as an attachment holds it."""

    path: str | None = None
    content: str | None = None


class _Whole(Struct):
    """Decodes the lists of attachments, whose odd entries are left out."""

    files: list[_File | None] | None = None
    names: list[str | None] | None = None
    file: _File | None = None
    text: str | None = None


class Context:
    """Follows the context of one log's main thread."""

    def __init__(self, run: RunKey, memory: Memory) -> None:
        self._run, self._memory = run, memory

    def attached(self, attachment: Attachment, origin: Origin) -> list[ContextPartNoted]:
        """Give what an attachment tells of the context; nothing for one that is of another kind."""
        match attachment.type:
            case "instructions":
                return list(self._loaded(attachment, origin))
            case "nested_memory":
                file = _read("file", attachment.content).file or _File()
                path = attachment.path or file.path
                return self._text(path, file.content, "absent", origin) if path else []
            case "skill_listing":
                listing = _read("text", attachment.content).text or ""
                later = attachment.isInitial is False
                name = "listed later" if later else "listed"
                return self._note("skills", name, text_id(listing), "absent" if later else "same", origin)
            case "deferred_tools_delta" | "mcp_instructions_delta":
                return list(self._servers(attachment, origin))
            case _:
                return []

    def thought(self, effort: str | None, thinking: Thinking | None, origin: Origin) -> list[ContextPartNoted]:
        """Give how hard the model thinks, where a row says something new."""
        told: list[ContextPartNoted] = []
        if effort:
            told += self._note("effort", "effort", name_line(effort), "same", origin)
        if thinking is not None:
            budget = f"{thinking.maxThinkingTokens} tokens" if thinking.maxThinkingTokens else None
            level = "off" if thinking.disabled else thinking.level or budget
            told += self._note("effort", "thinking", name_line(level), "same", origin) if level else []
        return told

    def follows(self, agent: str | None, origin: Origin) -> list[ContextPartNoted]:
        """Give the agent definition that the main thread follows."""
        return self._note("agent", "", name_line(agent), "same", origin) if agent else []

    def called(self, tool: str | None, origin: Origin) -> list[ContextPartNoted]:
        """Give the server of a tool that was called, unless it is known."""
        server = server_of(tool)
        if server is None or knows(self._memory.context, "mcp", server):
            return []
        return self._note("mcp", server, "used", "same", origin)

    def _loaded(self, attachment: Attachment, origin: Origin) -> Iterator[ContextPartNoted]:
        began: Began = "absent" if attachment.changed else "same"
        for file in _read("files", attachment.files).files or ():
            if file is not None and file.path:
                yield from self._text(file.path, file.content, began, origin)
        for path in _read("names", attachment.removed).names or ():
            if path:
                yield from self._note("loaded", clean(path, _LONGEST_PATH), None, "same", origin)

    def _text(self, path: str, content: str | None, began: Began, origin: Origin) -> list[ContextPartNoted]:
        return self._note("loaded", clean(path, _LONGEST_PATH), text_id(content), began, origin)

    def _servers(self, attachment: Attachment, origin: Origin) -> Iterator[ContextPartNoted]:
        plain = attachment.type == "mcp_instructions_delta"
        began: Began = "absent" if self._memory.listed else "same"
        self._memory.listed = self._memory.listed or not plain
        for raw, value in ((attachment.addedNames, "offered"), (attachment.removedNames, None)):
            for name in _read("names", raw).names or ():
                server = name_line(name) if plain and name else server_of(name)
                if server is not None:
                    yield from self._note("mcp", server, value, began, origin)

    def _note(
        self, part: PartKind, name: str, value: str | None, began: Began, origin: Origin
    ) -> list[ContextPartNoted]:
        return told_of(self._memory.context, self._run, origin, part, name, value, began)


def _read(name: str, raw: Raw) -> _Whole:
    """Decode one field of an attachment; what is of another shape than expected tells nothing."""
    if not raw:
        return _Whole()
    wrapped = b'{"%s":%s}' % (name.encode(), bytes(raw))
    try:
        return msgspec.json.decode(wrapped, type=_Whole)
    except (ValueError, RecursionError):
        try:
            return read_loosely(wrapped, _Whole)
        except ValueError:
            return _Whole()
