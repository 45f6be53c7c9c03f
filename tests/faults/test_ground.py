"""The ground under a board and its core goes: full, read-only, closed or gone, and comes back."""

import asyncio
import errno
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.launch import CoreKeeper
from state.gate_spool import GateSpool
from state.store.ground import ground_trouble
from tests import warm
from tests.gates_world import GateHouse, found
from tests.promises import attacks
from tests.tries import FULL
from tests.world import ROOT, World

pytestmark = attacks("faults", "crash")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 3 MB of room."""
    place = tmp_path / "disk"
    place.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here: only root may")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> Path:
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as full:
            assert full.errno == errno.ENOSPC
    return ballast


def test_each_kind_of_bad_ground_is_named_with_a_remedy(tmp_path: Path, small_disk: Path) -> None:
    assert ground_trouble(tmp_path) is None
    gone = ground_trouble(tmp_path / "gone")
    assert gone is not None and gone.text.endswith("gone is gone")
    ballast = fill(small_disk)
    full = ground_trouble(small_disk)
    assert full is not None and "is full" in full.text and "free some space" in full.remedy
    ballast.unlink()
    assert ground_trouble(small_disk) is None
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    fixed = ground_trouble(small_disk)
    assert fixed is not None and "takes no writing" in fixed.text


async def test_a_core_lives_on_while_its_disk_is_full_and_tells_hooks_when_there_is_room(small_disk: Path) -> None:
    house = await GateHouse(small_disk).begin(*found())
    house.question()
    ballast = fill(small_disk)
    stepping = asyncio.ensure_future(house.core.gates.step())
    await asyncio.sleep(0.3)
    assert not stepping.done() or stepping.exception() is None
    reader = house.reader
    assert reader._core_kept()
    assert [one.text for one in (await reader.changes(0)).problems if "is full" in one.text]
    ballast.unlink()
    await asyncio.wait_for(stepping, 30)
    assert await house.decide("q-1") == {"text": "approved"}
    assert (house.answer() or {})["answer"] == "approve"
    assert reader._core_kept() and not (await reader.changes(0)).problems
    await house.close()


async def test_a_word_that_cannot_be_left_for_hooks_ends_no_core_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await GateHouse(tmp_path).begin(*found())

    def refuse(self: GateSpool, *given: object) -> bool:
        raise OSError(errno.EACCES, "Permission denied", str(tmp_path / "fleet.json"))

    with monkeypatch.context() as patch:
        patch.setattr(GateSpool, "publish_fleet", refuse)
        await house.core.gates.step()
        (problem,) = (await house.reader.changes(0)).problems
        assert "hooks cannot be told" in problem.text and "fleet.json" in problem.text
    await house.core.gates.step()
    assert (await house.reader.changes(0)).problems == ()
    await house.close()


def test_a_core_that_cannot_work_is_told_at_once_and_tried_ever_more_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[int]()
    log = tmp_path / "core.log"

    def start(*given: object) -> subprocess.Popen[bytes]:
        begun.append(len(begun))
        log.write_text("headgate: /r is not a directory: run it inside a git repository\n")
        child = subprocess.Popen(["/bin/sh", "-c", "exit 2"])
        child.wait()
        return child

    monkeypatch.setattr("adapters.launch.start_core", start)
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    keep = CoreKeeper("/r", log, {})
    assert keep() is None
    told = keep()
    assert told is not None and told.text.startswith("no core can work: /r is not a directory")
    for _ in range(30):  # a minute of looks
        clock[0] += 2.0
        assert keep() is not None
    assert 6 <= len(begun) <= 14


@pytest.mark.skipif(not FULL, reason="a core looks for its own directory every 20 seconds: tried with --full")
def test_a_watch_whose_state_directory_goes_ends_with_a_sentence(tmp_path: Path) -> None:
    world = World(tmp_path)
    log = world.claude("s1")
    log.append(log.prompt("look at me"))
    with (tmp_path / "said").open("w+") as said, Path(os.devnull).open("r+") as nothing:
        place = warm.Place("tui", world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
        child = warm.start(["watch", "--json"], place, [nothing.fileno(), nothing.fileno(), said.fileno()])
        until = time.monotonic() + 60
        while not list(world.state.glob("*/fleet.json")) and time.monotonic() < until:
            time.sleep(0.05)
        subprocess.run(["mv", str(world.state), str(tmp_path / "elsewhere")], check=True)
        log.append(log.tool("echo after"))
        status = child.ended(100)
        said.seek(0)
        told = said.read()
    assert status == 75, told
    assert "was removed or replaced" in told and "Traceback" not in told
