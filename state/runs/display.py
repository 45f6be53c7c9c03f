"""Make the card of a run: its facts, its worktree's facts and the time, flattened into one row."""

import hashlib

from state.control.act import Act
from state.findings.finding import Finding
from state.findings.judged import Judgement, judged
from state.findings.plan import plan_state
from state.gates.request import Request
from state.money.cost import dollars, per_hour
from state.runs.attention import at_the_gate, need, next_text
from state.runs.cache_life import cache_until
from state.runs.card import Blocker, Card
from state.runs.claims import standing
from state.runs.context import changed
from state.runs.roles import owner_of, role_of, title_of
from state.runs.run import Run
from state.runs.status import Status, status
from state.runs.stopped import stopped_by
from state.runs.worktree import Worktree


def card(
    run: Run,
    worktree: Worktree | None,
    now: float,
    across: tuple[Finding, ...] = (),
    asked: Request | None = None,
    settled: frozenset[str] = frozenset(),
    act: Act | None = None,
) -> Card:
    """Give the row of `run` at the time `now`; `across` is what comparing it with other runs found.

    `asked` is the open request that needs the human most, `settled` the kinds of findings with which a human let the
    run go on, `act` what a human last asked of it. What no one told stays None.
    """
    judgement = Judgement(across) if run.skimmed else judged(run, worktree, now, across)
    told = at_the_gate(stopped_by(act, run, _in_its_place(status(run, now), worktree)), asked)
    weighty = [one for one in judgement.findings if one.kind not in settled]
    tests, branch = standing(run, worktree), _branch(run, worktree)
    (title, title_from), (owner, owner_from), (role, role_from) = title_of(run), owner_of(run), role_of(run)
    files = worktree.files if worktree else None
    return Card(
        id=run.key,
        agent=run.agent,
        session_id=run.session,
        state=told.state,
        because=told.because,
        certain=told.certain,
        need=need(told, run.seen, now, weighty, asked),
        since=told.since,
        seen=run.seen,
        alive=run.process.alive if run.process else None,
        agent_version=run.version,
        parent=run.parent,
        worktree=run.worktree,
        branch=branch,
        head=worktree.head if worktree else None,
        base_head=worktree.base if worktree else None,
        ahead=worktree.ahead if worktree else None,
        behind=worktree.behind if worktree else None,
        task_id=_digest(title) if title else None,
        task_title=title or branch,
        task_from=title_from if title else ("branch" if branch else None),
        owner=owner,
        owner_from=owner_from,
        role=role,
        role_from=role_from,
        model=run.model,
        models=run.models,
        mode=run.mode,
        context_version=None if run.skimmed else run.context_version,
        context_changes=len(changed(run.context)) if run.context and not run.skimmed else None,
        plan_state="unknown" if run.skimmed else plan_state(run),
        plan_steps_done=sum(step.state == "completed" for step in run.plan.steps),
        plan_steps=len(run.plan.steps),
        plan_sha=run.plan.sha or (_digest(run.plan.text) if run.plan.text else None),
        tool=run.calls[-1].text if run.calls else None,
        tests_state=tests.state if tests else None,
        tests_runner=tests.runner if tests else None,
        tests_passed=tests.passed if tests else None,
        tests_failed=tests.failed if tests else None,
        tests_skipped=tests.skipped if tests else None,
        tests_at=tests.at if tests else None,
        tests_fresh=tests.fresh if tests else None,
        tests_why=tests.why if tests else None,
        failing=tests.failing if tests else (),
        blockers=_blockers(run, told),
        risk_level=judgement.risk.level,
        risk_rules=judgement.risk.rules,
        risk_reasons=judgement.risk.reasons,
        findings=judgement.findings,
        changed_files=None if files is None else len(files),
        untracked_files=None if files is None else sum(file.kind == "untracked" for file in files),
        added=_lines(worktree, "added"),
        deleted=_lines(worktree, "deleted"),
        subagents=len(run.subagents),
        usage=run.usage,
        context_used=run.context_used,
        context_limit=run.context_limit,
        cost_usd=dollars(run.cost.known),
        cost_state=run.cost.state,
        unpriced_tokens=run.cost.unpriced_tokens,
        cost_per_hour=dollars(per_hour(run.burn, now)) if run.usage.requests else None,
        next_gate=asked.gate if asked else None,
        next_request=asked.id if asked else None,
        next_text=next_text(run, told, weighty, asked),
        not_understood=run.not_understood,
        worktree_read_at=worktree.read_at if worktree else None,
        depth="skimmed" if run.skimmed else "read",
        unread=run.skimmed,
        act_kind=act.kind if act else None,
        act_state=act.state if act else None,
        act_text=act.text if act else None,
        act_at=act.at if act else None,
        cache_until=cache_until(run),
        source_log=run.log,
        source_offset=_source_offset(run),
    )


def _in_its_place(told: Status, worktree: Worktree | None) -> Status:
    """Doubt a run whose directory is gone: nothing can work, wait or rest there."""
    if worktree is None or not worktree.missing or told.state in ("done", "stopped"):
        return told
    return Status(
        "unknown", f"the directory of its worktree is gone; before, {told.because}", told.since, certain=False
    )


def _branch(run: Run, worktree: Worktree | None) -> str | None:
    """What git says now comes before what a record said once; a detached head has no branch."""
    return worktree.branch if worktree and not worktree.missing else run.branch


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _lines(worktree: Worktree | None, side: str) -> int | None:
    if worktree is None or worktree.files is None:
        return None
    counts = [getattr(file, side) for file in worktree.files]
    return sum(count for count in counts if count is not None)


def _blockers(run: Run, told: Status) -> tuple[Blocker, ...]:
    if told.state == "blocked" and run.failure is not None:
        return (Blocker(run.failure.kind, run.failure.text, run.failure.since),)
    return ()


def _source_offset(run: Run) -> int:
    own = [origin.offset for origin in run.origins.values() if origin.log == run.log]
    return max(own, default=0)
