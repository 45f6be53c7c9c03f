"""`fold(run, event) -> Run`: the only place where a run changes.

A fact remembers the record that it was last read from, so that every number on the screen can be asked where it comes
from. That each event comes once is the promise of the source and the store.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, assert_never, cast

from state.money.cost import burnt
from state.runs import event as ev
from state.runs.claims import after_edit, claimed, concerns
from state.runs.run import Ask, Failure, OpenCall, Origin, Process, Run, Turn, spoken

MOST_EDITED = 500
"""Paths kept of the files that a run edited; the worktree's own difference has them all."""

MOST_OPEN = 100
"""Calls kept that have no result yet; an agent whose results never come must not make each new line dearer."""

_KEPT = ("title", "started", "usage", "cost", "burn", "worktree")
"""Facts whose origins outlive a log that is read again."""


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
    return draft


def begun(run: Run) -> Run:
    """Give a draft of a run, a copy that `took` writes into: a batch then makes one new run, not one an event.

    Nobody but who began it may see a draft before its last event; from then on it is a run like any other.
    """
    draft = Run(*_FACTS(run))
    _put(draft, origins=dict(run.origins))
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
        case ev.TestsRan():
            return _set(run, event, tests=claimed(run, event))
        case ev.PlanShown(state=state, text=text):
            kept = run.plan.text if text is None else text
            return _set(run, event, plan=replace(run.plan, state=state, text=kept))
        case ev.StepsSet(steps=steps):
            return _set(run, event, plan=replace(run.plan, steps=steps))
        case ev.UsageCounted() | ev.RequestMetered() | ev.ContextMeasured() | ev.ContextCompacted():
            return _fold_tokens(run, event)
        case ev.AgentSpoke() | ev.CallFailed() | ev.SubagentBegun() | ev.SubagentEnded():
            return _fold_signs(run, event)
        case ev.ProcessSeen() | ev.ProcessGone() | ev.RunEnded():
            return _fold_process(run, event)
        case ev.LineNotUnderstood():
            return _set(run, event, not_understood=run.not_understood + 1)
        case ev.LogRestarted():
            return _begun_anew(run)
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
        origins[name] = origin
    return run


def _put(draft: Run, **facts: Any) -> None:
    """Set facts of a draft without a word on where they were read."""
    for name, fact in facts.items():
        _write(draft, name, fact)


def _begun_anew(run: Run) -> Run:
    """Forget what the logs will tell again; keep what an agent may have deleted from them and what was counted once."""
    return Run(
        key=run.key,
        agent=run.agent,
        session=run.session,
        log=run.log,
        parent=run.parent,
        headless=run.headless,
        title=run.title,
        title_from=run.title_from,
        started=run.started,
        usage=run.usage,
        cost=run.cost,
        burn=run.burn,
        worktree=run.worktree,
        process=run.process,
        origins={name: at for name, at in run.origins.items() if name in _KEPT},
    )


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
        case ev.VersionNoted(version=version):
            return _set(run, event, version=version)
        case ev.PlaceEntered(cwd=cwd, branch=branch):
            return _set(run, event, cwd=cwd, branch=branch)
        case ev.WorktreeFound(worktree=worktree):
            return _set(run, event, worktree=worktree)
        case ev.ModelUsed(model=model):
            models = run.models if model in run.models else (*run.models, model)
            return _set(run, event, model=model, models=models)


def _fold_turn(run: Run, event: ev.ModeEntered | ev.PromptGiven | ev.TitleGiven | ev.TurnBegun | ev.TurnEnded) -> Run:
    match event:
        case ev.ModeEntered(mode=mode):
            return _set(run, event, mode=mode)
        case ev.PromptGiven(text=text):
            run = _set(run, event, log=event.origin.log, ended=None, ended_at=None, failure=None, asks=())
            run = run if run.title else _set(run, event, title=text, title_from="prompt")
            return _opened(run, event)
        case ev.TitleGiven(title=title, by=by):
            return _set(run, event, title=title, title_from=by)
        case ev.TurnBegun():
            return _opened(_set(run, event, ended=None, failure=None), event)
        case ev.TurnEnded(end=end, text=text):
            turn = Turn(open=False, since=event.origin.at or run.turn.since, end=end, text=text)
            failure = run.failure
            if end in ("failed", "limit") and (failure is None or failure.retrying):
                failure = Failure(end, text, event.origin.at)
            return _set(run, event, turn=turn, calls=(), asks=(), failure=failure)


def _opened(run: Run, event: ev.Event) -> Run:
    if run.turn.open:
        return _set(run, event)
    return _set(run, event, turn=Turn(open=True, since=event.origin.at), calls=())


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
            return _set(run, event, calls=calls, asks=tuple(ask for ask in run.asks if ask.call != call))
        case ev.HumanAsked(kind=kind, text=text, call=call, certain=certain):
            others = tuple(ask for ask in run.asks if ask.call != call)
            return _set(run, event, asks=(*others, Ask(kind, text, call, at, certain)))
        case ev.HumanAnswered(call=call):
            asks = tuple(ask for ask in run.asks if call is not None and ask.call != call)
            return _set(run, event, asks=asks)
        case ev.FileEdited():
            return _edited(run, event)


def _edited(run: Run, event: ev.FileEdited) -> Run:
    """Note an edit, and that the tests which ran before it no longer tell of the files as they are."""
    at = event.origin.at
    if concerns(run, event.path) and at is not None:
        _put(run, edited_at=max(at, run.edited_at or at))
    # Where the tests were read stays their origin: that they are old now is told by the edit's.
    _put(run, tests=after_edit(run, event))
    if event.path in run.edited or len(run.edited) >= MOST_EDITED:
        return _set(run, event)
    return _set(run, event, edited=(*run.edited, event.path))


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
            return _set(run, event, compactions=run.compactions + 1, context_used=None)


def _fold_signs(run: Run, event: ev.AgentSpoke | ev.CallFailed | ev.SubagentBegun | ev.SubagentEnded) -> Run:
    match event:
        case ev.AgentSpoke():
            cured = run.failure is not None and run.failure.retrying
            return _set(run, event, failure=None) if cured else _set(run, event)
        case ev.CallFailed(kind=kind, text=text, retrying=retrying):
            return _set(run, event, failure=Failure(kind, text, event.origin.at, retrying))
        case ev.SubagentBegun(name=name):
            if name in run.subagents:
                return _set(run, event)
            return _set(run, event, subagents=(*run.subagents, name), subagents_seen=run.subagents_seen + 1)
        case ev.SubagentEnded(name=name):
            return _set(run, event, subagents=tuple(one for one in run.subagents if one != name))


def _fold_process(run: Run, event: ev.ProcessSeen | ev.ProcessGone | ev.RunEnded) -> Run:
    at = event.origin.at
    match event:
        case ev.ProcessSeen(pid=pid, status=status, waiting_for=waiting_for):
            old = run.process
            same = old is not None and (old.pid, old.status, old.waiting_for) == (pid, status, waiting_for)
            since = old.since if same and old is not None else at
            word = status if status in ("busy", "idle", "waiting") else None
            return _set(run, event, process=Process(pid, True, word, waiting_for, since))
        case ev.ProcessGone():
            return _set(run, event, process=Process(run.process.pid if run.process else 0, False, since=at))
        case ev.RunEnded(why=why):
            return _set(run, event, ended=why, ended_at=at)


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((time for time in (one, other) if time is not None), default=None)


_FREQUENT: dict[type[ev.Event], Callable[[Run, Any], Run]] = {
    **dict.fromkeys((ev.ToolBegun, ev.ToolEnded, ev.FileEdited), _fold_call),
    **dict.fromkeys((ev.RequestMetered, ev.UsageCounted, ev.ContextMeasured), _fold_tokens),
    ev.AgentSpoke: _fold_signs,
}
"""Nine in ten events are of these kinds; they are not to pass the tests for all the others first."""
