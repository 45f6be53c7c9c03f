"""`headgate init` and `headgate uninstall`: show the exact change to each agent's settings, ask, then write."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tui.verbs.printing import print_lines, say

YES = "yes"


class Change(Protocol):
    """One file's change, as it is shown."""

    @property
    def changes(self) -> bool: ...

    def diff(self) -> list[str]: ...


class Plan(Protocol):
    """What is planned for one agent."""

    @property
    def agent(self) -> str: ...
    @property
    def changes(self) -> Sequence[Change]: ...
    @property
    def notes(self) -> Sequence[str]: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def open(self) -> bool: ...


def shown(plans: Sequence[Plan], placements: Callable[[str], Iterable[str]]) -> list[str]:
    """Give the lines that show every change, and for each agent what its placement protects against."""
    lines: list[str] = []
    for plan in plans:
        lines += [f"== {plan.agent}", *placements(plan.agent)]
        lines += [f"note: {note}" for note in plan.notes]
        if plan.refusal is not None:
            lines.append(f"refused: {plan.refusal}")
        elif not plan.open:
            lines.append("nothing to change")
        for change in plan.changes if plan.refusal is None else ():
            lines += ["", *change.diff()] if change.changes else []
        lines.append("")
    return lines


def agreed(question: str) -> bool | None:
    """Ask on the terminal; only the whole word counts. None where there is no terminal to ask on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    sys.stdout.write(f'{question} Type "{YES}" to write, anything else to leave all as it is: ')
    sys.stdout.flush()
    return sys.stdin.readline().strip() == YES


def carried_out(
    plans: Sequence[Plan],
    placements: Callable[[str], Iterable[str]],
    write: Callable[[Plan], str | None],
    *,
    dry: bool,
    done: Callable[[str], str],
) -> int:
    """Show the plans, ask, and write; `write` gives the complaint of one that failed.

    Gives 0 where all that was wanted stands, 1 where the human said no or something was refused, 2 without a terminal.
    """
    print_lines(shown(plans, placements))
    refused = any(plan.refusal is not None for plan in plans)
    waiting = [plan for plan in plans if plan.open]
    if dry or not waiting:
        return int(refused)
    match agreed(f"Write {'this change' if len(waiting) == 1 else 'these changes'}?"):
        case None:
            say("headgate: nothing was written: this asks for a yes on a terminal; `--dry-run` only shows")
            return 2
        case False:
            print_lines(["nothing was written"])
            return 1
        case True:
            return _written(waiting, write, done) or int(refused)


def _written(plans: Sequence[Plan], write: Callable[[Plan], str | None], done: Callable[[str], str]) -> int:
    failed = 0
    for plan in plans:
        complaint = write(plan)
        if complaint is None:
            print_lines([f"{plan.agent}: {done(plan.agent)}"])
        else:
            failed = 1
            say(f"headgate: {plan.agent}: {complaint}")
    return failed
