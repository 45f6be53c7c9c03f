"""Make the card of a run: its facts, its worktree's facts and the time, flattened into one row."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from state.assigning import LONGEST
from state.control.assurance import Promise, assurance_of
from state.control.shown import acted, failed, frozen_told, next_after
from state.findings.finding import SEVERITIES, Finding
from state.findings.judged import Judgement, judged
from state.findings.plan import plan_state
from state.findings.staleness import stale
from state.gates.standing import NOWHERE, Standing
from state.money.cost import dollars, per_hour
from state.money.lane import Lane, effective, misrouted
from state.runs.attention import SHOULD_STOP, at_the_gate, need, next_text
from state.runs.cache_life import cache_until
from state.runs.card import Blocker, Card
from state.runs.claims import standing
from state.runs.context import changed
from state.runs.digest import digest
from state.runs.roles import lane_of, owner_of, role_of, title_of
from state.runs.run import Run
from state.runs.started import still, terminal_of
from state.runs.status import Status, status
from state.runs.worktree import Worktree
from state.text import clean

_ENDED = ("done", "stopped")


def card(
    run: Run,
    worktree: Worktree | None,
    now: float,
    across: tuple[Finding, ...] = (),
    stands: Standing = NOWHERE,
    lanes: Mapping[str, Lane] = MappingProxyType({}),
    promised: Mapping[str, Promise] = MappingProxyType({}),
    conflicts: int | None = None,
) -> Card:
    """Give the row of `run` at the time `now`; `across` is what comparing it with other runs found.

    `stands` is what the gates know of it and what was asked of it; `lanes` are the user's, `conflicts` counts
    the others with which its worktree does not merge. What no one told stays None.
    """
    asked, act, start = stands.asked, stands.act, stands.start
    judgement = Judgement(across) if run.skimmed else judged(run, worktree, now, across)
    asked_lane = lane_of(run)
    lane = effective(lanes.values(), run.model, asked_lane)
    if not run.skimmed and (found := misrouted(lanes, run, asked_lane, lane, judgement.risk)):
        ranked = sorted((*judgement.findings, *found), key=lambda one: -SEVERITIES.index(one.severity))
        judgement = Judgement(tuple(ranked), judgement.risk)
    assurance, assurance_why = assurance_of(run, still(run, start), promised.get(run.agent), across)
    alone = at_the_gate(_in_its_place(status(run, now), worktree), asked)
    told = acted(alone, act, run.seen, now, alive=run.process is not None and run.process.alive)
    denies = stands.heard or assurance not in (None, "observe")
    told = frozen_told(told, stands.frozen, asked=told != alone, denies=denies)
    weighty = [one for one in judgement.findings if one.kind not in stands.settled]
    tests, branch = standing(run, worktree), _branch(run, worktree)
    (title, title_from), (owner, owner_from), (role, role_from) = title_of(run), owner_of(run), role_of(run)
    files = worktree.files if worktree else None
    ended, working = told.state in _ENDED, told.state == "working"
    beside = replace(stands.context, ended=ended, working=working, cache_until=cache_until(run))
    return Card(
        id=run.key,
        agent=run.agent,
        session_id=run.session,
        state=told.state,
        because=told.because,
        certain=told.certain,
        need=max(need(told, run.seen, now, weighty, asked), SHOULD_STOP if failed(act, now) else 0),
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
        task_id=digest(title) if title else None,
        task_title=clean(title, LONGEST["task"]) if title else branch,
        task_from=title_from if title else ("branch" if branch else None),
        owner=owner,
        owner_from=owner_from,
        role=role,
        role_from=role_from,
        model=run.model,
        models=run.models,
        mode=run.mode,
        lane_asked=asked_lane,
        lane_effective=lane,
        context_version=None if run.skimmed else run.context_version,
        context_changes=len(changed(run.context)) if run.context and not run.skimmed else None,
        plan_state="unknown" if run.skimmed else plan_state(run, stands.plan),
        plan_steps_done=sum(step.state == "completed" for step in run.plan.steps),
        plan_steps=len(run.plan.steps),
        plan_sha=run.plan.sha or (digest(run.plan.text) if run.plan.text else None),
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
        next_text=next_after(act, told) or next_text(run, told, weighty, asked),
        not_understood=run.not_understood,
        worktree_read_at=worktree.read_at if worktree else None,
        depth="skimmed" if run.skimmed else "read",
        unread=run.skimmed,
        act_kind=act.kind if act else None,
        act_state=act.state if act else None,
        act_text=act.text if act else None,
        act_at=act.at if act else None,
        stale=stale(run, worktree, now, beside),
        assurance=assurance,
        assurance_why=assurance_why,
        hooked=stands.heard or (False if _called(run) else None),
        terminal=terminal_of(run, start),
        frozen=stands.frozen,
        conflicts=conflicts,
        cache_until=beside.cache_until,
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


def _called(run: Run) -> bool:
    """Say whether it is known to have made a call; a skim does not tell."""
    made = run.called or run.calls or run.ran or run.edited or run.readings or run.repeats or run.spawned
    return bool(made) and not run.skimmed


def _branch(run: Run, worktree: Worktree | None) -> str | None:
    """What git says now comes before what a record said once; a detached head has no branch."""
    return worktree.branch if worktree and not worktree.missing else run.branch


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
