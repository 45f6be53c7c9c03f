"""What the gates know at one moment: requests, freezes, phases, and the calls that hooks saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from state.gates.queue import in_order_of_need
from state.gates.request import Request
from state.runs.origin import Origin, RunKey

if TYPE_CHECKING:
    from state.evidence.review import Reviewed
    from state.gate_files import Approved, CallSeen, Phase
    from state.gates.decision import Recorded


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
class Unhooked:
    """A call in a run's log that no hook noted; `text` is the call in one line."""

    run: RunKey
    call: str
    tool: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Change:
    """What one step at the gates changes; it is written in one transaction or not at all.

    `decided` are answers by the order that gave each, `frozen` likewise. `review` is what an answer at the merge gate
    adds to what is known there.
    """

    requests: tuple[Request, ...] = ()
    decided: tuple[tuple[str, str, Recorded], ...] = ()
    """The order's id, the account that the core runs under, and what the answer comes to."""
    frozen: tuple[tuple[str, Freeze], ...] = ()
    gated: tuple[Gated, ...] = ()
    calls: tuple[PassedCall, ...] = ()
    unhooked: tuple[Unhooked, ...] = ()
    review: Reviewed | None = None

    def __bool__(self) -> bool:
        of_gates = self.requests or self.decided or self.frozen or self.gated or self.calls or self.unhooked
        return bool(of_gates or self.review)

    @property
    def runs(self) -> frozenset[RunKey]:
        """Name the runs whose rows show something else after it."""
        of_calls = (call.run for call in self.calls)
        of_requests = (request.run for request in self.requests)
        of_unhooked = (call.run for call in self.unhooked)
        of_freezes = (RunKey(one.run) for _, one in self.frozen)
        return frozenset((*of_requests, *of_calls, *of_unhooked, *of_freezes, *(one.run for one in self.gated)))


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the gates know. `calls` names, for each run, the agent's ids of the calls that passed a hook."""

    requests: Mapping[str, Request] = field(default_factory=dict[str, Request])
    freezes: Mapping[str, Freeze] = field(default_factory=dict[str, Freeze])
    gated: Mapping[RunKey, Gated] = field(default_factory=dict[RunKey, Gated])
    calls: Mapping[RunKey, frozenset[str]] = field(default_factory=dict[RunKey, frozenset[str]])
    first: Mapping[RunKey, float] = field(default_factory=dict[RunKey, float])
    heard: Mapping[RunKey, float] = field(default_factory=dict[RunKey, float])
    """When a hook of each run was heard first, and last."""
    unhooked: Mapping[RunKey, tuple[Unhooked, ...]] = field(default_factory=dict[RunKey, tuple[Unhooked, ...]])
    spent: Mapping[str, str] = field(default_factory=dict[str, str])
    """For each request that a hook came to an end with, the outcome that the hook noted."""
    late: frozenset[str] = frozenset()
    """Requests that were answered when nobody listened."""
    orders: Mapping[str, str] = field(default_factory=dict[str, str])
    """The orders that were carried out, and the request that each answered, "" for a freeze."""
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """How far each file of calls was read: its inode, and the byte after the last line."""

    def after(self, change: Change) -> Book:
        """Give what is known once `change` was written."""
        if not change:
            return self
        requests = {**self.requests, **{one.id: one for one in change.requests}}
        freezes = {**self.freezes, **{one.run: one for _, one in change.frozen}}
        gated = {**self.gated, **{one.run: one for one in change.gated}}
        decided = {asked: recorded.request.id for asked, _, recorded in change.decided}
        orders = {**self.orders, **decided, **{asked: "" for asked, _ in change.frozen}}
        late = self.late | {recorded.request.id for _, _, recorded in change.decided if recorded.late}
        passed = self.passed(change.calls).missed(change.unhooked)
        return replace(passed, requests=requests, freezes=freezes, gated=gated, orders=orders, late=late)

    def passed(self, calls: Iterable[PassedCall]) -> Book:
        """Give what is known once these calls were read."""
        named, spent, marks = dict(self.calls), dict(self.spent), dict(self.marks)
        first, heard = dict(self.first), dict(self.heard)
        for call in calls:
            first[call.run] = min(call.seen["at"], first.get(call.run, call.seen["at"]))
            heard[call.run] = max(call.seen["at"], heard.get(call.run, 0.0))
            named[call.run] = named.get(call.run, frozenset()) | ({call.seen["call"]} if call.seen["call"] else set())
            marks[call.file] = (call.inode, call.next)
            # A note that a call waits is about a request, and no end of it.
            if (request := call.seen["request"]) and call.seen["verdict"] != "seen":
                spent[request] = call.seen["outcome"]
        return replace(self, calls=named, spent=spent, marks=marks, first=first, heard=heard)

    def missed(self, calls: Iterable[Unhooked]) -> Book:
        """Give what is known once these calls were seen to have passed no hook."""
        unhooked = dict(self.unhooked)
        for call in calls:
            unhooked[call.run] = (*unhooked.get(call.run, ()), call)
        return replace(self, unhooked=unhooked)

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
