"""One thing that a human asked of a run, and what was observed of it: asked and confirmed are never the same word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from state.runs.origin import RunKey

ActKind = Literal[
    "stop", "hold", "resume", "send", "start", "escalate", "check", "merge", "evidence", "checkpoint", "budget"
]
ActState = Literal["under_way", "confirmed", "failed"]
"""`confirmed`: what was asked for was observed. `failed`: it was not, and nothing more is tried."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards it: when it was requested and when its effect was observed, in seconds since 1970.

    `confirmed` is None while nothing was observed, for ever where it had no effect; `text` says what was observed.
    """

    what: str
    requested: float
    confirmed: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What was asked of one run. `id` is that of the order that asked; `run` is "" where there is none yet.

    `by` is the account or the person that asked, `text` one sentence on how it stands. `left` names what is still
    running although it should not. `facts` are what the human needs next, by name: `rescue` (a ref), `resume` (a
    command line), `attach`, `label`, `worktree`, `to`, `deadline`. Times are seconds since 1970.
    """

    id: str
    run: RunKey
    kind: ActKind
    by: str
    at: float
    reason: str = ""
    state: ActState = "under_way"
    text: str = ""
    steps: tuple[Step, ...] = ()
    left: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """Every act that is known, by its order's id."""

    by_id: Mapping[str, Act] = field(default_factory=dict[str, Act])

    def after(self, acts: Iterable[Act]) -> Acts:
        """Give what is known once `acts` were written."""
        return Acts({**self.by_id, **{one.id: one for one in acts}})

    def of(self, run: RunKey) -> tuple[Act, ...]:
        """Give the acts on one run, the oldest first."""
        return tuple(sorted((one for one in self.by_id.values() if one.run == run), key=lambda one: one.at))

    def under_way(self) -> tuple[Act, ...]:
        """Give the acts of which nothing final was observed yet."""
        return tuple(one for one in self.by_id.values() if one.state == "under_way")

    def starts(self) -> dict[RunKey, Act]:
        """Give for each run that Headgate started the act that did."""
        return {one.run: one for one in self.by_id.values() if one.run and one.kind == "start"}

    def envelopes(self) -> dict[str, Decimal]:
        """Give the envelope of each run whose start chose one, in USD."""
        told = ((run, act.facts.get("envelope")) for run, act in self.starts().items())
        return {run: Decimal(usd) for run, usd in told if usd}

    def newest(self) -> dict[RunKey, Act]:
        """Give the last act on each run."""
        return {one.run: one for one in sorted(self.by_id.values(), key=lambda one: one.at) if one.run}
