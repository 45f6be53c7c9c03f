"""Makes rows: everything that the core knows at one moment, put together for one run at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from state.control.assurance import Promise
from state.evidence.review import Review
from state.findings.conflict import Matrix
from state.findings.duplicate import Compared
from state.findings.same_region import same_region
from state.gates.standing import NOWHERE, Standing
from state.money.accounts import Accounts
from state.money.alarm_findings import alarm_findings
from state.money.budgeted import Budgeted, whose
from state.money.lane import Lane
from state.money.pricing import Pricing
from state.runs.card import Card
from state.runs.display import card
from state.runs.fleet import Fleet
from state.runs.run import RunKey


@dataclass(frozen=True, slots=True)
class Showing:
    """What rows are made from at the time `now`, in seconds since 1970; making one changes nothing."""

    fleet: Fleet
    compared: Compared
    stands: Mapping[RunKey, Standing]
    pricing: Pricing
    now: float
    matrix: Matrix
    lanes: Mapping[str, Lane] = field(default_factory=dict[str, Lane])
    promised: Mapping[str, Promise] = field(default_factory=dict[str, Promise])
    review: Review = field(default_factory=Review)
    budgeted: Budgeted = field(default_factory=Budgeted)
    accounts: Accounts = field(default_factory=Accounts)

    def card(self, key: RunKey) -> Card:
        """Give the row of one run."""
        run, stands = self.fleet.runs[key], self.stands.get(key, NOWHERE)
        tree = self.fleet.worktrees.get(run.worktree) if run.worktree else None
        warming = self.pricing.warming(run.model, run.context_used)
        clashing = same_region(self.matrix, run, self.fleet, self.now)
        spends = (*self.budgeted.findings(run, whose(run, tree)), *alarm_findings(self.accounts.alarms, run))
        shown = card(
            run,
            tree,
            self.now,
            (*self.compared.of(key, run.worktree), *clashing, *spends, *stands.findings),
            replace(stands, context=replace(stands.context, warming=warming)),
            self.lanes,
            self.promised,
            self.matrix.count(run.worktree),
        )
        return self.review.on(shown)
