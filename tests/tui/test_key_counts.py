"""The table of docs/decide.md, pressed key by key on a board: how many keys a decision at each gate takes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from state.board import ChangeDetail
from state.gates.request import Request
from state.ports import WayThere
from state.runs.run import RunKey
from tests.tui.asking import EDIT, PLAN, PUSH
from tests.tui.at_change import (
    APPROVAL,
    CARDS,
    CHANGE,
    DIFFS,
    MERGE,
    RUN,
    Changing,
    FakeDiffs,
    of_severity,
    statement_of,
)
from tests.tui.test_guard import Ticks
from tui.review_tools import ReviewTools

DOCS = Path(__file__).parents[2] / "docs" / "decide.md"
_ANSWERS = ("approve", "deny", "escalate", "freeze", "merge")
_BESIDE = ("state", "seen", "attended")
MOST = 9
"""Under ten keys from a cold look to a safe decision."""
HALT = replace(PUSH, id="halt-1", tool="", input="", listening=False, text="the same tests failed 3 times")
BUDGET = replace(
    HALT,
    id="budget-1",
    text="budget month of $900 in 2026-11 is at 100 % ($905); an approval raises it to $1,200",
)
RELEASE = replace(HALT, id="release-1", gate="release", text="merged as 12ab: which lasting thing came of it? Retry")
LOW, LOW_MERGE = of_severity("medium")
APPROVED = replace(CHANGE, requests=(replace(MERGE, state="approved"),), approvals=(APPROVAL,))
CASES: dict[str, tuple[Request | None, ChangeDetail | None, tuple[str, ...]]] = {
    "plan: approve": (PLAN, None, ()),
    "exception or hard stop, low or medium: approve": (HALT, None, ()),
    "exception or hard stop, high or critical, or something hides in it: approve": (EDIT, None, ("x",)),
    "budget, to the ceiling that it proposes: approve": (BUDGET, None, ()),
    "budget, to another ceiling: approve": (BUDGET, None, ("9", "x")),
    "merge, low or medium: approve": (LOW_MERGE, LOW, ()),
    "merge, high or critical, or something hides in it: approve": (MERGE, CHANGE, ("x",)),
    "merge, approved: merge": (None, APPROVED, ()),
    "release, what came of a merge: approve": (RELEASE, None, ("eval", "x")),
    "any gate: deny": (MERGE, CHANGE, ("x",)),
    "any gate: escalate": (PUSH, None, ("x", "x")),
    "any gate: freeze": (PUSH, None, ()),
    "a question in the run's own terminal: go there": (None, None, ()),
}


@dataclass(frozen=True)
class Way:
    """One row of the table."""

    gate: str
    count: int
    steps: tuple[str, ...]

    @property
    def answer(self) -> str:
        return self.gate.split(": ")[1]

    @property
    def keys(self) -> list[str]:
        return [one for one in self.steps if one != "…"]


def ways() -> Iterator[Way]:
    table = DOCS.read_text().split("<!-- test: key counts -->")[1].split("\n\n")[0]
    for row in table.strip().splitlines()[2:]:
        gate, told = (cell.strip() for cell in row.strip("|").split("|"))
        steps = (key or dots for key, dots in re.findall(r"`(\w+)`|(…)", told))
        yield Way(gate, int(told.split(":")[0]), tuple(steps))


def test_the_table_counts_its_own_keys_and_none_takes_ten() -> None:
    told = list(ways())
    assert [one.gate for one in told] == list(CASES)
    assert [one for one in told if one.count != len(one.keys) or one.count > MOST] == []
    low, high, merged = (one.count for one in told if one.gate.startswith("merge"))
    assert f"{low + merged} keys from the look to the merged change, at a high risk {high + merged}" in DOCS.read_text()


class Terminals:
    def __init__(self) -> None:
        self.gone: list[str] = []

    async def go(self, run: str) -> WayThere:
        self.gone.append(run)
        return WayThere("", shown=True)


async def test_each_way_of_the_table_leads_to_its_answer(open_board: Callable) -> None:
    async with open_board(CARDS, size=(80, 24)) as screen:
        ticks, diffs, terminals = Ticks(), FakeDiffs(), Terminals()

        async def nothing_lacks(*_: object) -> tuple[()]:
            return ()

        screen.app.equip(review=ReviewTools(diffs, nothing_lacks))
        screen.app.clock = ticks
        screen.app.equip(terminals=terminals)
        screen.reader.answers.update(dict.fromkeys(_ANSWERS, "done"))
        page = Changing(screen, ticks, diffs, [])
        for number, way in enumerate(ways()):
            request, change, words = CASES[way.gate]
            await _back_to_the_board(page)
            if request is not None:
                request = replace(request, id=f"{request.id}-{number}", run=RunKey(RUN))
            if change is not None:
                asked = (request,) if request else change.requests
                screen.reader.changed[RUN] = replace(change, requests=asked)
                screen.reader.answers["state"] = statement_of(change)
                diffs.diffs = DIFFS[2:3] if change is LOW else DIFFS
            await screen.asked(*((request,) if request else ()))
            screen.reader.orders.clear()
            if way.steps[0] == "M":
                await page.pressed("v")
            await _pressed(page, way, words)
            orders = [(verb, told.get("request")) for verb, told in page.orders if verb not in _BESIDE]
            if way.answer == "go there":
                assert terminals.gone == [RUN] and orders == [], way
            else:
                assert orders == [(way.answer, request.id if request else None)], (way, screen.text())


async def _pressed(page: Changing, way: Way, words: tuple[str, ...]) -> None:
    left = list(words)
    for place, step in enumerate(way.steps):
        done = [verb for verb, _ in page.orders if verb not in _BESIDE]
        assert done == [], f"{way} needs fewer keys than it says, at {place}"
        if step == "…":
            await page.typed(left.pop(0))
        else:
            await page.pressed({"esc": "escape"}.get(step, step))


async def _back_to_the_board(page: Changing) -> None:
    app = page.screen.app
    await page.screen.asked()
    while app.screen is not app._board:
        await page.screen.press("escape")
    await page.screen.press("g")
