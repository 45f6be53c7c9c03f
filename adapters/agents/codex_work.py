"""Follows the tool calls of one Codex thread from the call to its result.

A result may come three ways: as the call's output, as a finished item with the same id (0.16x), or, for a command that
ran on, with a later look at its terminal. Whichever is read first ends the call; the others then say nothing new.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from adapters.agents import codex_calls as calls
from adapters.agents.codex_records import Done, Item, Note, mapping, text_of
from adapters.agents.plan_file import is_plan, prose, sha
from adapters.agents.repeated import digest, read_by, waits
from adapters.agents.tool_calls import call_line, effects_of, name_line, result_line
from adapters.test_output.commands import Tried, tried
from adapters.test_output.event import tests_ran
from state.runs import event as ev
from state.runs.run import Origin, RunKey

_UNCHANGING = calls.QUESTIONS | {"update_plan", "wait", "wait_agent", "sleep", "list_agents", "view_image"}
"""Tools that set what is set already, or wait: they come back the same by right."""
_MOST_OPEN = 256
_MOST_TERMINALS = 64
_MOST_HEARD = 4000
"""Characters kept of the output of tests that run on; the summary comes last."""


@dataclass(frozen=True, slots=True)
class Where:
    """The run, the record and the thread (`side`: a subagent's) that an event is told of."""

    run: RunKey
    origin: Origin
    side: bool


class Call(Struct, omit_defaults=True):
    """An open call: what must be known of it when its result comes."""

    tool: str
    files: list[str] = []
    asked: bool = False
    terminal: str | None = None
    silent: bool = False
    tests: Tried | None = None
    since: float | None = None
    digest: str = ""
    """The digest of what was asked; "" for a call that only waits."""
    begun: int = 0
    reads: tuple[str, str] | None = None
    """The file that it prints, and which part of it."""
    plan: tuple[str, str, str] | None = None
    """The plan's file that it writes whole: path, prose and digest."""
    effects: list[str] = []
    line: str = ""
    """The command, where it has effects worth judging."""
    heard: str = ""
    """The end of what a command that tests printed so far, while it runs on in its terminal."""


class Work(Struct):
    """The open calls by id, and by terminal number the calls whose command runs on."""

    open: dict[str, Call] = msgspec.field(default_factory=dict[str, Call])
    terminals: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    nested: bool = False
    """The last call was a script that calls tools itself (`exec`): only finished items tell of those calls."""

    def begin(self, item: Item, where: Where, cwd: str | None, may_ask: bool) -> Iterator[ev.Event]:
        """Tell of a call, and of the question to the human that it is or, as far as its shape shows, waits for."""
        if not item.call_id:
            yield ev.LineNotUnderstood(where.run, where.origin, f"response_item/{item.type}", "a call without an id")
            return
        asked, name = calls.asked(item), name_line(item.call_id)
        self.nested = asked.tool in ("exec", "wait")
        call = Call(asked.tool, calls.patched(asked, cwd), terminal=asked.terminal, silent=asked.looks_only)
        if asked.command and (found := tried(asked.command)) is not None:
            call.tests, call.since = found, where.origin.at
        call.begun, call.digest = where.origin.offset, _digest_of(asked)
        call.reads = read_by(asked.command, calls.base_of(asked, cwd)) if asked.command else None
        call.plan = _plan_in(asked, call.files) if any(map(is_plan, call.files)) and not where.side else None
        if does := effects_of(asked.command, cwd):
            call.effects, call.line = does, asked.text
        self.open[name] = call
        if len(self.open) > _MOST_OPEN:
            del self.open[next(iter(self.open))]
        if not call.silent:
            yield ev.ToolBegun(where.run, where.origin, name, asked.tool, asked.text, where.side)
        if asked.tool == "update_plan" and not where.side and (steps := calls.steps(asked)) is not None:
            yield ev.StepsSet(where.run, where.origin, steps)
        if asked.tool in calls.QUESTIONS:
            call.asked = True
            yield ev.HumanAsked(where.run, where.origin, "question", asked.question, name)
        elif may_ask and (why := asked.leave):
            call.asked = True
            yield ev.HumanAsked(where.run, where.origin, "permission", why, name, certain=False)

    def answer(self, item: Item, where: Where) -> Iterator[ev.Event]:
        """Tell what the output of a call says; a command that runs on stays open."""
        name = name_line(item.call_id)
        call = self.open.get(name)
        if call is None:
            return
        result = calls.outcome(item.output)
        if result.terminal:
            self._hear(name if call.terminal is None else self.terminals.get(call.terminal, ""), result.body)
        if result.terminal and not call.terminal:
            self.terminals[name_line(result.terminal)] = name
            if len(self.terminals) > _MOST_TERMINALS:
                del self.terminals[next(iter(self.terminals))]
            yield from self._answered(name, call, True, where)
            return
        if call.terminal and not result.terminal and (begun := self.terminals.pop(call.terminal, None)):
            yield from self.end(begun, result, where)
        yield from self.end(name, result, where)

    def _hear(self, name: str, text: str) -> None:
        """Keep the end of what a test command prints before its exit status is known."""
        if (call := self.open.get(name)) is not None and call.tests is not None:
            call.heard = f"{call.heard}{text}"[-_MOST_HEARD:]

    def end(self, name: str, result: calls.Outcome, where: Where) -> Iterator[ev.Event]:
        """Close a call with its result; a call that is not open was closed before, or never told of."""
        call = self.open.pop(name, None)
        if call is None:
            return
        yield from self._answered(name, call, not result.refused, where)
        tests = None
        if call.effects and not result.refused:
            yield ev.CommandRan(where.run, where.origin, tuple(call.effects), call.line)
        if call.tests is not None and not result.refused and (result.code is not None or result.body):
            tests = _tested(call.tests, call.since, result, call.heard, where)
        if not call.silent:
            same = _same(call, result, tests)
            yield ev.ToolEnded(where.run, where.origin, name, result.failed, result.text, where.side, same, call.begun)
        if not result.failed:
            yield from self._settled(call, result, where)
        if tests is not None:
            yield tests

    def _settled(self, call: Call, result: calls.Outcome, where: Where) -> Iterator[ev.Event]:
        """Tell what became true with a call that did not fail: files written, a plan kept, a file read."""
        yield from (ev.FileEdited(where.run, where.origin, path) for path in call.files)
        if call.plan is not None:
            yield ev.PlanWritten(where.run, where.origin, *call.plan)
        if call.reads is not None and (body := result.body):
            yield ev.FileRead(where.run, where.origin, *call.reads, digest(body), len(body), call.begun, where.side)

    def _answered(self, name: str, call: Call, accepted: bool, where: Where) -> Iterator[ev.Event]:
        if call.asked:
            call.asked = False
            yield ev.HumanAnswered(where.run, where.origin, name, accepted)

    def finish(self, done: Done, where: Where) -> Iterator[ev.Event]:
        """Tell of a finished item: a command with its exit status, the files of a patch, a search."""
        name = name_line(done.id)
        match done.type:
            case "CommandExecution":
                result = calls.finished(done.exit_code, done.aggregated_output or "", done.status or "")
                if name in self.open:
                    yield from self.end(name, result, where)
                elif self.nested and self.open:
                    command = calls.command_line(done.command)
                    same = "" if waits(command) or not result.body else digest(command, f"{result.code}", result.body)
                    yield from _at_once(name, "exec_command", call_line(command), result, where, same)
                    if (does := effects_of(command, None)) and not result.refused:
                        yield ev.CommandRan(where.run, where.origin, tuple(does), call_line(command))
                    if (found := tried(command)) is not None and not result.refused:
                        yield _tested(found, where.origin.at, result, "", where)
            case "FileChange" if done.status not in ("failed", "declined"):
                yield from self.change(name, done.changes, where)
            case "WebSearch":
                yield from _at_once(name, "web_search", call_line(done.query), _DONE, where)
            case _:
                return

    def change(self, name: str, changes: object, where: Where) -> Iterator[ev.Event]:
        """Tell which files a patch really wrote, in place of those that its text names."""
        if name in self.open:
            self.open[name].files = []
        yield from (ev.FileEdited(where.run, where.origin, path) for path in calls.changed(changes))

    def search(self, note: Note, where: Where) -> Iterator[ev.Event]:
        """Tell of a search, which its log names only when it is over."""
        yield from _at_once(name_line(note.call_id), "web_search", call_line(note.query), _DONE, where)

    def fail_remote(self, note: Note, where: Where) -> Iterator[ev.Event]:
        """End a call to another server if it failed; its output would not say so."""
        good = mapping(mapping(note.result).get("Ok"))
        bad = mapping(note.result).get("Err")
        if bad is not None or good.get("isError") is True:
            text = bad if isinstance(bad, str) else text_of(good)
            yield from self.end(name_line(note.call_id), calls.Outcome(True, False, result_line(text)), where)

    def forget(self) -> None:
        """Drop the calls of a turn that is over; a command that runs on in its terminal may still end."""
        self.open = {name: call for name, call in self.open.items() if name in self.terminals.values()}
        self.nested = False


_DONE = calls.Outcome(False, False, "")


def _digest_of(asked: calls.Asked) -> str:
    """Give the digest of a call; a look at a terminal and a command that waits come back the same by right."""
    if asked.terminal is not None or asked.tool in _UNCHANGING or (asked.command and waits(asked.command)):
        return ""
    return digest(asked.tool, asked.raw or repr(asked.arguments))


def _same(call: Call, result: calls.Outcome, tests: ev.TestsRan | None) -> str:
    """Give the digest of a call with its result; of tests their outcome tells, because their times differ."""
    if not call.digest or not result.body:
        return ""
    if tests is not None and tests.state in ("passed", "failed"):
        return digest(call.digest, f"{tests.state} {tests.passed} {tests.failed} {tests.signature}")
    return digest(call.digest, f"{result.code} {result.failed}", result.body)


def _plan_in(asked: calls.Asked, files: list[str]) -> tuple[str, str, str] | None:
    """Give the plan's file that a patch adds whole, with its prose; a change of a part does not tell the rest."""
    path = next(path for path in files if is_plan(path))
    text = calls.added(asked, path.rpartition("/")[2])
    return None if text is None else (path, prose(text), sha(text))


def _tested(tests: Tried, since: float | None, result: calls.Outcome, heard: str, where: Where) -> ev.TestsRan:
    body = f"{heard}{result.body}"
    aborted = result.code is None and result.body.startswith("aborted")
    return tests_ran(where.run, where.origin, tests, body, result.code, since, aborted)


def _at_once(
    name: str, tool: str, line: str, result: calls.Outcome, where: Where, same: str = ""
) -> Iterator[ev.Event]:
    run, at, side = where.run, where.origin, where.side
    yield ev.ToolBegun(run, at, name, tool, line, side)
    yield ev.ToolEnded(run, at, name, result.failed, result.text, side, same, at.offset)
