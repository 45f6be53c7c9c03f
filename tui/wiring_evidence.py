"""Introduces the core to `headgate evidence`: it is gathered anew, kept, and printed."""

import argparse
import asyncio
import time
from collections.abc import Mapping

from state.depths import named
from state.evidence.aging import stale
from state.evidence.page import Beside
from state.store.packages import newest_package
from tui.verbs import evidence
from tui.verbs.printing import say
from tui.verbs.show import one_named
from tui.wiring import House, house_at, reading, step
from tui.wiring_gates import ordered

GATHER_SECONDS = 120.0
"""How long the verb waits: a fetch into the authority store, a merge, and the logs read again."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Gather, print, and give the exit status: 1 where there is no change, or its evidence is incomplete or stale."""
    return asyncio.run(_gathered(house_at(arguments.repo, environment), arguments))


async def _gathered(house: House, arguments: argparse.Namespace) -> int:
    await step(house, whole=named(arguments.run))
    async with reading(house) as reader:
        card = await one_named(reader, arguments.run)
        if card is None:
            return 2
        answer = await ordered(house, "evidence", {"run": card.id}, GATHER_SECONDS)
        if "error" in answer:
            say(f"headgate: {answer['error']}")
            return 1
        package = await asyncio.to_thread(newest_package, house.spool.database, card.id)
        if package is None:
            say("headgate: the package was kept and is not in the database any more; see `headgate status`")
            return 1
        waits = next((one for one in await reader.requests() if one.sha == package.sha and one.state == "open"), None)
        beside = Beside(stale=stale(package, card), request=waits)
        return evidence.print_evidence(
            package, beside, time.time(), as_json=arguments.json, as_markdown=arguments.markdown
        )
