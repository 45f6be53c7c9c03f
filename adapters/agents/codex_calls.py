"""Codex's tool calls: what one asks for, which files it writes, and what its output says of the outcome.

An exit status stands in the text of an output and nowhere else in most versions; a command that runs on answers with
the number of its terminal, and its status comes with a later look at that. Source: research/log-formats.md 3.6.
"""

import os.path
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import msgspec

from adapters.agents.codex_records import Item, listed, mapping, text_of
from adapters.agents.tool_calls import call_line, name_line, result_line, said_line
from state.runs.run import Step, StepState
from state.text import clean

QUESTIONS = frozenset({"request_user_input", "request_permissions"})
"""Tools whose call is a question to the human."""

_PATCHED = re.compile(r"^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\s*$", re.MULTILINE)
_EXIT = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d{1,10})\s*$", re.MULTILINE)
_TERMINAL = re.compile(r"^Process running with session ID (\d{1,18})\s*$", re.MULTILINE)
_REFUSED = re.compile(r"rejected by user|patch rejected|blocked by \w+ hook|\bRejected\(|; reject command")
_FAILED = re.compile(
    r"(?:Wall time:? [^\n]*\n)?(?:aborted|failed |unsupported call|patch rejected|Command blocked by|execution error"
    r"|approval policy is|exec command rejected|\w+(?: verification)? failed(?:[:\n]|$))"
)
_HEADER = 2000
"""Characters of an output in which the client's own header is looked for."""
_STATES: Mapping[str, StepState] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "completed": "completed",
    "cancelled": "cancelled",
}
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the model wrote it: the tool, the call in one line, its arguments, the raw text where it gave text."""

    tool: str
    text: str
    arguments: dict[str, Any]
    raw: str

    @property
    def terminal(self) -> str | None:
        """The running command that `write_stdin` speaks to."""
        number = self.arguments.get("session_id")
        return name_line(str(number)) if self.tool == "write_stdin" and isinstance(number, int | str) else None

    @property
    def looks_only(self) -> bool:
        """Whether it types nothing into its terminal: it waits for a command that was begun before."""
        return self.tool == "write_stdin" and not self.arguments.get("chars")

    @property
    def command(self) -> str:
        """The shell line that it runs; empty where it runs none."""
        return command_line(self.arguments.get("cmd", self.arguments.get("command")))

    @property
    def leave(self) -> str | None:
        """Why the call asks to leave the sandbox, or None where it does not ask."""
        wanted = self.arguments.get("sandbox_permissions") in ("require_escalated", "with_additional_permissions")
        if not (wanted or self.arguments.get("with_escalated_permissions") is True):
            return None
        why = self.arguments.get("justification")
        return call_line(why) if isinstance(why, str) and why.strip() else self.text

    @property
    def question(self) -> str:
        """The first question that it puts to the human."""
        first = next((mapping(one).get("question") for one in listed(self.arguments.get("questions"))), None)
        said = first or self.arguments.get("reason") or self.arguments.get("justification")
        return call_line(said) if isinstance(said, str) else self.text


def asked(item: Item) -> Asked:
    """Read a tool call; arguments come as a JSON text, in some versions as an object, for custom tools as free text."""
    raw = item.input if isinstance(item.input, str) else item.arguments if isinstance(item.arguments, str) else ""
    arguments = mapping(item.arguments) or mapping(item.input) or mapping(item.action) or _parsed(raw)
    name = item.name or ("shell" if item.type == "local_shell_call" else None)
    joint = "" if (item.name or "").startswith("_") else "__"
    tool = name_line(f"{item.namespace}{joint}{name}" if item.namespace and name else name)
    return Asked(tool, call_line(_line(tool, arguments, raw)), arguments, raw)


def _parsed(raw: str) -> dict[str, Any]:
    if not raw.startswith("{"):
        return {}
    try:
        return mapping(msgspec.json.decode(raw))
    except (ValueError, RecursionError):
        return {}


def _line(tool: str, arguments: dict[str, Any], raw: str) -> str:
    """Say the call in the words that tell most: its command, its files, its question."""
    command = arguments.get("cmd", arguments.get("command"))
    if command is not None:
        return command_line(command)
    if files := _PATCHED.findall(_patch(arguments, raw)):
        return f"{tool} {' '.join(files)}"
    if tool == "write_stdin":
        return f"{tool} {arguments.get('session_id')}: {arguments.get('chars', '')!s}"
    if tool == "update_plan":
        under_way = (mapping(one) for one in listed(arguments.get("plan")))
        return f"{tool} {next((one.get('step') for one in under_way if one.get('status') == 'in_progress'), '')!s}"
    told = next((value for value in arguments.values() if isinstance(value, str) and value), "")
    return f"{tool} {told or raw}".strip()


def command_line(command: object) -> str:
    """Give a command as a human would type it; the shell that only carries it is left out."""
    words = [word for word in listed(command) if isinstance(word, str)]
    if len(words) == 3 and words[1] in ("-lc", "-c"):
        return words[2]
    return shlex.join(words) if words else command if isinstance(command, str) else ""


def _patch(arguments: dict[str, Any], raw: str) -> str:
    patch = arguments.get("patch", arguments.get("input"))
    return patch if isinstance(patch, str) else raw


def patched(call: Asked, cwd: str | None) -> list[str]:
    """Name the files that a patch in this call writes, as absolute paths; the patch may stand in a shell's heredoc."""
    text = command_line(call.arguments.get("cmd", call.arguments.get("command"))) or _patch(call.arguments, call.raw)
    if "*** Begin Patch" not in text:
        return []
    base = PurePath(base_of(call, cwd))
    paths = (base / path for path in _PATCHED.findall(text))
    return [clean(os.path.normpath(path)) for path in paths if path.is_absolute()]


def base_of(call: Asked, cwd: str | None) -> str:
    """Give the directory that a call works in."""
    workdir = call.arguments.get("workdir")
    return str(PurePath(cwd or "", workdir if isinstance(workdir, str) else ""))


def added(call: Asked, name: str) -> str | None:
    """Give the text of the file of that name that a patch adds; None where it adds none."""
    text = command_line(call.arguments.get("cmd", call.arguments.get("command"))) or _patch(call.arguments, call.raw)
    _, marked, rest = text.partition(f"{name}\n+")
    if not marked or not text[: text.find(f"{name}\n+")].rpartition("\n")[2].startswith("*** Add File: "):
        return None
    lines = rest.split("\n")
    end = next((at for at, line in enumerate(lines[1:], 1) if not line.startswith("+")), len(lines))
    return "\n".join([lines[0], *(line[1:] for line in lines[1:end])]) + "\n"


def changed(changes: object) -> Iterator[str]:
    """Name the files of a `changes` object: its keys, and where a file was moved to."""
    for path, change in mapping(changes).items():
        yield clean(path)
        if isinstance(moved := mapping(change).get("move_path"), str):
            yield clean(moved)


def steps(call: Asked) -> tuple[Step, ...] | None:
    """Give the steps of an `update_plan` call, or None where it has no list; an unknown state is shown as pending."""
    plan = call.arguments.get("plan")
    if plan is None:
        return None
    read = (mapping(one) for one in listed(plan)[:_MOST_STEPS])
    return tuple(
        Step(said_line(str(one.get("step", "")), 300), _STATES.get(str(one.get("status")), "pending")) for one in read
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an output says: whether the call failed or was refused, and one line.

    `terminal` is set where nothing has come out yet: the command runs on in the terminal of that number. `code` is its
    exit status, None where none is told, and `body` its whole output.
    """

    failed: bool
    refused: bool
    text: str
    terminal: str | None = None
    code: int | None = None
    body: str = ""


def outcome(output: object) -> Outcome:
    """Read a tool's output: text, parts, or (0.4x) a JSON text with `metadata.exit_code`."""
    text = text_of(output)
    if text.startswith('{"output"') and (old := _parsed(text)):
        code = mapping(old.get("metadata")).get("exit_code")
        return finished(code if isinstance(code, int) and abs(code) < 2**32 else None, text_of(old), "")
    head, marked, _ = text[:_HEADER].partition("\nOutput:\n")
    body = text[len(head) + len(marked) :] if marked else text
    if marked and (running := _TERMINAL.search(head)):
        return Outcome(False, False, result_line(body), running[1], body=body)
    if marked and (status := _EXIT.search(head)):
        return finished(int(status[1]), body, "")
    failed = mapping(output).get("success") is False or _FAILED.match(text) is not None
    return Outcome(failed, failed and _REFUSED.search(head) is not None, result_line(body), body=body)


def finished(code: int | None, text: str, status: str) -> Outcome:
    """Give the outcome of a command by its exit status; where None is told, by the client's word `status`."""
    failed = code != 0 if code is not None else status in ("failed", "declined")
    line = result_line(text)
    shown = f"exit {code}: {line}".rstrip(": ") if code else line
    return Outcome(failed, status == "declined", shown, code=code, body=text)
