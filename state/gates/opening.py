"""From a hook's question to a request: an agent or a forger wrote every part of it, so every part is checked.

What is refused is refused whole, with one sentence. Nothing of a question decides anything: it only says what is asked.
"""

import json
import re
from dataclasses import replace
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from state.gate_files import FORMAT
from state.gates.request import Request
from state.policy.verdict import Effect, Hit, Severity
from state.runs.run import run_key
from state.text import clean

LONGEST_INPUT = 256 * 1024
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,63}")
_LONGEST_LINE = 512 * 1024
_AHEAD = 300.0
"""Seconds that a hook's clock may be ahead of the core's: both are of one machine, but it may be set."""

_Word = Annotated[str, Field(max_length=512)]
_Sentence = Annotated[str, Field(max_length=16_384)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Effect(_Shape):
    name: _Word
    why: _Sentence


class _Hit(_Shape):
    rule: _Word
    outcome: Literal["allow", "escalate", "deny"]
    because: _Sentence
    instead: _Sentence = ""
    severity: Severity = "medium"
    reviewers: Annotated[tuple[_Word, ...], Field(max_length=64)] = ()
    sla: float | None = None


class Asked(_Shape):
    """A `Question` of `state.gate_files`, as far as it could be checked; it is not clean yet."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    id: _Word
    gate: Literal["plan", "exception"]
    agent: _Word
    session: _Word
    tool: _Word
    call: _Word | None = None
    sha: _Digest
    input: Annotated[str, Field(max_length=LONGEST_INPUT + 16)]
    cwd: _Sentence
    worktree: _Sentence | None = None
    effects: Annotated[tuple[_Effect, ...], Field(max_length=256)] = ()
    opaque: _Sentence | None = None
    hits: Annotated[tuple[_Hit, ...], Field(max_length=256)] = ()
    severity: Severity
    policy: _Word
    context_version: _Word | None = None
    opened: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    deadline: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    pid: Annotated[int, Field(ge=0)] = 0
    plan: Annotated[str, Field(max_length=LONGEST_INPUT)] | None = None


class QuestionRefused(ValueError):
    """A file in the requests' directory is no question; the text says why, in words that are safe to show."""


def checked(name: str, document: dict[str, Any], now: float) -> Asked:
    """Check the question in the file `name`.json. Raises `QuestionRefused`.

    The name is the id of the request for ever, so a question that calls itself otherwise is forged or misplaced.
    """
    if not _ID.fullmatch(name):
        raise QuestionRefused(f"{clean(name, 80)}.json is no name of a request")
    try:
        asked = Asked.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise QuestionRefused(f"the question {name} is not understood: {clean(place, 60)}: {first['msg']}") from None
    if asked.id != name:
        raise QuestionRefused(f"the question in {name}.json calls itself {clean(asked.id, 64)}")
    for word in (asked.agent, asked.session, asked.tool, asked.policy):
        if clean(word) != word:
            raise QuestionRefused(f"the question {name} names something in characters that cannot be shown")
    if asked.opened > now + _AHEAD:
        raise QuestionRefused(f"the question {name} was asked in the future")
    return asked


def request_of(asked: Asked, repeats: int = 0) -> Request:
    """Give the request that a checked question opens; `repeats` counts denials of the same call in the same run.

    What the model says of its own call (its `description`) is its advice and nothing more.
    """
    advice = _words(asked.input).get("description")
    hits = tuple(_hit(hit) for hit in asked.hits)
    effects = tuple(Effect(clean(one.name, 64), clean(one.why)) for one in asked.effects)
    return Request(
        id=asked.id,
        run=run_key(asked.agent, asked.session),
        gate=asked.gate,
        text=_said(asked),
        sha=asked.sha,
        opened=asked.opened,
        deadline=asked.deadline,
        tool=asked.tool,
        call=None if asked.call is None else clean(asked.call, 120),
        input=laid_out(asked.input),
        cwd=clean(asked.cwd),
        effects=(*effects, *([Effect("opaque", clean(asked.opaque))] if asked.opaque else [])),
        hits=hits,
        severity=asked.severity,
        policy=asked.policy,
        context_version=None if asked.context_version is None else clean(asked.context_version, 80),
        listening=True,
        advice=clean(advice) if isinstance(advice, str) else None,
        plan=None if asked.plan is None else page(asked.plan),
        repeats=repeats,
        agent=asked.agent,
        session=asked.session,
    )


def page(text: str) -> str:
    """Give a text of many lines, each of them safe and none of them cut."""
    return "\n".join(clean(line, _LONGEST_LINE).rstrip() for line in text.splitlines())


def laid_out(text: str) -> str:
    """Lay a call's input out as JSON of many lines; what is no JSON is shown as it came."""
    try:
        return page(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return page(text)


def _hit(hit: _Hit) -> Hit:
    told = Hit(**hit.model_dump())
    words = {name: clean(getattr(told, name)) for name in ("rule", "because", "instead")}
    return replace(told, **words, reviewers=tuple(clean(name, 120) for name in told.reviewers))


def _said(asked: Asked) -> str:
    """Say in one line what is asked: a command as it is typed, any other call by its tool and what it names."""
    if asked.gate == "plan":
        first = next((line.strip("# ").strip() for line in (asked.plan or "").splitlines() if line.strip("# ")), "")
        return clean(f"approve its plan: {first}" if first else "approve its plan", 400)
    words = _words(asked.input)
    command = words.get("command")
    if isinstance(command, str) and asked.tool.lower() in ("bash", "shell", "exec_command", "run_shell_command"):
        return clean(command, 400)
    named = next((word for key in _NAMING if isinstance(word := words.get(key), str)), "")
    return clean(f"{asked.tool} {named}".rstrip(), 400)


def _words(text: str) -> dict[str, object]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, object], told) if isinstance(told, dict) else {}


_NAMING = ("file_path", "path", "filePath", "notebook_path", "url", "command", "query", "description")
