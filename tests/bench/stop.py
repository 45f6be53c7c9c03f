"""Measures a stop from the order to the kernel's word: `python -m tests.bench.stop`, with real clients where they are.

A client that obeys SIGINT is stopped in the middle of `sleep 60`: the median must stay under 2 s (issue 5). The made-up
agent shows what of that is Headgate's own: it ends at once, so what it takes is looking, freezing and keeping. It
exits 1 when a limit is broken. `HEADGATE_CLIENTS` names real clients.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters.git.repository import find
from adapters.git.rescue import GitRescuer
from adapters.run_processes import RunProcesses
from state.control.hands import Hands
from state.control.stopping import Stopping
from state.spool import Order
from tests.adapters.plain_agent import PlainAgent
from tests.bench.table import Table
from tests.clients.found import programs
from tests.clients.test_client_control import at_work, ordered
from tests.control_desk import desk_of, run_of, started
from tests.world import World

ROUNDS = int(os.environ.get("ROUNDS", "20"))
REAL_ROUNDS = int(os.environ.get("REAL_ROUNDS", "3"))
LIMIT = 2.0
OWN_LIMIT = 0.6
"""Of the two seconds Claude Code itself needs up to 1.7 (research/real-clients.md 3e)."""


async def made_up(folder: Path) -> list[float]:
    """Give the seconds of stops of a client that ends at the first SIGINT, in a worktree with uncommitted work."""
    world = World(folder)
    tree = world.worktrees["one"]
    program = folder / f"sham-{os.getpid()}"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    world.state.mkdir()
    hands = Hands(
        RunProcesses([PlainAgent("sham", program.name)], {}), GitRescuer(find(str(world.repository)), world.state)
    )
    taken: list[float] = []
    for number in range(ROUNDS):
        (tree / "a.py").write_text(f"{number}\n")
        run = run_of("sham", f"s{number}", worktree=str(tree))
        desk, noted = desk_of([run], hands)
        await noted.record(started(run, f"bench-{number}"))
        environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": f"bench-{number}"}
        # Started and left to the bench.
        child = subprocess.Popen([program, "60"], env=environment, start_new_session=True)  # noqa: ASYNC220
        began = time.perf_counter()
        act = await Stopping(desk).carry_out(Order(f"o{number}", "stop", {"run": run.key}))
        taken.append(time.perf_counter() - began)
        child.wait(5)
        assert act.state == "confirmed" and "rescue" in act.facts, act
    return taken


def real(folder: Path, agent: str) -> list[float]:
    """Give the seconds from the order to its answer with a real client, by a real core."""
    taken: list[float] = []
    for number in range(REAL_ROUNDS):
        place = folder / f"{agent}-{number}"
        place.mkdir()
        with at_work(place, (agent, programs(agent)[0]), hooked=agent != "opencode") as (world, run):
            began = time.perf_counter()
            answer = ordered(world, "stop", run=run)
            taken.append(time.perf_counter() - began)
            assert answer["state"] == "confirmed", answer
    return taken


def told(table: Table, name: str, taken: list[float], limit: float) -> None:
    rounds = f"{len(taken)} rounds, longest {max(taken):.2f} s"
    table.row(f"stop of {name}, median", statistics.median(taken), limit, "s", rounds)


def main() -> int:
    """Measure and judge."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        (folder / "made-up").mkdir()
        table = Table("stop")
        told(table, "a made-up agent that ends at once", asyncio.run(made_up(folder / "made-up")), OWN_LIMIT)
        for agent in ("claude-code", "codex", "gemini-cli", "opencode"):
            if programs(agent):
                told(table, agent, real(folder, agent), LIMIT)
            else:
                table.not_measured(f"stop of {agent}", "no real client here")
    return table.status


if __name__ == "__main__":
    sys.exit(main())
