"""Changes the code a little and sees whether a test notices: `python -m tests.mutants ROOM… [--sample N] [--seed N]`.

For each mutant the tests that call its function run in a process of their own, at the lowest priority: all of a room
take hours, so `--sample` takes so many by the dice of `--seed`. Prints each survivor; those that docs/mutants.md
explains are told apart, and `--explained` tries only them. It exits 1 when one survives unexplained.
"""

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutants.mutations import Mutant, mutants
from tests.mutants.trial import QUIET, Outcome, tried, watched

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/mutants.md"


@dataclass(frozen=True, slots=True)
class Room:
    """What is mutated, and the narrow tests that ought to notice; both as patterns below the root."""

    code: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[Path]:
        """Give the modules."""
        return sorted(path for pattern in self.code for path in ROOT.glob(pattern))

    def narrow(self) -> list[str]:
        """Give the tests."""
        return sorted({str(path) for pattern in self.tests for path in ROOT.glob(pattern)})


_FOLD = (
    *("fold*", "plans", "depths", "context*", "claims", "repeats", "last_word", "status*", "state_matrix", "stops"),
    *("assurance", "display", "fresh_calls", "meter_sums", "lanes", "routing", "pricing", "staleness", "budgeting"),
)
_POLICY = (
    "policy_*",
    "command*",
    "call_effects",
    "depths",
    "passwords",
    "run_scripts",
    "hidden_commands",
    "older_policy",
)
ROOMS: Mapping[str, Room] = {
    "ledger": Room(("state/ledger/*.py",), ("tests/state/ledger/test_*.py",)),
    "fold": Room(("state/runs/fold.py",), tuple(f"tests/state/test_{name}.py" for name in _FOLD)),
    "policy": Room(
        ("state/policy/*.py",),
        (*(f"tests/state/test_{name}.py" for name in _POLICY), "tests/adapters/test_recorded_calls.py"),
    ),
}


def main() -> int:
    """Try the mutants of the rooms that are asked for; each room in a process, because its tests stay loaded."""
    words = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.partition("\n")[0])
    words.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(ROOMS), default=list(ROOMS))
    words.add_argument("--sample", type=int, help="so many of each room, by the dice of --seed; else all")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--explained", action="store_true", help="only the mutants that docs/mutants.md names")
    asked = words.parse_args()
    os.nice(19)
    return max([_room(name, asked) for name in asked.rooms])


def _room(name: str, asked: argparse.Namespace) -> int:
    room = ROOMS[name]
    some = chosen(room, asked)
    pytest.main([*QUIET, "--collect-only", "-qq", *room.narrow()])
    tests = watched(room.files(), room.narrow())
    count: Counter[Outcome] = Counter()
    unexplained, page = 0, PAGE.read_text() if PAGE.exists() else ""
    for number, mutant in enumerate(some, 1):
        outcome = tried(mutant, tests.of(mutant, ROOT))
        count[outcome] += 1
        if outcome != "noticed":
            known = f"`{mutant.name}`" in page
            unexplained += not known
            print(f"{number} {outcome}{', explained' * known} {mutant.file}:{mutant.line} {mutant.name}", flush=True)
    print(
        f"{name}: {len(some)} mutants tried, " + ", ".join(f"{n} {outcome}" for outcome, n in count.items()), flush=True
    )
    return 1 if unexplained else 0


def chosen(room: Room, asked: argparse.Namespace) -> Sequence[Mutant]:
    """Give the mutants of a room that are to be tried."""
    every = [one for path in room.files() for one in mutants(str(path.relative_to(ROOT)), path.read_text())]
    if asked.explained:
        page = PAGE.read_text()
        return [one for one in every if f"`{one.name}`" in page]
    print(f"{len(every)} mutants", flush=True)
    return every if asked.sample is None else random.Random(asked.seed).sample(every, min(asked.sample, len(every)))


if __name__ == "__main__":
    sys.exit(main())
