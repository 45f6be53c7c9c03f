"""What one runner's part of an output tells, before the exit status is weighed against it."""

from dataclasses import dataclass, field
from typing import Literal

from adapters.test_output.counts import Counts

Level = Literal["counts", "names", "packages"]
"""How much was told: a summary with counts, failing tests by name, or only whether whole packages passed."""


@dataclass(frozen=True, slots=True)
class Told:
    """A runner's own words: `failed` None where it told nothing of failure or success."""

    runner: str
    level: Level
    failed: bool
    empty: bool = False
    counts: Counts = field(default_factory=Counts)
    names: tuple[str, ...] = ()
