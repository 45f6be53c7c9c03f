"""A writer in the core's place for the bench of the board: it folds events, commits them in batches and rings.

`python -m tests.bench.busy_core REPOSITORY RUNS` says "ready", then obeys lines: `batch UPDATES PER_SECOND` commits so
many changed runs so often until the next line, `rest` commits nothing, and the end of its input ends it. What it does
for a change is what the core does, without logs and git: fold, show, write in one transaction, ring each board.
"""

import os
import select
import sys
import time
from itertools import cycle, islice
from random import Random

from state.runs.display import card
from state.runs.event import Event, PlaceEntered, PromptGiven, RunFound, ToolBegun, ToolEnded, TurnBegun
from state.runs.fleet import Fleet
from state.runs.run import Origin, RunKey, run_key
from state.spool import Spool, hang_bell, take_lock
from state.store.writer import Store
from tui.wiring import house_at


class BusyCore:
    """The fleet in memory and in the store; each commit is one batch and one ring."""

    def __init__(self, spool: Spool, runs: int) -> None:
        self._spool, self._store, self._fleet = spool, Store(spool.database), Fleet()
        self._store.begin(time.time())
        self._keys = [run_key("codex", str(number)) for number in range(runs)]
        self._turn, self._step = cycle(Random(7).sample(self._keys, runs)), 0
        with self._store.transaction() as transaction:
            transaction.say("repository", "bench")
        self._commit([event for number, key in enumerate(self._keys) for event in _born(key, number)])

    def batch(self, updates: int) -> None:
        """Change so many runs, each by the end of one call and the beginning of the next."""
        self._commit([event for key in islice(self._turn, updates) for event in self._worked(key)])

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _worked(self, key: RunKey) -> list[Event]:
        self._step += 1
        origin = Origin("/bench.jsonl", self._step * 1000, time.time())
        over = ToolEnded(key, origin, f"{key}", failed=False, text="ok")
        return [over, ToolBegun(key, origin, f"{key}", "Bash", f"pytest -q tests/step_{self._step:07}.py")]

    def _commit(self, events: list[Event]) -> None:
        changed = self._fleet.folded(events)
        self._fleet, now = self._fleet.with_runs(changed), time.time()
        with self._store.transaction() as transaction:
            transaction.tell(events, {"/bench.jsonl": 1})
            transaction.show([(run, card(run, None, now)) for run in changed.values()])
        self._spool.ring_boards()


def _born(key: RunKey, number: int) -> list[Event]:
    origin = Origin("/bench.jsonl", number, time.time() - 60)
    return [
        RunFound(key, origin, "codex", str(number)),
        PlaceEntered(key, origin, f"/bench/{number}", f"feat/task-{number:03}"),
        TurnBegun(key, origin),
        PromptGiven(key, origin, f"task {number:03} of the bench"),
        ToolBegun(key, origin, f"{key}", "Bash", "pytest -q"),
    ]


def main() -> None:
    """Write until the input ends."""
    spool = house_at(sys.argv[1], os.environ).spool
    lock, bell = take_lock(spool.lock_file), hang_bell(spool.bell_file)
    core = BusyCore(spool, int(sys.argv[2]))
    print("ready", flush=True)
    updates, due, every = 0, 0.0, 0.0
    while True:
        left = max(0.0, due - time.monotonic()) if updates else None
        if select.select([sys.stdin], [], [], left)[0]:
            words = sys.stdin.readline().split()
            if not words:
                break
            updates, every, due = (int(words[1]), 1 / float(words[2]), time.monotonic()) if words[1:] else (0, 0.0, 0.0)
            continue
        core.batch(updates)
        # A late batch is not made up for: the core's watcher would have grouped more into it.
        due = max(due + every, time.monotonic())
    core.close()
    for descriptor in (bell, lock):
        if descriptor is not None:
            os.close(descriptor)
    spool.bell_file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
