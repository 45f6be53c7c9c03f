"""Where hook and core meet at the gates: names and shapes of the files, as in a maildir. Standard library only.

Below a repository's own directory (`Spool.folder`), all written whole by `state.spool.write_whole` but the calls:

- `fleet.json` (core): what holds for every run of the repository: `Fleet`.
- `runs/<name>.json` (core): what a hook must know of one run: `RunFile`. `name` is `run_name(agent, session)`.
- `policy/<blob id>.json` (core): a compiled policy; `policy/default.json` the one that ships with Headgate.
- `spool/calls/<name>.jsonl` (hook): one line a call that passed it, appended in one write, `CallSeen`;
  and one before that, with the verdict `seen`, where the call waits.
- `spool/requests/<id>.json` (hook): a question, `Question`; the waiting hook touches it each second, and takes it
  away when it ends. One that is not touched for `SILENT_SECONDS` has nobody who listens.
- `spool/answers/<id>.json` (core): the recorded answer, `Answered`.
- `spool/grants/<key>.json` (core): leave for one later call, `Grant`; a hook uses it up by renaming it away.
- `spool/corrections/<id>` (hook): made by the one hook that hands out this correction of the run's file, so that no
  other does; an empty file, whose time is when that was.
"""

import hashlib
from typing import Literal, TypedDict

FORMAT = 1
SILENT_SECONDS = 4.0
Phase = Literal["planning", "executing", "merging"]


class Stopped(TypedDict):
    """Who said that the next tool call is to be denied, when, and why."""

    by: str
    reason: str
    at: float


class Halted(TypedDict):
    """A hard stop: the next tool call waits for the answer to `request`. `kind` is the finding's."""

    request: str
    kind: str
    text: str


class Approved(TypedDict):
    """The plan that a human approved: what a run may change, and how much. None is without a bound."""

    sha: str
    paths: list[str]
    files: int | None
    minutes: float | None
    usd: str | None


class Refusal(TypedDict):
    """What a human said of a call that was denied before, so that a repeat can say so."""

    request: str
    by: str
    reason: str
    at: float


class Correction(TypedDict):
    """What a human wants the model to read with its next tool call, as the model is to read it."""

    id: str
    text: str


class Budget(TypedDict):
    """What is left for a run before the nearest of its limits pauses it, so that this holds with no core at work.

    `left` in micro-USD, as it was when the run's `log` was counted up to and with the record at byte `offset`. `rates`
    are micro-USD per token by model: fresh input, cache read, cache written for five minutes and for an hour, output;
    `dearest` is the rate of a token of any other model. `request` is the id under which the core asks, `text` says why.
    """

    name: str
    request: str
    text: str
    left: int
    log: str | None
    offset: int
    rates: dict[str, list[float]]
    dearest: float


class RunFile(TypedDict):
    """What a hook must know of one run. `denied` is by the digest of the call's input.

    `corrections` are those that no hook was seen to hand out, the oldest first; older cores did not write the word,
    and none wrote `budget`, which is None where no limit pauses the run.
    """

    format: int
    run: str
    agent: str
    session: str
    worktree: str | None
    branch: str | None
    phase: Phase
    frozen: Stopped | None
    halted: Halted | None
    plan: Approved | None
    policy: str
    context_version: str | None
    files: int
    usd: str | None
    began: float | None
    denied: dict[str, Refusal]
    corrections: list[Correction]
    budget: Budget | None


class Fleet(TypedDict):
    """What holds for all runs. `policy` is the blob id in force for runs that are not pinned to another."""

    format: int
    repository: str
    base: str | None
    protected: list[str]
    worktrees: list[str]
    frozen: Stopped | None
    policy: str
    at: float


class CallSeen(TypedDict):
    """One call that a hook saw. `verdict` is what the agent was told, `ms` how long the hook took, waiting included.

    A line has `corrections` too where its hook handed any out: their ids.
    """

    at: float
    agent: str
    session: str
    event: str
    call: str | None
    tool: str
    sha: str
    verdict: Literal["allow", "deny", "native", "seen"]
    rule: str | None
    request: str | None
    outcome: Literal["rule", "human", "grant", "expired", "frozen", "failed", "none"]
    ms: float


class EffectWords(TypedDict):
    """An `Effect` in JSON."""

    name: str
    why: str


class HitWords(TypedDict):
    """A `Hit` in JSON."""

    rule: str
    outcome: str
    because: str
    instead: str
    severity: str
    reviewers: list[str]
    sla: float | None


class Question(TypedDict):
    """A request as the hook asks it. `input` is the call's input as JSON text, cut where it is longer than 256 KiB."""

    format: int
    id: str
    gate: Literal["plan", "exception"]
    agent: str
    session: str
    tool: str
    call: str | None
    sha: str
    input: str
    cwd: str
    worktree: str | None
    effects: list[EffectWords]
    opaque: str | None
    hits: list[HitWords]
    severity: str
    policy: str
    context_version: str | None
    opened: float
    deadline: float
    pid: int
    plan: str | None


class Answered(TypedDict):
    """The recorded answer to a request; it counts only for the same input under the same policy."""

    request: str
    answer: Literal["approve", "deny"]
    by: str
    reason: str
    at: float
    sha: str
    policy: str


class Grant(TypedDict):
    """Leave for one call that a human gave after the hook had gone. `expires` is in seconds since 1970."""

    request: str
    by: str
    reason: str
    sha: str
    policy: str
    expires: float


def run_name(agent: str, session: str) -> str:
    """Name a run's files by agent and session, whatever characters the session is made of."""
    plain = session if session.replace("-", "").replace("_", "").isalnum() and session.isascii() else ""
    if plain and len(plain) <= 80:
        return f"{agent}-{plain}"
    return f"{agent}-{hashlib.sha256(session.encode('utf-8', 'replace')).hexdigest()[:32]}"


def grant_key(agent: str, session: str, tool: str, sha: str, policy: str) -> str:
    """Name a grant by all that it is bound to."""
    bound = "\0".join((agent, session, tool, sha, policy))
    return hashlib.sha256(bound.encode("utf-8", "replace")).hexdigest()[:32]
