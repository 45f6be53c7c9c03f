"""All that is known for the merge gate: packages, results of checks, approvals, and what is watched after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from state.approval.approval import Approval
from state.checks.check import CheckResult
from state.checks.shown import checked
from state.evidence.aging import stale
from state.evidence.package import Package
from state.release.item import Item

if TYPE_CHECKING:
    from state.evidence.seen import Seen
    from state.ledger.entry import Draft
    from state.runs.card import Card, EvidenceState


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What one step adds to it. `drafts` go into the ledger in the same transaction, as the rest does.

    `tips` are protected branches and the commits at which they stand with an explanation (`state.approval.ref_watch`).
    """

    packages: tuple[Package, ...] = ()
    results: tuple[CheckResult, ...] = ()
    approvals: tuple[Approval, ...] = ()
    items: tuple[Item, ...] = ()
    drafts: tuple[Draft, ...] = ()
    seen: tuple[Seen, ...] = ()
    """Marks on hunks: kept for the screen, and nothing else is known of them here."""
    tips: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What is known now: of each run the newest package, results by `CheckResult.key`, approvals and items by id."""

    packages: Mapping[str, Package] = field(default_factory=dict[str, Package])
    results: Mapping[str, CheckResult] = field(default_factory=dict[str, CheckResult])
    approvals: Mapping[str, Approval] = field(default_factory=dict[str, Approval])
    items: Mapping[str, Item] = field(default_factory=dict[str, Item])
    tips: Mapping[str, str] = field(default_factory=dict[str, str])

    def after(self, news: Reviewed | None) -> Review:
        """Give what is known once `news` was written."""
        if news is None:
            return self
        return Review(
            {**self.packages, **{one.run: one for one in news.packages}},
            {**self.results, **{one.key: one for one in news.results}},
            {**self.approvals, **{one.id: one for one in news.approvals}},
            {**self.items, **{one.id: one for one in news.items}},
            {**self.tips, **dict(news.tips)},
        )

    def touched(self, news: Reviewed) -> frozenset[str]:
        """Name the runs whose rows may show something else once `news` was written; a result is its tree's."""
        told = {one.run for one in (*news.packages, *news.approvals, *news.items)}
        trees = {one.tree for one in news.results}
        return frozenset(told | {run for run, one in self.packages.items() if one.proposal.tree in trees})

    def results_on(self, tree: str | None, policy: str) -> tuple[CheckResult, ...]:
        """Give what checks of a policy came to on a tree, by name."""
        found = [one for one in self.results.values() if one.tree == tree and one.policy == policy]
        return tuple(sorted(found, key=lambda one: one.name))

    def approvals_of(self, run: str) -> tuple[Approval, ...]:
        """Give the approvals of a run's change, the newest first."""
        return tuple(sorted((one for one in self.approvals.values() if one.run == run), key=lambda one: -one.at))

    def on(self, card: Card) -> Card:
        """Put what the merge gate knows of a run on its row."""
        package = self.packages.get(card.id)
        if package is None:
            return card
        state: EvidenceState = "complete" if package.complete else "incomplete"
        if stale(package, card):
            state = "stale"
        card = checked(card, self.results_on(package.proposal.tree, package.policy))
        by = next((one.by for one in self.approvals_of(card.id) if not one.void), None)
        return replace(card, evidence_state=state, evidence_missing=package.lacking, approved_by=by)
