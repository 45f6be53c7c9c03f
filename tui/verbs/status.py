"""`headgate status`: the board once, as JSON or as the table's own cells on plain lines."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from state.contract import status_document
from state.ports import Problem
from state.runs.card import Card
from state.runs.view import ordered, with_sibling
from state.store.reader import StoreReader
from tui.columns import laid_out, row, titles
from tui.spans import plain
from tui.verbs.printing import print_json, print_lines, say

WIDTH_OF_A_PIPE = 160


Budgets = Sequence[Mapping[str, Any]] | None


async def print_status(
    reader: StoreReader, repository: dict[str, str | None], now: float, budgets: Budgets, *, as_json: bool
) -> None:
    """Print every run of one repository, the one that needs the human most first."""
    cards = await reader.cards()
    shown = await reader.changes(0)
    if as_json:
        print_json(await status_json(reader, repository, now, budgets))
        return
    print_lines(table(cards, now, tuple(one.run for one in shown.requests if one.state == "open")))
    for problem in shown.problems:
        say(told(problem))


async def status_json(
    reader: StoreReader, repository: dict[str, str | None], now: float, budgets: Budgets
) -> dict[str, Any]:
    """Give `headgate/status/1`; `budgets` None: they cannot be read."""
    shown = await reader.changes(0)
    cards, unassigned = await reader.cards(), await reader.unassigned()
    told = shown.problems, shown.requests, await reader.pairs(), budgets
    return status_document(now, repository, cards, unassigned, *told)


def table(cards: Sequence[Card], now: float, queue: Sequence[str] = ()) -> list[str]:
    """Lay the runs out as the board does, as wide as the terminal."""
    if not cards:
        return [
            "no runs: no agent's log belongs to a worktree of this repository; `headgate doctor` says where it looked"
        ]
    width = shutil.get_terminal_size((WIDTH_OF_A_PIPE, 24)).columns if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    layout = laid_out(width)
    cards = ordered(cards, "need", now, queue)
    followers = with_sibling(cards)
    lines = [titles(layout), *(row(card, now, layout, follows=card.id in followers) for card in cards)]
    return ["  ".join(plain(cell) for cell in line).rstrip() for line in lines]


def told(problem: Problem) -> str:
    """Give a problem as one line."""
    return f"{problem.text}: {problem.remedy}"
