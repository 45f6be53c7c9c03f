"""Introduces the demo: its scripted fleet to the player, to a core and to the board."""

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path

from adapters.git.failure import GitFailed
from adapters.launch import start_player
from state.text import clean
from tui.wiring_open import Refused, house_at, keeper_of, shown


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Show the demo, or play it in the process that the demo starts. Raises `Refused`."""
    return _demo(arguments, environment) if arguments.verb == "demo" else _play(arguments)


def _play(arguments: argparse.Namespace) -> int:
    from adapters.demo import clear_away, play

    status = asyncio.run(play(Path(arguments.repo), arguments.speed, arguments.seed))
    clear_away(Path(arguments.repo))
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
        open_board=_open_demo,
    )


def _prepare_demo(folder: Path, seed: int, now: float) -> str:
    from adapters.demo import prepare

    try:
        return prepare(folder, seed, now)
    except GitFailed as failed:
        raise Refused(f"{failed.text}: {failed.remedy}") from failed
    except OSError as error:
        raise Refused(clean(f"the demo could not be made in {folder}: {error.strerror}")) from error


def _open_demo(repository: str, environment: Mapping[str, str]) -> int:
    """Show the demo's board; its core ends with it, because the repository does."""
    house = house_at(repository, environment)
    keep = keeper_of(house)
    try:
        return shown([house], [keep], environment, tour=True)
    finally:
        keep.end()
