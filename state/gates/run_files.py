"""What a hook must know of a run and of the fleet, made of what the gates know and what the runs' rows show.

A freeze that a human asked for and a hard stop that a human upheld both deny the next call; a thaw lifts both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from state.gate_files import FORMAT, Correction, Halted, Refusal, RunFile, Stopped, run_name
from state.gate_files import Fleet as FleetFile
from state.gates.book import Book, Freeze, Gated
from state.gates.budget_file import budget_of
from state.gates.hard_stops import cause_of, is_hard_stop
from state.gates.request import Request
from state.money.budgeted import Budgeted
from state.runs.card import Card
from state.runs.run import Run, RunKey

RECENT_SECONDS = 24 * 3600.0
"""How long after its last sign a run that may be gone still has a file: it may be resumed."""
EVERY_RUN = ""
NO_CORRECTIONS: Mapping[RunKey, list[Correction]] = {}


@dataclass(frozen=True, slots=True)
class PolicyNow:
    """The policy in force for runs that are not pinned to another, and the refs that it protects."""

    blob: str = "default"
    protected: tuple[str, ...] = ()


def fleet_file(
    book: Book, repository: str, base: str | None, worktrees: Iterable[str], policies: PolicyNow, now: float
) -> FleetFile:
    """Give what holds for every run of the repository."""
    return FleetFile(
        format=FORMAT,
        repository=repository,
        base=base,
        protected=list(policies.protected),
        worktrees=sorted(worktrees),
        frozen=_stopped(book.freezes.get(EVERY_RUN)),
        policy=policies.blob,
        at=now,
    )


def run_files(
    book: Book,
    runs: Mapping[RunKey, Run],
    cards: Mapping[RunKey, Card],
    now: float,
    policies: PolicyNow,
    corrections: Mapping[RunKey, list[Correction]] = NO_CORRECTIONS,
    budgeted: Budgeted | None = None,
) -> dict[str, RunFile]:
    """Give the file of each run that lives or lived lately, by its name, and of each that anything was decided on.

    A run that is long over can be resumed, and what was decided holds then. One that only its hook knows has one too.
    `corrections` are what each run's hook is to hand out.
    """
    asking: dict[RunKey, list[Request]] = {}
    for request in book.requests.values():
        asking.setdefault(request.run, []).append(request)
    made: dict[str, RunFile] = {}
    for key, card in cards.items():
        decided = key in book.freezes or key in book.gated or key in asking or key in corrections
        if key in runs and (decided or _recent(card, now)):
            run = runs[key]
            told = _run_file(book, key, run.agent, run.session, asking.get(key, []), policies)
            told["corrections"] = corrections.get(key, [])
            told["budget"] = budget_of(run, card, asking.get(key, []), budgeted) if budgeted is not None else None
            made[run_name(run.agent, run.session)] = {**told, **_of_card(card, run)}
    for key, requests in asking.items():
        first = requests[0]
        if key not in runs and first.agent:
            made[run_name(first.agent, first.session)] = _run_file(
                book, key, first.agent, first.session, requests, policies
            )
    return made


def frozen_of(book: Book, run: RunKey, requests: Iterable[Request]) -> Stopped | None:
    """Say who stopped a run: a human's freeze, or their denial of a hard stop, unless one thawed it since."""
    own = book.freezes.get(run)
    upheld = [
        Stopped(by=one.decision.by, reason=one.decision.reason or one.text, at=one.decision.at)
        for one in requests
        if is_hard_stop(one) and one.state == "denied" and one.decision is not None
    ]
    last = max(upheld, key=lambda one: one["at"], default=None)
    if last is not None and (own is None or own.at < last["at"]):
        return last
    return _stopped(own)


def halted_of(requests: Iterable[Request]) -> Halted | None:
    """Give the hard stop that waits for an answer, the oldest first."""
    waiting = [one for one in requests if is_hard_stop(one) and one.state == "open"]
    first = min(waiting, key=lambda one: (one.opened, one.id), default=None)
    return None if first is None else Halted(request=first.id, kind=cause_of(first), text=first.text)


def denied_of(requests: Iterable[Request]) -> dict[str, Refusal]:
    """Give what humans said of calls that they denied, by the digest of each call; an approval since lifts it."""
    told: dict[str, Refusal] = {}
    answered = [one for one in requests if one.decision is not None and one.tool and one.gate == "exception"]
    for one in sorted(answered, key=lambda one: one.decision.at if one.decision else 0.0):
        if one.state == "denied" and one.decision is not None:
            decision = one.decision
            told[one.sha] = Refusal(request=one.id, by=decision.by, reason=decision.reason, at=decision.at)
        elif one.state == "approved":
            told.pop(one.sha, None)
    return told


def _run_file(
    book: Book, key: RunKey, agent: str, session: str, requests: list[Request], policies: PolicyNow
) -> RunFile:
    gated = book.gated.get(key, Gated(key))
    return RunFile(
        format=FORMAT,
        run=key,
        agent=agent,
        session=session,
        worktree=None,
        branch=None,
        phase=gated.phase,
        frozen=frozen_of(book, key, requests),
        halted=halted_of(requests),
        plan=gated.plan,
        policy=gated.policy or policies.blob,
        context_version=None,
        files=0,
        usd=None,
        began=None,
        denied=denied_of(requests),
        corrections=[],
        budget=None,
    )


def _of_card(card: Card, run: Run) -> RunFile:
    """Give the part of a run's file that its row knows: where it works, and how much it has used of a budget."""
    return {  # pyright: ignore[reportReturnType] - the rest of the file comes from the run
        "worktree": card.worktree,
        "branch": card.branch,
        "context_version": card.context_version,
        "files": len(run.edited) if card.changed_files is None else card.changed_files,
        "usd": card.cost_usd,
        "began": run.started,
    }


def _stopped(freeze: Freeze | None) -> Stopped | None:
    if freeze is None or not freeze.frozen:
        return None
    return Stopped(by=freeze.by, reason=freeze.reason, at=freeze.at)


def _recent(card: Card, now: float) -> bool:
    return (
        bool(card.alive)
        or card.next_request is not None
        or (card.seen is not None and now - card.seen < RECENT_SECONDS)
    )
