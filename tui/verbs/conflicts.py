"""`headgate conflicts`: the pairs that do not merge, and a suggested merge order, as JSON or as lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from state.contract import instant
from state.findings.conflict import Matrix, Pair
from state.findings.merge_order import Instead, MergeStep
from tui.verbs.printing import aligned, print_json, print_lines, say

_NAMED = 5


def print_matrix(matrix: Matrix, order: Sequence[MergeStep], runs: Mapping[str, str], *, as_json: bool) -> int:
    """Print the matrix and give the exit status: 1 where two states do not merge, else 0."""
    if as_json:
        print_json(document(matrix, order, runs))
    else:
        print_lines(lines(matrix, order))
        for name, why in matrix.left_out.items():
            say(f"left out {name}: {why}")
    return 1 if matrix.pairs else 0


def document(matrix: Matrix, order: Sequence[MergeStep], runs: Mapping[str, str]) -> dict[str, Any]:
    """Give `headgate/conflicts/1`. In `order` a worktree in which no run is known stands by its path."""
    return {
        "schema": "headgate/conflicts/1",
        "at": instant(matrix.at),
        "base": matrix.base,
        "pairs": [_pair(pair) for pair in matrix.pairs],
        "order": [runs.get(step.name, step.name) for step in order],
        "steps": [_step(step, runs) for step in order],
        "unread": [
            {"worktree": side.name, "path": one.path, "why": one.why} for side in matrix.sides for one in side.unread
        ],
        "left_out": [{"worktree": name, "why": why} for name, why in matrix.left_out.items()],
        "pairs_checked": matrix.checked,
        "merges_run": matrix.merges,
        "seconds": round(matrix.seconds, 3),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "a": pair.a,
        "b": pair.b,
        "files": [{"path": clash.path, "kind": clash.kind} for clash in pair.files],
        "uncommitted": pair.uncommitted,
        "problem": pair.problem,
    }


def _step(step: MergeStep, runs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "worktree": step.name,
        "run": runs.get(step.name),
        "files": step.files,
        "with": list(step.with_whom),
        "why": step.why,
        "exact": step.exact,
        "instead": [{"worktree": one.name, "stops": one.stops, "files": one.files} for one in step.instead],
    }


def lines(matrix: Matrix, order: Sequence[MergeStep]) -> list[str]:
    """Lay the pairs and the order out for a human."""
    if not matrix.pairs:
        return [f"no conflicts among {len(matrix.sides)} states; {matrix.checked} pairs were compared"]
    shown = [(_short(pair.a), _short(pair.b), _told(pair)) for pair in matrix.pairs]
    steps = [(str(number), _short(step.name), step.why, _else(step)) for number, step in enumerate(order, 1)]
    return [*aligned(shown), "", "merge order:", *aligned(steps), *_notes(matrix)]


def _short(name: str) -> str:
    return Path(name).name if name.startswith("/") else name


def _told(pair: Pair) -> str:
    if pair.problem:
        return pair.problem
    named = [f"{clash.path or 'a directory that was renamed'} ({clash.kind})" for clash in pair.files[:_NAMED]]
    more = f" and {len(pair.files) - _NAMED} more" if len(pair.files) > _NAMED else ""
    return ", ".join(named) + more + (", not committed" if pair.uncommitted else "")


def _else(step: MergeStep) -> str:
    """Say what the nearest other choice would cost more."""
    dearer = next((one for one in step.instead if (one.stops, one.files) > (0, 0)), None)
    return "" if dearer is None else f"instead {_short(dearer.name)}: {_more(dearer)}"


def _more(one: Instead) -> str:
    stops = f"{one.stops:+d} merges that stop" if one.stops else ""
    files = f"{one.files:+d} files to mend" if one.files else ""
    return ", ".join(part for part in (stops, files) if part)


def _notes(matrix: Matrix) -> list[str]:
    found = [f"{_short(side.name)}/{one.path}: {one.why}" for side in matrix.sides for one in side.unread]
    return ["", "not read whole:", *found] if found else []
