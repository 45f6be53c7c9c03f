"""Measures the hook as it is registered against `python -I -S -c pass`: `python -m tests.bench.hook`.

Runs are interleaved, so that what else the machine does falls on all of them alike. It exits 1 when a limit is broken.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.hook.command import hook_command
from tests.bench.table import Table
from tests.hook.hook_world import PUSH, HookWorld, registered

ROUNDS = int(os.environ.get("ROUNDS", "60"))
WAITS = int(os.environ.get("WAITS", "20"))
PLAIN, PARSED, WAIT = (
    {"Read": {"file_path": "a.py"}, "Bash": {"command": "git status"}},
    {"Bash": {"command": "for f in *.py; do grep -n 'x y' \"$f\" | wc -l; done"}},
    0.3,
)


def took(command: list[str], told: bytes, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, input=told, env=environment, cwd="/", capture_output=True, check=False)
    return time.perf_counter() - began


def measured(world: HookWorld) -> dict[str, list[float]]:
    """Give the seconds of each case, one list a case, in rounds of all cases."""
    floor = [hook_command("x")[0], "-I", "-S", "-c", "pass"]
    hook = registered("claude-code")
    cases: dict[str, Callable[[], float]] = {"floor": lambda: took(floor, b"", world.environment)}
    for kind, calls in (("plain", PLAIN), ("parsed", PARSED)):
        for tool, words in calls.items():
            told = json.dumps(world.event(tool, words)).encode()
            cases[f"{kind} {tool}"] = lambda told=told: took(hook, told, world.environment)
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(3):
        for case in cases.values():
            case()
    for _ in range(ROUNDS):
        for name, case in cases.items():
            found[name].append(case())
    return found


def waited(world: HookWorld) -> tuple[list[float], list[float]]:
    """Give the seconds from a hook's start to its question, and from an answer to the hook's end."""
    asked: list[float] = []
    ended: list[float] = []
    for number in range(WAITS):
        began = time.perf_counter()
        hook = world.start(world.event("Bash", {"command": f"{PUSH}-{number}"}))
        question = world.question()
        asked.append(time.perf_counter() - began)
        time.sleep(0.05 + 0.013 * number)  # not in step with the hook's own pauses
        began = time.perf_counter()
        world.answer(question)
        hook.communicate()
        ended.append(time.perf_counter() - began)
    return asked, ended


def main() -> int:
    """Measure, print and say whether all holds."""
    with tempfile.TemporaryDirectory() as folder:
        world = HookWorld(Path(folder).resolve())
        world.open_house()
        world.listen()
        found = measured(world)
        asked, ended = waited(world)
        passed = [seen for seen in world.calls() if seen["verdict"] == "allow"]
        world.close()
    floor = statistics.median(found["floor"])
    print(f"floor: `python -I -S -c pass` takes {floor * 1000:.1f} ms; {len(passed)} calls were let go")
    assert len(passed) > ROUNDS * 3, "the calls that were measured were not let go"
    table = Table("hook")
    for name, times in found.items():
        if name.startswith("plain"):
            table.row(f"{name}, median, to an empty start", statistics.median(times) / floor, 2.0, "x")
            table.row(f"{name}, p95, to an empty start", statistics.quantiles(times, n=20)[18] / floor, 4.0, "x")
        elif name.startswith("parsed"):
            table.row(f"{name}, median, to an empty start", statistics.median(times) / floor, 4.0, "x")
    table.row("request to its file, median", statistics.median(asked), WAIT, "s")
    table.row("decision to the hook's end, median", statistics.median(ended), WAIT, "s")
    return table.status


if __name__ == "__main__":
    sys.exit(main())
