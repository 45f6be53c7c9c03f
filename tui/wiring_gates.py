"""Introduces what decides to the command line: the verbs that know adapters and are not of the board.

A second `wiring`, because that one is full; the same right, and no other module has it.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from adapters.agents.known import AGENTS
from adapters.hook.command import hook_command
from adapters.install.json_scan import Unsure
from adapters.install.placements import placement_lines
from adapters.install.plan import HOOKED, Installer, Plan
from state.places import state_root
from state.text import clean
from tui.verbs import install
from tui.wiring import Refused


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


VERBS: dict[str, Callable[[argparse.Namespace, Mapping[str, str]], int]] = {"init": _init, "uninstall": _uninstall}
