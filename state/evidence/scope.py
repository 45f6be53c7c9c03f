"""Plan against difference: what was planned and not changed, and what was changed and not planned."""

from collections.abc import Iterable

from state.evidence.asking import FILE
from state.evidence.proposal import FileChange
from state.gates.book import Gated
from state.runs.run import Run
from state.runs.scope import within
from state.text import clean

MOST = 100


def plan_names(run: Run, gated: Gated | None) -> tuple[str, ...]:
    """Give the paths that the plan names: those of the approved one, else of the one that the log shows."""
    if gated is not None and gated.plan is not None:
        return tuple(gated.plan["paths"])
    return run.plan.names


def against_plan(names: tuple[str, ...], files: Iterable[FileChange]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what is untouched and what is unplanned; a plan that names nothing says nothing of either."""
    paths = [one.path for one in files if one.path != FILE]
    if not names:
        return (), ()
    untouched = [name for name in names if not any(within(path, (name,)) for path in paths)]
    unplanned = [path for path in paths if not within(path, names)]
    told = (tuple(clean(one) for one in some[:MOST]) for some in (untouched, unplanned))
    first, second = told
    return first, second
