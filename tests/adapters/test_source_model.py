"""Whatever happens to two logs of a run, each line that stood long enough to be read is told, and none twice.

The model is the files themselves: after a look, what was told of the run since it was last begun anew holds every
complete line that its logs have now, in their order, and no line twice. Lines are never alike, so nothing hides.
"""

import asyncio
import itertools
import json
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters import known_log, reading, tail
from state.runs.event import LogRestarted
from state.runs.run import run_key
from tests.adapters.plain_agent import World, append, line, told
from tests.tries import tries

RUN = run_key("plain", "s")
LOGS = st.sampled_from(["s", "s/a"])


class Logs(RuleBasedStateMachine):
    """Writes, ruins, moves and reads two logs; reading in tiny chunks, so that an end can come anywhere."""

    @initialize(chunk=st.sampled_from([30, 90, 4 << 20]))
    def begin(self, chunk: int) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(reading, "BATCH", 1)
        self.patch.setattr(known_log, "read_on", partial(tail.read_on, most=chunk))
        self.home = Path(tempfile.mkdtemp())
        self.world = World(self.home)
        self.ids = itertools.count(1000)
        self.moment = itertools.count(1_700_000_000_000_000_000, 1_000_000)
        self.halves: dict[str, bytes] = {}
        self.paths = {name: self.world.log(name, self.new()) for name in ("s", "s/a")}
        self.homes = dict(self.paths)
        self.looked = False

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.patch.undo()
            shutil.rmtree(self.home)

    def new(self) -> bytes:
        return line(next(self.ids), cwd="/w/one")

    def wrote(self, name: str, *, ruined: bool = False) -> None:
        """Note a change; one that ruins lines shows in the file's time at the least, as it does on a disk."""
        self.looked = False
        if ruined:
            moment = next(self.moment)
            os.utime(self.paths[name], ns=(moment, moment))
            if self.lines(name)[-1] == b"":
                self.halves.pop(name, None)

    def lines(self, name: str) -> list[bytes]:
        return self.paths[name].read_bytes().split(b"\n") if self.paths[name].exists() else [b""]

    @rule(name=LOGS, count=st.integers(1, 4))
    def append_lines(self, name: str, count: int) -> None:
        append(self.paths[name], self.halves.pop(name, b"") + b"".join(self.new() for _ in range(count)))
        self.wrote(name)

    @rule(name=LOGS, share=st.floats(0.1, 0.9))
    def append_half_a_line(self, name: str, share: float) -> None:
        whole = self.halves.pop(name, None) or self.new()
        cut = max(1, int(len(whole) * share))
        append(self.paths[name], whole[:cut])
        self.halves[name] = whole[cut:]
        self.wrote(name)

    @rule(name=LOGS, share=st.floats(0.0, 1.0))
    def cut_short(self, name: str, share: float) -> None:
        if self.paths[name].exists():
            os.truncate(self.paths[name], int(self.paths[name].stat().st_size * share))
            if not self.paths[name].read_bytes().endswith(b"\n") and self.paths[name].stat().st_size:
                append(self.paths[name], b" torn\n")
            self.wrote(name, ruined=True)

    @rule(name=LOGS, count=st.integers(0, 6))
    def copy_and_truncate(self, name: str, count: int) -> None:
        if self.paths[name].exists():
            shutil.copyfile(self.paths[name], self.paths[name].with_suffix(".1"))
            os.truncate(self.paths[name], 0)
            append(self.paths[name], b"".join(self.new() for _ in range(count)))
            self.wrote(name, ruined=True)

    @rule(name=LOGS, count=st.integers(0, 6))
    def rotate(self, name: str, count: int) -> None:
        if self.paths[name].exists():
            self.paths[name].rename(self.paths[name].with_suffix(".1"))
        self.paths[name].write_bytes(b"".join(self.new() for _ in range(count)))
        self.wrote(name, ruined=True)

    @rule(name=LOGS, count=st.integers(0, 6))
    def make_again(self, name: str, count: int) -> None:
        self.paths[name].unlink(missing_ok=True)
        self.paths[name].write_bytes(b"".join(self.new() for _ in range(count)))
        self.wrote(name, ruined=True)

    @rule(name=LOGS)
    def delete(self, name: str) -> None:
        self.paths[name].unlink(missing_ok=True)
        self.halves.pop(name, None)
        self.looked = False

    @rule(name=LOGS, which=st.integers(0, 3))
    def rewrite_in_place(self, name: str, which: int) -> None:
        before = self.lines(name)
        if len(before) > which + 1 and before[which].endswith(b"}"):
            changed = [*before[:which], self.new().rstrip(b"\n"), *before[which + 1 :]]
            with self.paths[name].open("r+b") as file:
                file.write(b"\n".join(changed))
            self.wrote(name, ruined=True)

    @rule(share=st.booleans())
    def move(self, share: bool) -> None:
        """Archive the main log, or bring it back; a look before tells moved from made anew."""
        path = self.paths["s"]
        if path.exists():
            self.look()
            archived = self.world.root / "projects" / "archive" / path.name
            self.paths["s"] = self.homes["s"] if path == archived else archived
            self.paths["s"].parent.mkdir(exist_ok=True)
            path.replace(self.paths["s"])
            if share:
                self.append_lines("s", 1)
            self.look()

    @rule(batches=st.integers(0, 3))
    def crash(self, batches: int) -> None:
        """End after some batches were committed, within a catching up or before it, and begin another life."""
        asyncio.run(self.commit_some(batches))
        self.world.restart()

    async def commit_some(self, batches: int) -> None:
        source = self.world.source.catch_up()
        for _ in range(batches):
            async for batch in source:
                self.world.commit(batch)
                break
        await source.aclose()

    @rule()
    def look(self) -> None:
        asyncio.run(self.world.catch_up())
        self.looked = True

    @invariant()
    def nothing_is_told_twice(self) -> None:
        if hasattr(self, "world"):
            since = self.since_the_last_beginning()
            assert len(since) == len(set(since))
            places = [(one.origin.log, generation, one.origin.offset, type(one)) for one, generation in self.told()]
            assert len(places) == len(set(places))

    @invariant()
    def after_a_look_nothing_is_missing(self) -> None:
        if hasattr(self, "world") and self.looked:
            since = self.since_the_last_beginning()
            for name in self.paths:
                there = [str(number) for number in self.numbers(name)]
                assert [number for number in since if number in set(there)] == there

    def numbers(self, name: str) -> list[int]:
        return [int(json.loads(one)["id"]) for one in self.lines(name)[:-1] if not one.endswith(b" torn")]

    def told(self) -> list[tuple[object, int]]:
        return [(event, generation) for event, generation in self.world.events if told([event])]

    def since_the_last_beginning(self) -> list[str]:
        events = [event for event, _ in self.world.events if event.run == RUN]
        starts = [number for number, event in enumerate(events) if isinstance(event, LogRestarted)]
        return told(events[starts[-1] if starts else 0 :])


Logs.TestCase.settings = settings(
    max_examples=tries(10, 500), stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_two_logs_of_a_run_against_the_model = Logs.TestCase
