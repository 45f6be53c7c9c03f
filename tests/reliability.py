"""Tries to break every promise and tells what came of it: `python -m tests.reliability [--full] [--write] [PYTEST…]`.

`--full` tries as often as docs/reliability.md says (minutes to an hour), without it as the suite does. `--write` puts
the figures into docs/reliability.md, between its two marks. What is left on the line goes to pytest: files, or `-k`.
It exits 1 when an attack succeeded, and 2 when a promise had none.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.promises import PROMISES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- figures: python -m tests.reliability --write -->", "<!-- end of figures -->"
SELDOM = "Tried as often as in the suite, without `--full`."
OFTEN = "Tried as often as `--full` does."


@dataclass(frozen=True, slots=True)
class Attack:
    """One test that tried to break promises: its file and name, what came of it, and what it measured."""

    test: str
    outcome: str
    promises: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def name(self) -> str:
        """Give the test's name without its parameters, because those are many for one attack."""
        return self.test.partition("[")[0]


def tried(words: Sequence[str], *, full: bool) -> tuple[Attack, ...]:
    """Run every test that attacks a promise, and give what came of each."""
    with tempfile.TemporaryDirectory() as scratch:
        told = Path(scratch) / "attacks.json"
        environment = {**os.environ, "HEADGATE_FIGURES": str(told), "HEADGATE_FULL": "1" if full else ""}
        command = [sys.executable, "-m", "pytest", "-m", "attacks", *(["--timeout=3600"] if full else []), *words]
        subprocess.run(command, cwd=ROOT, env=environment, check=False)
        return read(json.loads(told.read_text())) if told.exists() else ()


def read(rows: Iterable[Mapping[str, list[str] | str]]) -> tuple[Attack, ...]:
    """Read the attacks that a run of pytest left."""
    return tuple(
        Attack(str(row["test"]), str(row["outcome"]), tuple(row["promises"]), tuple(row["figures"])) for row in rows
    )


def lines(attacks: Sequence[Attack]) -> list[str]:
    """Give the figures as lines of Markdown: for each promise its attacks, how many held, and what they measured."""
    told: list[str] = []
    for promise, sentence in PROMISES.items():
        mine = [one for one in attacks if promise in one.promises]
        told += ["", f"### {sentence}", "", _counted(mine), ""]
        told += [_row(name, [one for one in mine if one.name == name]) for name in dict.fromkeys(a.name for a in mine)]
    return told


def _counted(mine: Sequence[Attack]) -> str:
    count = {outcome: sum(one.outcome == outcome for one in mine) for outcome in ("passed", "failed", "skipped")}
    if not mine:
        return "**No attack was tried.**"
    rest = f", **{count['failed']} BROKE IT**" if count["failed"] else ""
    return f"{len(mine)} attacks: {count['passed']} held{rest}" + (
        f", {count['skipped']} not tried here" * bool(count["skipped"])
    )


def _row(name: str, mine: Sequence[Attack]) -> str:
    broken = sum(one.outcome == "failed" for one in mine)
    held = sum(one.outcome == "passed" for one in mine)
    times = f"{held} times" if held > 1 else "once" if held else "not tried here"
    figures = "; ".join(dict.fromkeys(figure for one in mine for figure in one.figures))
    said = f"**{broken} of {len(mine)} BROKE IT**" if broken else times
    return f"- `{name}` ({figures or said})"


def written(page: str, attacks: Sequence[Attack], said: str = SELDOM) -> str:
    """Give the page with new figures between its marks, and `said` of them. Raises `ValueError` without marks."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE.name} has no line {BEGIN!r} with {END!r} after it")
    return "\n".join([f"{before}{BEGIN}", "", said, *lines(attacks), "", f"{END}{after}"])


def main() -> int:
    """Try, print, write where asked, and say by the exit whether the promises held."""
    words = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__.partition("\n")[0])
    words.add_argument("--full", action="store_true", help="try as often as the page says")
    words.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    asked, rest = words.parse_known_args()
    attacks = tried(rest, full=asked.full)
    print("\n".join(lines(attacks)))
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(), attacks, OFTEN if asked.full else SELDOM))
    if any(one.outcome == "failed" for one in attacks):
        return 1
    return 2 if set(PROMISES) - {promise for one in attacks for promise in one.promises} else 0


if __name__ == "__main__":
    sys.exit(main())
