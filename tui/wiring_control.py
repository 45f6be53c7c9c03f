"""Introduces the verbs that stop, hold, correct, escalate and start runs to the core."""

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from state.control.act import Act
from state.store.reader import StoreReader
from tui.verbs import control
from tui.verbs.printing import say
from tui.wiring import Refused, house_at, reading
from tui.wiring_gates import not_by_a_human, ordered

ACT_SECONDS = 120.0
"""How long a verb waits for what was observed: a ladder of five steps, each with its pause."""
_WORDS = ("run", "reason", "text", "to", "agent", "task", "role", "lane", "branch", "base")


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    verb = "escalate_run" if arguments.verb == "escalate" else arguments.verb
    verb = "end_left" if getattr(arguments, "left", False) else verb
    words = {name: str(getattr(arguments, name)) for name in _WORDS if getattr(arguments, name, "")}
    if verb == "resume" and not_by_a_human(environment):
        words["human"] = "no"  # it lets go on what is held; the freeze of a stop is for a human to take back
    return asyncio.run(_asked(arguments, environment, verb, words))


async def _asked(
    arguments: argparse.Namespace, environment: Mapping[str, str], verb: str, words: Mapping[str, str]
) -> int:
    house = house_at(arguments.repo, environment)
    answer: dict[str, Any] = await ordered(house, verb, {**words, "via": f"headgate {arguments.verb}"}, ACT_SECONDS)
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    async with reading(house) as reader:
        return control.print_act(await _act(reader, str(answer["act"])), as_json=arguments.json)


async def _act(reader: StoreReader, name: str) -> Act:
    found = await reader.act(name)
    if found is None:
        raise Refused("the act was recorded and is not in the database any more; see `headgate status`")
    return found
