"""Writes the demo's Claude Code logs: the records that Claude Code 2.1.330 writes for the same doings.

Each piece of a message is a row of its own with the message's id and usage on it. Source: research/log-formats.md 2.2
to 2.8. That a call waits for leave stands in no record; the player says it in the live registry.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from adapters import demo_beats as beats
from adapters.demo_beats import AnyCall, Moment, Story
from adapters.demo_logs import Ids, Record, hunk, stamp

VERSION = "2.1.330"
_FULL = 150_000
"""Tokens of context at which the history is replaced by a summary."""
_REFUSED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the "
    "new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed."
)


@dataclass(frozen=True, slots=True)
class _Tool:
    """One tool call: its name and input, and its result as text and as structure."""

    name: str
    given: Record
    text: str
    result: object
    failed: bool = False


@dataclass(slots=True)
class _Open:
    """Calls without a result yet, with their ids, and the rows that made them."""

    call: AnyCall
    ids: list[str]
    rows: list[str]


class ClaudeLog:
    """The log of one session."""

    def __init__(self, story: Story, cwd: str, ids: Ids) -> None:
        self._story, self._cwd, self._ids = story, cwd, ids
        self.session = ids.uuid4()
        self._last: str | None = None
        self._prompt_id = ""
        self._prompted = 0.0
        self._context = ids.between(18_000, 24_000)
        self._open: _Open | None = None

    def place(self, began: float) -> str:
        """Give the file's path below `CLAUDE_CONFIG_DIR`."""
        return f"projects/{re.sub('[^A-Za-z0-9]', '-', self._cwd)[:200]}/{self.session}.jsonl"

    def records(self, moment: Moment, at: float, files: Mapping[str, str]) -> list[Record]:
        """Give the rows of a moment."""
        match moment.beat:
            case beats.Prompt(text=text):
                return self._prompt(text, at)
            case beats.Reply(text=text, code=code):
                return self._close(at, files, text, code)
            case beats.Stumble():
                return [self._stumble(at)]
            case beats.Limit(text=text):
                return [self._limit(text, at)]
            case beats.Interrupt():
                return self._interrupt(at)
            case beats.End(text=text):
                return self._end(text, at)
            case beats.Leave():
                return self._leave(at)
            case call:
                return self._close(at, files) if moment.closing else self._begin(call, at, files)

    def asks(self, files: Mapping[str, str]) -> list[Record]:
        """Give what the client tells its hook of the calls that were just begun (research/real-clients.md 1)."""
        if self._open is None:
            return []
        tools = self._tools(self._open.call, files)
        return [
            {
                "session_id": self.session,
                "cwd": self._cwd,
                "hook_event_name": "PreToolUse",
                "permission_mode": "plan" if isinstance(self._open.call, beats.Propose) else "default",
                "tool_name": tool.name,
                "tool_input": tool.given,
                "tool_use_id": call_id,
            }
            for tool, call_id in zip(tools, self._open.ids, strict=True)
        ]

    def refused(self, why: str, at: float) -> list[Record]:
        """Give the rows of calls that the hook denied: the model reads why as their result."""
        left, self._open = self._open, None
        pairs = zip(left.ids, left.rows, strict=True) if left else ()
        return [self._result(call_id, row, why, f"Error: {why}", True, at) for call_id, row in pairs]

    # Rows

    def _row(self, kind: str, at: float, **fields: Any) -> Record:
        """Make a row of the conversation: it hangs on the last one."""
        row: Record = {"parentUuid": self._last, "isSidechain": False, "userType": "external", "entrypoint": "cli"}
        row |= {"cwd": self._cwd, "sessionId": self.session, "version": VERSION, "gitBranch": self._story.branch}
        row |= {"type": kind, **fields, "uuid": self._ids.uuid4(), "timestamp": stamp(at)}
        self._last = row["uuid"]
        return row

    def _note(self, kind: str, **fields: Any) -> Record:
        """Make a row of metadata, which has neither id nor time."""
        return {"type": kind, **fields, "sessionId": self.session}

    def _said(self, content: object, at: float, **fields: Any) -> Record:
        return self._row("user", at, promptId=self._prompt_id, message={"role": "user", "content": content}, **fields)

    def _message(self, blocks: list[Record], at: float, stop: str) -> list[Record]:
        """Make the rows of one answer of the model's."""
        message = {"id": self._ids.word("msg_01"), "type": "message", "role": "assistant", "model": self._story.model}
        rest = {"stop_reason": stop, "stop_sequence": None, "usage": self._usage()}
        request = self._ids.word("req_011")
        return [
            self._row("assistant", at, requestId=request, message={**message, "content": [block], **rest})
            for block in blocks
        ]

    def _usage(self) -> Record:
        weight = self._story.weight
        read, written, out = self._context, self._ids.between(300, 1900) * weight, self._ids.between(60, 900) * weight
        self._context += (written + out) // weight
        return {
            "input_tokens": self._ids.between(2, 9),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "output_tokens": out,
            "output_tokens_details": {"thinking_tokens": out // 4},
            "service_tier": "standard",
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
        }

    # Turns

    def _prompt(self, text: str, at: float) -> list[Record]:
        first, mode = self._last is None, "plan" if self._story.plans_first and self._last is None else "default"
        rows = self._compacted(at) if self._context > _FULL else []
        self._prompt_id, self._prompted = self._ids.uuid4(), at
        rows.append(self._said(text, at, permissionMode=mode, promptSource="typed"))
        if first:
            rows.append(self._row("attachment", at, attachment={"type": "date", "date": stamp(at)[:10]}))
            rows.append(self._note("ai-title", aiTitle=self._story.title))
        return rows

    def _compacted(self, at: float) -> list[Record]:
        before, self._context = self._context, self._ids.between(24_000, 30_000)
        figures = {"trigger": "auto", "preTokens": before, "postTokens": self._context}
        last, self._last = self._last, None
        row = self._row("system", at, subtype="compact_boundary", content="Conversation compacted", level="info")
        row |= {"logicalParentUuid": last, "compactMetadata": figures}
        summary = "This session is being continued from a previous conversation that ran out of context."
        return [row, self._said(summary, at, isVisibleInTranscriptOnly=True, isCompactSummary=True)]

    def _end(self, text: str, at: float) -> list[Record]:
        rows = self._message([{"type": "text", "text": text}], at, "end_turn")
        took = round((at - self._prompted) * 1000)
        rows.append(self._row("system", at, subtype="turn_duration", durationMs=took, isMeta=False))
        rows.append(self._note("last-prompt", lastPrompt=self._story.title, leafUuid=self._last))
        return rows

    def _leave(self, at: float) -> list[Record]:
        command = (
            "<command-name>/exit</command-name>\n<command-message>exit</command-message>\n<command-args></command-args>"
        )
        return [self._said(command, at), self._said("<local-command-stdout>Bye!</local-command-stdout>", at)]

    def _interrupt(self, at: float) -> list[Record]:
        left, self._open = self._open, None
        rows = (
            [
                self._result(call_id, row, _REFUSED, "User rejected tool use", True, at)
                | {"toolDenialKind": "user-rejected"}
                for call_id, row in zip(left.ids, left.rows, strict=True)
            ]
            if left
            else []
        )
        mark = "[Request interrupted by user for tool use]" if left else "[Request interrupted by user]"
        return [*rows, self._said([{"type": "text", "text": mark}], at)]

    def _stumble(self, at: float) -> Record:
        error = {"status": 529, "message": '529 {"type":"error","error":{"type":"overloaded_error"}}'}
        error |= {"formatted": "529 Overloaded", "isNetworkDown": False}
        again = {"retryInMs": 545, "retryAttempt": 1, "maxRetries": 10}
        return self._row("system", at, subtype="api_error", level="error", error=error, **again)

    def _limit(self, text: str, at: float) -> Record:
        none = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
        message = {"id": self._ids.uuid4(), "model": "<synthetic>", "role": "assistant", "type": "message"}
        message |= {"stop_reason": "stop_sequence", "usage": none, "content": [{"type": "text", "text": text}]}
        return self._row("assistant", at, message=message, error="rate_limit", isApiErrorMessage=True)

    # Calls

    def _begin(self, call: AnyCall, at: float, files: Mapping[str, str]) -> list[Record]:
        tools = self._tools(call, files)
        ids = [self._ids.word("toolu_01") for _ in tools]
        blocks: list[Record] = [{"type": "text", "text": call.say}] if call.say else []
        blocks += [
            {"type": "tool_use", "id": call_id, "name": tool.name, "input": tool.given, "caller": {"type": "direct"}}
            for call_id, tool in zip(ids, tools, strict=True)
        ]
        rows = self._message(blocks, at, "tool_use")
        self._open = _Open(call, ids, [row["uuid"] for row in rows[-len(ids) :]])
        return rows

    def _close(self, at: float, files: Mapping[str, str], reply: str = "", code: int = 0) -> list[Record]:
        if self._open is None:
            raise ValueError(f"{self._story.branch}: the script answers a call that is not open")
        left, self._open = self._open, None
        tools = self._tools(left.call, files, reply, code)
        rows = [
            self._result(call_id, row, tool.text, tool.result, tool.failed, at)
            for tool, call_id, row in zip(tools, left.ids, left.rows, strict=True)
        ]
        if isinstance(left.call, beats.Propose):
            rows.append(self._note("permission-mode", permissionMode="acceptEdits"))
        return rows

    def _result(self, call_id: str, row: str, text: str, result: object, failed: bool, at: float) -> Record:
        block = {"tool_use_id": call_id, "type": "tool_result", "content": text, "is_error": failed}
        return self._said([block], at, toolUseResult=result, sourceToolAssistantUUID=row)

    def _tools(self, call: AnyCall, files: Mapping[str, str], reply: str = "", code: int = 0) -> list[_Tool]:
        """Give the tool calls that a call of the script is made of, with the results that they will have."""
        match call:
            case beats.Shell(command=command, output=output, code=own):
                return [_bash(command, reply or output, code or own)]
            case beats.Commit(message=message):
                return [_bash(f'git add -A && git commit -qm "{message}"', "", 0)]
            case beats.Look(path=path):
                return [_read(f"{self._cwd}/{path}", files[path])]
            case beats.Edit(path=path, old=old, new=new):
                return [_edit(f"{self._cwd}/{path}", old, new)]
            case beats.Reach(done=done):
                return self._steps(done)
            case beats.Ask(question=question, options=options):
                return [_question(question, options, reply)]
            case beats.Propose(plan=plan):
                text = f"User has approved your plan. You can now start coding.\n\n## Approved Plan:\n{plan}"
                return [_Tool("ExitPlanMode", {"plan": plan}, text, {"plan": plan, "isAgent": False})]
            case _:
                assert_never(call)

    def _steps(self, done: int) -> list[_Tool]:
        """Make the list of steps when the first one is begun; later say which ended and which began."""
        steps = self._story.steps
        tools = [_task_made(number, step) for number, step in enumerate(steps, 1)] if done == 0 else []
        if done > 0:
            tools.append(_task_moved(done, "in_progress", "completed"))
        if done < len(steps):
            tools.append(_task_moved(done + 1, "pending", "in_progress"))
        return tools


def _bash(command: str, output: str, code: int) -> _Tool:
    if code:
        text = f"Exit code {code}\n{output}"
        return _Tool("Bash", {"command": command}, text, f"Error: {text}", failed=True)
    result = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False}
    return _Tool("Bash", {"command": command}, output, result)


def _read(path: str, content: str) -> _Tool:
    lines = content.splitlines()
    shown = "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, 1))
    file = {"filePath": path, "content": content, "numLines": len(lines), "startLine": 1, "totalLines": len(lines)}
    return _Tool("Read", {"file_path": path}, shown, {"type": "text", "file": file})


def _edit(path: str, old: str, new: str) -> _Tool:
    if not old:
        result: Record = {"type": "create", "filePath": path, "content": new, "structuredPatch": []}
        return _Tool("Write", {"file_path": path, "content": new}, f"File created successfully at: {path}", result)
    given = {"replace_all": False, "file_path": path, "old_string": old, "new_string": new}
    patch = [{"oldStart": 1, "newStart": 1, "lines": hunk(old, new).splitlines()[1:]}]
    result = {"filePath": path, "oldString": old, "newString": new, "originalFile": None, "structuredPatch": patch}
    text = f"The file {path} has been updated successfully."
    return _Tool("Edit", given, text, result | {"userModified": False, "replaceAll": False})


def _question(question: str, options: tuple[str, ...], answer: str) -> _Tool:
    choices = [{"label": option, "description": option} for option in options]
    asked = [{"question": question, "header": "Decision", "options": choices, "multiSelect": False}]
    text = f'User has answered your questions: "{question}"="{answer}". You can now continue with the answers in mind.'
    return _Tool("AskUserQuestion", {"questions": asked}, text, {"questions": asked, "answers": {question: answer}})


def _task_made(number: int, step: str) -> _Tool:
    given = {"subject": step, "description": step, "activeForm": step}
    task = {"id": str(number), "subject": step}
    return _Tool("TaskCreate", given, f"Task #{number} created successfully: {step}", {"task": task})


def _task_moved(number: int, before: str, after: str) -> _Tool:
    change = {"from": before, "to": after}
    result = {"success": True, "taskId": str(number), "updatedFields": ["status"], "statusChange": change}
    return _Tool("TaskUpdate", {"taskId": str(number), "status": after}, f"Updated task #{number} status", result)
