"""Follows a tool call from its beginning to its result, the same way for every agent whose log tells both as text.

An adapter says what is asked for with `opened`, keeps the call, and says with a `Result` what came of it; `ended` then
tells everything that the two show together: files written and read, plans kept, effects, tests, and whether it came
back the same as before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec import Struct

from adapters.agents.plan_file import is_plan, prose, sha
from adapters.agents.repeated import digest, read_by, waits
from adapters.agents.tool_calls import call_line, effects_of, result_line
from adapters.test_output.commands import Tried, tried
from adapters.test_output.event import tests_ran
from state.runs import event as ev
from state.runs.run import Origin, RunKey

MOST = 500
"""Calls kept; a log whose results never come must not grow the memory for ever."""
_NOTHING = frozenset({"", "(empty)", "(no output)"})
"""What agents write where a command printed nothing."""

_Value = TypeVar("_Value")
_Call = TypeVar("_Call", bound="OpenCall")


@dataclass(frozen=True, slots=True)
class Where:
    """Whose event it is: the run, the record, whether a subagent's, and the directory that relative paths mean."""

    run: RunKey
    origin: Origin
    side: bool
    cwd: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks for: `raw` is all of it, `command` a shell line, `writes` and `reads` absolute paths.

    `reads` has the part that is read with it, `content` is the whole text that the one file gets. `idle` says that the
    tool only waits, looks at what goes on elsewhere or sets what is set already: it comes back the same by right.
    """

    tool: str
    raw: str | memoryview
    command: str | None = None
    writes: Sequence[str] = ()
    reads: tuple[str, str] | None = None
    content: str | None = None
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call. `ran` is False where it was refused before it ran; `status` is a command's own, if told.

    `stopped` says that it was ended from outside, `away` that it goes on in the background. `same` is what tells this
    result from another where `text` does not: "" where nothing does, as of an image, None where `text` is enough.
    """

    failed: bool
    text: str
    status: int | None = None
    ran: bool = True
    stopped: bool = False
    away: bool = False
    same: str | None = None

    @property
    def telling(self) -> str:
        """What two results that are the same have in common; "" where that cannot be told."""
        told = self.text if self.same is None else self.same
        return "" if told.strip() in _NOTHING else told


class OpenCall(Struct, omit_defaults=True):
    """An open call: what must be known of it when its result comes."""

    tool: str
    files: list[str] = []
    reads: tuple[str, str] | None = None
    plan: tuple[str, str, str] | None = None
    """The plan's file that it writes whole: path, prose and digest."""
    effects: list[str] = []
    line: str = ""
    """The command, where it has effects worth judging."""
    tests: Tried | None = None
    since: float | None = None
    digest: str = ""
    """The digest of what was asked; "" for a call that only waits."""
    begun: int | None = None
    shell: str | None = None
    """The command in the background that it looks at."""


def keep(entries: dict[str, _Value], name: str, value: _Value) -> None:
    """Enter `value`, and forget the oldest entry when there are too many."""
    entries[name] = value
    if len(entries) > MOST:
        del entries[next(iter(entries))]


def opened(asked: Asked, where: Where, shape: type[_Call]) -> _Call:
    """Give what must be remembered of a call that begins at `where`."""
    call = shape(asked.tool, list(asked.writes), asked.reads, begun=where.origin.offset)
    idle = asked.idle
    if command := asked.command:
        idle = idle or waits(command)
        call.reads = asked.reads or read_by(command, where.cwd)
        if (found := tried(command)) is not None:
            call.tests, call.since = found, where.origin.at
        if does := effects_of(command, where.cwd):
            call.effects, call.line = does, call_line(command)
    if asked.content is not None and not where.side and len(call.files) == 1 and is_plan(call.files[0]):
        call.plan = call.files[0], prose(asked.content), sha(asked.content)
    call.digest = "" if idle else digest(asked.tool, asked.raw)
    return call


def ended(call: OpenCall, name: str, result: Result, where: Where) -> Iterator[ev.Event]:
    """Tell all that the result of a call shows."""
    run, origin = where.run, where.origin
    if not result.failed:
        yield from _settled(call, result, where)
    if call.effects and result.ran:
        yield ev.CommandRan(run, origin, tuple(call.effects), call.line)
    tests = tested(call, result, where)
    same = _same(call, result, tests)
    yield ev.ToolEnded(run, origin, name, result.failed, result_line(result.text), where.side, same, call.begun)
    if tests is not None:
        yield tests


def tested(call: OpenCall, result: Result, where: Where) -> ev.TestsRan | None:
    """Give what the tests of a call came to; None where it ran none, or they go on."""
    told = result.status is not None or result.stopped or result.text
    if call.tests is None or not result.ran or result.away or not told:
        return None
    status = None if result.stopped else result.status
    return tests_ran(where.run, where.origin, call.tests, result.text, status, call.since, result.stopped)


def _settled(call: OpenCall, result: Result, where: Where) -> Iterator[ev.Event]:
    """Tell what became true with a call that did not fail: files written, a plan kept, a file read."""
    run, origin = where.run, where.origin
    yield from (ev.FileEdited(run, origin, path) for path in call.files)
    if call.plan is not None:
        yield ev.PlanWritten(run, origin, *call.plan)
    if call.reads is not None and (body := result.telling):
        yield ev.FileRead(run, origin, *call.reads, digest(body), len(body), call.begun, where.side)


def _same(call: OpenCall, result: Result, tests: ev.TestsRan | None) -> str:
    """Give the digest of a call with its result; of tests their outcome tells, because their times differ."""
    telling = result.telling
    if not call.digest or not telling or result.away:
        return ""
    if tests is not None and tests.state in ("passed", "failed"):
        return digest(call.digest, f"{tests.state} {tests.passed} {tests.failed} {tests.signature}")
    return digest(call.digest, f"{result.status} {result.failed}", telling)
