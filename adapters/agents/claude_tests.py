"""Claude Code's test runs: shell commands that test, at once or in the background, and what came of them.

Claude Code writes no exit status of a shell command: a text that begins with "Exit code N" tells one, a result that is
no error means 0, and any other error means that the command was refused or, before 2.x, that it failed somehow.
Source: research/log-formats.md 2.4.
"""

import re

from adapters.agents.claude_memory import Memory, Pending, Testing, keep
from adapters.agents.claude_record import Record, ToolInput, ToolResult, read_result
from adapters.agents.tool_calls import call_line, effects_of, name_line
from adapters.test_output.commands import tried
from adapters.test_output.event import tests_ran
from state.runs.event import CommandRan, Event
from state.runs.run import Origin, RunKey

LOOKS = frozenset({"TaskOutput", "BashOutput", "AgentOutputTool"})
"""Tools that look at a command in the background; BashOutput until 2.0.6x."""
ENDS = frozenset({"TaskStop", "KillShell", "KillBash"})
"""Tools that end one."""
_EXIT = re.compile(r"(?:Error: )?Exit code (\d{1,3})(?:\n|$)")
_NOTED_EXIT = re.compile(r"\(exit code (\d{1,3})\)")
_BACKGROUND = re.compile(r"Command (?:running in background|was manually backgrounded by user) with ID: (\w{1,64})")
_REFUSED = re.compile(
    r"<tool_use_error>|The user doesn't want|\[Request interrupted|Permission to use|Claude requested permissions"
    r"|Error: (?:The user|Permission)|User rejected|\w+:\w+ hook |This command requires approval|Cancelled:"
)
_STOPPED = re.compile(r"Command timed out|<error>Command was aborted|\[Request interrupted by user")


def pending(tool: str, given: ToolInput, at: float | None, cwd: str | None) -> Pending | None:
    """Give what must be remembered of a call: what its command does or tests, the shell that it looks at or ends."""
    if tool == "Bash":
        found = tried(given.command) if given.command else None
        does = effects_of(given.command, cwd)
        if found is None and not does:
            return None
        tests = None if found is None else Testing(found, at)
        return Pending(tool, text=call_line(given.command) if does else "", tests=tests, effects=does)
    if tool in LOOKS or tool in ENDS:
        return Pending(tool, task=name_line(given.task_id or given.bash_id or given.shell_id))
    return None


def ran(run: RunKey, waiting: Pending, record: Record, text: str, failed: bool, origin: Origin) -> list[Event]:
    """Tell of a command with effects that was not refused; one that failed ran, too."""
    refused = failed and _EXIT.match(text) is None and (record.toolDenialKind or _REFUSED.match(text))
    if not waiting.effects or refused:
        return []
    return [CommandRan(run, origin, tuple(waiting.effects), waiting.text)]


class Tests:
    """Turns the ends of test commands into events."""

    def __init__(self, run: RunKey, memory: Memory) -> None:
        self._run = run
        self._memory = memory

    def ended(self, testing: Testing, record: Record, text: str, failed: bool, origin: Origin) -> list[Event]:
        """Give what a test command came to; one that goes on in the background is remembered."""
        result = read_result(record.toolUseResult)
        away = _BACKGROUND.match(text)
        if not failed and (result.backgroundTaskId or away):
            name = result.backgroundTaskId or (away[1] if away else "")
            keep(self._memory.shells, name_line(name), testing)
            return []
        told = _EXIT.match(text)
        if failed and told is None and (record.toolDenialKind or _REFUSED.match(text)):
            return []
        status = int(told[1]) if told else None if failed else 0
        stopped = result.interrupted is True or (failed and _STOPPED.search(text[-2000:]) is not None)
        body = text[told.end() :] if told else text
        return [tests_ran(self._run, origin, testing.tried, body, status, testing.since, stopped)]

    def looked(self, pending: Pending, record: Record, text: str, origin: Origin) -> list[Event]:
        """Give what a look at a background command shows, if it is over; one that was ended told nothing."""
        name = pending.task or ""
        if pending.tool in ENDS:
            self._memory.shells.pop(name, None)
            return []
        result = read_result(record.toolUseResult)
        state = (result.task.status if result.task else None) or result.status
        testing = self._memory.shells.get(name)
        if testing is None or state not in ("completed", "failed"):
            return []
        del self._memory.shells[name]
        return [self._shown(testing, result, text, origin)]

    def _shown(self, testing: Testing, result: ToolResult, text: str, origin: Origin) -> Event:
        task = result.task
        status = task.exitCode if task and task.exitCode is not None else result.exitCode
        body = task.output if task and task.output is not None else None
        if body is None:
            body = "\n".join(part for part in (result.stdout, result.stderr) if part) or text
        return tests_ran(self._run, origin, testing.tried, body, status, testing.since, stopped=False)

    def noticed(self, name: str, state: str, text: str, origin: Origin) -> list[Event]:
        """Give what a notice says of a background command: its exit status alone, for the output lies elsewhere."""
        testing = self._memory.shells.pop(name, None)
        if testing is None or state not in ("completed", "failed"):
            return []
        told = _NOTED_EXIT.search(text[:4000])
        status = int(told[1]) if told else None
        return [tests_ran(self._run, origin, testing.tried, "", status, testing.since, stopped=False)]
