"""What the reader of a Claude Code log must remember between two lines, so that only changes become events.

It is one struct and nothing else, so that it can be saved as JSON after any line and taken up by another process.
"""

from typing import TypeVar

import msgspec

from adapters.agents.claude_record import Tokens
from adapters.test_output.commands import Tried
from state.runs.run import Asked, StepState

MOST = 500
"""Entries kept of each kind; a log whose results never come must not grow the memory for ever."""

_Value = TypeVar("_Value")


class Task(msgspec.Struct):
    """One entry of the agent's to-do list."""

    text: str
    state: StepState


class Pending(msgspec.Struct):
    """A tool call whose result decides something: whether the file was written, the list set, the subagent done."""

    tool: str
    path: str | None = None
    tasks: list[Task] | None = None
    task: str | None = None
    """The entry that TaskUpdate changes, or the background work that TaskStop stops."""
    text: str = ""
    status: str | None = None
    tests: "Testing | None" = None
    """The tests that a command runs."""
    effects: list[str] = []
    """What a command can do that is worth judging; `text` is the command then."""
    plan: "Planned | None" = None
    """The plan that the file will hold, or the edit that it will get."""


class Planned(msgspec.Struct):
    """What is written into a plan's file: the whole prose and its digest, or texts in place of others."""

    text: str = ""
    sha: str = ""
    edits: list[tuple[str, str, bool]] = []


class Testing(msgspec.Struct):
    """A command that runs tests, and when it was begun."""

    tried: Tried
    since: float | None


class Memory(msgspec.Struct):
    """The reader's state after a line. None and "" mean: not said yet."""

    announced: bool = False
    dated: bool = False
    entrypoint: str | None = None
    headless: bool | None = None
    version: str | None = None
    cwd: str | None = None
    branch: str | None = None
    model: str | None = None
    mode: str | None = None
    title: str = ""
    named_by_human: bool = False
    uuid: str | None = None
    """The last message's; an old `summary` belongs to this log only if it names it."""
    turn: bool = False
    answered: bool = False
    """Whether the model said anything in this turn; what ends a turn before that is about an earlier one."""
    untold: bool = False
    """Some message of the model's gave no reason to stop, so that the end of a turn may go without saying."""
    last: str | None = None
    """The model message that ended the last turn: its further rows begin no new one."""
    command: str = ""
    """A slash command that may turn out to be a prompt: it is one if the model answers it."""
    metered: str = ""
    spent: Tokens | None = None
    """The last metered call and its figures; its next rows mostly repeat them."""
    calls: dict[str, Pending] = {}
    open: dict[str, tuple[str, int]] = {}
    """For each open call the digest of its input, and the byte offset of its record."""
    asks: dict[str, Asked] = {}
    """What waits for the human, by the call that waits."""
    tasks: dict[str, Task] = {}
    agents: dict[str, str] = {}
    """Background subagents: id to the call that began them."""
    shells: dict[str, Testing] = {}
    """Commands that run tests in the background, by the name of their shell."""
    context: dict[str, str] = {}
    """What was told of the context: kind and name of each part to its value."""
    listed: bool = False
    """Whether the tools that are there were listed once; what is added later was not there before."""


def keep(entries: dict[str, _Value], name: str, value: _Value) -> None:
    """Enter `value`, and forget the oldest entry when there are too many."""
    entries[name] = value
    if len(entries) > MOST:
        del entries[next(iter(entries))]


_saved = msgspec.json.Decoder(Memory)


def restored(saved: str) -> Memory:
    """Give the memory that `kept` wrote; an empty one for "" or for what no longer fits."""
    if not saved:
        return Memory()
    try:
        return _saved.decode(saved)
    except (ValueError, RecursionError):
        return Memory()


def kept(memory: Memory) -> str:
    """Give the memory as JSON."""
    return msgspec.json.encode(memory).decode()
