"""Tool calls of agents whose tools differ in name alone: what is run, edited, planned, asked and tested by them.

An adapter says with `Tools` what its agent's tools are called, and hands calls and results over as it reads them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from msgspec import Struct

from adapters.agents.tool_calls import call_line, name_line, result_line
from adapters.test_output.commands import Tried, tried
from adapters.test_output.event import tests_ran
from state.runs import event as ev
from state.runs.run import Origin, RunKey, Step, StepState
from state.text import clean

_MOST_OPEN = 256
_MOST_STEPS = 100
_STEP = 300
_PLAN = 8000
_PATHS = ("file_path", "absolute_path", "path", "filePath", "dir_path")
_TELLING = ("command", *_PATHS, "pattern", "query", "url", "prompt", "description", "name")
_STATES: Mapping[object, StepState] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "completed": "completed",
    "done": "completed",
    "cancelled": "cancelled",
}
_EXIT = re.compile(r"^Exit Code: (\d{1,3})$", re.MULTILINE)
_OPENING = re.compile(r"(?:<untrusted_context>\n)?(?:Command: .*\nDirectory: .*\n)?(?:Output|Stdout): ")
_CLOSING = re.compile(
    r"(?:\n(?:Stderr|Error|Exit Code|Signal|Background PIDs|Process Group PGID): [^\n]*)*"
    r"\s*(?:</untrusted_context>)?\s*\Z"
)
_CLOSING_REACH = 600
_AWAY = re.compile(r"Command (?:moved to|is running in) background|Background (?:command|process) started")
_STOPPED = re.compile(r"Command was (?:cancelled|automatically cancelled|aborted)|Command timed out")


@dataclass(frozen=True, slots=True)
class Tools:
    """What an agent's tools are called, by what they do."""

    shells: frozenset[str]
    writers: frozenset[str]
    steps: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    plan_begins: frozenset[str] = frozenset()
    plan_shows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Where:
    """Whose event it is: the run, the record, whether a subagent's, and the directory that relative paths mean."""

    run: RunKey
    origin: Origin
    side: bool
    cwd: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call. `ran` is False where it was refused before it ran; `status` is a command's own, if told."""

    failed: bool
    text: str
    status: int | None = None
    ran: bool = True


class Begun(Struct, omit_defaults=True):
    """An open call: what must be known of it when its result comes."""

    tool: str
    file: str | None = None
    steps: tuple[tuple[str, StepState], ...] | None = None
    plan: str | None = None
    asked: bool = False
    tests: Tried | None = None
    since: float | None = None


class Work(Struct):
    """The open calls by their ids."""

    open: dict[str, Begun] = msgspec.field(default_factory=dict[str, Begun])

    def begin(self, tools: Tools, call: str, tool: str | None, args: object, where: Where) -> Iterator[ev.Event]:
        """Tell of a call, and of the question to the human that it is."""
        tool, name, given = name_line(tool), name_line(call), mapping(args)
        begun = Begun(tool, since=where.origin.at)
        self.open[name] = begun
        if len(self.open) > _MOST_OPEN:
            del self.open[next(iter(self.open))]
        yield ev.ToolBegun(where.run, where.origin, name, tool, call_line(_line(tool, tools, given)), where.side)
        if tool in tools.shells and (command := given.get("command")) and isinstance(command, str):
            begun.tests = tried(command)
        elif tool in tools.writers:
            begun.file = _path(given, where.cwd)
        elif tool in tools.steps:
            begun.steps = _steps(given.get("todos") or given.get("items") or given.get("steps"))
        elif tool in tools.questions:
            begun.asked = True
            yield ev.HumanAsked(where.run, where.origin, "question", clean(_question(given), _STEP), name)
        elif tool in tools.plan_shows:
            begun.asked, begun.plan = True, clean(_text(given.get("plan")), _PLAN)
            yield ev.PlanShown(where.run, where.origin, "proposed", begun.plan or None)
            yield ev.HumanAsked(where.run, where.origin, "plan", clean(begun.plan, _STEP), name)

    def end(self, tools: Tools, call: str, result: Result, where: Where) -> Iterator[ev.Event]:
        """Close a call with its result; one that is not open was closed before, or never told of."""
        name, failed = name_line(call), result.failed
        begun = self.open.pop(name, None)
        if begun is None:
            return
        run, origin = where.run, where.origin
        if begun.asked:
            yield ev.HumanAnswered(run, origin, name, not failed)
        if begun.tool in tools.plan_shows:
            yield ev.PlanShown(run, origin, "rejected" if failed else "approved")
        if not failed:
            yield from self._done(tools, begun, where)
        yield ev.ToolEnded(run, origin, name, failed, result_line(result.text), where.side)
        if begun.tests is not None and result.ran and not _AWAY.search(result.text):
            stopped = _STOPPED.search(result.text) is not None
            status = None if stopped else result.status
            yield tests_ran(run, origin, begun.tests, result.text, status, begun.since, stopped)

    def _done(self, tools: Tools, begun: Begun, where: Where) -> Iterator[ev.Event]:
        run, origin = where.run, where.origin
        if begun.file is not None:
            yield ev.FileEdited(run, origin, begun.file)
        if begun.steps is not None and not where.side:
            yield ev.StepsSet(run, origin, tuple(Step(text, state) for text, state in begun.steps))
        if begun.tool in tools.plan_begins or begun.tool in tools.plan_shows:
            yield ev.ModeEntered(run, origin, "plan" if begun.tool in tools.plan_begins else "default")

    def forget(self) -> None:
        """Drop the calls of a turn that is over."""
        self.open.clear()


def mapping(value: object) -> Mapping[str, Any]:
    """Give a JSON object as a mapping, and an empty one for everything else."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def shell_result(failed: bool, text: str) -> Result:
    """Take a result of the shell tool of Gemini CLI and its kin apart; it names an exit status only if it is not 0."""
    opening, said = _OPENING.match(text), _EXIT.findall(text[-_CLOSING_REACH:])
    told = int(said[-1]) if said else None
    if opening is None:
        return Result(failed, text, told, ran=not failed or told is not None)
    body = text[opening.end() :]
    end = _CLOSING.search(body, max(0, len(body) - _CLOSING_REACH))
    return Result(failed, body[: end.start()] if end else body, 0 if told is None and not failed else told)


def _line(tool: str, tools: Tools, given: Mapping[str, Any]) -> str:
    for key in _TELLING:
        if isinstance(value := given.get(key), str) and value:
            return value
    return "" if tool in tools.steps else next((str(one) for one in given.values() if isinstance(one, str)), "")


def _path(given: Mapping[str, Any], cwd: str | None) -> str | None:
    named = next((given[key] for key in _PATHS if isinstance(given.get(key), str) and given[key]), None)
    if named is None or named.startswith("/") or cwd is None or not cwd.startswith("/"):
        return clean(named) if named else None
    return clean(f"{cwd.rstrip('/')}/{named.removeprefix('./')}")


def _steps(told: object) -> tuple[tuple[str, StepState], ...] | None:
    if not isinstance(told, list):
        return None
    steps: list[tuple[str, StepState]] = []
    for one in map(mapping, cast("list[object]", told)[:_MOST_STEPS]):
        texts = (one.get(key) for key in ("description", "content", "text", "step", "title"))
        text = next((text for text in texts if isinstance(text, str) and text), "")
        steps.append((clean(text, _STEP), _STATES.get(_text(one.get("status")), "pending")))
    return tuple(steps)


def _question(given: Mapping[str, Any]) -> str:
    asked = given.get("questions")
    first = mapping(cast("list[object]", asked)[0]) if isinstance(asked, list) and asked else given
    return _text(first.get("question") or first.get("prompt"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
