"""The records of a Pi session, as far as Headgate reads them.

Source: research/log-formats.md 8 and a session that Pi's author published; versions 1 to 3 of the format.
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from adapters.agents.loose import read_loosely
from adapters.agents.strict_lines import PADDING, read_line
from state.runs.run import Usage

Count = Annotated[int, Meta(ge=0, le=2**40)]


class Spent(Struct):
    """Tokens of one call, in disjoint parts; the cost that stands beside them is Pi's own reckoning."""

    input: Count = 0
    output: Count = 0
    cacheRead: Count = 0
    cacheWrite: Count = 0

    @property
    def usage(self) -> Usage:
        """The same in our words; a cache write's lifetime is not told, so it is the short."""
        return Usage(self.input, self.cacheRead, self.cacheWrite, 0, self.output, 0, 1)

    @property
    def context(self) -> int:
        """What the next call begins with."""
        return self.input + self.cacheRead + self.cacheWrite + self.output


class Arguments(Struct):
    """What a tool is asked to do, as far as it is told or followed."""

    command: str | None = None
    path: str | None = None
    offset: float | None = None
    limit: float | None = None
    content: str | None = None
    pattern: str | None = None
    query: str | None = None
    url: str | None = None
    task: str | None = None

    @property
    def text(self) -> str | None:
        """The telling part of a call."""
        given = (self.command, self.path, self.pattern, self.query, self.url, self.task)
        return next((one for one in given if one), None)


class Block(Struct):
    """A part of a message: text, a thought, or a tool's call."""

    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    arguments: Raw = Raw(b"")

    @property
    def given(self) -> Arguments:
        """What a tool is asked to do; extensions' tools may mean other things by the same names."""
        try:
            return _ARGUMENTS.decode(self.arguments) if self.arguments else Arguments()
        except (ValueError, RecursionError):
            return _loose_arguments(bytes(self.arguments))


class Message(Struct):
    """What was said: by the human, by the model, by a tool."""

    role: str | None = None
    content: list[Block] | str | None = None
    provider: str | None = None
    model: str | None = None
    usage: Spent | None = None
    stopReason: str | None = None
    errorMessage: str | None = None
    responseId: str | None = None
    timestamp: float | None = None
    toolCallId: str | None = None
    isError: bool | None = None

    @property
    def blocks(self) -> list[Block]:
        """The parts, where there are any."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str:
        """The words, without thoughts and calls."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(block.text for block in self.blocks if block.type == "text" and block.text)

    @property
    def pictured(self) -> bool:
        """Whether it holds more than words, such as an image."""
        return any(block.type == "image" for block in self.blocks)

    @property
    def calls(self) -> Iterator[Block]:
        """The tools' calls."""
        return (block for block in self.blocks if block.type == "toolCall")


class Record(Struct):
    """One line. The first one is the header: `id`, `cwd`, and the session that this one was forked from."""

    type: str | None = None
    id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    parentSession: str | None = None
    branchedFrom: str | None = None
    provider: str | None = None
    modelId: str | None = None
    name: str | None = None
    thinkingLevel: str | None = None
    tokensBefore: int | None = None
    message: Raw = Raw(b"")


_RECORD, _MESSAGE, _ARGUMENTS = Decoder(Record), Decoder(Message), Decoder(Arguments)


def read_record(line: bytes) -> tuple[Record, bool]:
    """Read a line, and say whether all of it fits. Raises ValueError where it is no JSON object."""
    return read_line(line.strip(PADDING), _RECORD, Record)


def read_message(record: Record) -> tuple[Message, bool]:
    """Read a record's message, and say whether all of it fits. Raises ValueError where it is no JSON object."""
    try:
        return _MESSAGE.decode(record.message), True
    except (ValueError, RecursionError):
        return read_loosely(bytes(record.message), Message), False


def _loose_arguments(given: bytes) -> Arguments:
    try:
        return read_loosely(given, Arguments)
    except ValueError:
        return Arguments()
