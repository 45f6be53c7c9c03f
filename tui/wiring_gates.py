"""Introduces what decides to the command line: the verbs that know adapters and are not of the board.

A second `wiring`, because that one is full; the same right, and no other module has it.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from adapters.agents.known import AGENTS, agents_of
from adapters.hook.command import hook_command
from adapters.install.json_scan import Unsure
from adapters.install.placements import placement_lines
from adapters.install.plan import HOOKED, Installer, Plan
from adapters.process_table import ProcessTable
from state.gates.request import Request
from state.places import state_root
from state.text import clean
from tui.verbs import decide, install, queue
from tui.verbs.printing import print_lines, say
from tui.wiring import House, Refused, house_at, reading, step, writing

ORDER_SECONDS = 10.0
"""How long a verb waits for the core's own word on what it was asked."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    return VERBS[arguments.verb](arguments, environment)


def installer_of(environment: Mapping[str, str]) -> Installer:
    """Make what registers the hook. Raises `Refused` where no place for its record can be known."""
    try:
        return Installer(environment, state_root(environment), AGENTS, hook_command)
    except ValueError as error:
        raise Refused(str(error)) from error


def _init(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if arguments.managed and os.geteuid() != 0 and not arguments.dry_run:
        raise Refused("--managed writes below /etc, which only root may: use `--dry-run` to see what, or become root")
    installer = installer_of(environment)
    chosen = _chosen(arguments.agent, installer.present(), "no agent with hooks was found: name one with --agent")
    placement = "managed" if arguments.managed else "user"
    plans = [installer.plan(agent, placement) for agent in chosen]
    show = partial(placement_lines, placement=placement, environment=environment, command=hook_command)
    done = "the hook is registered; `headgate doctor --canary` says whether it fires"
    return _carried(plans, show, installer.carry_out, arguments, done)


def _uninstall(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    installer = installer_of(environment)
    known = sorted({*installer.present(), *installer.record.agents})
    chosen = _chosen(arguments.agent, known, "no agent with hooks was found: there is nothing to undo")
    plans = [installer.plan_removal(agent) for agent in chosen]
    return _carried(plans, lambda agent: (), installer.undo, arguments, "the hook is taken out")


def _chosen(named: list[str] | None, usual: list[str], none: str) -> list[str]:
    unknown = [agent for agent in named or () if agent not in HOOKED]
    if unknown:
        raise Refused(f"Headgate has no hook for {clean(unknown[0])}; it has one for {', '.join(HOOKED)}")
    if not (chosen := list(dict.fromkeys(named or usual))):
        raise Refused(none)
    return chosen


def _carried(
    plans: list[Plan],
    show: Callable[[str], Iterable[str]],
    write: Callable[[Plan], None],
    arguments: argparse.Namespace,
    done: str,
) -> int:
    def written(plan: Plan) -> str | None:
        try:
            write(plan)
        except Unsure as unsure:
            return str(unsure)
        except OSError as error:
            return (
                f"{clean(str(error.filename or 'a file'))} cannot be written: {error.strerror}; the rest is unchanged"
            )
        return None

    return install.carried_out(plans, show, written, dry=arguments.dry_run, done=done)  # type: ignore[arg-type]


async def _ordered(house: House, verb: str, words: Mapping[str, str]) -> int:
    """Give the core an order and print what became of it; where no core works, do its step here."""
    order = house.spool.order(verb, **words)
    async with writing(house) as supervisor:
        if supervisor is not None:
            await supervisor.once()
    deadline = time.monotonic() + ORDER_SECONDS
    while (answer := house.spool.take_answer(order)) is None:
        if time.monotonic() > deadline:
            raise Refused("the core at work gave no answer; it is kept and will be carried out, see `headgate queue`")
        await asyncio.sleep(0.02)
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
    _by_a_human(environment)
    house = house_at(arguments.repo, environment)
    found = [one for one in asyncio.run(_requests(house)) if one.id.startswith(arguments.request)]
    if len(found) != 1:
        told = f"{len(found)} requests begin with" if found else "there is no request"
        raise Refused(f"{told} {arguments.request}; `headgate queue` lists what waits")
    dwell = decide.confirmed(decide.shown(found[0], arguments.verb, time.time()))
    if dwell is None:
        return 1
    told = {"request": found[0].id, "answer": arguments.verb, "reason": arguments.reason, "by": arguments.by}
    seen = {"sha": found[0].sha, "dwell": f"{dwell:.3f}", "opened": "yes", "via": f"headgate {arguments.verb}"}
    return asyncio.run(_ordered(house, "decide", {**told, **seen}))


def _freeze(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if bool(arguments.run) == arguments.every:
        raise Refused("name one run, or --all for every run of the repository")
    house, whose = house_at(arguments.repo, environment), "every run" if arguments.every else f"run {arguments.run}"
    if arguments.verb == "thaw":
        _by_a_human(environment)
        if decide.confirmed([f"thaw {whose}: its tool calls go again"]) is None:
            return 1
    return asyncio.run(_ordered(house, arguments.verb, {"run": arguments.run, "reason": arguments.reason}))


def _by_a_human(environment: Mapping[str, str]) -> None:
    table = ProcessTable(agent.program for agent in agents_of(environment))
    if why := decide.no_human(environment, lambda: table.above(os.getppid())):
        raise Refused(why)


VERBS: dict[str, Callable[[argparse.Namespace, Mapping[str, str]], int]] = {"init": _init, "uninstall": _uninstall}
VERBS |= {"queue": _queue, "approve": _answer, "deny": _answer, "freeze": _freeze, "thaw": _freeze}
