"""What becomes of runs whose logs were skimmed: they are read when asked for, when they go on, and counted once."""

import asyncio
import json
from pathlib import Path

import pytest

from adapters import reading
from adapters.agents.claude_code import ClaudeCode
from adapters.source import LogSource
from state.money.meter import Metered, count
from state.ports import Batch, LogMark
from state.runs.event import LogRestarted
from state.runs.fleet import Fleet
from state.runs.run import Run, Usage
from tests.adapters.claude_lines import call, model, result, row, text

OLD, OTHER = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"


def records(session: str, first: int, many: int, at: str = "2026-06-01T10") -> list[bytes]:
    """Give calls to the model from number `first` on, with their results, as one session's lines."""
    made = [row("user", message={"role": "user", "content": "mend it"})] if not first else []
    for number in range(first, first + many):
        usage = {"input_tokens": 1, "output_tokens": 10}
        named = {"id": f"msg_{number}", "requestId": f"req_{number}", "usage": usage}
        made += [model(call("Edit", id=f"t{number}", file_path=f"/w/app/{number}.py"), stop=None, **named)]
        made += [
            result("edited", id=f"t{number}"),
            model(text("so"), stop="end_turn", **{**named, "id": f"msg_b{number}"}),
        ]
    stamped = [{**one, "sessionId": session, "timestamp": f"{at}:{at_:02d}:00.000Z"} for at_, one in enumerate(made)]
    return [json.dumps({"parentUuid": None, **one}, separators=(",", ":")).encode() + b"\n" for one in stamped]


class Kept:
    """A home with logs, and what was folded and counted of them, as a core keeps it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / ".claude" / "projects" / "-w-app"
        self.folder.mkdir(parents=True)
        self.environment = {"HOME": str(folder)}
        self.fleet, self.calls = Fleet(), dict[str, Metered]()
        self.marks: dict[str, LogMark] = {}
        self.batches: list[Batch] = []
        self.source = self.begun()

    def begun(self) -> LogSource:
        source = LogSource([ClaudeCode()], self.environment, lambda cwd, trees: cwd, everything=True)
        source.remember(list(self.marks.values()))
        return source

    def write(self, session: str, lines: list[bytes]) -> None:
        with (self.folder / f"{session}.jsonl").open("ab") as file:
            file.write(b"".join(lines))

    def take(self, batch: Batch) -> None:
        self.batches.append(batch)
        changed, counted = count(batch.events, lambda keys: {key: self.calls[key] for key in keys if key in self.calls})
        self.calls |= {one.key: one for one in changed}
        self.fleet = self.fleet.with_runs(self.fleet.folded((*batch.events, *counted)))
        self.marks |= {mark.path: mark for mark in batch.marks}

    async def catch_up(self) -> None:
        async for batch in self.source.catch_up():
            self.take(batch)

    def run(self, session: str = OLD) -> Run:
        (found,) = [run for run in self.fleet.runs.values() if run.session == session]
        return found

    def spent(self) -> Usage:
        return sum((run.usage for run in self.fleet.runs.values()), Usage())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(reading, "WORTH", 1)
    return Kept(tmp_path)


async def test_the_log_of_a_run_long_over_is_skimmed(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    await kept.catch_up()
    run, (mark,) = kept.run(), kept.marks.values()
    assert run.skimmed == mark.skimmed == mark.offset == (kept.folder / f"{OLD}.jsonl").stat().st_size
    assert (run.title, run.usage.output, run.usage.requests, run.turn.end) == ("mend it", 60, 6, "done")
    assert (run.models, run.worktree) == (("claude-opus-4-7",), "/w/app")
    assert "/w/app/0.py" not in run.edited


async def test_a_run_of_today_is_read(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3, at="2126-06-01T10"))
    await kept.catch_up()
    assert (kept.run().skimmed, len(kept.run().edited)) == (0, 3)


async def test_a_run_that_a_registry_names_is_read(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    sessions = kept.folder.parents[1] / "sessions"
    sessions.mkdir()
    (sessions / "4194000.json").write_text(json.dumps({"pid": 4194000, "sessionId": OLD, "cwd": "/w/app"}))
    await kept.catch_up()
    assert (kept.run().skimmed, len(kept.run().edited)) == (0, 3)


async def test_a_skimmed_run_that_is_asked_for_is_read_and_counted_once(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    await kept.catch_up()
    before = kept.spent()
    assert await kept.source.read_whole(kept.run().key)
    batch = kept.source.gathered()
    assert batch is not None and isinstance(batch.events[0], LogRestarted)
    kept.take(batch)
    run, (mark,) = kept.run(), kept.marks.values()
    assert (run.skimmed, mark.skimmed, len(run.edited)) == (0, 0, 3)
    assert (kept.spent(), run.title, run.turn.end) == (before, "mend it", "done")
    assert not await kept.source.read_whole(run.key)


@pytest.mark.parametrize("again", [False, True], ids=["in the same life", "in the next life"])
async def test_a_skimmed_run_that_goes_on_is_read_whole(kept: Kept, again: bool) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    await kept.catch_up()
    kept.write(OLD, records(OLD, 2, 3))
    kept.source = kept.begun() if again else kept.source
    await kept.catch_up()
    run = kept.run()
    assert (run.skimmed, len(run.edited), run.usage.requests, run.usage.output) == (0, 5, 10, 100)
    assert [batch.reread for batch in kept.batches if batch.reread] == []


async def test_a_fork_of_a_skimmed_run_counts_its_calls_no_second_time(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    await kept.catch_up()
    kept.write(OTHER, [line.replace(OLD.encode(), OTHER.encode()) for line in records(OLD, 0, 5)])
    await kept.catch_up()
    assert (kept.spent().requests, kept.run(OTHER).usage.requests) == (10, 4)


async def test_a_log_that_moves_while_it_is_read_whole_is_left_to_who_follows_it(kept: Kept) -> None:
    kept.write(OLD, records(OLD, 0, 3))
    await kept.catch_up()
    log = kept.source._catalogue.logs[str(kept.folder / f"{OLD}.jsonl")]  # pyright: ignore[reportPrivateUsage]
    asked = kept.source.read_whole(kept.run().key)
    task = asyncio.ensure_future(asked)
    await asyncio.sleep(0)
    log.begin_anew()
    assert not await task
    assert kept.source.gathered() is None
