"""What the gates know at one moment: requests, freezes, phases, and the calls that hooks saw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from state.gate_files import Approved, CallSeen, Phase
from state.gates.decision import Recorded
from state.gates.queue import in_order_of_need
from state.gates.request import Request
from state.runs.run import RunKey


@dataclass(frozen=True, slots=True)
class Freeze:
    """A human's freeze or thaw, of one run or, where `run` is "", of every run. `at` in seconds since 1970."""

    run: str
    frozen: bool
    by: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Gated:
    """Where a run stands: its phase and what put it there, the plan that a human approved, the policy it is pinned to.

    `request` is the one by which the plan was approved. A run is pinned when its first hook is heard, `policy` is ""
    until then.
    """

    run: RunKey
    phase: Phase = "executing"
    why: str = ""
    since: float | None = None
    plan: Approved | None = None
    request: str | None = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class PassedCall:
    """A call that passed a hook, and the line of which file says so: bytes `offset` to `next`."""

    file: str
    inode: int
    offset: int
    next: int
    run: RunKey
    seen: CallSeen


@dataclass(frozen=True, slots=True)
class Change:
    """What one step at the gates changes; it is written in one transaction or not at all.

    `decided` are answers by the order that gave each, `frozen` likewise.
    """

    requests: tuple[Request, ...] = ()
    decided: tuple[tuple[str, str, Recorded], ...] = ()
    """The order's id, the account that the core runs under, and what the answer comes to."""
    frozen: tuple[tuple[str, Freeze], ...] = ()
    gated: tuple[Gated, ...] = ()
    calls: tuple[PassedCall, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.requests or self.decided or self.frozen or self.gated or self.calls)

    @property
    def runs(self) -> frozenset[RunKey]:
        """Name the runs whose rows show something else after it."""
        of_calls = (call.run for call in self.calls)
        of_requests = (request.run for request in self.requests)
        return frozenset((*of_requests, *of_calls, *(one.run for one in self.gated)))


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the gates know. `calls` names, for each run, the agent's ids of the calls that passed a hook."""

    requests: Mapping[str, Request] = field(default_factory=dict[str, Request])
    freezes: Mapping[str, Freeze] = field(default_factory=dict[str, Freeze])
    gated: Mapping[RunKey, Gated] = field(default_factory=dict[RunKey, Gated])
    calls: Mapping[RunKey, frozenset[str]] = field(default_factory=dict[RunKey, frozenset[str]])
    spent: Mapping[str, str] = field(default_factory=dict[str, str])
    """For each request that a hook came to an end with, the outcome that the hook noted."""
    late: frozenset[str] = frozenset()
    """Requests that were answered when nobody listened."""
    orders: Mapping[str, str] = field(default_factory=dict[str, str])
    """The orders that were carried out, and the request that each answered, "" for a freeze."""
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """How far each file of calls was read: its inode, and the byte after the last line."""

    def after(self, change: Change) -> "Book":
        """Give what is known once `change` was written."""
        if not change:
            return self
        requests = {**self.requests, **{one.id: one for one in change.requests}}
        freezes = {**self.freezes, **{one.run: one for _, one in change.frozen}}
        gated = {**self.gated, **{one.run: one for one in change.gated}}
        decided = {asked: recorded.request.id for asked, _, recorded in change.decided}
        orders = {**self.orders, **decided, **{asked: "" for asked, _ in change.frozen}}
        late = self.late | {recorded.request.id for _, _, recorded in change.decided if recorded.late}
        passed = self.passed(change.calls)
        return replace(passed, requests=requests, freezes=freezes, gated=gated, orders=orders, late=late)

    def passed(self, calls: Iterable[PassedCall]) -> "Book":
        """Give what is known once these calls were read."""
        named, spent, marks = dict(self.calls), dict(self.spent), dict(self.marks)
        for call in calls:
            named[call.run] = named.get(call.run, frozenset()) | ({call.seen["call"]} if call.seen["call"] else set())
            marks[call.file] = (call.inode, call.next)
            if request := call.seen["request"]:
                spent[request] = call.seen["outcome"]
        return replace(self, calls=named, spent=spent, marks=marks)

    def of(self, run: RunKey) -> tuple[Request, ...]:
        """Give the requests of one run, the oldest first."""
        return tuple(sorted((one for one in self.requests.values() if one.run == run), key=lambda one: one.opened))

    def foremost(self) -> dict[RunKey, Request]:
        """Give, for each run that has any, the open request that needs the human most."""
        first: dict[RunKey, Request] = {}
        for request in in_order_of_need(self.requests.values()):
            first.setdefault(request.run, request)
        return first

    def open(self) -> tuple[Request, ...]:
        """Give the requests that wait."""
        return tuple(one for one in self.requests.values() if one.state == "open")
