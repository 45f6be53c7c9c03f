"""What a run's row shows of the gates: the request that needs the human most, and what its hook missed."""

from collections.abc import Mapping
from dataclasses import dataclass

from state.control.act import Act, Acts
from state.control.assurance import outside
from state.control.escalated import findings_of
from state.findings.finding import Finding
from state.findings.older_policy import policy_changed
from state.findings.staleness import ALONE, Beside
from state.gate_files import run_name
from state.gates.book import Book
from state.gates.hard_stops import cause_of, is_hard_stop
from state.gates.inert import inert
from state.gates.plan_gate import ANOTHER_PLAN
from state.gates.request import Request
from state.gates.run_files import frozen_of
from state.runs.run import Run, RunKey


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one run stands at the gates. `settled` are kinds of hard stops after which a human let it go on.

    `act` is what a human last asked of it, `start` what started it where Headgate did, `context` what the gates know of
    its context, `frozen` who froze it, `heard` that its hook was heard.
    """

    asked: Request | None = None
    findings: tuple[Finding, ...] = ()
    settled: frozenset[str] = frozenset()
    act: Act | None = None
    context: Beside = ALONE
    start: Act | None = None
    frozen: str | None = None
    heard: bool = False
    plan: str | None = None
    """The digest of the plan that a human approved."""


NOWHERE = Standing()
UNHELD = "no hook of it is known to fire, so nothing here denies its calls"
"""What a freeze comes to where no hook was heard and none was seen to deny a call."""


def standings(book: Book, runs: Mapping[RunKey, Run], acts: Acts, policy: str = "") -> dict[RunKey, Standing]:
    """Give where each run stands of which the gates know anything, or of which something was asked.

    `policy` is the blob id in force, "" where that is not known.
    """
    asked, acted, started = book.foremost(), acts.newest(), acts.starts()
    escalated = findings_of(acts.by_id.values())
    settled: dict[RunKey, set[str]] = {}
    for request in book.requests.values():
        if request.state == "approved" and is_hard_stop(request):
            settled.setdefault(request.run, set()).add(cause_of(request))
    frozen = _frozen(book)
    return {
        key: Standing(
            asked.get(key),
            (*_inert(book, key, runs), *escalated.get(key, ())),
            frozenset(settled.get(key, ())),
            acted.get(key),
            _context(book, key, runs, policy),
            _still_inside(started.get(key), runs.get(key), book),
            frozen.get(key),
            key in book.heard,
            _approved(book, key),
        )
        for key in {*asked, *settled, *book.unhooked, *book.heard, *acted, *book.gated, *frozen}
    }


def _inert(book: Book, key: RunKey, runs: Mapping[RunKey, Run]) -> tuple[Finding, ...]:
    return tuple(inert(book, key, runs[key].agent)) if key in runs else ()


def _approved(book: Book, key: RunKey) -> str | None:
    gated = book.gated.get(key)
    return gated.plan["sha"] if gated is not None and gated.plan is not None else None


def _context(book: Book, key: RunKey, runs: Mapping[RunKey, Run], policy: str) -> Beside:
    gated = book.gated.get(key)
    replanned = gated.why if gated is not None and gated.why == ANOTHER_PLAN else ""
    older = policy_changed(gated, policy) if policy else None
    return Beside(replanned=replanned, policy=older, inert=next(iter(_inert(book, key, runs)), None))


def _frozen(book: Book) -> dict[RunKey, str]:
    """Name who froze each run that is frozen on its own: by a freeze, or by the denial of a hard stop."""
    denied = {one.run for one in book.requests.values() if one.state == "denied" and is_hard_stop(one)}
    told = {key: frozen_of(book, key, book.of(key)) for key in {*map(RunKey, book.freezes), *denied} if key}
    return {key: stopped["by"] for key, stopped in told.items() if stopped is not None}


def _still_inside(start: Act | None, run: Run | None, book: Book) -> Act | None:
    """Give the act of a start; without its sandbox where the session's hook noted calls from outside."""
    if start is None or run is None or "sandbox" not in start.facts:
        return start
    return outside(start) if run_name(run.agent, run.session) in book.marks else start
