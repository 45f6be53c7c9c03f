"""Tool calls of agents whose tools differ in name alone: what is run, edited, planned, asked and tested by them.

An adapter says with `Tools` what its agent's tools are called, and hands calls and results over as it reads them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec
from msgspec import Struct

from adapters.agents.context_notes import knows, server_of, told_of
from adapters.agents.open_calls import Asked, OpenCall, Result, Where, ended, keep, opened
from adapters.agents.plan_file import PROSE, sha
from adapters.agents.tool_calls import call_line, name_line, said_line
from state.runs import event as ev
from state.runs.run import Step, StepState
from state.text import clean

_MOST_STEPS = 100
_STEP = 300
_PATHS = ("file_path", "absolute_path", "path", "filePath", "dir_path")
_PARTS = ("offset", "start_line", "limit", "end_line")
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
    readers: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    plan_begins: frozenset[str] = frozenset()
    plan_shows: frozenset[str] = frozenset()
    waits: frozenset[str] = frozenset()

    @property
    def idle(self) -> frozenset[str]:
        """Those that wait, for a human or for other work, or set what may be set already."""
        return self.waits | self.steps | self.questions | self.plan_begins | self.plan_shows


class Begun(OpenCall, omit_defaults=True):
    """An open call of such an agent: what else must be known of it when its result comes."""

    steps: tuple[tuple[str, StepState], ...] | None = None
    asked: bool = False


class Work(Struct, omit_defaults=True):
    """The open calls by their ids, and what they told of the agent's servers."""

    open: dict[str, Begun] = msgspec.field(default_factory=dict[str, Begun])
    context: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    def begin(self, tools: Tools, call: str, tool: str | None, args: object, where: Where) -> Iterator[ev.Event]:
        """Tell of a call, and of the question to the human that it is."""
        tool, name, given = name_line(tool), name_line(call), mapping(args)
        begun = _begun(tools, tool, given, where)
        keep(self.open, name, begun)
        yield ev.ToolBegun(where.run, where.origin, name, tool, call_line(_line(tool, tools, given)), where.side)
        if (server := server_of(tool)) is not None and not knows(self.context, "mcp", server):
            yield from told_of(self.context, where.run, where.origin, "mcp", server, "used")
        if tool in tools.questions:
            begun.asked = True
            yield ev.HumanAsked(where.run, where.origin, "question", said_line(_question(given), _STEP), name)
        elif tool in tools.plan_shows:
            begun.asked, plan = True, _text(given.get("plan"))
            told = (said_line(plan, PROSE), sha(plan)) if plan else ()
            yield ev.PlanShown(where.run, where.origin, "proposed", *told)
            yield ev.HumanAsked(where.run, where.origin, "plan", said_line(plan, _STEP), name)

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
        if begun.tests is not None:
            away, stopped = _AWAY.search(result.text) is not None, _STOPPED.search(result.text) is not None
            result = replace(result, away=away, stopped=stopped)
        yield from ended(begun, name, result, where)

    def _done(self, tools: Tools, begun: Begun, where: Where) -> Iterator[ev.Event]:
        run, origin = where.run, where.origin
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


def _begun(tools: Tools, tool: str, given: Mapping[str, Any], where: Where) -> Begun:
    path = _path(given, where.cwd) if tool in tools.writers or tool in tools.readers else None
    asked = Asked(
        tool,
        repr(given),
        command=_text(given.get("command")) or None if tool in tools.shells else None,
        writes=[path] if path and tool in tools.writers else (),
        reads=(path, _part(given)) if path and tool in tools.readers else None,
        content=content if isinstance(content := given.get("content"), str) else None,
        idle=tool in tools.idle,
    )
    begun = opened(asked, where, Begun)
    if tool in tools.steps:
        begun.steps = _steps(given.get("todos") or given.get("items") or given.get("steps"))
    return begun


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


def _part(given: Mapping[str, Any]) -> str:
    """Give the part of a file that a call reads."""
    named = [f"{key} {given[key]}" for key in _PARTS if isinstance(given.get(key), int | float)]
    return call_line(", ".join(named))


def _steps(told: object) -> tuple[tuple[str, StepState], ...] | None:
    if not isinstance(told, list):
        return None
    steps: list[tuple[str, StepState]] = []
    for one in map(mapping, cast("list[object]", told)[:_MOST_STEPS]):
        texts = (one.get(key) for key in ("description", "content", "text", "step", "title"))
        text = next((text for text in texts if isinstance(text, str) and text), "")
        steps.append((said_line(text, _STEP), _STATES.get(_text(one.get("status")), "pending")))
    return tuple(steps)


def _question(given: Mapping[str, Any]) -> str:
    asked = given.get("questions")
    first = mapping(cast("list[object]", asked)[0]) if isinstance(asked, list) and asked else given
    return _text(first.get("question") or first.get("prompt"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
