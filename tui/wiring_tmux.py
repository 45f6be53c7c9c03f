"""Introduces the state database to `headgate status --tmux`, which a status line runs again and again.

Nothing is written, no core's step is done, and git is not asked where the repository is known already.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from state.places import state_root
from state.store.glimpse import Glimpse, folders, glimpse
from state.store.unmoved import house_of, lies_in_one
from state.text import clean
from tui.verbs.tmux_line import line


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the line. Where nothing can be known it says so, and why on standard error: 2."""
    try:
        found = _looked_at(arguments, environment)
    except OSError:
        return _unknown(arguments.tmux, "nothing is known yet: run `headgate` in the repository first")
    except ValueError as error:
        return _unknown(arguments.tmux, clean(str(error)))
    sys.stdout.write(f"{line(found, arguments.tmux, colours='NO_COLOR' not in environment)}\n")
    return 0


def _unknown(cells: int, why: str) -> int:
    sys.stdout.write(f"{line((), cells)}\n")
    sys.stderr.write(f"headgate: {why}\n")
    return 2


def _looked_at(arguments: argparse.Namespace, environment: Mapping[str, str]) -> list[Glimpse]:
    now = time.time()
    if arguments.all:
        return [glimpse(folder, now) for folder in folders(state_root(environment))]
    directory = arguments.repo or os.getcwd()  # noqa: PTH109 - a directory that is gone has no other name
    known = house_of(directory, environment)
    if known is not None:
        return [glimpse(Path(known), now)]
    if not lies_in_one(directory):
        raise ValueError("no repository there: name one with --repo DIR, or all that are known with `headgate --all`")
    return [glimpse(_asked(directory, environment), now)]


def _asked(directory: str, environment: Mapping[str, str]) -> Path:
    """Ask git, which tells of every repository, and takes longer to load than all the rest."""
    from tui.wiring import Refused, house_at

    try:
        return house_at(directory, environment).spool.folder
    except Refused as refused:
        raise ValueError(str(refused)) from refused
