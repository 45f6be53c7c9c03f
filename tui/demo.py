"""`headgate demo`: the board on a scripted fleet, in a temporary directory that is gone afterwards.

What it needs of the adapters it is given by the wiring. However the board ends, by its key, by an error or by a signal,
the player is ended and the directory removed; nothing of the user's home is read or written.
"""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

from state.text import clean

GRACE = 5.0
"""Seconds that the player has to end by itself when its input ends."""


_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Player(Protocol):
    """The process that plays the fleet; it ends when its input does."""

    @property
    def stdin(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


def run_demo(
    arguments: argparse.Namespace,
    environment: Mapping[str, str],
    *,
    surroundings: Callable[[Path, Mapping[str, str]], dict[str, str]],
    prepare: Callable[[Path, int, float], str],
    start_player: Callable[[Sequence[str], Path, Mapping[str, str]], Player],
    open_board: Callable[[str, Mapping[str, str]], int],
) -> int:
    """Show the demo until its board is left; give the exit status, 2 where there is no terminal.

    `surroundings` gives the environment of a demo in a directory, `prepare` makes its repository and gives its path,
    `open_board` shows that repository's board and ends the core that it started.
    """
    return run_in_temporary(
        "demo",
        environment,
        words=(
            *("--speed", str(arguments.speed), "--seed", str(arguments.seed)),
            *(["--faults"] if arguments.faults else ()),
        ),
        surroundings=surroundings,
        prepare=lambda folder: prepare(folder, arguments.seed, time.time()),
        start_player=start_player,
        open_board=open_board,
    )


def run_in_temporary(
    verb: str,
    environment: Mapping[str, str],
    *,
    words: Sequence[str],
    surroundings: Callable[[Path, Mapping[str, str]], dict[str, str]],
    prepare: Callable[[Path], str],
    start_player: Callable[[Sequence[str], Path, Mapping[str, str]], Player],
    open_board: Callable[[str, Mapping[str, str]], int],
) -> int:
    """Show what a player plays in a temporary directory until its board is left; 2 where there is no terminal.

    `words` are the player's beside the directory; all else is as for `run_demo`.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(f"headgate: {verb} opens the board, which needs a terminal: run it in one\n")
        return 2
    with _unwinding(), _temporary(verb) as folder:
        inside = surroundings(folder, environment)
        repository = prepare(folder)
        log = folder / "player.log"
        player = start_player(("demo-player", "--repo", str(folder), *words), log, inside)
        try:
            return open_board(repository, inside)
        finally:
            _end(player, log, verb)


@contextlib.contextmanager
def _unwinding() -> Iterator[None]:
    """Let a signal that ends the process unwind it, so that what was begun is cleared away; the next ones wait."""

    def leave(number: int, frame: FrameType | None) -> None:
        _ignore_signals()
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in _ENDING}
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _ignore_signals() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _temporary(verb: str) -> Iterator[Path]:
    """Give a directory that only its owner enters, and remove it in the end, unless the player has done so."""
    folder = Path(tempfile.mkdtemp(prefix=f"headgate-{verb}-")).resolve()
    try:
        yield folder
    finally:
        _ignore_signals()
        try:
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            sys.stderr.write(f"headgate: {folder} could not be removed: {clean(str(error))}; remove it by hand\n")


def _end(player: Player, log: Path, verb: str) -> None:
    """Close the player's input and wait for its end; say so if it had ended before, because the fleet stood still."""
    _ignore_signals()
    early = player.poll()
    if player.stdin is not None:
        player.stdin.close()
    deadline = time.monotonic() + GRACE
    while player.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    if player.poll() is None:
        player.kill()
    player.wait()
    if early is not None:
        said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        why = clean(said[-1], 300) if said else "it said nothing"
        sys.stderr.write(f"headgate: the {verb}'s player ended early with status {early}: {why}\n")
