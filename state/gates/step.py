"""One step at the gates: what hooks wrote, what the runs do, and the time, to what changes. It never approves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from state.gates.book import Book, Change, PassedCall
from state.gates.hard_stops import halts
from state.gates.life import Signs, aged
from state.gates.opening import Asked, request_of
from state.gates.plan_gate import moved, outlives, proposals
from state.gates.request import Request
from state.runs.card import Card
from state.runs.run import Run, RunKey


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies in the spool now. `heard`: for each question when its hook last touched it; `asked`: the new ones."""

    heard: Mapping[str, float] = field(default_factory=dict[str, float])
    asked: tuple[Asked, ...] = ()
    calls: tuple[PassedCall, ...] = ()


def stepped(
    book: Book,
    seen: Seen,
    runs: Mapping[RunKey, Run],
    cards: Mapping[RunKey, Card],
    now: float,
    policy: str = "default",
) -> Change:
    """Say what changes at the gates: questions that were asked, and what becomes of those that wait.

    `policy` is the blob id of the policy in force, to which a run is pinned whose first hook is heard.
    """
    known = book.passed(seen.calls)
    changed: dict[str, Request] = {}
    for asked in seen.asked:
        opened = request_of(asked)
        opened = replace(opened, repeats=denials(book, opened.run, opened.sha))
        changed[opened.id] = aged(opened, now, _signs(opened, known, seen, runs, cards))
    for request in _unsettled(book):
        after = aged(request, now, _signs(request, known, seen, runs, cards))
        if after != request:
            changed[request.id] = after
    gated = tuple(moved(known, runs, changed, now, policy))
    known = known.after(Change(tuple(changed.values()), gated=gated))
    for request in (*halts(known, runs, cards, now), *proposals(known, runs, cards, now)):
        changed[request.id] = request
    return Change(requests=tuple(changed.values()), gated=gated, calls=seen.calls)


def denials(book: Book, run: RunKey, sha: str) -> int:
    """Count how often a human denied this call in this run."""
    return sum(one.state == "denied" and one.sha == sha and one.run == run for one in book.requests.values())


def over(card: Card | None) -> bool:
    """Say whether a run certainly ended, so that nobody needs an answer any more."""
    return card is not None and card.state in ("done", "stopped") and card.certain and not card.alive


def _unsettled(book: Book) -> Iterable[Request]:
    return (one for one in book.requests.values() if one.state == "open" or one.listening)


def _signs(request: Request, book: Book, seen: Seen, runs: Mapping[RunKey, Run], cards: Mapping[RunKey, Card]) -> Signs:
    heard = seen.heard.get(request.id)
    return Signs(
        heard=heard,
        over=over(cards.get(request.run)) and not outlives(request),
        # Many calls wait for a request of the core's own, and none of them ends it.
        ended=book.spent.get(request.id) if request.tool else None,
        gone_on=_gone_on(request, runs.get(request.run), heard),
    )


def _gone_on(request: Request, run: Run | None, heard: float | None) -> bool:
    """Say whether the log shows that the call came back although nobody answered."""
    if run is None or request.call is None or run.seen is None:
        return False
    return run.seen > max(request.opened, heard or 0.0) + 1.0 and all(call.call != request.call for call in run.calls)
