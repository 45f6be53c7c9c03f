"""Introduces the verbs that stop, hold, correct, escalate and start runs to the core."""

import argparse
import asyncio
import time
from collections.abc import Mapping
from typing import Any

from adapters.settings_file import SettingsFile
from state.control.act import Act
from state.control.wanting import chosen
from state.places import config_root
from state.settings import FILE
from state.store.reader import StoreReader
from tui import wording_estimates
from tui.verbs import control, decide
from tui.verbs.printing import print_lines, say
from tui.wiring import House, Refused, house_at, reading, step
from tui.wiring_gates import not_by_a_human, ordered

SEEN_SECONDS = 90.0
"""How long a start waits for the log of a client that was seen; Gemini CLI took 62 s to begin one where much ran."""
ACT_SECONDS = 120.0
"""How long a verb waits for what was observed: a ladder of five steps, each with its pause."""
_WORDS = ("run", "reason", "text", "to", "agent", "task", "role", "lane", "prefer", "branch", "base")


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    verb = "escalate_run" if arguments.verb == "escalate" else arguments.verb
    verb = "end_left" if getattr(arguments, "left", False) else verb
    words = {name: str(getattr(arguments, name)) for name in _WORDS if getattr(arguments, name, "")}
    speaks = verb == "send" or (verb == "escalate_run" and words.get("to") == "answered")
    # What is said in a human's name is read as theirs by a model and by the board.
    if speaks and (why := decide.agents_shell(environment)):
        raise Refused(why)
    if verb == "resume" and not_by_a_human(environment):
        words["human"] = "no"  # it lets go on what is held; the freeze of a stop is for a human to take back
    return asyncio.run(_asked(arguments, environment, verb, words))


async def _asked(
    arguments: argparse.Namespace, environment: Mapping[str, str], verb: str, words: Mapping[str, str]
) -> int:
    house = house_at(arguments.repo, environment)
    if verb == "start" and not arguments.json:
        print_lines(await before_start(house, words, environment))
    answer: dict[str, Any] = await ordered(house, verb, {**words, "via": f"headgate {arguments.verb}"}, ACT_SECONDS)
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    async with reading(house) as reader:
        act = await _act(reader, str(answer["act"]))
        if verb == "start":
            act = await _begun(house, reader, act)
        return control.print_act(act, as_json=arguments.json)


async def before_start(house: House, words: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """Give what a start comes to, and what it is likely to cost and take; nothing where the core will refuse it."""
    try:
        choice = chosen(words, SettingsFile(config_root(environment) / FILE)())
    except ValueError:
        return []
    async with reading(house) as reader:
        history = await reader.history(time.time())
    told = history.likely(words.get("role", "").casefold() or "implementer", choice.lane, words.get("task", ""))
    return [f"lane {wording_estimates.chosen(choice)}", *wording_estimates.estimate_lines(told.of("", 0.0))]


async def _begun(house: House, reader: StoreReader, act: Act) -> Act:
    """Wait for a start until its run is seen; where no core works, the core's step is done here again and again."""
    until, told = time.monotonic() + SEEN_SECONDS, ""
    while act.state == "under_way" and time.monotonic() < until:
        if act.text != told:
            say(f"headgate: {(told := act.text)}")
        await step(house)
        act = await _act(reader, act.id)
        await asyncio.sleep(0.1)
    return act


async def _act(reader: StoreReader, name: str) -> Act:
    found = await reader.act(name)
    if found is None:
        raise Refused("the act was recorded and is not in the database any more; see `headgate status`")
    return found
