"""Introduces git's merges to `headgate conflicts`: which worktrees do not merge, and in what order to merge them."""

import argparse
import asyncio
from collections.abc import Mapping

from adapters.git.merges import GitMerges
from state.board import BoardUnreadable
from state.conflicts import Incomparable
from state.contract import runs_by_worktree
from state.findings.merge_order import merge_order
from tui.verbs import conflicts
from tui.wiring import House, Refused, house_at, reading


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Compare every worktree as it lies there now, print, and give the exit status: 1 where any does not merge."""
    house = house_at(arguments.repo, environment)
    return asyncio.run(_compared(house, as_json=arguments.json))


async def _compared(house: House, *, as_json: bool) -> int:
    try:
        matrix = await GitMerges(house.repository, house.spool.folder).compare()
    except Incomparable as failed:
        raise Refused(f"{failed}: {failed.remedy}") from failed
    order = merge_order(matrix.bringing(), matrix.pairs, matrix.base)
    return conflicts.print_matrix(matrix, order, await _runs(house), as_json=as_json)


async def _runs(house: House) -> dict[str, str]:
    """Name the run that was seen last in each worktree, as far as a core has read the logs."""
    async with reading(house) as reader:
        try:
            return runs_by_worktree(await reader.cards())
        except BoardUnreadable:
            return {}
