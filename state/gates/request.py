"""A question that waits for a human at a gate, and the human's answer to it.

A request is bound to what was asked: the run, the call's input by its digest, the policy and the context version. An
answer is for one request by its id, and a request that has an answer takes no second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from state.policy.verdict import Effect, Hit, Severity
    from state.runs.origin import RunKey

Gate = Literal["plan", "exception", "merge", "release"]
RequestState = Literal["open", "approved", "denied", "expired", "moot"]
"""`expired`: its deadline passed, which is a denial. `moot`: nobody needs the answer any more."""
Answer = Literal["approve", "deny", "escalate"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A human's answer. `by` is an account or a named person, `via` the screen or the verb that it came through.

    `shown_sha` is the digest of what was on the screen (`Request.sha` as it was then); `dwell` how long it was there
    before the key, in seconds, None where that is unknown; `opened` whether its evidence was opened.
    """

    request: str
    answer: Answer
    by: str
    at: float
    reason: str = ""
    via: str = "board"
    shown_sha: str = ""
    dwell: float | None = None
    opened: bool = False
    assurance: str | None = None
    """What stood between the run and what it may not do, as `state.control.assurance` gave it then."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `text` says it in one line; `input` is the call's whole input as safe JSON text, laid out.

    `sha` is the digest of the call's input, or of the plan. `listening`: a hook waits for the answer now; where it does
    not, an approval becomes a grant for one use. `advice` is what the model said of it, `plan` the plan's text, `agent`
    and `session` name the files of the run's hooks. Times are seconds since 1970; without `deadline` it waits for ever.
    """

    id: str
    run: RunKey
    gate: Gate
    text: str
    sha: str
    opened: float
    state: RequestState = "open"
    deadline: float | None = None
    tool: str = ""
    call: str | None = None
    input: str = ""
    cwd: str = ""
    effects: tuple[Effect, ...] = ()
    hits: tuple[Hit, ...] = ()
    severity: Severity = "medium"
    policy: str | None = None
    context_version: str | None = None
    listening: bool = False
    advice: str | None = None
    plan: str | None = None
    repeats: int = 0
    """How often the same call was denied before in this run."""
    agent: str = ""
    session: str = ""
    decision: Decision | None = None

    @property
    def rule(self) -> str | None:
        """The strictest rule that asks, None where a gate asks without one."""
        return self.hits[0].rule if self.hits else None
