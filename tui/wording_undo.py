"""Sentences of `undo`: what it would take back, and why it cannot."""

from collections.abc import Mapping

NOTHING = "nothing was frozen, held, escalated or edited here that could be taken back"
NOT_FROZEN = "it is frozen no more"
FROZEN_AGAIN = "every run was frozen again since"
NOT_HELD = "it is held no more"
HELD_AGAIN = "it was held again since"
RUN_TOOK_IT = "a run was begun for it: stop that one"
NOBODY_WAITED_FOR = "nobody is waited for on it any more"


def gone(run: str) -> str:
    """Say that a run is not there any more."""
    return f"run {run} is not on the board any more"


def frozen_by(who: str) -> str:
    """Say that somebody froze a run again."""
    return f"it was frozen again since, by {who}"


def said_since(what: str, now: str) -> str:
    """Say that a word of a run was changed by somebody else."""
    return f"its {what} was changed since: {now}" if now else f"its {what} was changed since"


def withdraws(who: str, run: str) -> str:
    """Say what taking an escalation back does."""
    return f"wait for {who} no more: {run}"


def withdrawal(run: str) -> str:
    """Name the order that takes an escalation back."""
    return f"take back the escalation of {run}"


def edits(before: Mapping[str, str], run: str) -> str:
    """Say what an edit is taken back to."""
    told = ", ".join(f"{what} {value}" if value else f"your {what} taken back" for what, value in before.items())
    return f"{told}: {run}"


def edit(run: str) -> str:
    """Name the order that takes an edit back."""
    return f"take back the edit of {run}"
