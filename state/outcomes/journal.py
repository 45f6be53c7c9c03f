"""What happened, as plain values: tasks with their runs, costs, decisions, merges, and what humans did to them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Journal:
    """All that the figures of one window and of the one before it are made of; `joined` adds another repository's."""


def joined(journals: Iterable[Journal]) -> Journal:
    """Give one journal of several repositories'."""
    raise NotImplementedError
