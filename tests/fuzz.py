"""Fuzzes the parsers of tests/parsers: `python -m tests.fuzz [PARSER…] [--seconds N] [--reach] [--list]`.

With `--reach`, where atheris can be imported (`uv pip install atheris`; it is no dependency, because it has wheels for
Linux alone), it looks for inputs by what they reach; otherwise good inputs are damaged by chance. Each parser runs in a
process of its own, and falls where one input takes more than `PATIENCE` seconds. A word names every parser that it is
in the name of. Exits 1 where one fell; the input stands beside the sentence.
"""

import argparse
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.parsers.damage import damaged
from tests.parsers.row import Parser, tried
from tests.parsers.table import table

PATIENCE = 10


class TookTooLong(BaseException):
    """One input took more processor time than any may."""


def by_chance(parser: Parser, seconds: float) -> int:
    """Damage good inputs for so long; gives how many were read. Raises what the parser may not raise."""
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        data = damaged(parser.samples, seed := int(time.time_ns()))
        try:
            _in_time(parser, data)
        except BaseException:
            print(f"the damage of seed {seed}: {data[:400]!r}", flush=True)
            raise
        count += 1
    return count


def _in_time(parser: Parser, data: bytes) -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        tried(parser, data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def by_reach(parser: Parser, seconds: float) -> None:
    """Let atheris look for inputs; it ends the process."""
    atheris: Any = importlib.import_module("atheris")

    with tempfile.TemporaryDirectory(prefix="headgate-corpus-") as corpus:
        for number, sample in enumerate(parser.samples[:200]):
            (Path(corpus) / str(number)).write_bytes(sample)
        atheris.instrument_all()
        flags = [f"-max_total_time={int(seconds)}", f"-timeout={PATIENCE}", "-rss_limit_mb=1500", "-verbosity=0"]
        atheris.Setup(
            [sys.argv[0], *flags, f"-artifact_prefix={tempfile.gettempdir()}/", corpus], lambda d: tried(parser, d)
        )
        atheris.Fuzz()


def _one(name: str, seconds: float, *, reach: bool) -> int:
    def ended(number: int, frame: object) -> None:
        raise TookTooLong(f"one input took more than {PATIENCE} s")

    signal.signal(signal.SIGVTALRM, ended)
    parser = table()[name]
    if not reach or importlib.util.find_spec("atheris") is None:
        print(f"{name}: {by_chance(parser, seconds):,} inputs, none fell", flush=True)
    else:
        by_chance(parser, seconds / 2)
        by_reach(parser, seconds / 2)
    return 0


def main() -> int:
    """Fuzz what is named, or all, one after the other."""
    words = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    words.add_argument("parsers", nargs="*", help="words of the names of parsers; all where none is given")
    words.add_argument("--seconds", type=float, default=60.0, help="how long each is tried")
    words.add_argument("--reach", action="store_true", help="let atheris look, which takes minutes to begin")
    words.add_argument("--list", action="store_true", help="name every parser and end")
    words.add_argument("--one", help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.one:
        return _one(asked.one, asked.seconds, reach=asked.reach)
    chosen = [name for name in table() if not asked.parsers or any(word in name for word in asked.parsers)]
    if asked.list:
        print("\n".join(chosen))
        return 0
    fallen: list[str] = []
    for name in chosen:
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--one",
            name,
            "--seconds",
            str(asked.seconds),
            *(["--reach"] if asked.reach else []),
        ]
        done = subprocess.run(command, check=False, env={**os.environ}, capture_output=True, text=True)
        print(f"{'ok  ' if not done.returncode else 'FELL'} {name}", flush=True)
        if done.returncode:
            fallen.append(name)
            print((done.stdout + done.stderr)[-3000:], flush=True)
    print(f"{len(chosen)} parsers for {asked.seconds:g} s each: {len(fallen)} fell")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
