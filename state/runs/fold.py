"""`fold(run, event) -> Run`: the only place where a run changes.

A fact remembers the record that it was last read from, so that every number on the screen can be asked where it comes
from. That each event comes once is the promise of the source and the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, assert_never, cast

from state.money.cost import burnt
from state.runs import event as ev
from state.runs import known_files, plans, repeats, skimmed
from state.runs.anew import begun_anew
from state.runs.claims import after_edit, claimed, concerns, is_code
from state.runs.context import digest, noted, plan_digest, version
from state.runs.roles import asked_role, with_word
from state.runs.run import Ask, Assigned, Failure, OpenCall, Origin, PartKind, Plan, Process, Ran, Run, Turn, spoken

if TYPE_CHECKING:
    from state.runs.life import Began

MOST_EDITED = 500
"""Paths kept of the files that a run edited; the worktree's own difference has them all."""

MOST_OPEN = 100
"""Calls kept that have no result yet; an agent whose results never come must not make each new line dearer."""

_UNSOURCED = frozenset({"called", "repeats", "lately", "readings", "spawned", "unplanned", "known_files"})
"""Facts that hold the origins of their parts themselves."""


_write = object.__setattr__
"""Writes into a draft, the one kind of run that changes: `Run` is frozen against everybody else."""
_FACTS = attrgetter(*(field.name for field in fields(Run)))


def fold(run: Run, event: ev.Event) -> Run:
    """Give the run after `event`."""
    return folded(run, (event,))


def folded(run: Run, events: Iterable[ev.Event]) -> Run:
    """Give the run after `events` of its own; the run itself stays as it was."""
    draft = begun(run)
    for event in events:
        draft = took(draft, event)
    return ended(draft, run)


def begun(run: Run) -> Run:
    """Give a draft of a run, a copy that `took` writes into: a batch then makes one new run, not one an event.

    Nobody but who began it may see a draft before its last event; from then on it is a run like any other.
    """
    draft = Run(*_FACTS(run))
    _put(draft, origins=dict(run.origins))
    return draft


def ended(draft: Run, before: Run) -> Run:
    """Give the run that a draft has become; what is made of all its facts is made once, not at each event."""
    if draft.context is not before.context:
        _put(draft, context_version=version(draft.agent, draft.context))
    return draft


def took(run: Run, event: ev.Event) -> Run:
    """Give the draft after `event`: mostly the same one, changed."""
    frequent = _FREQUENT.get(type(event))
    if frequent is not None:
        return frequent(run, event)
    match event:
        case ev.RunFound() | ev.VersionNoted() | ev.PlaceEntered() | ev.WorktreeFound() | ev.ModelUsed():
            return _fold_identity(run, event)
        case ev.ModeEntered() | ev.PromptGiven() | ev.TitleGiven() | ev.TurnBegun() | ev.TurnEnded():
            return _fold_turn(run, event)
        case ev.ToolBegun() | ev.ToolEnded() | ev.HumanAsked() | ev.HumanAnswered() | ev.FileEdited():
            return _fold_call(run, event)
        case ev.CommandRan():
            return _ran(run, event)
        case ev.CallHeld(call=call, held=held):
            return _set(
                run, event, calls=tuple(replace(one, waits=held) if one.call == call else one for one in run.calls)
            )
        case ev.TestsRan():
            return _set(run, event, tests=claimed(run, event))
        case ev.PlanShown():
            unplanned = run.unplanned if event.text is None else ()
            return _planned(run, event, plans.shown(run.plan, event), unplanned)
        case ev.PlanWritten():
            return _written(run, event)
        case ev.StepsSet(steps=steps):
            return _planned(run, event, replace(run.plan, steps=steps, listed=True), run.unplanned)
        case ev.FileRead(side=side):
            return _set(run, event) if side else _read(run, event)
        case ev.FileRewritten(path=path, at=at):
            return replace(run, known_files=known_files.rewritten(run.known_files, path, at))
        case ev.UsageCounted() | ev.RequestMetered() | ev.ContextMeasured() | ev.ContextCompacted():
            return _fold_tokens(run, event)
        case ev.AgentSpoke() | ev.CallFailed() | ev.SubagentBegun() | ev.SubagentEnded():
            return _fold_signs(run, event)
        case ev.ProcessSeen() | ev.ProcessGone() | ev.RunEnded() | ev.ClosingWritten():
            return _fold_process(run, event)
        case ev.EndsUntold():
            return _set(run, event, ends_untold=True)
        case ev.ContextPartNoted(part=part, name=name, value=value, began=began, observed=observed):
            # What Headgate saw in a file is no activity of the run's, whenever that file was written.
            met = run if observed else _set(run, event)
            return _told(met, event.origin, part, name, value, began, observed)
        case ev.AccountNoted(account=account):
            return _set(run, event, account=account)
        case ev.RunAssigned(what=what, value=value, by=by, started=started):
            # A human's word is no activity of the run's: `seen` stays.
            return replace(run, assigned=with_word(run.assigned, Assigned(what, value, by, event.origin.at, started)))
        case ev.LineNotUnderstood():
            return _set(run, event, not_understood=run.not_understood + 1)
        case ev.LogRestarted():
            return begun_anew(run)
        case ev.RunSkimmed() | ev.CallsMetered():
            return skimmed.took(run, event)
        case _:
            assert_never(event)


def _set(run: Run, event: ev.Event, **facts: Any) -> Run:
    """Set facts of a draft, note for each where it was read, and move `seen` to the newest time a record claimed."""
    origin = event.origin
    at = origin.at
    if at is not None and (run.seen is None or at > run.seen):
        _write(run, "seen", at)
    origins = cast(dict[str, Origin], run.origins)
    for name, fact in facts.items():
        _write(run, name, fact)
        if name not in _UNSOURCED:
            origins[name] = origin
    return run


def _put(draft: Run, **facts: Any) -> None:
    """Set facts of a draft without a word on where they were read."""
    for name, fact in facts.items():
        _write(draft, name, fact)


def _told(
    run: Run,
    origin: Origin,
    part: PartKind,
    name: str,
    value: str | None,
    began: Began = "same",
    observed: bool = False,
) -> Run:
    """Note a part of what the agent was told; `ended` makes the version of all parts."""
    parts = noted(run.context, origin, part, name, value, began, observed)
    if parts is not run.context:
        _put(run, context=parts)
    return run


def _planned(
    run: Run,
    event: ev.PlanShown | ev.PlanWritten | ev.StepsSet,
    plan: Plan,
    unplanned: tuple[tuple[str, Origin], ...] = (),
) -> Run:
    told = _set(run, event, plan=plan, unplanned=unplanned)
    return _told(told, event.origin, "plan", "", plan_digest(plan))


def _prompted(run: Run, event: ev.PromptGiven) -> Run:
    """Note what the first prompt asks for: it is the task that the agent was given."""
    if any(part.part == "task" for part in run.context):
        return run
    role = asked_role(event.text)
    run = _told(run, event.origin, "task", "", digest(event.text))
    return run if role is None else _set(run, event, asked_role=role)


def _fold_identity(
    run: Run, event: ev.RunFound | ev.VersionNoted | ev.PlaceEntered | ev.WorktreeFound | ev.ModelUsed
) -> Run:
    match event:
        case ev.RunFound(agent=agent, session=session, parent=parent, headless=headless):
            return _set(
                run,
                event,
                agent=agent,
                session=session,
                log=run.log or event.origin.log,
                parent=parent or run.parent,
                headless=run.headless if headless is None else headless,
                started=_earlier(run.started, event.origin.at),
            )
        case ev.VersionNoted(version=name):
            return _told(_set(run, event, version=name), event.origin, "version", "", name)
        case ev.PlaceEntered(cwd=cwd, branch=branch):
            return _set(run, event, cwd=cwd, branch=branch)
        case ev.WorktreeFound(worktree=worktree):
            return _set(run, event, worktree=worktree)
        case ev.ModelUsed(model=model):
            models = run.models if model in run.models else (*run.models, model)
            return _told(_set(run, event, model=model, models=models), event.origin, "model", "", model)


def _fold_turn(run: Run, event: ev.ModeEntered | ev.PromptGiven | ev.TitleGiven | ev.TurnBegun | ev.TurnEnded) -> Run:
    match event:
        case ev.ModeEntered(mode=mode):
            return _told(_set(run, event, mode=mode), event.origin, "mode", "", mode)
        case ev.PromptGiven(text=text):
            run = _prompted(run, event)
            run = _set(run, event, log=event.origin.log, ended=None, ended_at=None, failure=None, asks=())
            run = plans.widened(repeats.forgotten(run), event)
            run = run if run.prompt else _set(run, event, prompt=text)
            run = run if run.title else _set(run, event, title=text, title_from="prompt")
            return _opened(run, event)
        case ev.TitleGiven(title=title, by=by):
            return _set(run, event, title=title, title_from=by)
        case ev.TurnBegun():
            return _opened(_set(run, event, ended=None, failure=None), event)
        case ev.TurnEnded(end=end, text=text, certain=certain):
            turn = Turn(open=False, since=event.origin.at or run.turn.since, end=end, text=text, certain=certain)
            failure = run.failure
            if end in ("failed", "limit") and (failure is None or failure.retrying):
                failure = Failure(end, text, event.origin.at)
            left = repeats.only_repeated(run.repeats)
            return _set(run, event, turn=turn, calls=(), asks=(), failure=failure, repeats=left)


def _opened(run: Run, event: ev.Event) -> Run:
    run = _revived(run, event)
    if run.turn.open:
        return _set(run, event, turn=_may_be_over(run.turn, False)) if run.turn.may_be_over else _set(run, event)
    return _set(run, event, turn=Turn(open=True, since=event.origin.at), calls=())


def _may_be_over(turn: Turn, over: bool) -> Turn:
    """Give a turn that may be over or not; `replace` takes five times as long, and every word of an agent's asks."""
    return Turn(turn.open, turn.since, turn.end, turn.text, turn.certain, over)


def _revived(run: Run, event: ev.Event) -> Run:
    """Take work that was begun after the process was seen to be gone for the work of another, unknown one."""
    gone, at = run.process, event.origin.at
    if gone is None or gone.alive or gone.since is None or at is None or at <= gone.since:
        return run
    return replace(run, process=None, origins={name: one for name, one in run.origins.items() if name != "process"})


def _fold_call(run: Run, event: ev.ToolBegun | ev.ToolEnded | ev.HumanAsked | ev.HumanAnswered | ev.FileEdited) -> Run:
    at = event.origin.at
    match event:
        case ev.ToolBegun(side=True) | ev.ToolEnded(side=True):
            return _set(run, event)
        case ev.ToolBegun(call=call, tool=tool, text=text):
            others = tuple(one for one in run.calls if one.call != call)
            failure = None if run.failure and run.failure.retrying else run.failure
            opened = _opened(run, event)
            line = spoken(tool, text.removeprefix(f"{run.cwd}/"))
            calls = (*others[-MOST_OPEN + 1 :], OpenCall(call, tool, line, at))
            return _set(opened, event, calls=calls, failure=failure)
        case ev.ToolEnded(call=call):
            calls = tuple(one for one in run.calls if one.call != call)
            asks = tuple(ask for ask in run.asks if ask.call != call) if run.asks else ()
            return _set(run, event, calls=calls, asks=asks, **repeats.called(run, event))
        case ev.HumanAsked(kind=kind, text=text, call=call, certain=certain):
            others = tuple(ask for ask in run.asks if ask.call != call)
            return _set(run, event, asks=(*others, Ask(kind, text, call, at, certain)))
        case ev.HumanAnswered(call=call):
            asks = tuple(ask for ask in run.asks if call is not None and ask.call != call)
            return _set(run, event, asks=asks)
        case ev.FileEdited():
            return _edited(run, event)


def _ran(run: Run, event: ev.CommandRan) -> Run:
    """Note the effects that no command of the run had before, so that a run keeps as many as there are kinds."""
    known = {one.effect for one in run.ran}
    new = tuple(Ran(effect, event.text, event.origin) for effect in event.effects if effect not in known)
    return _set(run, event, ran=(*run.ran, *new)) if new else _set(run, event)


def _edited(run: Run, event: ev.FileEdited) -> Run:
    """Note an edit, and that the tests which ran before it no longer tell of the files as they are."""
    at = event.origin.at
    # Where the tests were read stays their origin: that they are old now is told by the edit's.
    _put(run, tests=after_edit(run, event), known_files=known_files.met(run.known_files, event.path, at))
    if concerns(run, event.path) and at is not None:
        _put(run, edited_at=max(at, run.edited_at or at))
        if is_code(run, event.path):
            _put(run, coded_at=max(at, run.coded_at or at))
    if run.repeats:
        _put(run, repeats=repeats.after_edit(run.repeats, event.origin))
    if plans.leaves_out(run, event.path):
        _put(run, unplanned=(*run.unplanned, (event.path, event.origin)))
    if event.path in run.edited or len(run.edited) >= MOST_EDITED:
        return _set(run, event)
    return _set(run, event, edited=(*run.edited, event.path))


def _read(run: Run, event: ev.FileRead) -> Run:
    known = known_files.met(run.known_files, event.path, event.origin.at)
    return _set(run, event, readings=repeats.read(run.readings, event), known_files=known)


def _written(run: Run, event: ev.PlanWritten) -> Run:
    """Take a plan that stands in a file; one outside the worktree, or beside a plan shown to the human, is no plan."""
    if not concerns(run, event.path) or (run.plan.state != "none" and run.plan.path != event.path):
        return _set(run, event)
    return _planned(run, event, plans.written(run.plan, event))


def _fold_tokens(
    run: Run, event: ev.UsageCounted | ev.RequestMetered | ev.ContextMeasured | ev.ContextCompacted
) -> Run:
    match event:
        case ev.UsageCounted(usage=usage, cost=cost):
            burn = burnt(run.burn, event.origin.at, cost)
            return _set(run, event, usage=run.usage + usage, cost=run.cost + cost, burn=burn)
        case ev.RequestMetered(model=model):
            if model is None or model in run.models:
                return _set(run, event)
            return _set(run, event, models=(*run.models, model))
        case ev.ContextMeasured(used=used, limit=limit):
            return _set(run, event, context_used=used, context_limit=limit or run.context_limit)
        case ev.ContextCompacted():
            run = replace(repeats.forgotten(run), readings=())
            return _set(run, event, compactions=run.compactions + 1, context_used=None)


def _fold_signs(run: Run, event: ev.AgentSpoke | ev.CallFailed | ev.SubagentBegun | ev.SubagentEnded) -> Run:
    match event:
        case ev.AgentSpoke():
            cured = run.failure is not None and run.failure.retrying
            run = _set(run, event, failure=None) if cured else _set(run, event)
            over = run.ends_untold and run.turn.open
            if over != run.turn.may_be_over:
                _put(run, turn=_may_be_over(run.turn, over))
            return run
        case ev.CallFailed(kind=kind, text=text, retrying=retrying):
            return _set(run, event, failure=Failure(kind, text, event.origin.at, retrying))
        case ev.SubagentBegun(name=name):
            if name in run.subagents:
                return _set(run, event)
            spawned, seen = (*run.spawned, event.origin)[-repeats.MOST_SPAWNED :], run.subagents_seen + 1
            return _set(run, event, subagents=(*run.subagents, name), subagents_seen=seen, spawned=spawned)
        case ev.SubagentEnded(name=name):
            return _set(run, event, subagents=tuple(one for one in run.subagents if one != name))


def _fold_process(run: Run, event: ev.ProcessSeen | ev.ProcessGone | ev.RunEnded | ev.ClosingWritten) -> Run:
    at = event.origin.at
    match event:
        case ev.ProcessSeen(pid=pid, waiting_for=waiting_for, held=held, sure=sure):
            word = event.status if event.status in ("busy", "idle", "waiting") else None
            now, old = Process(pid, True, word, waiting_for, held=held, sure=sure), run.process
            same = old is not None and replace(old, since=None) == now
            since = old.since if same and old is not None else event.noticed if at is None or held else at
            return _set(run, event, process=replace(now, since=since))
        case ev.ProcessGone(noticed=noticed):
            pid, sure = (run.process.pid, run.process.sure) if run.process else (0, True)
            return _set(run, event, process=Process(pid, False, since=at if noticed is None else noticed, sure=sure))
        case ev.RunEnded(why=why):
            return _set(run, event, ended=why, ended_at=at, ended_surely=True)
        case ev.ClosingWritten(why=why):
            if run.ended is not None:
                return _set(run, event)
            return _set(run, event, ended=why, ended_at=at, ended_surely=False)


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((time for time in (one, other) if time is not None), default=None)


_FREQUENT: dict[type[ev.Event], Callable[[Run, Any], Run]] = {
    **dict.fromkeys((ev.ToolBegun, ev.ToolEnded, ev.FileEdited), _fold_call),
    **dict.fromkeys((ev.RequestMetered, ev.UsageCounted, ev.ContextMeasured), _fold_tokens),
    ev.AgentSpoke: _fold_signs,
}
"""Nine in ten events are of these kinds; they are not to pass the tests for all the others first."""
