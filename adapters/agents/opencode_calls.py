"""OpenCode's tool calls: the call in one line, what came of it, the files it wrote, what it asks of the human.

A shell call has `metadata` once its command runs; before that it asks for leave. A tool that changes files asks first
and then takes a moment. So a call that stands before is most likely one that waits, and no row says so outright: the
request itself lives in the program's memory. Source: research/log-formats.md 5.3 to 5.5; the events of 1.18.33.
"""

import re
from typing import Any

from adapters.agents.open_calls import Asked, OpenCall, Result, Where, opened
from adapters.agents.opencode_records import Part
from adapters.agents.tool_calls import call_line, name_line, said_line
from state.runs.run import Step, StepState
from state.text import clean

WRITES = frozenset({"edit", "write", "multiedit", "apply_patch", "patch"})
SHELL = "bash"
QUESTION = "question"
PLAN = "plan_exit"
TODO = "todowrite"
TASK = "task"
READ = "read"
_IDLE = frozenset({QUESTION, PLAN, "plan_enter", TODO, "todoread"})
"""Tools that wait for a human, or set what may be set already."""
_TELLING = ("command", "filePath", "pattern", "url", "query", "description", "path", "name")
_REFUSALS = ("The user rejected permission", "The user dismissed this question")
_WITH_WORDS = "with the following feedback"
_BARRED = ("The user has specified a rule", *_REFUSALS)
_ENDED = re.compile(r"User aborted the command|terminated command after exceeding timeout")
_STATES: dict[object, StepState] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "completed": "completed",
    "cancelled": "cancelled",
}
_MOST_STEPS = 200
_MOST_FILES = 200


def line_of(part: Part) -> str:
    """Say the call in the words that tell most: its command, its file, its question."""
    given = part.state.input
    if part.tool == QUESTION:
        return question_of(part)
    if part.tool == TODO:
        return call_line(next((step.text for step in steps_of(part) if step.state == "in_progress"), ""))
    if part.tool in WRITES and not given.get("filePath"):
        return call_line(" ".join(files_of(part)))
    told = next((given[name] for name in _TELLING if isinstance(given.get(name), str)), "")
    return call_line(told)


def question_of(part: Part) -> str:
    """Give the first question that a call puts to the human."""
    said = next((one.get("question") for one in _objects(part.state.input.get("questions"))), None)
    return call_line(said) if isinstance(said, str) else ""


def is_failed(part: Part) -> bool:
    """Say whether the call failed: its command ended with another status than 0, or was ended."""
    status = status_of(part)
    return part.state.status == "error" or (status is not None and status != 0) or _is_ended(part)


def _is_ended(part: Part) -> bool:
    """Say whether a command was ended from outside; only a text that OpenCode adds to its output tells."""
    return status_of(part) is None and _ENDED.search(part.state.output[-400:]) is not None


def status_of(part: Part) -> int | None:
    """Give the exit status of a command, if one is told."""
    told = (part.state.metadata or {}).get("exit")
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def is_refused(part: Part) -> bool:
    """Say whether leave was refused without a word, which ends the turn; with a word the model goes on."""
    error = part.state.error
    return part.state.status == "error" and error.startswith(_REFUSALS) and _WITH_WORDS not in error[:120]


def may_wait(part: Part) -> bool:
    """Say whether a running call most likely still waits for leave."""
    return part.tool in WRITES or (part.tool == SHELL and part.state.metadata is None)


def surely_runs(part: Part) -> bool:
    """Say whether a running call shows that it was let run; other tools than the shell ask at any moment."""
    return part.tool == SHELL and part.state.metadata is not None


def files_of(part: Part) -> list[str]:
    """Give the absolute paths that a call writes."""
    given, told = part.state.input, part.state.metadata or {}
    paths: list[object] = [given.get("filePath")]
    for one in _objects(told.get("files"))[:_MOST_FILES]:
        paths += [one.get("filePath") or one.get("file"), one.get("movePath")]
    found = (clean(path) for path in paths if isinstance(path, str) and path.startswith("/"))
    return list(dict.fromkeys(found))


def steps_of(part: Part) -> tuple[Step, ...]:
    """Give the steps of a to-do list; an unknown state is shown as pending."""
    todos = _objects(part.state.input.get("todos"))[:_MOST_STEPS]
    return tuple(
        Step(said_line(str(one.get("content", "")), 300), _STATES.get(str(one.get("status")), "pending"))
        for one in todos
    )


def child_of(part: Part) -> str | None:
    """Give the session that a `task` call spawned."""
    told = (part.state.metadata or {}).get("sessionId")
    return name_line(told) if part.tool == TASK and isinstance(told, str) else None


def opened_by(part: Part, where: Where, begun: int | None) -> OpenCall:
    """Give what the core must know of a call; `begun` stands for the message that made it."""
    given = part.state.input
    files, command = files_of(part), given.get("command")
    named = [f"{key} {given[key]}" for key in ("offset", "limit") if isinstance(given.get(key), int)]
    asked = Asked(
        part.tool,
        repr(given),
        command=command if part.tool == SHELL and isinstance(command, str) else None,
        writes=files if part.tool in WRITES else (),
        reads=(files[0], ", ".join(named)) if part.tool == READ and files else None,
        content=content if isinstance(content := given.get("content"), str) else None,
        idle=part.tool in _IDLE,
    )
    call = opened(asked, where, OpenCall)
    call.begun = begun
    call.since = part.state.time.start / 1000 if call.tests and part.state.time.start else None
    return call


def outcome_of(part: Part) -> Result:
    """Read what came of a call; one that was refused did not run."""
    state = part.state
    return Result(
        is_failed(part),
        state.error or state.output,
        status_of(part),
        ran=not state.error.startswith(_BARRED),
        stopped=_is_ended(part),
        same="" if state.attachments else None,
    )


def _objects(value: object) -> list[dict[str, Any]]:
    # JSON may hold anything.
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []  # pyright: ignore
