"""A human's mark on one hunk of a change: it outlives a rebase that left the hunk the same, as its id is a digest."""

from dataclasses import dataclass

from state.runs.origin import RunKey
from state.spool import Order, account

MOST = 5000
"""Hunks that one order may name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One hunk that was marked, or (`seen` false) whose mark was taken back. `at` is in seconds since 1970."""

    run: RunKey
    hunk: str
    by: str
    at: float
    seen: bool = True


def marks_of(order: Order, at: float) -> tuple[Seen, ...]:
    """Read the marks out of an order of verb seen. Raises `ValueError` with the sentence why not."""
    run, hunks = order.words.get("run", ""), order.words.get("hunks", "").split()
    if not run or not hunks:
        raise ValueError("an order to mark hunks names a run and its hunks; nothing was marked")
    if len(hunks) > MOST or any(len(one) > 128 or not (one.isascii() and one.isalnum()) for one in hunks):
        raise ValueError(f"these are no names of at most {MOST} hunks; nothing was marked")
    kept = order.words.get("seen", "yes") != "no"
    return tuple(Seen(RunKey(run), hunk, account(), at, kept) for hunk in dict.fromkeys(hunks))
