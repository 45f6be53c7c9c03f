"""What an empty screen teaches: what is missing, where it comes from, and the next key or command.

The first sentence of each is the one that stands alone elsewhere. `{id}` stands for the key of the command of that id.
"""

import re
from collections.abc import Mapping
from typing import Literal

from state.commands import command
from tui.keys import shown_key
from tui.wording import CHANGES_UNKNOWN, NO_CALLS, NO_CHANGES, NO_PLAN, NO_RUN_SELECTED, NO_STORY, NO_WORKTREE, many
from tui.wording_gates import NO_REQUEST, NO_REQUEST_MORE
from tui.wording_ledger import NOTHING_YET
from tui.wording_money import NOTHING_MEASURED, NOTHING_SPENT

Empty = Literal[
    "plan", "calls", "log", "no_worktree", "files_unknown", "files", "run", "requests", "conflicts", "alone", "ledger",
    "spending", "outcomes",
]  # fmt: skip

EMPTY: Mapping[Empty, tuple[str, ...]] = {
    "plan": (
        NO_PLAN,
        "A plan stands here once its agent writes one: its own list of steps, or its plan mode.",
        "{start} starts a run that is asked for one.",
    ),
    "calls": (
        NO_CALLS,
        "Each tool call of its log stands here, with the end of its result.",
        "{pane_log} shows what else its log tells.",
    ),
    "log": (
        NO_STORY,
        "Its log was found, and no prompt, answer or tool call in it was read so far.",
        "headgate doctor --run ID says how far it was read.",
    ),
    "no_worktree": (
        NO_WORKTREE,
        "It was removed, or never was one of this repository; what its log tells is kept.",
        "headgate doctor --run ID says which directory its log names.",
    ),
    "files_unknown": (
        CHANGES_UNKNOWN,
        "git is asked about one worktree after the other, and about an opened one first.",
        "{refresh} asks now.",
    ),
    "files": (NO_CHANGES, "Committed, uncommitted and untracked files would stand here.", "{refresh} asks git now."),
    "run": (NO_RUN_SELECTED, "Its facts, plan, tool calls, files and log stand here."),
    "requests": (
        NO_REQUEST,
        "Plans, exceptions, merges and releases that wait for a human stand here.",
        "headgate init registers the hook that lets runs wait for you.",
        NO_REQUEST_MORE,
    ),
    "conflicts": (
        "Each of them merges with every other, and with the base.",
        "Uncommitted work is compared too, whenever something stirs in a worktree.",
        "headgate conflicts says the same to a script, and ends with 1 once two do not merge.",
    ),
    "alone": (
        "There is no second worktree to compare with.",
        "Worktrees with work of their own are merged with each other here, without touching them.",
        "git worktree add makes one; {start} on the board starts a run in one.",
    ),
    "ledger": (
        NOTHING_YET,
        "Who decided what, on which evidence, stands here, each entry sealed to the one before it.",
        "The first answer that you give at a gate is the first entry of yours: {next_waiting} on the board.",
    ),
    "spending": (
        NOTHING_SPENT,
        "Costs come from the tokens in the agents' logs, at the price of each call's own time.",
        "{money_period} takes a longer time; headgate prices lists what has no price.",
    ),
    "outcomes": (
        NOTHING_MEASURED,
        "Figures begin with the first change that is accepted; docs/metrics.md defines each.",
        "{change} on the board opens a run's change.",
    ),
}

_NAMED = re.compile(r"\{(\w+)\}")


def taught(about: Empty) -> tuple[str, ...]:
    """Give the sentences of an empty screen, with the keys as they are."""
    return tuple(with_keys(one) for one in EMPTY[about])


def with_keys(sentence: str) -> str:
    """Put the key of each command in the place of its id."""
    return _NAMED.sub(lambda found: shown_key(command(found[1]).keys[0]), sentence)


def more_of_no_runs(elsewhere: int) -> list[tuple[str, str]]:
    """Give what the empty board adds: logs that are of no worktree here, and how to start a run."""
    found = many(elsewhere, "log was found that is", "logs were found that are")
    told = [(f"{found} of no worktree here: headgate doctor names them.", "text")] if elsewhere else []
    return [*told, (with_keys("{start} starts a run, in a worktree of its own."), "dim")]
