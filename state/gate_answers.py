"""Leaves what humans decided where hooks find it: an answer for the one that waits, or leave for one later call.

Never both: a hook that only slept would else use one decision twice. All of it follows from the rows of decisions and
the notes of hooks, so that a core that begins anew leaves the same.
"""

from collections.abc import Mapping

from state.gate_files import Answered, grant_key
from state.gate_spool import GateSpool
from state.gates.book import Book
from state.gates.decision import leave
from state.gates.hard_stops import is_hard_stop
from state.gates.request import Request

LEFT_SECONDS = 60.0
"""How long the question of a hook that died lies there, and a leave that ran out, before they are cleared away."""
HELD_SECONDS = 24 * 3600.0
"""How long the answer to a hard stop lies there: every call of the run that waits for it reads it."""


class Answers:
    """The answers of one core."""

    def __init__(self, spool: GateSpool) -> None:
        self._spool = spool

    def leave_all(self, book: Book, heard: Mapping[str, float], now: float) -> None:
        """Leave every answer and every leave that is still needed, and clear away what no hook takes any more."""
        for request in book.requests.values():
            if request.decision is not None and request.state in ("approved", "denied"):
                self._leave(book, request, heard, now)
        for name, touched in heard.items():
            if now - touched > LEFT_SECONDS and name in book.requests:
                self._spool.drop_question(name)
                self._spool.drop_answer(name)

    def _leave(self, book: Book, request: Request, heard: Mapping[str, float], now: float) -> None:
        answer = answer_of(request)
        if answer is None:
            return
        waits = request.id in heard and request.id not in book.late
        if waits or (is_hard_stop(request) and now - answer["at"] < HELD_SECONDS):
            self._spool.answer(answer)
        grant = leave(request)
        if grant is None or now > grant["expires"] + LEFT_SECONDS:
            return
        key = grant_key(request.agent, request.session, request.tool, request.sha, request.policy or "")
        if now >= grant["expires"] or book.spent.get(request.id) == "grant":
            self._spool.drop_grant(key, request.id)
        elif leave_due(book, request):
            self._spool.grant(key, grant)


def leave_due(book: Book, request: Request) -> bool:
    """Say whether an approval is to wait for the call's next try: no hook took it, and none can any more."""
    spent = book.spent.get(request.id)
    return spent in ("expired", "failed") or (request.id in book.late and spent not in ("human", "grant"))


def answer_of(request: Request) -> Answered | None:
    """Give the recorded answer in the words of the hook; None while there is none, or where it counts no more."""
    decision = request.decision
    if decision is None or request.state not in ("approved", "denied"):
        return None
    return Answered(
        request=request.id,
        answer="approve" if request.state == "approved" else "deny",
        by=decision.by,
        reason=decision.reason,
        at=decision.at,
        sha=request.sha,
        policy=request.policy or "",
    )
