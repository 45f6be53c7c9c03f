"""Explanations that were given before, to another run: what a skill would say once.

A message counts where it is longer than 40 characters and half of its shingles, or of the other's, stand in an earlier
message of another run. Source of the thresholds: research/economics.md 6. It is found when it is asked for, from what
was kept of all messages, so that the order in which logs were read does not matter.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from state.findings.shingles import overlap, words
from state.money.accounts import Intervention

SHORT = 40
"""Characters up to which a message explains nothing."""
HALF = 0.5
FEW = 4
"""Shingles below which two messages are not compared: ten words, or so, that are alike say little."""
_EXPLAINS = frozenset({"gate", "answer", "correction"})
"""What may be an explanation over again. The message that begins a run is the task itself; it can only be repeated."""


def re_explained(said: Iterable[Intervention]) -> tuple[Intervention, ...]:
    """Give interventions, those without a time first and then by time, with what was explained before named so."""
    ordered = sorted(said, key=lambda one: (one.at or 0.0, one.run, one.log, one.offset))
    shingles: list[frozenset[int]] = []
    runs: list[str] = []
    holding: defaultdict[int, list[int]] = defaultdict(list)
    told: list[Intervention] = []
    for one in ordered:
        mine = words(one.text) if len(one.text) > SHORT and one.kind in {*_EXPLAINS, "task"} else frozenset[int]()
        if len(mine) < FEW:
            told.append(one)
            continue
        met = Counter(other for each in mine for other in holding[each] if runs[other] != one.run)
        again = one.kind in _EXPLAINS and any(overlap(mine, shingles[other], FEW) >= HALF for other in met)
        told.append(replace(one, kind="re-explain") if again else one)
        for each in mine:
            holding[each].append(len(runs))
        shingles.append(mine)
        runs.append(one.run)
    return tuple(told)
