"""The lines in which hooks note the calls that passed them, checked and made safe."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from state.gate_files import CallSeen, run_name
from state.gates.book import PassedCall
from state.runs.run import run_key
from state.text import clean

_Word = Annotated[str, Field(max_length=512)]


class _Seen(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    at: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    agent: _Word
    session: _Word
    event: _Word
    call: _Word | None = None
    tool: _Word = ""
    sha: _Word = ""
    verdict: Literal["allow", "deny", "native", "seen"]
    rule: _Word | None = None
    request: _Word | None = None
    outcome: Literal["rule", "human", "grant", "expired", "frozen", "failed", "none"]
    ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


def passed_call(file: str, inode: int, offset: int, after: int, text: bytes) -> PassedCall | None:
    """Read one line; None where it is no note of a call, or stands in another run's file."""
    try:
        seen = _Seen.model_validate_json(text)
    except ValidationError:
        return None
    if run_name(seen.agent, seen.session) != file.rpartition("/")[2]:
        return None
    told = CallSeen(
        at=seen.at,
        agent=seen.agent,
        session=seen.session,
        event=clean(seen.event, 80),
        call=None if seen.call is None else clean(seen.call, 200),
        tool=clean(seen.tool, 120),
        sha=clean(seen.sha, 80),
        verdict=seen.verdict,
        rule=None if seen.rule is None else clean(seen.rule, 120),
        request=None if seen.request is None else clean(seen.request, 80),
        outcome=seen.outcome,
        ms=seen.ms,
    )
    return PassedCall(file, inode, offset, after, run_key(seen.agent, seen.session), told)
