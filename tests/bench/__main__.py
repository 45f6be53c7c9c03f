"""Runs the benches and makes one table of what they found: `python -m tests.bench [NAME…] [--quick] [--write]`.

Each bench runs in a process of its own, one after another; what two of them need is made once. `--quick` asks for less
of everything: minutes in place of an hour, and figures that say less. `--write` puts the table between the two
marks of docs/reliability.md. It exits 1 when a limit is broken or a bench did not come to its end.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.table import MADE, ROWS, Row, markdown, read

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- benches: python -m tests.bench --write -->", "<!-- end of benches -->"


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench: what it is about, and with which words and environment it is quick."""

    about: str
    quick: Sequence[str] = ()
    environment: tuple[tuple[str, str], ...] = ()


BENCHES: Mapping[str, Bench] = {
    "board": Bench("the board on a terminal", ("--rounds", "3", "--seconds", "5")),
    "line_to_screen": Bench("from a line in a log to the painted row"),
    "ingest": Bench("reading logs", ("--bytes", "100000000", "--files", "200", "--repeat", "1")),
    "conflicts": Bench(
        "every pair of worktrees",
        environment=(
            ("ROUNDS", "1"),
            ("EVENTS", "10"),
        ),
    ),
    "history": Bench("a history of 100,000 runs"),
    "hook": Bench(
        "what the hook costs an agent",
        environment=(
            ("ROUNDS", "20"),
            ("WAITS", "8"),
        ),
    ),
    "stop": Bench(
        "from an order to stop to the kernel's word",
        environment=(
            ("ROUNDS", "5"),
            ("REAL_ROUNDS", "1"),
        ),
    ),
    "load": Bench("under load", ("--quick",)),
}


def measured(name: str, *, quick: bool, made: Path) -> list[Row]:
    """Run one bench to its end and give its rows; a last one says so where it did not come to its end."""
    bench = BENCHES[name]
    with tempfile.TemporaryDirectory() as scratch:
        left = Path(scratch) / "rows"
        environment = {**os.environ, ROWS: str(left), MADE: str(made), **(dict(bench.environment) if quick else {})}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", f"tests.bench.{name}", *(bench.quick if quick else ())]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        rows = read(left)
    if done.returncode and not any(row.broken for row in rows):
        rows.append(Row(name, "came to its end", float(done.returncode), 0.0, "exit status"))
    return rows


def lines(rows: Sequence[Row]) -> list[str]:
    """Give the table as lines of Markdown, with the count of its verdicts and the machine under it."""
    verdicts = [row.verdict for row in rows]
    counted = ", ".join(f"{verdicts.count(one)} {word}" for one, word in _WORDS.items() if one in verdicts)
    machine = f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} at the end"
    return [*markdown(rows), "", f"{len(rows)} rows: {counted}. Measured on {machine}."]


_WORDS = {"holds": "hold", "BROKEN": "**BROKEN**", "NOT MEASURED": "not measured"}


def written(page: str, told: Sequence[str]) -> str:
    """Give the page with a new table between its marks, which are added at its end where it has none."""
    before, found, rest = page.partition(BEGIN)
    after = rest.partition(END)[2] if found else "\n"
    return "\n".join([f"{before}{'' if found else _HEAD}{BEGIN}", *told, "", f"{END}{after}"])


_HEAD = "\n## What it costs\n\n"


def main() -> int:
    """Run, print the table, write it where asked, and say by the exit whether the limits held."""
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    words.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    words.add_argument("--quick", action="store_true", help="less of everything")
    words.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    asked = words.parse_args()
    if unknown := set(asked.names) - set(BENCHES):
        words.error(f"no bench is named {', '.join(sorted(unknown))}: there are {', '.join(BENCHES)}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names or BENCHES:
            print(f"\n{name}: {BENCHES[name].about}", flush=True)
            rows += measured(name, quick=asked.quick, made=Path(folder))
    print("\n".join(lines(rows)))
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(), lines(rows)))
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
