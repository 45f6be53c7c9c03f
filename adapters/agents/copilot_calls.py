"""Copilot CLI's tool calls and its requests to the human, one kind of which are calls as well.

A result ends with the exit status of its command, in words that name the shell; a command that runs on in its shell is
remembered until a look shows its end.
"""

import re
from collections.abc import Iterator

from adapters.agents.codex_calls import Asked as CodexCall
from adapters.agents.codex_calls import patched
from adapters.agents.context_notes import knows, server_of, told_of
from adapters.agents.copilot_memory import Memory
from adapters.agents.copilot_record import Arguments, Data, patch_of, read_arguments
from adapters.agents.open_calls import Asked, OpenCall, Result, Where, ended, keep, opened, tested
from adapters.agents.plan_file import prose, sha
from adapters.agents.tool_calls import call_line, name_line, said_line
from state.runs import event as ev
from state.runs.run import Asked as Question
from state.runs.run import Origin, RunKey
from state.text import clean

_SAID = 300
_EXIT = re.compile(r"<(?:shellId: \S{1,64} completed|(?:command )?exited) with exit code (-?\d{1,10})>\s*\Z")
_RUNS_ON = re.compile(r"<command [^<>]{0,60}?shellId: (\S{1,64})[^<>]{0,160}>")
_EDITS = frozenset({"edit", "create", "str_replace_editor", "write"})
_READS = "view"
_SHELL_LOOKS = frozenset({"read_bash", "stop_bash", "write_bash"})
_IDLE = _SHELL_LOOKS | frozenset(
    {"list_bash", "read_agent", "list_agents", "ask_user", "exit_plan_mode", "update_todo", "report_intent"}
)
"""Tools that wait, look at what goes on elsewhere or set what is set already."""
_ASKS: dict[str, Question] = {"permission": "permission", "user_input": "question", "exit_plan_mode": "plan"}


class Calls:
    """Turns the calls of one log into events."""

    def __init__(self, run: RunKey, memory: Memory) -> None:
        self._run, self._memory = run, memory

    def begin(self, data: Data, side: bool, origin: Origin) -> Iterator[ev.Event]:
        """Tell of a call, and of what it asks the human."""
        name, tool, given = name_line(data.toolCallId), name_line(data.toolName), read_arguments(data)
        call = opened(self._asked(tool, given, data), self._where(side, origin), OpenCall)
        call.shell = name_line(given.shellId) if tool in _SHELL_LOOKS else None
        keep(self._memory.calls, name, call)
        yield ev.ToolBegun(self._run, origin, name, tool, call_line(given.text), side)
        server = name_line(data.mcpServerName) if data.mcpServerName else server_of(tool)
        if server is not None and not knows(self._memory.context, "mcp", server):
            yield from told_of(self._memory.context, self._run, origin, "mcp", server, "used")
        if not side:
            yield from self._ask_by_tool(tool, name, given, origin)

    def _asked(self, tool: str, given: Arguments, data: Data) -> Asked:
        path = self._absolute(given.path)
        writes = [path] if path and tool in _EDITS else []
        if tool == "apply_patch":
            writes = patched(CodexCall(tool, "", {}, patch_of(data)), self._memory.cwd)
        return Asked(
            tool,
            memoryview(data.arguments),
            command=given.command if tool == "bash" else None,
            writes=writes,
            reads=(path, "-".join(map(str, given.view_range or ()))) if path and tool == _READS else None,
            content=given.file_text,
            idle=tool in _IDLE,
        )

    def _absolute(self, path: str | None) -> str | None:
        cwd = self._memory.cwd
        whole = path if path and path.startswith("/") else f"{cwd}/{path}" if path and cwd else None
        return clean(whole) if whole else None

    def _where(self, side: bool, origin: Origin) -> Where:
        return Where(self._run, origin, side, self._memory.cwd)

    def _ask_by_tool(self, tool: str, name: str, given: Arguments, origin: Origin) -> Iterator[ev.Event]:
        if tool == "ask_user":
            yield ev.HumanAsked(self._run, origin, "question", said_line(given.question or "", _SAID), name)
        elif tool == "exit_plan_mode":
            yield self._proposed(given.summary or "", origin)
            yield ev.HumanAsked(self._run, origin, "plan", said_line(given.summary or "", _SAID), name)
        elif tool == "update_todo" and (steps := given.steps):
            yield ev.StepsSet(self._run, origin, steps)

    def _proposed(self, plan: str, origin: Origin) -> ev.Event:
        return ev.PlanShown(self._run, origin, "proposed", prose(plan), sha(plan))

    def end(self, data: Data, side: bool, origin: Origin) -> Iterator[ev.Event]:
        """Tell what came of a call."""
        name, where = name_line(data.toolCallId), self._where(side, origin)
        result = _result(data)
        call = self._memory.calls.pop(name, None) or OpenCall("?")
        if (away := _RUNS_ON.search(result.text[-400:]) if call.tests and result.status is None else None) is not None:
            keep(self._memory.shells, name_line(away[1]), call)
            result = Result(result.failed, result.text, ran=result.ran, away=True)
        yield from ended(call, name, result, where)
        # A look at a shell shows that its command came to an end.
        if call.shell is not None and result.status is not None and result.ran:
            begun = self._memory.shells.pop(call.shell, None)
            tests = tested(begun, result, where) if begun is not None else None
            yield from () if tests is None else (tests,)

    # Requests to the human

    def request(self, what: str, data: Data, origin: Origin) -> Iterator[ev.Event]:
        """Tell what the human is asked."""
        if data.resolvedByHook:
            return
        leave, request = data.permissionRequest, name_line(data.requestId)
        # The tool's call has asked already: both are one question.
        tool = {"user_input": "ask_user", "exit_plan_mode": "exit_plan_mode"}.get(what)
        waiting = next((name for name, call in self._memory.calls.items() if call.tool == tool), None)
        call = (leave.toolCallId if leave else data.toolCallId) or waiting
        name = name_line(call) if call else request
        keep(self._memory.asked, request, name)
        text = leave.text if leave else data.question or data.summary or data.message or ""
        if what == "exit_plan_mode" and data.planContent:
            yield self._proposed(data.planContent, origin)
        yield ev.HumanAsked(self._run, origin, _ASKS.get(what, "dialog"), said_line(text, _SAID), name)

    def answer(self, what: str, data: Data, origin: Origin) -> Iterator[ev.Event]:
        """Tell what the human answered."""
        call = self._memory.asked.pop(name_line(data.requestId), None)
        if call is None:
            return
        accepted: bool | None = None
        if what == "exit_plan_mode" and data.approved is not None:
            accepted = data.approved
            yield ev.PlanShown(self._run, origin, "approved" if accepted else "rejected")
        elif what == "permission" and data.result and (told := data.result.kind):
            accepted = told.startswith("approve")
        yield ev.HumanAnswered(self._run, origin, call, accepted)
        if what == "permission" and accepted:
            yield ev.CallHeld(self._run, origin, call, held=False)


def _result(data: Data) -> Result:
    """Read a result; where the call failed it was refused, or never ran."""
    refused, body = data.success is False, (data.result.content if data.result else None) or ""
    error = data.error.message if data.error and not isinstance(data.error, str) else data.error
    told = _EXIT.search(body, max(0, len(body) - 200))
    status = int(told[1]) if told else None
    # The last line names the shell, which is another one each time.
    same = body[: told.start()].removesuffix("\n") if told else None
    return Result(refused or bool(status), body or error or "", status, ran=not refused, same=same)
