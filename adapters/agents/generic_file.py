"""How a user describes the logs of an agent that Headgate does not know: one TOML file, checked before it is used.

What each key means stands in docs/adapters.md. Every key but `name`, `root` and `logs` has a default, and the defaults
together are Headgate's own dialect: a log written in it needs no mapping.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from adapters.small_file import read_small
from state.text import clean
from state.toml import TOMLDecodeError, toml_of

FOLDER = "agents"
_LARGEST = 1 << 20
_NO_LOGS = ("/proc", "/sys", "/dev")
_NAME = r"^[a-z][a-z0-9-]{0,39}$"
_HEADER = re.compile(r"^\s*\[([\w.]+)\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")
_TOML_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def _listed(value: Any) -> Any:
    """Take one text for a list of one."""
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One text or a list of texts."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fields(_Table):
    """Where each fact stands in a record: keys joined by dots; of several places the first that holds something."""

    items: Words = ()
    kind: Words = ("type",)
    session: Words = ("session",)
    parent: Words = ("parent",)
    time: Words = ("time",)
    cwd: Words = ("cwd",)
    branch: Words = ("branch",)
    version: Words = ("version",)
    model: Words = ("model",)
    text: Words = ("text",)
    call: Words = ("call",)
    tool: Words = ("tool",)
    arguments: Words = ("arguments",)
    result: Words = ("result",)
    failed: Words = ("failed",)
    exit_status: Words = ("exit_status",)


class Kinds(_Table):
    """Which values of `fields.kind` mean what; "*" in `ignored` is every other one."""

    prompt: Words = ("prompt",)
    answer: Words = ("answer",)
    call: Words = ("call",)
    result: Words = ("result",)
    end: Words = ("end",)
    interrupted: Words = ("interrupted",)
    error: Words = ("error",)
    compacted: Words = ("compacted",)
    ignored: Words = ("session",)


class Tokens(_Table):
    """Where the tokens of a call to the model stand, and whether they overlap."""

    key: Words = ("key",)
    input: Words = ("usage.input",)
    cache_read: Words = ("usage.cache_read",)
    cache_write: Words = ("usage.cache_write",)
    output: Words = ("usage.output",)
    reasoning: Words = ("usage.reasoning",)
    input_includes_cache: bool = False
    output_includes_reasoning: bool = True

    @model_validator(mode="before")
    @classmethod
    def _overlap_is_said(cls, given: Any) -> Any:
        """Let nobody map tokens without saying whether they overlap: the wrong guess doubles or halves a bill."""
        for part, said in (("cache_read", "input_includes_cache"), ("reasoning", "output_includes_reasoning")):
            if isinstance(given, dict) and part in given and said not in given:
                raise ValueError(f"`{part}` is given, so say `{said} = true` or `false`")
        return cast("Any", given)


class ToolNames(_Table):
    """What the agent's tools are called."""

    shells: Words = ("shell", "bash", "Bash", "run_shell_command")
    writers: Words = ("write", "edit", "write_file", "replace", "Write", "Edit")
    readers: Words = ("read", "read_file", "Read", "view")
    steps: Words = ("todo", "todo_write", "write_todos", "update_plan")
    questions: Words = ("ask", "ask_user")
    plans: Words = ("exit_plan_mode",)
    waits: Words = ("wait", "sleep")


class Description(_Table):
    """One agent, as its file describes it."""

    name: str = Field(pattern=_NAME)
    root: str
    logs: Words = Field(min_length=1)
    program: str = ""
    provider: str | None = None
    fields: Fields = Fields()
    kinds: Kinds = Kinds()
    tokens: Tokens = Tokens()
    tools: ToolNames = ToolNames()

    @field_validator("root")
    @classmethod
    def _is_a_place(cls, root: str) -> str:
        if not root.startswith(("/", "~/")):
            raise ValueError("write it as an absolute path, or begin it with `~/`")
        if root.rstrip("/") in ("", *_NO_LOGS) or root.startswith(tuple(f"{top}/" for top in _NO_LOGS)):
            raise ValueError("name the directory in which the agent keeps its logs: / and /proc are none")
        return root

    @field_validator("logs")
    @classmethod
    def _are_below(cls, logs: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in logs:
            if pattern.startswith("/") or {"**", "..", ""} & set(pattern.split("/")):
                raise ValueError("write patterns below the root, such as `sessions/*/*.jsonl`, without `**` and `..`")
        return logs


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be used: one clause that names the line and says what to do."""

    why: str


def read_description(path: Path) -> Description | Unusable:
    """Read one file."""
    data = read_small(str(path), _LARGEST)
    if data is None:
        return Unusable("it is no readable file of at most 1 MiB; put a plain file there, or remove it")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return Unusable(f"line {data[: error.start].count(10) + 1} is no UTF-8; save the file as UTF-8")
    try:
        return Description.model_validate(toml_of(text))
    except TOMLDecodeError as error:
        return Unusable(clean(_without_place(str(error), text)))
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        return Unusable(clean(f"line {_line_of(text, place)}: {_sentence(place, first)}"))


def _without_place(said: str, text: str) -> str:
    """Say TOML's complaint with the line first."""
    found = _TOML_LINE.search(said)
    line = found[1] if found and found[1] else len(text.splitlines())
    return f"line {line} is no TOML: {_TOML_LINE.sub('', said)}; correct it"


def _sentence(place: list[str], error: Any) -> str:
    key = place[-1] if place else ""
    match error["type"]:
        case "extra_forbidden":
            return f"`{key}` is no key here; remove it, or see docs/adapters.md for the right word"
        case "missing":
            return f"`{key}` is missing; add it, see docs/adapters.md"
        case "string_pattern_mismatch":
            return f"`{key}` must be small letters, digits and dashes; rename it"
        case "value_error":
            return f"`{key}`: {error['msg'].removeprefix('Value error, ')}"
        case _:
            return f"`{key}`: {error['msg'][:1].lower()}{error['msg'][1:]}; correct it, see docs/adapters.md"


def _line_of(text: str, place: list[str]) -> int:
    """Give the line of a key in its table, else of the table, else the first."""
    table, found = "", 1
    path = [part for part in place if not part.isdigit()]
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[1]
            found = number if [table] == path[:1] else found
        elif (key := _KEY.match(line)) and [*filter(None, table.split(".")), key[1]] == path:
            return number
    return found
