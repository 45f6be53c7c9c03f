"""Claude Code's tool calls: which of them ask the human, set the plan, write a file or begin a subagent.

What a call announces becomes true with its result only: a file is edited, a list set, a plan approved when the result
says so. So a call that matters waits in the memory until then. A subagent is named by the call that began it, because
that id stands in the record that begins it and in the record that ends it.
"""

import os
import re

from adapters.agents.claude_memory import Memory, Pending, Task, keep
from adapters.agents.claude_plans import planned, rewritten
from adapters.agents.claude_record import Block, Record, ToolInput, read_input, read_result
from adapters.agents.claude_result import pictured, result_text
from adapters.agents.claude_tests import ENDS, LOOKS, Tests, pending, ran
from adapters.agents.plan_file import is_plan, prose, sha
from adapters.agents.repeated import digest, read_by, waits
from adapters.agents.tool_calls import call_line, name_line, result_line, said_line
from state.runs.event import (
    Event,
    FileEdited,
    FileRead,
    HumanAnswered,
    HumanAsked,
    ModeEntered,
    PlanShown,
    PlanWritten,
    StepsSet,
    SubagentBegun,
    SubagentEnded,
    TestsRan,
    ToolBegun,
    ToolEnded,
)
from state.runs.run import Origin, PlanState, RunKey, Step, StepState
from state.text import clean

STEP = 200
"""Characters kept of one step."""
_READ = "Read"
_EDITS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
_SHORT = _EDITS | {_READ}
"""Tools whose result is never read whole."""
_AGENTS = frozenset({"Task", "Agent"})
_UNCHANGING = LOOKS | ENDS | {"TaskList", "TaskGet", "Sleep", "Monitor", "AskUserQuestion", "ExitPlanMode"}
"""Tools that look at what goes on elsewhere or wait for a human: their results may stay the same for long."""
_TASKS = frozenset({"TaskCreate", "TaskUpdate", "TodoWrite"})
_DIRECT_MODES = frozenset({"auto", "bypassPermissions", "dontAsk"})
_STATES: dict[str, StepState] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "completed": "completed",
    "cancelled": "cancelled",
}
OVER = frozenset({"completed", "failed", "killed", "stopped"})
"""The states in which background work is at its end."""
_TASK_MADE = re.compile(r"Task #(\w+)")
_REFUSALS = frozenset({"user-rejected", "permission-rule"})
_REFUSED = "The user doesn't want to proceed"
_APPROVED = "User has approved"


class Calls:
    """Turns tool calls and results of one log into events."""

    def __init__(self, run: RunKey, memory: Memory) -> None:
        self._run = run
        self._memory = memory
        self._tests = Tests(run, memory)
        self.shows = True
        """Whether the words of results are wanted: to make them safe to show takes longer than all else about them."""

    def begun(self, block: Block, cwd: str | None, side: bool, origin: Origin) -> list[Event]:
        """Give the events of one `tool_use` block; `cwd` is the directory that its paths are relative to."""
        call, tool, given = name_line(block.id), name_line(block.name), read_input(block.input)
        events: list[Event] = [ToolBegun(self._run, origin, call, tool, call_line(_telling(given)), side)]
        if tool not in _UNCHANGING and not (given.command and waits(given.command)):
            keep(self._memory.open, call, (digest(tool, memoryview(block.input)), origin.offset))
        if tool in _EDITS:
            path = _absolute(given.file_path or given.notebook_path, cwd)
            plan = planned(block.input) if is_plan(path) and not side else None
            keep(self._memory.calls, call, Pending(tool, path=path, plan=plan))
        elif (read := _reads(tool, given, cwd)) is not None:
            keep(self._memory.calls, call, Pending(_READ, path=read[0], text=read[1]))
        elif tool in _AGENTS:
            events.append(SubagentBegun(self._run, origin, call, call_line(given.description)))
            keep(self._memory.calls, call, Pending(tool))
        else:
            if (waiting := pending(tool, given, origin.at, cwd)) is not None:
                keep(self._memory.calls, call, waiting)
            events += [] if side else self._asked(call, tool, given, origin)
        return events

    def _asked(self, call: str, tool: str, given: ToolInput, origin: Origin) -> list[Event]:
        """Give what a call of the main thread wants of the human; remember what it will do to the step list."""
        if tool in _TASKS:
            keep(self._memory.calls, call, _task_call(tool, given))
        elif tool == "EnterPlanMode":
            keep(self._memory.calls, call, Pending(tool))
        elif tool == "AskUserQuestion":
            keep(self._memory.asks, call, "question")
            return [HumanAsked(self._run, origin, "question", call_line(_telling(given)), call)]
        elif tool == "ExitPlanMode":
            keep(self._memory.asks, call, "plan")
            certain = self._memory.mode not in _DIRECT_MODES
            asked = HumanAsked(self._run, origin, "plan", call_line(_title(given.plan)), call, certain)
            return [self._shown("proposed", given.plan, origin), asked]
        return []

    def deferred(self, call: str, tool: str, origin: Origin) -> list[Event]:
        """Give the events of a call that a hook parked until a human decides."""
        keep(self._memory.asks, call, "permission")
        return [HumanAsked(self._run, origin, "permission", tool, call)]

    def ended(self, block: Block, record: Record, side: bool, origin: Origin) -> list[Event]:
        """Give the events of one `tool_result` block of `record`."""
        call, failed = name_line(block.tool_use_id), block.is_error is True
        waiting, told = self._memory.calls.pop(call, None), list[Event]()
        asked, begun = self._memory.open.pop(call, ("", None))
        # What is only shown or compared needs no more than its ends; an edit's result says nothing more.
        whole = call in self._memory.asks or (waiting is not None and waiting.tool not in _SHORT)
        text = result_text(block.content, whole=whole)
        if waiting is not None:
            told += ran(self._run, waiting, record, text, failed, origin)
        if waiting is not None and waiting.tool == _READ:
            told += self._read(waiting, None if failed else text, len(block.content), begun, side, origin)
        elif waiting is not None and waiting.tests is not None:
            told += self._tests.ended(waiting.tests, record, text, failed, origin)
        elif waiting is not None:
            told += self._settled(call, waiting, record, None if failed else text, origin)
        same = (
            digest(asked, _telling_result(text, told), b"failed" if failed else b"")
            if asked and text and not pictured(block.content)
            else ""
        )
        shown = result_line(text) if self.shows else ""
        events: list[Event] = [ToolEnded(self._run, origin, call, failed, shown, side, same, begun), *told]
        if (kind := self._memory.asks.pop(call, None)) is not None:
            refused = failed and (record.toolDenialKind in _REFUSALS or text.startswith(_REFUSED))
            if kind == "plan":
                events += self._plan_answered(record, refused, text.startswith(_APPROVED) and not failed, origin)
            events.append(HumanAnswered(self._run, origin, call, None if failed and not refused else not failed))
        return events

    def _settled(self, call: str, pending: Pending, record: Record, done: str | None, origin: Origin) -> list[Event]:
        """Give what became true with a result; `done` is its text, None where the call failed."""
        if pending.tool in _AGENTS:
            return self._agent_answered(call, record, done is None, origin)
        if done is None:
            return []
        if pending.tool in _TASKS:
            return self._listed(pending, record, done, origin)
        if pending.tool in LOOKS or pending.tool in ENDS:
            shells = self._tests.looked(pending, record, done, origin)
            return [*shells, *self._background_ended(pending, record, origin)]
        if pending.tool == "EnterPlanMode":
            self._memory.mode = "plan"
            return [ModeEntered(self._run, origin, "plan")]
        # In plan mode Claude Code refuses every write but that of its own plan file, which is no work on the task.
        if pending.path is None or self._memory.mode == "plan":
            return []
        return [FileEdited(self._run, origin, pending.path), *self._plan_kept(pending, record, origin)]

    def _plan_kept(self, pending: Pending, record: Record, origin: Origin) -> list[Event]:
        """Give the plan that a file holds now, where the call or its result tells the whole of it."""
        plan = rewritten(pending.plan, record) if pending.plan is not None else None
        if plan is None or pending.path is None:
            return []
        return [PlanWritten(self._run, origin, pending.path, plan.text, plan.sha)]

    def _read(
        self, reading: Pending, text: str | None, size: int, begun: int | None, side: bool, origin: Origin
    ) -> list[Event]:
        if not text or reading.path is None:
            return []
        return [FileRead(self._run, origin, reading.path, reading.text, digest(text), size, begun, side)]

    def _plan_answered(self, record: Record, refused: bool, approved: bool, origin: Origin) -> list[Event]:
        if refused:
            return [PlanShown(self._run, origin, "rejected")]
        plan = read_result(record.toolUseResult).plan
        if not approved and plan is None:
            return []
        # The human chooses the next mode in the dialog, and no record tells which before the next prompt.
        self._memory.mode = "unknown"
        return [self._shown("approved", plan, origin), ModeEntered(self._run, origin, "unknown")]

    def _shown(self, state: PlanState, plan: str | None, origin: Origin) -> Event:
        if not plan:
            return PlanShown(self._run, origin, state)
        return PlanShown(self._run, origin, state, prose(plan), sha(plan))

    def _agent_answered(self, call: str, record: Record, failed: bool, origin: Origin) -> list[Event]:
        """End a subagent, or remember one that goes on in the background."""
        result = read_result(record.toolUseResult)
        if not failed and (result.isAsync or result.status == "async_launched"):
            keep(self._memory.agents, name_line(result.agentId or call), call)
            return []
        return [SubagentEnded(self._run, origin, call)]

    def _background_ended(self, pending: Pending, record: Record, origin: Origin) -> list[Event]:
        """End a background subagent that was stopped, or whose output shows that it is over."""
        task = read_result(record.toolUseResult).task
        over = pending.tool == "TaskStop" or (task is not None and task.status in OVER)
        call = self._memory.agents.pop(pending.task or "", None) if over else None
        return [] if call is None else [SubagentEnded(self._run, origin, call)]

    def _listed(self, pending: Pending, record: Record, done: str, origin: Origin) -> list[Event]:
        """Set, add to or change the step list; nothing where it stays the same."""
        before = steps(self._memory)
        tasks = self._memory.tasks
        if pending.tasks is not None:
            self._memory.tasks = {str(number): task for number, task in enumerate(pending.tasks)}
        elif pending.tool == "TaskCreate":
            made = read_result(record.toolUseResult).task
            found = _TASK_MADE.search(done)
            name = made.id if made and made.id else found.group(1) if found else str(len(tasks) + 1)
            keep(tasks, name_line(name), Task(pending.text, "pending"))
        elif pending.task is not None and pending.task in tasks:
            _change(tasks, pending.task, pending)
        after = steps(self._memory)
        return [] if after == before else [StepsSet(self._run, origin, after)]


def steps(memory: Memory) -> tuple[Step, ...]:
    """Give the to-do list as the agent's steps, in the order in which they were made."""
    return tuple(Step(task.text, task.state) for task in memory.tasks.values())


def _change(tasks: dict[str, Task], name: str, change: Pending) -> None:
    if change.status == "deleted":
        del tasks[name]
        return
    task = tasks[name]
    tasks[name] = Task(change.text or task.text, _STATES.get(change.status or "", task.state))


def _task_call(tool: str, given: ToolInput) -> Pending:
    if tool != "TodoWrite":
        text = said_line(given.subject or "", STEP)
        return Pending(tool, task=name_line(given.taskId), text=text, status=given.status)
    listed = (given.todos or [])[:500]
    tasks = [Task(said_line(todo.content or "", STEP), _STATES.get(todo.status or "", "pending")) for todo in listed]
    return Pending(tool, tasks=tasks)


def _reads(tool: str, given: ToolInput, cwd: str | None) -> tuple[str, str] | None:
    """Give the file that a call reads and which part of it."""
    if tool == "Bash":
        return read_by(given.command, cwd) if given.command else None
    if tool != _READ or (path := _absolute(given.file_path, cwd)) is None:
        return None
    part = "" if given.offset is None and given.limit is None else f"{given.offset or 1}+{given.limit or 'all'}"
    return path, call_line(part)


def _telling_result(text: str, told: list[Event]) -> str:
    """Give what tells one result from another; of tests their outcome, because their times differ each time."""
    tests = next((one for one in told if isinstance(one, TestsRan) and one.state in ("passed", "failed")), None)
    return text if tests is None else f"{tests.state} {tests.passed} {tests.failed} {tests.signature}"


def _telling(given: ToolInput) -> str | None:
    """Give the part of a tool's input that tells best what it does."""
    if given.questions:
        return given.questions[0].question
    if given.todos is not None:
        return f"{len(given.todos)} steps"
    if given.taskId is not None:
        return f"#{given.taskId} {given.status or given.subject or ''}"
    named = given.command or given.file_path or given.notebook_path or given.pattern or given.query or given.url
    return named or given.description or given.subject or given.skill or given.path or given.prompt or given.plan


def _title(plan: str | None) -> str:
    """Give the first words of a plan, without its heading mark."""
    return next((line.strip("# ") for line in (plan or "").split("\n", 20) if line.strip("# ")), "a plan")


def _absolute(path: str | None, cwd: str | None) -> str | None:
    """Give the file that a tool names, absolute; None where it names none or its directory is not known."""
    if not path:
        return None
    if path[1:3] in (":\\", ":/"):
        return clean(path)
    whole = path if path.startswith("/") else f"{cwd}/{path}" if cwd else ""
    return clean(os.path.normpath(whole)) if whole.startswith("/") else None
