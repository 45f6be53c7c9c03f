"""Which lane, model and effort was chosen for a run, by whom and why: one row at its start, one at every change.

A row is named by its run, its time and who chose, all of which stand in logs and acts; so a log that is read again and
a core that begins anew tell the same rows, and each stands once. What an agent answers with is a new route only where
the newest one before it does not name that model already.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain

from state.beside import Beside
from state.control.act import Act
from state.control.linking import words_of_start
from state.gates.hard_stops import FINDINGS
from state.money.accounts import Accounted, Chooser, Routed
from state.money.lane import Lane, effective
from state.money.meter import Metered
from state.runs import event as ev
from state.runs.card import Card
from state.runs.event import Event
from state.runs.roles import lane_of, role_of, role_told
from state.runs.run import Origin, Run, RunKey

ADOPTED = "its own choice: Headgate did not start it"
SWITCHED = "the agent itself switched"
_TELLING = frozenset({ev.LogRestarted, ev.RequestMetered, ev.FileEdited, ev.ModelUsed, ev.ContextPartNoted})
BY_ROLE = "role"
"""Fact `lane_by` of a start whose lane nobody named, nor a preference: the role's setting chose it."""
_TAKEN_OVER = "-started"
"""How the order of a run that takes another one over ends: `state.control.successors`."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What routes are told from: every run before and after one step, its news, the acts and cards before it, lanes.

    `routed` are the routes that are known, `touched` the runs to be looked at though no event is of them.
    """

    before: Mapping[RunKey, Run]
    after: Mapping[RunKey, Run]
    events: Sequence[Event]
    beside: Beside
    acts: Mapping[str, Act]
    cards: Mapping[RunKey, Card]
    lanes: Mapping[str, Lane]
    routed: Mapping[str, tuple[Routed, ...]] = field(default_factory=dict[str, tuple[Routed, ...]])
    touched: Iterable[RunKey] = ()


@dataclass(slots=True)
class _Told:
    """What the events of one step told of one run so far."""

    keys: list[str] = field(default_factory=list[str])
    edits: set[str] = field(default_factory=set[str])
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A route that an agent took by itself, and the calls of this step before it, whose cost is not known yet."""

    routed: Routed
    keys: tuple[str, ...] = ()
    anew: bool = False


def with_routes(beside: Beside, routed: Sequence[Routed]) -> Beside:
    """Give the news of one step with these routes among them; the very same where there are none."""
    if not routed:
        return beside
    news = beside.accounts or Accounted()
    return replace(beside, accounts=replace(news, routed=(*news.routed, *routed)))


def routes_of(known: Routing) -> list[Switch]:
    """Give the routes that one step tells and that are not known yet, the oldest first."""
    fresh: dict[str, list[Routed]] = {}
    found: list[Switch] = []
    for one in chain(_of_humans(known), _of_agents(known, fresh)):
        run = one.routed.run
        if all(not _one_row(one.routed, other) for other in (*known.routed.get(run, ()), *fresh.get(run, ()))):
            fresh.setdefault(run, []).append(one.routed)
            found.append(one)
    return sorted(found, key=lambda one: one.routed.at)


def routed(
    known: Routing, counted: Iterable[Metered], metered: Callable[[Iterable[str]], Mapping[str, Metered]]
) -> list[Routed]:
    """Give the new routes of one step with what their runs had cost by then.

    `counted` are the calls that this step changed, as they are priced now; `metered` looks up others by their keys.
    """
    switches = routes_of(known)
    keys = {key for one in switches for key in one.keys}
    new = {one.key: one for one in counted if one.key in keys}
    calls = {**metered(keys - new.keys()), **new} if keys else {}
    return [
        _paid(one, [calls[key] for key in one.keys if key in calls and (one.anew or key in new)]) for one in switches
    ]


def _paid(switch: Switch, calls: Iterable[Metered]) -> Routed:
    known = [cost for one in calls if one.run == switch.routed.run and (cost := one.cost.known) is not None]
    return replace(switch.routed, spent=sum(known, switch.routed.spent or Decimal(0))) if known else switch.routed


# What humans choose


def _of_humans(known: Routing) -> Iterator[Switch]:
    for act in known.beside.acts:
        before = known.acts.get(act.id)
        if words_of_start(act, before, known.after):
            yield Switch(_started(act, known))
        elif _went_over(act) and not (before is not None and _went_over(before)) and act.run in known.after:
            yield Switch(_escalated(act, known))
    said = known.beside.said
    acted = {act.id for act in known.beside.acts}
    if said is not None and said.run in known.after and said.asked not in acted:
        told = {word.what: word.value for word in said.words if word.what in ("role", "lane") and not word.started}
        at = next((word.at for word in said.words if word.at is not None), None)
        if told and at is not None:
            words = ", ".join(f"{what} {value or 'taken back'}" for what, value in told.items())
            yield Switch(_said(known, said.run, told, at, f"said on the board: {words}"))


def _went_over(act: Act) -> bool:
    return act.kind == "escalate" and "lane" in act.facts and act.state == "confirmed"


def _started(act: Act, known: Routing) -> Routed:
    facts, taken = act.facts, known.acts.get(act.id.removesuffix(_TAKEN_OVER)) if act.id.endswith(_TAKEN_OVER) else None
    by: Chooser = "human" if taken is not None or facts.get("lane_by", "human") != BY_ROLE else "rule"
    over = f"takes over from run {taken.run}: {taken.reason}" if taken is not None else ""
    why = over or facts.get("lane_why") or act.reason or "chosen at its start"
    lane, model, effort = facts.get("lane") or None, facts.get("model"), facts.get("effort")
    return Routed(act.run, act.at, facts.get("role") or None, lane, model, effort, by, why, Decimal(0))


def _escalated(act: Act, known: Routing) -> Routed:
    """Give the route of a run that was escalated; where a stop rule had asked for that, the rule chose."""
    run, card = known.after[act.run], known.cards.get(act.run)
    halting = [one.kind for one in card.findings if one.severity == "stop" and one.kind in FINDINGS] if card else []
    by: Chooser = "rule" if halting else "human"
    why = f"{halting[0]}: {act.reason}" if halting else act.reason
    effort = _effort(known.lanes, act.facts["lane"], run)
    role = role_of(run)[0]
    return Routed(
        run.key,
        act.at,
        role,
        act.facts["lane"],
        act.facts.get("model"),
        effort,
        by,
        why,
        run.cost.known,
        len(run.edited),
    )


def _effort(lanes: Mapping[str, Lane], lane: str, run: Run) -> str | None:
    return lanes[lane].route(run.agent).effort if lane in lanes else None


def _said(known: Routing, key: RunKey, told: Mapping[str, str], at: float, why: str) -> Routed:
    run = known.after[key]
    last = _newest(known.routed.get(key, ()), at)
    role = told.get("role", role_of(run)[0]) or None
    lane = told.get("lane", last.lane if last else _lane(known, run, run.model)) or None
    model, effort = (last.model, last.effort) if last else (run.model, _effort_of(run))
    return Routed(key, at, role, lane, model, effort, "human", why, run.cost.known, len(run.edited))


# What agents do


def _of_agents(known: Routing, fresh: Mapping[str, list[Routed]]) -> Iterator[Switch]:
    """Follow the models and efforts that logs tell; then take in every run that was met and has no route yet."""
    told: dict[RunKey, _Told] = {}
    for event in known.events:
        if type(event) not in _TELLING:
            continue
        match event:
            case ev.LogRestarted(run=run):
                told[run] = _Told(anew=True)
            case ev.RequestMetered(run=run, key=key):
                told.setdefault(run, _Told()).keys.append(key)
            case ev.FileEdited(run=run, path=path):
                told.setdefault(run, _Told()).edits.add(path)
            case ev.ModelUsed(run=run, model=model, origin=origin):
                yield from _switch(known, fresh, told.setdefault(run, _Told()), run, origin, model, None)
            case ev.ContextPartNoted(run=run, part="effort", name="effort", value=str(effort), origin=origin):
                yield from _switch(known, fresh, told.setdefault(run, _Told()), run, origin, None, effort)
            case _:
                pass
    for key in dict.fromkeys((*told, *known.touched)):
        yield from _first(known, fresh, key)
        yield from _answering(known, fresh, told.get(key) or _Told(), key)


def _answering(known: Routing, fresh: Mapping[str, list[Routed]], told: _Told, key: RunKey) -> Iterator[Switch]:
    """Give that another model answers than was chosen, where the log told that before it was known to be this run."""
    run, chosen = known.after.get(key), (*known.routed.get(key, ()), *fresh.get(key, ()))
    origin = run.origins.get("model") if run is not None else None
    if run is None or run.model is None or origin is None or origin.at is None or not chosen:
        return
    if origin.at > max(one.at for one in chosen):
        yield from _switch(known, fresh, told, key, origin, run.model, None)


def _switch(
    known: Routing,
    fresh: Mapping[str, list[Routed]],
    told: _Told,
    key: RunKey,
    origin: Origin,
    model: str | None,
    effort: str | None,
) -> Iterator[Switch]:
    """Give what an agent switched to, where the newest route before it is another one."""
    if origin.at is None or key not in known.after:
        return
    last = _newest((*known.routed.get(key, ()), *fresh.get(key, ())), origin.at)
    if last is None:
        yield from _first(known, fresh, key, model)
        return
    if model is not None and names(last.model, model):
        return
    if model is None and (last.effort is None or last.effort == effort):
        return
    run, old = known.after[key], known.before.get(key)
    spent, edits = (old.cost.known, set(old.edited)) if old is not None and not told.anew else (None, set[str]())
    answers = model or last.model
    why = f"{SWITCHED} from {last.model or 'unknown'} to {model}" if model else f"{SWITCHED} its effort to {effort}"
    routed = Routed(
        key,
        origin.at,
        last.role,
        _lane(known, run, answers),
        answers,
        effort or last.effort,
        "agent",
        why,
        spent if spent is not None else Decimal(0),
        len(edits | told.edits),
    )
    yield Switch(routed, tuple(told.keys), told.anew)


def _first(
    known: Routing, fresh: Mapping[str, list[Routed]], key: RunKey, model: str | None = None
) -> Iterator[Switch]:
    """Give the route that a run began with, once its model is known; nothing where its own start will tell it."""
    run = known.after.get(key)
    if run is None or known.routed.get(key) or fresh.get(key) or _being_started(known, run):
        return
    model = model or next(iter(run.models), run.model)
    at = run.started if run.started is not None else run.seen
    if model is None or at is None:
        return
    role = role_told(run)[0]
    lane = _lane(known, run, model)
    yield Switch(Routed(key, at, role, lane, model, _effort_of(run), "agent", ADOPTED, Decimal(0)))


def _being_started(known: Routing, run: Run) -> bool:
    """Say whether a start of Headgate's is not yet known to be of this run: it will tell what was chosen."""
    return any(
        act.kind == "start"
        and "linked" not in act.facts
        and act.state != "failed"
        and (act.run == run.key or (act.facts.get("worktree") or " ") in (run.worktree, run.cwd))
        for act in known.acts.values()
    )


def names(chosen: str | None, model: str) -> bool:
    """Say whether a chosen model is the one that answers: `opus` names any of its line, no word names all."""
    return chosen is None or chosen.casefold() in model.casefold()


def _newest(routed: Iterable[Routed], at: float) -> Routed | None:
    return max((one for one in routed if one.at <= at), key=lambda one: one.at, default=None)


def _one_row(one: Routed, other: Routed) -> bool:
    return (one.run, one.at, one.chosen_by) == (other.run, other.at, other.chosen_by)


def _lane(known: Routing, run: Run, model: str | None) -> str | None:
    return effective(known.lanes.values(), model, lane_of(run))


def _effort_of(run: Run) -> str | None:
    """Give the effort that a run began with, where its log tells it."""
    return next((one.start for one in run.context if one.part == one.name == "effort"), None)
