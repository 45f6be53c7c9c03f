"""What every duty that signals a run needs: the act of an order, the run's label, and who may not be touched."""

from collections.abc import Sequence
from dataclasses import replace

from state.control.act import Act, ActKind, Acts
from state.control.desk import Desk
from state.control.hands import Crew, Member, Processes
from state.runs.run import Run, RunKey
from state.spool import Order, account
from state.text import clean

TOO_LATE = 600.0
"""Seconds after which an order that was cut off is not taken up again: the run may be another human's wish by then."""
_ALIKE: frozenset[ActKind] = frozenset({"stop", "hold", "resume"})


def act_of(desk: Desk, order: Order, run: RunKey, kind: ActKind, text: str) -> Act:
    """Give the act of an order: as it was left where the order comes again, else a new one, not yet recorded.

    Raises `ValueError` where another order on the same run is being carried out.
    """
    before, now = desk.acts().by_id.get(order.id), desk.clock()
    if before is not None:
        late = before.state == "under_way" and now - before.at > TOO_LATE
        told = "it was cut off when the core ended, and was not taken up again: order it anew"
        return replace(before, state="failed", text=told, ended=now) if late else before
    for other in desk.acts().of(run):
        if other.kind in _ALIKE and other.state == "under_way" and now - other.at < TOO_LATE:
            raise ValueError(f"another {other.kind} of run {run} is under way; nothing was done")
    by = clean(order.words.get("by", "").strip(), 120) or account()
    reason = clean(order.words.get("reason", "").strip(), 2000)
    return Act(order.id, run, kind, by, now, reason, text=text)


async def is_over(desk: Desk, act: Act) -> bool:
    """Say whether nothing is left to do for an act that was taken up; what was found out about it just now is kept."""
    if act.state == "under_way":
        return False
    if desk.acts().by_id.get(act.id) != act:
        await desk.record(act)
    return True


def processes_of(desk: Desk) -> Processes:
    """Give the port. Raises `ValueError` where this core has none."""
    if desk.hands.processes is None:
        raise ValueError("this core cannot look for processes here; nothing was done")
    return desk.hands.processes


def label_of(acts: Acts, run: RunKey) -> str | None:
    """Give the label under which Headgate started a run; None where it did not."""
    labels = [act.facts["label"] for act in acts.of(run) if act.kind == "start" and "label" in act.facts]
    return labels[-1] if labels else None


def doubted(crew: Crew, run: Run, desk: Desk) -> Crew:
    """Doubt a crew whose client serves another run too: who stops the one would stop the other."""
    own = {one.pid for one in crew.members if one.own}
    for other in desk.fleet().runs.values():
        process = other.process
        if other.key != run.key and process is not None and process.alive and process.pid in own:
            return replace(crew, doubt=f"process {process.pid} is run {other.key}'s too")
    return crew


def names(members: Sequence[Member]) -> tuple[str, ...]:
    """Name processes, each with what sets it apart."""
    return tuple(f"{one.program} (process {one.pid})" + (f": {one.why}" if one.why else "") for one in members)


def listed(members: Sequence[Member], most: int = 3) -> str:
    """Name a few processes in a sentence, and how many more there are."""
    told = ", ".join(f"{one.program} (process {one.pid})" for one in members[:most])
    return f"{told} and {len(members) - most} more" if len(members) > most else told


def written(members: Sequence[Member]) -> str:
    """Write down processes so that a later core knows them again."""
    return " ".join(f"{one.pid}:{one.start}{':own' if one.own else ''}" for one in members)


def read(text: str) -> tuple[Member, ...]:
    """Read what `written` wrote; what cannot be understood is left out."""
    found: list[Member] = []
    for word in text.split():
        pid, _, rest = word.partition(":")
        start, _, own = rest.partition(":")
        if pid.isdecimal() and start.isdecimal():
            found.append(Member(int(pid), int(start), "", "child", own=own == "own"))
    return tuple(found)
