"""Follows the shell commands that run tests, for agents whose results tell an exit status in their last line.

What such an agent's reader remembers of a call between its beginning and its end is one struct, the same for all.
"""

from typing import TypeVar

from msgspec import Struct

from adapters.test_output.commands import Tried, tried
from adapters.test_output.event import tests_ran
from state.runs.event import Event
from state.runs.run import Origin, RunKey

MOST = 500
"""Calls kept; a log whose results never come must not grow the memory for ever."""

_Value = TypeVar("_Value")


class OpenCall(Struct, omit_defaults=True):
    """A call whose result decides something: the files it writes, the tests it runs, the shell it looks at."""

    tool: str
    paths: list[str] = []
    tests: Tried | None = None
    since: float | None = None
    shell: str | None = None


def keep(entries: dict[str, _Value], name: str, value: _Value) -> None:
    """Enter `value`, and forget the oldest entry when there are too many."""
    entries[name] = value
    if len(entries) > MOST:
        del entries[next(iter(entries))]


def begun(tool: str, paths: list[str], command: str | None, at: float | None) -> OpenCall:
    """Make the memory of a call; `command` is the line that a shell is to run."""
    found = tried(command) if command else None
    return OpenCall(tool, paths, found, None if found is None else at)


def tested(
    call: OpenCall, run: RunKey, origin: Origin, body: str, status: int | None, *, stopped: bool = False
) -> list[Event]:
    """Give what the tests of a call came to, nothing where it ran none; `status` None: no exit status was told."""
    if call.tests is None:
        return []
    return [tests_ran(run, origin, call.tests, body, status, call.since, stopped)]
