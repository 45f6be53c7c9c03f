"""What a run's row says of the required checks: only what Headgate itself ran, on exactly the tree that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from state.checks.required import verified

if TYPE_CHECKING:
    from state.checks.check import CheckResult
    from state.runs.card import Card


def checked(card: Card, results: Sequence[CheckResult]) -> Card:
    """Put on a row what the checks of one policy came to on one tree; nothing where none of them was run."""
    if not results:
        return card
    return replace(
        card,
        verified_state=verified(results),
        verified_passed=_sum(one.passed for one in results),
        verified_failed=_sum(one.failed for one in results),
        verified_skipped=_sum(one.skipped for one in results),
        verified_at=max((one.began if one.ended is None else one.ended) for one in results),
        verified_tree=results[0].tree,
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    """Add up what is known; None where no check counted anything."""
    known = [one for one in counts if one is not None]
    return sum(known) if known else None
