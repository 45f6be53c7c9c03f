"""An estimate: the time in which a human composed a message, outside every board.

It is measured from the agent's last word to the human's, at most five minutes, less what a board saw of it; so it is
never counted twice, and always shown apart from what was measured. Source: research/economics.md 5.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from state.money.accounts import Attended

MOST = 300.0
"""Seconds of one gap that count at the most."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A gap before a human's message to `run`, in seconds since 1970; `seconds` of it were on no board."""

    run: str
    since: float
    until: float
    seconds: float


def composed(run: str, spoke: float | None, said: float | None, looked: Iterable[Attended]) -> Composed | None:
    """Give the gap between the agent's word and the human's; None where either time is unknown or there is none."""
    if spoke is None or said is None or said <= spoke:
        return None
    since = max(spoke, said - MOST)
    cut = [(max(one.since, since), min(one.until, said)) for one in looked]
    left = said - since - _covered([(begin, end) for begin, end in cut if end > begin])
    return Composed(run, since, said, left) if left > 0 else None


def _covered(stretches: list[tuple[float, float]]) -> float:
    """Give the seconds that stretches cover together, each once."""
    covered, reached = 0.0, float("-inf")
    for begin, end in sorted(stretches):
        covered += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return covered
