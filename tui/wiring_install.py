"""Introduces what puts the hook into agents' settings, and what doctor finds there, to the command line."""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from adapters.agents.found import find_agents
from adapters.agents.known import AGENTS, agents_of
from adapters.git.policy import policies_of
from adapters.guard.house import patterns_of
from adapters.hook.command import hook_command
from adapters.hook_canary import FLYING, fly, stamped
from adapters.install.git_hooks import AGENT as GUARDS
from adapters.install.git_hooks import GitHooks
from adapters.install.json_scan import Unsure
from adapters.install.placements import placement_lines
from adapters.install.plan import HOOKED, Installer, Plan
from adapters.install.standing import hooks_of, remember_canary
from state.control.assurance import Promise
from state.guarantee import HookFound, guarantee_of
from state.places import state_root
from state.ports import AgentFound, Problem
from state.promises import keep_promises
from state.text import clean
from tui.verbs import doctor, install
from tui.verbs.printing import say
from tui.wiring import House, Refused, house_at

GUARDED = "they refuse to move a protected branch without a valid approval; what they cannot stop: docs/security.md"


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
    installer.skilled = not arguments.no_skill
    guards = guards_at(arguments.repo, environment) if arguments.enforce else None
    none = "no agent with hooks was found: name one with --agent"
    chosen = _chosen(arguments.agent, installer.present(), none, needed=guards is None)
    placement = "managed" if arguments.managed else "user"
    plans = [installer.plan(agent, placement) for agent in chosen] + ([guards.plan()] if guards else [])
    show = partial(placement_lines, placement=placement, environment=environment, command=hook_command)
    done = "the hook is registered; `headgate doctor --canary` says whether it fires"
    return _carried(plans, show, installer.carry_out, guards and guards.carry_out, arguments, done)


def _uninstall(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    installer = installer_of(environment)
    guards = guards_at(arguments.repo, environment) if arguments.enforce else _guards_here(arguments, environment)
    known = [] if arguments.enforce else sorted({*installer.present(), *installer.record.agents})
    none = "no agent with hooks was found: there is nothing to undo"
    chosen = _chosen(arguments.agent, known, none, needed=guards is None)
    plans = [installer.plan_removal(agent) for agent in chosen] + ([guards.plan_removal()] if guards else [])
    return _carried(plans, lambda agent: (), installer.undo, guards and guards.undo, arguments, "the hook is taken out")


def guards_at(directory: str | None, environment: Mapping[str, str]) -> GitHooks:
    """Make what puts guards into the repository around a directory. Raises `Refused`."""
    house = house_at(directory, environment)
    policies = policies_of(house.repository, house.spool.folder)
    asyncio.run(policies.look(publish=False))
    patterns = patterns_of(policies.in_force.policy.protected, house.repository.base_ref)
    return GitHooks(house.repository, house.spool.folder, patterns)


def _guards_here(arguments: argparse.Namespace, environment: Mapping[str, str]) -> GitHooks | None:
    """Give the guards of the repository that one stands in, where it has any."""
    try:
        guards = None if arguments.agent else guards_at(arguments.repo, environment)
    except Refused:
        return None
    return guards if guards and guards.installed else None


def _doctor(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from tui.wiring_doctor import looks_of, tell_of

    problems: list[Problem] = []
    house: House | None = None
    try:
        house = house_at(arguments.repo, environment)
    except Refused as refused:
        problems.append(Problem("repository", str(refused), "`headgate usage` works without one"))
    root, agents = str(house.spool.folder) if house else "", agents_of(environment)
    if arguments.run:
        return tell_of(arguments.run, agents, environment, house, as_json=arguments.json)
    found = find_agents(agents, environment)
    installer = installer_of(environment)
    hooks = hooks_of(found, installer)
    due = [one for one in found if arguments.canary or ((hook := hooks.get(one.agent)) and hook.untried)]
    if due:
        _fly(due, installer)
        hooks = hooks_of(found, installer)
    problems += _kept(hooks.values(), installer.root)
    looks = looks_of(agents, environment, house)
    doctor.print_doctor(found, root, problems, hooks, hook_command(AGENTS[0].name), looks, as_json=arguments.json)
    return 0


def _kept(hooks: Iterable[HookFound], root: Path) -> tuple[Problem, ...]:
    """Keep what is promised, for the rows of runs; where no hook is registered and none was, nothing is written."""
    told = {one.agent: Promise(*guarantee_of(one), one.version) for one in hooks if one.installed or root.is_dir()}
    try:
        if told:
            keep_promises(root, told, time.time())
    except (OSError, ValueError) as failure:
        return (Problem(str(root), f"what doctor says cannot be kept for the board: {failure}", "see to its rights"),)
    return ()


def _fly(found: Iterable[AgentFound], installer: Installer) -> None:
    """Fly a canary through the hook of each client that is here, and keep what it showed."""
    for one in found:
        if one.program is None or one.agent not in FLYING:
            continue
        say(f"headgate: a canary flies through {one.agent} {one.version or ''} in a temporary directory")
        flown = fly(one.agent, one.program, AGENTS, hook_command, installer.environment.get("PATH", ""))
        remember_canary(installer.root, one.agent, stamped(flown, one.version, hook_command(one.agent)))


def _chosen(named: list[str] | None, usual: list[str], none: str, *, needed: bool) -> list[str]:
    unknown = [agent for agent in named or () if agent not in HOOKED]
    if unknown:
        raise Refused(f"Headgate has no hook for {clean(unknown[0])}; it has one for {', '.join(HOOKED)}")
    if not (chosen := list(dict.fromkeys(named or usual))) and needed:
        raise Refused(none)
    return chosen


def _carried(
    plans: list[Plan],
    show: Callable[[str], Iterable[str]],
    write: Callable[[Plan], None],
    guard: Callable[[Plan], None] | None,
    arguments: argparse.Namespace,
    done: str,
) -> int:
    def written(plan: Plan) -> str | None:
        try:
            (guard if guard and plan.agent == GUARDS else write)(plan)
        except Unsure as unsure:
            return str(unsure)
        except OSError as error:
            return (
                f"{clean(str(error.filename or 'a file'))} cannot be written: {error.strerror}; the rest is unchanged"
            )
        return None

    def shown(agent: str) -> Iterable[str]:
        return (GUARDED,) if agent == GUARDS else show(agent)

    def told(agent: str) -> str:
        return "the guards of protected branches are changed" if agent == GUARDS else done

    # A plan may also be of the guards, which `told` knows.
    return install.carried_out(plans, shown, written, dry=arguments.dry_run, done=told)  # type: ignore[arg-type]


VERBS: dict[str, Callable[[argparse.Namespace, Mapping[str, str]], int]] = {
    "doctor": _doctor,
    "init": _init,
    "uninstall": _uninstall,
}
