"""Nothing of a run outlives its stop, whatever it does to stay; and what it leaves of us is nothing."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from state.control import ladder
from state.control.act import Act
from state.control.hands import Hands
from state.control.holding import Holding
from state.control.stopping import Stopping
from state.spool import Order
from tests.control.sham import Sham
from tests.control_desk import Noted, desk_of, run_of, started
from tests.promises import attacks

pytestmark = attacks("stop")

ROUNDS, AT_ONCE = 100, 10


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each rung a fifth of a second, because the tools of these tests hear nothing but SIGKILL anyway."""
    for rung in ("interrupt", "SIGINT", "SIGTERM"):
        monkeypatch.setitem(ladder.PATIENCE, rung, 0.2)  # type: ignore[arg-type]


async def staged(sham: Sham) -> tuple[Stopping, Holding, Noted, str]:
    run = sham.run()
    desk, noted = desk_of([run], Hands(sham.processes))
    await noted.record(started(run, sham.label))
    return Stopping(desk), Holding(desk), noted, run.key


def alive(sham: Sham) -> dict[int, str]:
    return {pid: letter for pid, letter in sham.marked().items() if letter not in "ZX"}


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.usefixtures("hasty")
async def test_who_wants_to_stay_is_gone_when_the_stop_is_confirmed(sham: Sham) -> None:
    sham.begin("deaf", "tool", "session", "daemon", "deaf", "respawner", "forker", "hopper")
    stopping, _, noted, run = await staged(sham)
    act = await stopping.carry_out(Order("o", "stop", {"run": run}))
    # Asked of /proc at once, by another way than the duty's.
    assert alive(sham) == {}
    assert (act.state, act.left) == ("confirmed", ()), act.text
    last = act.steps[-1]
    assert last.what == "SIGKILL" and last.confirmed is not None and last.confirmed - last.requested < 5
    under_way = [one for one in noted.recorded if one.kind == "stop" and one.state == "under_way"]
    assert all(not one.text.startswith("stopped") for one in under_way)


async def test_a_whole_tree_is_held_and_goes_on(sham: Sham) -> None:
    sham.begin("tool", "session", "daemon", "deaf")
    _, holding, _, run = await staged(sham)
    held: Act = await holding.carry_out(Order("h", "hold", {"run": run}))
    assert held.state == "confirmed" and set(alive(sham).values()) == {"T"} and len(alive(sham)) == 5
    await holding.carry_out(Order("r", "resume", {"run": run}))
    assert "T" not in alive(sham).values() and len(alive(sham)) == 5


@pytest.mark.usefixtures("hasty")
async def test_a_held_run_that_hears_sigint_ends_by_it(sham: Sham) -> None:
    sham.begin("tool")
    stopping, holding, _, run = await staged(sham)
    await holding.carry_out(Order("h", "hold", {"run": run}))
    act = await stopping.carry_out(Order("o", "stop", {"run": run}))
    assert act.state == "confirmed" and alive(sham) == {}


async def test_a_hundred_starts_and_stops_leave_nothing(sham: Sham) -> None:
    program = sham.folder / "bin" / sham.program
    program.parent.mkdir()
    shutil.copy("/bin/sleep", program)
    runs = [run_of("sham", f"s{number}", cwd=str(sham.folder)) for number in range(ROUNDS)]
    desk, noted = desk_of(runs, Hands(sham.processes))
    stopping, turn = Stopping(desk), asyncio.Semaphore(AT_ONCE)

    async def lived(number: int) -> Act:
        async with turn:
            label, run = f"{sham.label}-{number}", runs[number]
            await noted.record(started(run, label))
            environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": label}
            # Started and left to the test.
            child = subprocess.Popen([program, "60"], env=environment, start_new_session=True)  # noqa: ASYNC220
            try:
                act = await stopping.carry_out(Order(f"o{number}", "stop", {"run": run.key}))
                assert child.wait(5) is not None, act
                return act
            finally:
                child.kill()
                child.wait()

    # Names are enough.
    others, descriptors = set(children_of(os.getpid())), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    await lived(0)
    acts = await asyncio.gather(*(lived(number) for number in range(1, ROUNDS)))
    assert {act.state for act in acts} == {"confirmed"}
    assert {tuple(step.what for step in act.steps) for act in acts} == {("freeze", "SIGINT")}
    assert not any(sham.marked(f"{sham.label}-{number}") for number in range(0, ROUNDS, 5))
    assert set(children_of(os.getpid())) <= others
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 2  # noqa: PTH208 - names are enough
    assert not list(sham.folder.rglob("*.lock")) and not list(Path(sham.folder).glob("rescue-*"))
