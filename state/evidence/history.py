"""What a run's logs tell once they are read again whole: each command with its end, each test run, the last words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import SHELLS, Origin, Run, spoken

MOST_COMMANDS = 20_000
MOST_TESTS = 2_000
LONGEST_WORDS = 40_000
"""Characters of an agent's last message, and of the file that it hands in, that are read."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command line that the agent called, or another tool's call in one line.

    `failed` is None where its end was not read. `shell`: it is a command line. `side`: a subagent called it.
    """

    text: str
    origin: Origin
    failed: bool | None = None
    shell: bool = True
    side: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a model's calls came to. `usd` is None where none of them has a price."""

    model: str
    calls: int
    tokens: int
    usd: Decimal | None = None
    unpriced: int = 0
    """Tokens that no price is known for."""


@dataclass(frozen=True, slots=True)
class History:
    """What the logs of one run tell, in their order. `words` is the agent's last message, "" where none was read.

    `tools` counts the calls of each tool. `run` is the run as the whole of its logs tells it, None where it was not
    folded again. `whole` is False where more was told than is kept.
    """

    commands: tuple[Command, ...] = ()
    tests: tuple[ev.TestsRan, ...] = ()
    edits: tuple[tuple[str, float | None], ...] = ()
    """Files that a tool wrote, each with when it was last."""
    tools: Mapping[str, int] = field(default_factory=dict[str, int])
    ran: tuple[ev.CommandRan, ...] = ()
    """Commands with effects worth judging, all of them."""
    words: str = ""
    words_at: Origin | None = None
    shares: tuple[Share, ...] = ()
    run: Run | None = None
    whole: bool = True


class Histories(Protocol):
    """Reads the logs of runs again."""

    async def of(self, run: Run) -> History | str:
        """Give what a run's logs tell, or one sentence why that cannot be read."""
        ...


class Telling:
    """Takes events as they are read and keeps what a package needs of them."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._tests: list[ev.TestsRan] = []
        self._edits: dict[str, float | None] = {}
        self._tools: dict[str, int] = {}
        self._ran: list[ev.CommandRan] = []
        self._words_at: Origin | None = None
        self._whole = True

    def take(self, events: Iterable[Event]) -> None:
        """Take events in the order of their logs."""
        for event in events:
            match event:
                case ev.ToolBegun():
                    self._begun(event)
                case ev.ToolEnded(call=call, failed=failed) if (known := self._commands.get(call)) is not None:
                    self._commands[call] = Command(known.text, known.origin, failed, known.shell, known.side)
                case ev.TestsRan():
                    self._tests = [*self._tests[-MOST_TESTS:], event]
                case ev.CommandRan():
                    self._ran = [*self._ran[-MOST_TESTS:], event]
                case ev.FileEdited(path=path, origin=origin):
                    self._edits[path] = origin.at
                case ev.AgentSpoke(origin=origin):
                    self._words_at = origin
                case _:
                    pass

    def told(self, words: str = "", shares: tuple[Share, ...] = (), run: Run | None = None) -> History:
        """Give what was told."""
        return History(
            tuple(self._commands.values()),
            tuple(self._tests),
            tuple(self._edits.items()),
            self._tools,
            tuple(self._ran),
            words[:LONGEST_WORDS],
            self._words_at,
            shares,
            run,
            self._whole,
        )

    def _begun(self, event: ev.ToolBegun) -> None:
        self._tools[event.tool] = self._tools.get(event.tool, 0) + 1
        if len(self._commands) >= MOST_COMMANDS:
            self._whole = False
            return
        text = spoken(event.tool, event.text)
        self._commands[event.call] = Command(text, event.origin, None, event.tool in SHELLS, event.side)
