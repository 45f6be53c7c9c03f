"""Work that two runs do twice: the same code added in two worktrees, the same plan, the same order of a human's.

Only what changed is compared anew, each with the others once, so that a batch which changes nothing of the kind costs
nothing. A run and the run that spawned or forked it are one piece of work, and so are two runs in one worktree.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from state.findings.finding import Finding
from state.findings.shingles import contained, overlap, words
from state.runs.fleet import Fleet
from state.runs.run import Origin, Run, RunKey
from state.runs.worktree import Sketch, Worktree

SAME_CODE = 0.5
"""Part of the added code that stands in the other worktree from which on it is found; source: economics.md 6."""
SAME_WORDS = 0.6
"""The same for plans and prompts, of whose shingles `LEAST_WORDS` are needed."""
LEAST_WORDS = 8
MOST_PLACES = 3
_SHARED = re.compile(r"(\d+)% of the code that it adds is added by .* \(run (\w+)\) too: ")
"""What `_code` says."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is compared of one worktree: the code that it adds, and the plan and prompt of the run seen there last."""

    path: str
    run: RunKey
    parent: RunKey | None
    seen: float
    name: str
    head: str | None
    sketch: Sketch | None
    plan_text: str
    prompt_text: str
    plan_at: Origin | None
    prompt_at: Origin | None
    plan: frozenset[int] = frozenset()
    prompt: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    """All units by worktree, and what each pair has in common; `comparisons` counts the pairs compared so far.

    `late` are worktrees that are to be looked at with the next comparison.
    """

    units: Mapping[str, Unit] = field(default_factory=dict[str, Unit])
    pairs: Mapping[tuple[str, str], tuple[Finding, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Finding, ...]]
    )
    late: frozenset[str] = frozenset()
    comparisons: int = 0

    def renewed(self, fleet: Fleet, changed: Mapping[RunKey, Run], trees: Iterable[str], wait: bool) -> "Compared":
        """Compare what `changed` runs and worktrees changed; with `wait` (logs are still being read) do it later."""
        stirred = self.late | {run.worktree for run in changed.values() if run.worktree} | {*trees}
        if wait:
            return replace(self, late=stirred) if stirred != self.late else self
        units, moved = dict(self.units), list[str]()
        for path in sorted(stirred):
            old = units.pop(path, None)
            unit = _unit(fleet, path, old, changed)
            if unit is not None:
                units[path] = unit
            if not _alike(old, unit):
                moved.append(path)
        if not moved:
            return replace(self, units=units, late=frozenset())
        kept = {pair: found for pair, found in self.pairs.items() if pair[0] not in moved and pair[1] not in moved}
        count = 0
        for number, path in enumerate(moved):
            for other in units.keys() - set(moved[: number + 1]) if path in units else ():
                count += 1
                kept |= _pair(units[path], units[other])
        return Compared(units, kept, frozenset(), self.comparisons + count)

    def of(self, key: RunKey, worktree: str | None) -> tuple[Finding, ...]:
        """Give what was found about a run; only the run that was seen last in its worktree answers for it."""
        unit = self.units.get(worktree) if worktree else None
        if unit is None or unit.run != key:
            return ()
        return tuple(one for (path, _), found in self.pairs.items() if path == worktree for one in found)

    def runs_but(self, older: "Compared") -> set[RunKey]:
        """Name the runs about which something else was found than before."""
        if self.pairs is older.pairs and self.units is older.units:
            return set()
        differing = {path for path, _ in self.pairs.keys() | older.pairs.keys()}
        both = {path for path in differing if _found(self, path) != _found(older, path)}
        return {side.units[path].run for side in (self, older) for path in both if path in side.units}


def _found(one: Compared, path: str) -> tuple[RunKey | None, frozenset[Finding]]:
    unit = one.units.get(path)
    found = frozenset(each for pair, some in one.pairs.items() if pair[0] == path for each in some)
    return (unit.run if unit and found else None), found


def _unit(fleet: Fleet, path: str, old: Unit | None, changed: Mapping[RunKey, Run]) -> Unit | None:
    tree = fleet.worktrees.get(path)
    run = _holder(fleet, path, old, changed)
    if tree is None or tree.missing or run is None:
        return None
    sketch = tree.content.sketch if tree.content else None
    plan = "\n".join((run.plan.text, *(step.text for step in run.plan.steps)))
    told = Unit(
        *(path, run.key, run.parent, run.seen or 0.0, _name(run, tree), tree.head if tree.ahead else None),
        *(sketch, plan, run.prompt, run.origins.get("plan"), run.origins.get("prompt")),
    )
    same_plan, same_prompt = (
        old is not None and old.plan_text == plan,
        old is not None and old.prompt_text == run.prompt,
    )
    return replace(
        told,
        plan=old.plan if old is not None and same_plan else words(plan),
        prompt=old.prompt if old is not None and same_prompt else words(run.prompt),
    )


def _holder(fleet: Fleet, path: str, old: Unit | None, changed: Mapping[RunKey, Run]) -> Run | None:
    """Give the run that was seen last in a worktree; all runs are looked through only where none was known."""
    some = changed.values() if old is not None and old.run in fleet.runs else fleet.runs.values()
    here = [run for run in some if run.worktree == path]
    if old is not None and old.run in fleet.runs:
        here.append(fleet.runs[old.run])
    return max((run for run in here if run.worktree == path), key=lambda run: (run.seen or 0.0, run.key), default=None)


def _alike(old: Unit | None, new: Unit | None) -> bool:
    if old is None or new is None:
        return old is new
    return (old.run, old.name, old.head, old.sketch, old.plan_text, old.prompt_text) == (
        *(new.run, new.name, new.head, new.sketch, new.plan_text, new.prompt_text),
    )


def _name(run: Run, tree: Worktree) -> str:
    return f"{tree.branch or run.branch or tree.path} (run {run.key})"


def _pair(one: Unit, other: Unit) -> dict[tuple[str, str], tuple[Finding, ...]]:
    """Compare two worktrees both ways; what is found is told of each of the two."""
    if one.parent == other.run or other.parent == one.run:
        return {}
    found = {(a.path, b.path): (*_code(a, b), *_prose(a, b)) for a, b in ((one, other), (other, one))}
    return {pair: some for pair, some in found.items() if some}


def _code(one: Unit, other: Unit) -> Iterable[Finding]:
    """Find code that both add; two worktrees at the same commit share it and did not write it twice."""
    if one.sketch is None or other.sketch is None or (one.head is not None and one.head == other.head):
        return
    both = contained(one.sketch, other.sketch)
    back = contained(other.sketch, one.sketch)
    if both is None or back is None or max(both[0], back[0]) < SAME_CODE:
        return
    here, there = _places(one.sketch, both[1]), _places(other.sketch, both[1])
    text = f"{both[0]:.0%} of the code that it adds is added by {other.name} too: {_said(here)}, there {_said(there)}"
    evidence = (*_origins(one.path, here), *_origins(other.path, there))
    yield Finding("duplicate_work", "warn", text, evidence)


def shared(finding: Finding) -> tuple[Decimal, RunKey] | None:
    """Give which part of a run's code another run adds too, from 0 to 1, and that run; None of any other finding."""
    told = _SHARED.match(finding.text) if finding.kind == "duplicate_work" else None
    return (Decimal(told[1]) / 100, RunKey(told[2])) if told else None


def _prose(one: Unit, other: Unit) -> Iterable[Finding]:
    for what, mine, theirs, at, there in (
        ("plan", one.plan, other.plan, one.plan_at, other.plan_at),
        ("prompt", one.prompt, other.prompt, one.prompt_at, other.prompt_at),
    ):
        share = overlap(mine, theirs, LEAST_WORDS)
        if share >= SAME_WORDS:
            text = f"its {what} says {share:.0%} of what the {what} of {other.name} says"
            evidence = tuple(origin for origin in (at, there) if origin is not None)
            yield Finding("duplicate_work", "note", text, evidence, at.at if at else None)


def _places(sketch: Sketch, shared: frozenset[int]) -> list[tuple[str, int]]:
    """Give the files that hold most of what is shared, each with the first line of it."""
    lines: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for one, (file, line) in zip(sketch.hashes, sketch.places, strict=True):
        if one in shared:
            counts[file] += 1
            lines[file] = min(line, lines.get(file, line))
    return [(sketch.files[file], lines[file]) for file, _ in counts.most_common(MOST_PLACES)]


def _said(places: list[tuple[str, int]]) -> str:
    return " and ".join(f"{path}:{line}" for path, line in places[:1]) + (
        f" and {len(places) - 1} more" if len(places) > 1 else ""
    )


def _origins(top: str, places: list[tuple[str, int]]) -> tuple[Origin, ...]:
    return tuple(Origin(f"{top}/{path}", 0) for path, _ in places)
