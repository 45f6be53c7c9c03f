"""Judges a call that is not plainly harmless, and answers: let go, denied by rule, or asked of a human."""

from adapters.hook import asking, standing
from adapters.hook.budget import over_budget
from adapters.hook.dialects import of
from adapters.hook.exchange import Answer, Heard
from adapters.hook.judgement import changed, judgement
from adapters.hook.record import Record
from adapters.hook.telling import denied_text, frozen_text, refused
from state.gate_files import Fleet, RunFile


def judged(
    heard: Heard, record: Record, house: str | None, worktree: str | None, fleet: Fleet | None, run: RunFile | None
) -> Answer:
    """Judge the call and answer it. Raises what makes that impossible."""
    now = judgement(heard, house, worktree, fleet, run)
    if now.frozen is not None:
        record.outcome = "frozen"
        return refused(heard, record, frozen_text(now.frozen))
    if now.halted is not None and heard.moment == "before":
        stopped = asking.halted(heard, record, house or "", now.halted, now.policy.when_unattended)
        if stopped is not None:
            return stopped
    if now.halted is None and heard.moment == "before" and (over := over_budget(house, run)) is not None:
        stopped = asking.halted(heard, record, house or "", over, now.policy.when_unattended)
        if stopped is not None:
            return stopped
    if now.verdict.outcome == "deny":
        record.rule, record.outcome = now.verdict.hits[0].rule, "rule"
        return refused(heard, record, denied_text(now.verdict.hits[0]))
    plan = now.call.plan is not None and house is not None
    if (now.verdict.outcome == "allow" and not plan) or heard.moment == "permission":
        record.outcome = "rule" if now.verdict.hits else "none"
        record.write("allow" if heard.moment == "before" else "native")
        return of(heard.agent).let_go(heard)
    record.rule = now.verdict.hits[0].rule if now.verdict.hits else None

    def again() -> str | None:
        fleet = None if house is None else standing.fleet_of(house)
        run = None if house is None else standing.run_of(house, now.call.agent, now.call.session)
        return changed(now, judgement(heard, house, worktree, fleet, run))

    return asking.asked(heard, record, house, now, again)
