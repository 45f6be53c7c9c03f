"""Introduces the verbs with which a human answers and freezes at a terminal to the core and to the process table."""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from adapters.agents.known import agents_of
from adapters.process_table import ProcessTable
from adapters.signing import SshSigner
from state.gates.request import Request
from state.spool import Order
from state.store.packages import newest_package
from tui.verbs import approve, decide, queue
from tui.verbs.printing import print_lines, say
from tui.wiring import House, Refused, house_at, reading, step, writing

ORDER_SECONDS = 10.0
"""How long a verb waits for the core's own word on what it was asked."""
CHANGE_SECONDS = 60.0
"""How long a verb waits where git is asked about a whole change."""
_LOOK_SECONDS = 0.5
"""How often a verb that waits looks whether a core is still at work."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    return VERBS[arguments.verb](arguments, environment)


async def ordered(house: House, verb: str, words: Mapping[str, str], seconds: float = ORDER_SECONDS) -> dict[str, Any]:
    """Give the core an order and return its answer; where no core works, do its step here.

    Raises `Refused` where no answer came within `seconds`.
    """
    order = house.spool.order(verb, **words)
    try:
        return await _answered(house, order, seconds)
    except (asyncio.CancelledError, KeyboardInterrupt):
        # Who is interrupted takes back what nobody began.
        house.spool.withdraw(order)
        raise


async def _answered(house: House, order: Order, seconds: float) -> dict[str, Any]:
    deadline, looks = time.monotonic() + seconds, time.monotonic()
    while (answer := house.spool.take_answer(order)) is None:
        now = time.monotonic()
        if now > deadline:
            raise Refused("the core at work gave no answer; it is kept and will be carried out, see `headgate status`")
        if now >= looks:
            # The core that had it in hand may have ended meanwhile: then its step is done here.
            looks = now + _LOOK_SECONDS
            async with writing(house) as supervisor:
                if supervisor is not None:
                    await supervisor.once()
                    continue
        await asyncio.sleep(0.02)
    return answer


async def _ordered(house: House, verb: str, words: Mapping[str, str]) -> int:
    """Give the core an order and print what became of it."""
    answer = await ordered(house, verb, words)
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    print_lines([str(answer.get("text", "done"))])
    return 0


async def _requests(house: House) -> tuple[Request, ...]:
    await step(house)
    async with reading(house) as reader:
        return await reader.requests()


def _queue(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    return queue.print_queue(asyncio.run(_requests(house)), time.time(), as_json=arguments.json)


def _answer(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    if why := not_by_a_human(environment):
        raise Refused(_noted(house, arguments, why))
    found = [one for one in asyncio.run(_requests(house)) if one.id.startswith(arguments.request)]
    if len(found) != 1:
        told = f"{len(found)} requests begin with" if found else "there is no request"
        raise Refused(f"{told} {arguments.request}; `headgate queue` lists what waits")
    if found[0].gate == "merge" and arguments.verb == "approve":
        return _approve(house, found[0], arguments, environment)
    if getattr(arguments, "key", ""):
        raise Refused("only the approval of a change is signed: leave --key out")
    dwell = decide.confirmed(decide.shown(found[0], arguments.verb, time.time()))
    if dwell is None:
        return 1
    told = {"request": found[0].id, "answer": arguments.verb, "reason": arguments.reason, "by": arguments.by}
    seen = {"sha": found[0].sha, "dwell": f"{dwell:.3f}", "opened": "yes", "via": f"headgate {arguments.verb}"}
    back = {"rework": "yes"} if getattr(arguments, "rework", False) else {}
    return asyncio.run(_ordered(house, "decide", {**told, **seen, **back}))


def _approve(house: House, request: Request, arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Approve a change: shown whole, stated by the core, signed where a key is named."""
    package = newest_package(house.spool.database, request.run)
    if package is None:
        raise Refused("its evidence is not in the database any more; `headgate evidence RUN` gathers it anew")
    key = os.path.expanduser(arguments.key)  # noqa: PTH111 - pathlib raises where there is no home
    agents = ProcessTable(agent.program for agent in agents_of(environment)).running()
    given, runs = approve.Given(arguments.reason, arguments.by, key), [one.pid for one in agents]

    async def order(verb: str, words: Mapping[str, str]) -> dict[str, Any]:
        return await ordered(house, verb, words, CHANGE_SECONDS)

    try:
        return asyncio.run(approve.approve_change(request, package, given, order, SshSigner(environment), runs))
    except approve.NotApproved as why:
        raise Refused(_noted(house, arguments, str(why))) from None


def _noted(house: House, arguments: argparse.Namespace, why: str) -> str:
    """Have it kept in the ledger that somebody was refused, and give the sentence back."""
    if arguments.verb == "approve":
        words = {"request": arguments.request, "by": arguments.by, "why": why, "via": approve.VIA}
        answer = asyncio.run(ordered(house, "refused", words))
        if "error" in answer:
            say(f"headgate: the refusal was not kept in the ledger: {answer['error']}")
    return why


def _freeze(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if bool(arguments.run) == arguments.every:
        raise Refused("name one run, or --all for every run of the repository")
    house, whose = house_at(arguments.repo, environment), "every run" if arguments.every else f"run {arguments.run}"
    if arguments.verb == "thaw":
        by_a_human(environment)
        if decide.confirmed([f"thaw {whose}: its tool calls go again"]) is None:
            return 1
    return asyncio.run(_ordered(house, arguments.verb, {"run": arguments.run, "reason": arguments.reason}))


def by_a_human(environment: Mapping[str, str]) -> None:
    if why := not_by_a_human(environment):
        raise Refused(why)


def not_by_a_human(environment: Mapping[str, str]) -> str | None:
    """Say why whoever asks is not taken for a human at a terminal; None where nothing speaks against it."""
    table = ProcessTable(agent.program for agent in agents_of(environment))
    return decide.no_human(environment, lambda: table.above(os.getppid()))


VERBS: dict[str, Callable[[argparse.Namespace, Mapping[str, str]], int]] = {
    "queue": _queue,
    "approve": _answer,
    "deny": _answer,
    "freeze": _freeze,
    "thaw": _freeze,
}
