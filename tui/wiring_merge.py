"""Introduces the core to `headgate merge`: exactly what was approved becomes the protected branch's next commit."""

import argparse
import asyncio
from collections.abc import Mapping

from tui.verbs import control, decide
from tui.verbs.printing import say
from tui.wiring import Refused, house_at, reading
from tui.wiring_gates import ordered

MERGE_SECONDS = 120.0
"""How long the verb waits: everything is asked of git anew, and a worktree of the branch may be brought forward."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Merge, print what was done, and give the exit status. Raises `Refused`."""
    if why := decide.agents_shell(environment):
        raise Refused(why)
    return asyncio.run(_merged(arguments, environment))


async def _merged(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    answer = await ordered(house, "merge", {"run": arguments.run, "via": "headgate merge"}, MERGE_SECONDS)
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    async with reading(house) as reader:
        act = await reader.act(str(answer["act"]))
    if act is None:
        raise Refused("the merge was recorded and is not in the database any more; see `headgate status`")
    return control.print_act(act, as_json=arguments.json)
