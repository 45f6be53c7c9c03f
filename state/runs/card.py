"""A run as it is shown: one flat row, the same for the table `run`, the view `board`, the screen and `status --json`.

Each field is a column of the state table, documented in `state/store/schema.sql`. None is "unknown", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from state.runs.origin import Usage

if TYPE_CHECKING:
    from state.control.act import ActKind, ActState
    from state.findings.finding import Finding, RiskLevel
    from state.findings.stale import Stale
    from state.money.spending import CostState
    from state.runs.run import TestState

State = Literal["working", "waiting", "idle", "blocked", "held", "stopped", "done", "unknown"]
Depth = Literal["skimmed", "read"]
Assurance = Literal["observe", "guardrail", "confined", "managed", "separated"]
"""What stands between a run and what it may not do (research/control.md A): never said higher than it is."""
EvidenceState = Literal["complete", "incomplete", "stale"]


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that keeps a run from going on, since a time in seconds since 1970."""

    kind: str
    text: str
    since: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one run now. Times are seconds since 1970 UTC."""

    id: str
    agent: str
    session_id: str
    state: State
    because: str
    need: int
    """How much it needs the human: 0 nothing; the higher, the sooner (`state.runs.attention`)."""
    certain: bool = True
    """False where the state was inferred from the shape of a log, not told by it."""
    since: float | None = None
    seen: float | None = None
    alive: bool | None = None
    agent_version: str | None = None
    parent: str | None = None
    worktree: str | None = None
    branch: str | None = None
    head: str | None = None
    base_head: str | None = None
    ahead: int | None = None
    behind: int | None = None
    task_id: str | None = None
    task_title: str | None = None
    task_from: str | None = None
    owner: str | None = None
    owner_from: str | None = None
    role: str | None = None
    role_from: str | None = None
    model: str | None = None
    models: tuple[str, ...] = ()
    mode: str | None = None
    lane_asked: str | None = None
    lane_effective: str | None = None
    context_version: str | None = None
    context_changes: int | None = None
    """Parts of the context that are certainly not what they were when the run began."""
    plan_state: str = "none"
    plan_steps_done: int = 0
    plan_steps: int = 0
    plan_sha: str | None = None
    tool: str | None = None
    """The tool call in flight, in one line."""
    tests_state: TestState | None = None
    """What the agent's last test run came to, by its log; None where it ran none."""
    tests_runner: str | None = None
    tests_passed: int | None = None
    tests_failed: int | None = None
    tests_skipped: int | None = None
    tests_at: float | None = None
    tests_fresh: bool | None = None
    tests_why: str | None = None
    failing: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    risk_level: RiskLevel | None = None
    risk_rules: tuple[str, ...] = ()
    risk_reasons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    changed_files: int | None = None
    untracked_files: int | None = None
    added: int | None = None
    deleted: int | None = None
    attempts: int | None = None
    subagents: int = 0
    usage: Usage = field(default_factory=Usage)
    context_used: int | None = None
    context_limit: int | None = None
    cost_usd: str | None = None
    cost_state: CostState = "unpriced"
    unpriced_tokens: int = 0
    cost_per_hour: str | None = None
    next_gate: str | None = None
    next_request: str | None = None
    next_text: str = ""
    not_understood: int = 0
    worktree_read_at: float | None = None
    depth: Depth = "read"
    """Whether its logs were read, or skimmed only: what a skim does not tell is unknown then, whatever stands here."""
    unread: int = 0
    """Bytes of its logs that were skimmed and not yet read."""
    act_kind: ActKind | None = None
    """What a human last asked of the run; `act_text` is one sentence on how that stands."""
    act_state: ActState | None = None
    act_text: str | None = None
    act_at: float | None = None
    frozen: str | None = None
    """Who froze it, None where its calls go; a freeze of the whole fleet does not stand here."""
    assurance: Assurance | None = None
    assurance_why: str | None = None
    hooked: bool | None = None
    """Whether a hook noted calls of it; None where none did and it is not known to have made one."""
    terminal: str | None = None
    """How to attach to its terminal."""
    cache_until: float | None = None
    conflicts: int | None = None
    stale: tuple[Stale, ...] = ()
    evidence_state: EvidenceState | None = None
    """How its evidence package stands; None where none was made."""
    evidence_missing: tuple[str, ...] = ()
    verified_state: str | None = None
    """What Headgate's own run of the required checks came to: running, passed or failed."""
    verified_passed: int | None = None
    verified_failed: int | None = None
    verified_skipped: int | None = None
    verified_at: float | None = None
    verified_tree: str | None = None
    approved_by: str | None = None
    source_log: str | None = None
    source_offset: int = 0
    rev: int = 0
    """The commit of the store that last wrote this row: what the change feed counts."""
