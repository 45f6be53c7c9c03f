"""What a run's row shows of the gates: the request that needs the human most, and what its hook missed."""

from collections.abc import Mapping
from dataclasses import dataclass

from state.control.act import Act, Acts
from state.control.escalated import findings_of
from state.findings.finding import Finding
from state.gates.book import Book
from state.gates.hard_stops import cause_of, is_hard_stop
from state.gates.inert import inert
from state.gates.request import Request
from state.runs.run import Run, RunKey


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one run stands at the gates. `settled` are kinds of hard stops after which a human let it go on.

    `act` is what a human last asked of it, `start` what started it where Headgate did.
    """

    asked: Request | None = None
    findings: tuple[Finding, ...] = ()
    settled: frozenset[str] = frozenset()
    act: Act | None = None
    start: Act | None = None


NOWHERE = Standing()


def standings(book: Book, runs: Mapping[RunKey, Run], acts: Acts) -> dict[RunKey, Standing]:
    """Give where each run stands of which the gates know anything, or of which something was asked."""
    asked, acted, started = book.foremost(), acts.newest(), acts.starts()
    escalated = findings_of(acts.by_id.values())
    settled: dict[RunKey, set[str]] = {}
    for request in book.requests.values():
        if request.state == "approved" and is_hard_stop(request):
            settled.setdefault(request.run, set()).add(cause_of(request))
    return {
        key: Standing(
            asked.get(key),
            (*(inert(book, key, runs[key].agent) if key in runs else ()), *escalated.get(key, ())),
            frozenset(settled.get(key, ())),
            acted.get(key),
            started.get(key),
        )
        for key in {*asked, *settled, *book.unhooked, *acted}
    }
