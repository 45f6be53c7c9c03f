"""Many agents write at once and a real core reads: nothing is lost and nothing counts twice; and the benches' table.

`python -m tests.bench.load` does the same at 10,000 lines a second for minutes, beside a board.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import warm
from tests.bench.load_streams import off
from tests.bench.stream_writer import Stream
from tests.bench.under_load import asked
from tests.promises import attacks
from tests.tries import tries
from tests.world import ROOT, World, instant

STREAMS, BEATS = tries(25, 200), tries(6, 100)


def core(world: World) -> warm.Started:
    with Path(os.devnull).open("r+") as nothing:
        place = warm.Place("tui", world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
        return warm.start(["watch", "--json"], place, [nothing.fileno()] * 3)


def until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


@attacks("load", "once")
def test_every_line_of_many_streams_counts_once(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    world = World(tmp_path, ("one", "two", "three"))
    trees = [str(path) for path in world.worktrees.values()]
    streams = [Stream(world.home, trees[number % 3], number) for number in range(STREAMS)]
    world.headgate("status")
    started = core(world)
    try:
        for beat in range(BEATS):
            for stream in streams:
                stream.beat(5 + beat % 3, instant(time.time()))
        calls = {stream.session: stream.calls() for stream in streams}
        until(lambda: asked(world, "SELECT total(usage_requests) >= ? FROM run", sum(calls.values())) == [(1,)])
        assert not any(off(world, calls))
    finally:
        os.kill(started.pid, 15)
        started.ended(30)
        for stream in streams:
            stream.close()
    lines = sum(stream.lines for stream in streams)
    record_property("figure", f"{lines:,} lines of {STREAMS} streams, none lost, none twice")


def test_a_line_that_is_missing_and_one_that_is_there_twice_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"run": [("a", 3, 30), ("b", 2, 20)], "event": [("a", 3), ("b", 2)]}
    monkeypatch.setattr("tests.bench.load_streams.asked", lambda _, sql: rows["event" if "event" in sql else "run"])
    world = World(tmp_path)
    assert off(world, {"a": 3, "b": 2}) == [0] * 6
    assert off(world, {"a": 4, "b": 1}) == [-1, -10, -1, 1, 10, 1]
    assert off(world, {"c": 1}) == [-1, -10, -1]
