"""Judges a call that is not plainly harmless, and answers: let go, denied by rule, or asked of a human."""

from adapters.hook import asking, standing
from adapters.hook.dialects import of
from adapters.hook.exchange import Answer, Heard
from adapters.hook.judgement import changed, judgement
from adapters.hook.record import Record
from adapters.hook.telling import denied_text, frozen_text, refused
from adapters.hook.waiting import Lifted
from state.gate_files import Fleet, Halted, RunFile


def judged(
    heard: Heard, record: Record, house: str | None, worktree: str | None, fleet: Fleet | None, run: RunFile | None
) -> Answer:
    """Judge the call and answer it. Raises what makes that impossible."""
    now = judgement(heard, house, worktree, fleet, run)
    if now.frozen is not None:
        record.outcome = "frozen"
        return refused(heard, record, frozen_text(now.frozen))
    if house is not None and heard.moment == "before" and (halt := halted_now(now.halted, house, run)) is not None:

        def lifted() -> bool:
            run = standing.run_of(house, now.call.agent, now.call.session)
            found = None if run is None else halted_now(run["halted"], house, run)
            return found is None or found["request"] != halt["request"]

        try:
            stopped = asking.halted(heard, record, house, halt, now.policy.when_unattended, lifted)
        except Lifted:
            known = standing.fleet_of(house), standing.run_of(house, now.call.agent, now.call.session)
            return judged(heard, record, house, worktree, *known)
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


def halted_now(halted: Halted | None, house: str, run: RunFile | None) -> Halted | None:
    """Give the hard stop of a run: the core's, or the one that its budget is, which holds without a core too."""
    if halted is not None or run is None or run.get("budget") is None:
        return halted
    from adapters.hook.budget import over_budget

    return over_budget(house, run)
