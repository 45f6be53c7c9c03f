"""The queue of requests as one screen holds it: it stands still under the hand while the world moves.

Requests keep the order in which they were first shown, new ones come last, and the one that is shown stays until the
user leaves it, whatever becomes of it meanwhile.
"""

from collections.abc import Iterable
from dataclasses import replace

from state.gates.request import Request

MOST_EARLIER = 5


class Asked:
    """The requests that one decide screen goes through; `shown` is the one that stands on it."""

    def __init__(self, requests: Iterable[Request], first: str | None = None) -> None:
        self._known: dict[str, Request] = {}
        self._order: list[str] = []
        self._fresh: set[str] = set()
        self._shown: str | None = None
        self._closed: set[str] = set()
        self.take(requests)
        self._fresh.clear()
        self._shown = first if first in self._order else next(iter(self._order), None)

    @property
    def shown(self) -> Request | None:
        """The request that stands on the screen, as it was last read."""
        return self._known.get(self._shown) if self._shown is not None else None

    @property
    def place(self) -> int:
        """The place of the shown request, counted from 1; 0 where none is shown."""
        return self._order.index(self._shown) + 1 if self._shown in self._order else 0

    def __len__(self) -> int:
        return len(self._order)

    @property
    def fresh(self) -> int:
        """How many came since this screen was opened and were not shown yet."""
        return len(self._fresh)

    def take(self, requests: Iterable[Request]) -> bool:
        """Take what is known now; say whether the shown request reads differently.

        An open request that is missing from `requests` was answered elsewhere or is moot: the shown one stays as it
        was last read, but open no more.
        """
        before = self.shown
        found = {one.id: one for one in requests}
        self._known = found
        if before is not None and before.id not in found:
            found[before.id] = replace(before, state="moot", listening=False) if before.state == "open" else before
        self._order = [one for one in self._order if self._waits(one) or one == self._shown]
        come = [one for one in found if self._waits(one) and one not in self._order]
        self._order += come
        self._fresh = (self._fresh | set(come)) & set(self._order)
        return before != self.shown

    def move(self, step: int) -> None:
        """Show the next request that waits, or the one before, round and round; an answered one is gone."""
        here = self.place
        if step > 0:
            ring = [*self._order[here:], *self._order[:here]]
        else:
            ring = [*reversed(self._order[: max(here - 1, 0)]), *reversed(self._order[max(here - 1, 0) :])]
        self._shown = next((one for one in ring if self._waits(one)), None)
        self._order = [one for one in self._order if self._waits(one)]
        self._fresh.discard(self._shown or "")

    def close(self, name: str) -> None:
        """Take a request for answered: the core said that it recorded the answer, and the news of it may come later."""
        self._closed.add(name)

    def _waits(self, name: str) -> bool:
        return name in self._known and self._known[name].state == "open" and name not in self._closed

    def earlier(self) -> tuple[Request, ...]:
        """Give what was decided on requests of the shown one's kind: the same rule or the same input, newest first."""
        shown = self.shown
        if shown is None:
            return ()
        alike = [
            one
            for one in self._known.values()
            if one.decision is not None
            and one.id != shown.id
            and (one.sha == shown.sha or (one.rule is not None and one.rule == shown.rule))
        ]
        return tuple(sorted(alike, key=_decided_at, reverse=True)[:MOST_EARLIER])


def _decided_at(request: Request) -> float:
    return request.decision.at if request.decision is not None else 0.0
