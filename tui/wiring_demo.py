"""Introduces the demo: its scripted fleet to the player, to a core and to the board."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from adapters.git.failure import GitFailed
from adapters.launch import start_player
from state.text import clean
from tui.wiring_open import Refused, house_at, keeper_of, shown


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Show the demo or recorded logs, or play them in the process that these start. Raises `Refused`."""
    match arguments.verb:
        case "demo":
            return _demo(arguments, environment)
        case "replay":
            return _replay(arguments, environment)
        case _:
            return _play(arguments)


def _play(arguments: argparse.Namespace) -> int:
    from adapters import replay
    from adapters.demo import clear_away, play

    folder = Path(arguments.repo)
    if (folder / replay.PARTS).is_file():
        status = asyncio.run(replay.play(folder, arguments.speed))
    else:
        status = asyncio.run(play(folder, arguments.speed, arguments.seed, faults=arguments.faults))
    clear_away(folder)
    return status


def _demo(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from adapters.demo import surroundings
    from tui.demo import run_demo

    return run_demo(
        arguments,
        environment,
        surroundings=surroundings,
        prepare=_prepare_demo,
        start_player=start_player,
        open_board=_open_faulty_demo if arguments.faults else _open_demo,
    )


def _replay(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from adapters import replay
    from adapters.demo import surroundings
    from adapters.replay_log import Unplayable
    from tui.demo import run_in_temporary

    try:
        logs = replay.chosen(arguments.logs)
    except Unplayable as why:
        raise Refused(str(why)) from why
    return run_in_temporary(
        "replay",
        environment,
        words=("--speed", str(arguments.speed)),
        surroundings=surroundings,
        prepare=lambda folder: _made(folder, lambda: replay.prepare(folder, logs, time.time())),
        start_player=start_player,
        open_board=partial(_open_demo, tour=False),
    )


def _open_faulty_demo(repository: str, environment: Mapping[str, str]) -> int:
    """Show the demo's board, and tell in the end what went wrong meanwhile, to be compared with what it said."""
    from adapters.demo_faults import made

    try:
        return _open_demo(repository, environment, tour=False)
    finally:
        sys.stderr.write(made(Path(repository).parent))


def _prepare_demo(folder: Path, seed: int, now: float) -> str:
    from adapters.demo import prepare

    return _made(folder, lambda: prepare(folder, seed, now))


def _made(folder: Path, make: Callable[[], str]) -> str:
    try:
        return make()
    except GitFailed as failed:
        raise Refused(f"{failed.text}: {failed.remedy}") from failed
    except OSError as error:
        raise Refused(clean(f"it could not be made in {folder}: {error.strerror}")) from error


def _open_demo(repository: str, environment: Mapping[str, str], *, tour: bool = True) -> int:
    """Show the demo's board; its core ends with it, because the repository does."""
    house = house_at(repository, environment)
    keep = keeper_of(house)
    try:
        return shown([house], [keep], environment, tour=tour)
    finally:
        keep.end()
