"""One loop tells of changes in directories that come, go and change, and of the time to look without being told."""

import asyncio
import gc
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from adapters.watch import ABOUT, Wake, Watch

PATIENCE = 60.0


class Listener:
    """Collects wakes in the background, so that a test can ask for the one that it waits for."""

    def __init__(self) -> None:
        self.wakes: list[Wake] = []
        self._news = asyncio.Event()

    async def listen(self, watch: Watch) -> None:
        async for wake in watch.wakes():
            self.wakes.append(wake)
            self._news.set()

    async def until(self, wanted: Callable[[list[Wake]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.wakes):
                self._news.clear()
                await self._news.wait()

    async def until_seen(self, path: Path) -> None:
        await self.until(lambda wakes: any(str(path) in wake.paths for wake in wakes))

    async def until_everything(self, times: int) -> None:
        await self.until(lambda wakes: sum(wake.everything for wake in wakes) >= times)


@asynccontextmanager
async def listening(watch: Watch, *folders: Path) -> AsyncIterator[Listener]:
    watch.look_at(map(str, folders))
    listener = Listener()
    task = asyncio.create_task(listener.listen(watch))
    try:
        await listener.until_everything(1)
        yield listener
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    gc.collect()  # what earlier tests left must not be closed while none is to be had
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    taken: list[int] = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        os.close(taken.pop())
    try:
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def watch() -> Watch:
    """Give a watch whose beat is too slow to help: only notices wake it."""
    return Watch(live_every=60, all_every=60, blind_every=0.05)


async def test_the_first_wake_says_everything_and_a_change_names_its_path(watch: Watch, tmp_path: Path) -> None:
    async with listening(watch, tmp_path) as listener:
        (tmp_path / "log").write_text("x")
        await listener.until_seen(tmp_path / "log")
    assert listener.wakes[0] == Wake(everything=True, live=True)


async def test_what_changes_while_the_caller_is_busy_comes_as_one(watch: Watch, tmp_path: Path) -> None:
    watch.look_at([str(tmp_path)])
    wakes = watch.wakes()
    assert (await anext(wakes)).everything
    (tmp_path / "first").write_text("x")
    assert (await anext(wakes)).paths == {str(tmp_path / "first")}
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("x")
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    grouped = await anext(wakes)
    await wakes.aclose()
    assert grouped.paths == {str(tmp_path / name) for name in "abc"}


async def test_nothing_below_a_directory_is_watched(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    async with listening(watch, tmp_path) as listener:
        (tmp_path / "deep" / "hidden").write_text("x")
        (tmp_path / "seen").write_text("x")
        await listener.until_seen(tmp_path / "seen")
    assert not any(str(tmp_path / "deep" / "hidden") in wake.paths for wake in listener.wakes)


async def test_a_directory_that_is_added_is_watched_after_a_look_at_everything(watch: Watch, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    async with listening(watch, one) as listener:
        watch.look_at([str(one), str(two)])
        await listener.until_everything(2)
        (two / "log").write_text("x")
        await listener.until_seen(two / "log")
        watch.look_at([str(two), str(one)])
        (one / "log").write_text("x")
        await listener.until_seen(one / "log")
    assert sum(wake.everything for wake in listener.wakes) == 2


async def test_a_missing_directory_is_awaited_from_above(watch: Watch, tmp_path: Path) -> None:
    missing = tmp_path / "home" / "logs" / "here"
    async with listening(watch, missing) as listener:
        (tmp_path / "noise").write_text("x")
        missing.mkdir(parents=True)
        await listener.until_everything(2)
        await asyncio.sleep(0.3)
        (missing / "log").write_text("x")
        await listener.until_seen(missing / "log")
    assert not any(str(tmp_path / "noise") in wake.paths for wake in listener.wakes)


async def test_a_directory_that_is_removed_and_made_again_is_still_watched(watch: Watch, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    async with listening(watch, folder) as listener:
        shutil.rmtree(folder)
        await listener.until_everything(2)
        folder.mkdir()
        await listener.until_everything(3)
        await asyncio.sleep(0.2)
        (folder / "log").write_text("x")
        await listener.until_seen(folder / "log")


async def test_a_directory_swapped_without_a_notice_is_found_at_the_beat(tmp_path: Path) -> None:
    folder, other = tmp_path / "deep" / "logs", tmp_path / "other"
    folder.mkdir(parents=True)
    other.mkdir()
    async with listening(Watch(live_every=0.1, all_every=60), folder) as listener:
        (tmp_path / "deep").rename(tmp_path / "away")
        (tmp_path / "deep").mkdir()
        other.rename(folder)
        await listener.until_everything(2)
        (folder / "log").write_text("x")
        await listener.until_seen(folder / "log")


async def test_a_file_in_a_directorys_place_does_no_harm(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no directory")
    async with listening(watch, tmp_path / "logs" / "deep", tmp_path) as listener:
        (tmp_path / "log").write_text("x")
        await listener.until_seen(tmp_path / "log")


async def test_a_directory_whose_name_is_no_text_stops_no_other(watch: Watch, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    odd.mkdir()
    async with listening(watch, odd, tmp_path) as listener:
        (tmp_path / "log").write_text("x")
        await listener.until_seen(tmp_path / "log")


async def test_without_directories_only_the_beat_wakes(tmp_path: Path) -> None:
    async with listening(Watch(live_every=0.05, all_every=0.2)) as listener:
        await listener.until(lambda wakes: any(wake.live and not wake.everything for wake in wakes))
        await listener.until_everything(2)


async def test_a_caller_can_wake_itself(watch: Watch, tmp_path: Path) -> None:
    async with listening(watch, tmp_path) as listener:
        watch.wake()
        await listener.until_everything(2)


async def test_without_notices_it_looks_again_and_again_and_says_so(tmp_path: Path) -> None:
    watch = Watch(live_every=0.1, all_every=60, blind_every=0.05)
    with no_descriptors_left():
        async with listening(watch, tmp_path) as listener:
            await listener.until(lambda wakes: len(wakes) >= 3)
            (tmp_path / "log").symlink_to("anywhere")
            await listener.until_everything(2)
            told = [problem.about for wake in listener.wakes for problem in wake.problems]
    assert told == [ABOUT]
    assert not any(wake.solved for wake in listener.wakes)


async def test_notices_are_tried_again_and_the_problem_is_taken_back(tmp_path: Path) -> None:
    watch = Watch(live_every=0.1, all_every=0.3, blind_every=0.05)
    with no_descriptors_left():
        watch.look_at([str(tmp_path)])
        wakes = watch.wakes()
        assert (await anext(wakes)).problems
    async with asyncio.timeout(PATIENCE):
        while (await anext(wakes)).solved != (ABOUT,):
            pass
    (tmp_path / "log").write_text("x")
    async with asyncio.timeout(PATIENCE):
        while str(tmp_path / "log") not in (await anext(wakes)).paths:
            pass
    await wakes.aclose()


async def test_an_end_leaves_no_task_and_no_busy_thread(watch: Watch, tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with listening(watch, tmp_path):
        pass
    wakes = watch.wakes()
    await anext(wakes)
    await wakes.aclose()
    assert asyncio.all_tasks() == before
    assert sum(thread.name.startswith("AnyIO") for thread in threading.enumerate()) <= 1


def test_a_cancelled_program_ends_at_once_and_says_nothing(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from adapters.watch import Watch\n"
        "async def main():\n"
        "    asyncio.get_running_loop().slow_callback_duration = 60\n"
        "    watch = Watch(live_every=60, all_every=60)\n"
        "    watch.look_at([sys.argv[1]])\n"
        "    async def follow():\n"
        "        async for wake in watch.wakes():\n"
        "            pass\n"
        "    task = asyncio.create_task(follow())\n"
        "    await asyncio.sleep(0.2)\n"
        "    task.cancel()\n"
        "    await asyncio.wait([task])\n"
        "    assert task.cancelled()\n"
        "asyncio.run(main(), debug=True)\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
