"""Three worktrees that clash in four ways, one that merges with all, and hunks that a test can read."""

from dataclasses import replace

from state.findings.conflict import Clash, Hunks, Matrix, Pair, Region, Side
from state.findings.finding import Finding
from state.runs.card import Card
from state.runs.run import Origin
from tests.tui.fleet import NOW, fleet

RETRY, LEDGER, ALONE, DOCS = (f"/home/ada/shop-worktrees/{name}" for name in ("retry", "ledger", "alone", "docs"))
TWICE = Finding(
    "duplicate_work",
    "warn",
    "80% of its code is added by ledger-rounding (run bbb) too",
    (Origin("x", 0),),
)
REGION = Region(4, ("tries = 3", "wait = 1"), ("tries = 5",), ("before",), ("after",))
BOTH = (Clash("pay.py", "content"), Clash("b.py", "modify/delete"))
MATRIX = Matrix(
    (
        Pair(RETRY, LEDGER, BOTH, True, "1", "2", None, NOW - 9),
        Pair(RETRY, "main", (Clash("pay.py", "content"),), False, "1", "0", None, NOW - 9),
        Pair(LEDGER, ALONE, problem="git could not merge them: it ran out of memory"),
    ),
    tuple(Side(name, "", "", "") for name in (RETRY, LEDGER, ALONE, DOCS)),
    {"/home/ada/shop-worktrees/gone": "its repository names a program that git would run"},
    "main",
    10,
    at=NOW - 190,
)


def clashing() -> list[Card]:
    """The runs of the matrix: one in each of the first three worktrees."""
    first, *_ = fleet()
    made = (
        ("aaa", RETRY, "feat/checkout-retry", "Retry a failed payment once", "2.40", (TWICE,)),
        ("bbb", LEDGER, "ledger-rounding", "Round half to even", "1.10", ()),
        ("ccc", ALONE, "alone", "Alone", "3.00", ()),
    )
    return [
        replace(
            *(first,),
            id=name,
            worktree=tree,
            branch=branch,
            task_title=task,
            cost_usd=cost,
            cost_state="priced",
            findings=found,
        )
        for name, tree, branch, task, cost, found in made
    ]


class FakeHunks:
    """Gives one region for every file, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def hunks_of(self, pair: Pair, path: str) -> Hunks:
        self.asked.append((pair.a, pair.b, path))
        return (
            Hunks(path, (REGION,)) if path == "pay.py" else Hunks(path, cut="modify/delete: git marks no lines in it")
        )
