"""Logs that are cut, doubled, reordered and corrupted: their totals are those of the whole log, or the damage is told.

Each agent's own logs lie in a temporary home and go through the real source and the real store, as usage does. Damage
that leaves nothing but good records, such as another digit in a number, cannot be seen by anyone and is not tried.
"""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from adapters.agents.generic import Generic
from adapters.agents.generic_file import Description
from adapters.agents.known import AGENTS
from adapters.source import LogSource
from state.money.meter import count
from state.ports import LogMark
from state.runs.event import LineNotUnderstood
from state.runs.worktree import Worktree
from state.store.writer import Store
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("once", "faults")

FIXTURES = Path(__file__).parents[1] / "fixtures"
CLAUDE, COPILOT = "11111111-2222-4333-8444-555555555555", "0b0b0b0b-1111-4222-8333-444444444444"
PARENT, CHILD = "0190aaaa-0000-7000-8000-000000000001", "0190aaab-0000-7000-8000-000000000002"
FORK = CHILD.replace("b-", "c-")
PI = "0c0c0c0c-1111-4222-8333-444444444444"
DAY = ".codex/sessions/2026/06/26/rollout-2026-06-26T12-00-00-"
LOGS = {
    f".claude/projects/-w/{CLAUDE}.jsonl": "claude/session.jsonl",
    f".claude/projects/-w/{CLAUDE}/subagents/agent-a1.jsonl": "claude/subagent.jsonl",
    f"{DAY}{PARENT}.jsonl": "codex/session.jsonl",
    f"{DAY}{CHILD}.jsonl": "codex/subagent.jsonl",
    f"{DAY}{FORK}.jsonl": "codex/fork.jsonl",
    f".copilot/session-state/{COPILOT}/events.jsonl": "copilot/session.jsonl",
    f".pi/agent/sessions/--w--/2026-04-24T20-34-00-000Z_{PI}.jsonl": "pi/session.jsonl",
    ".gemini/tmp/w/chats/session-2026-05-01T09-00-aaaaaaaa.jsonl": "gemini/session.jsonl",
    ".qwen/projects/-w/chats/q1.jsonl": "qwen/session.jsonl",
    ".mine/m1.jsonl": "generic/session.jsonl",
}
DOCUMENT = ".gemini/tmp/w/chats/session-2026-04-01T09-00-dddddddd.json"
FOLLOWED = [*AGENTS, Generic(Description(name="mine", root="~/.mine", logs=("*.jsonl",)))]
WHOLE = {place: (FIXTURES / name).read_bytes() for place, name in [*LOGS.items(), (DOCUMENT, "gemini/document.json")]}
WHOLE[f"{DAY}{FORK}.jsonl"] = WHOLE[f"{DAY}{FORK}.jsonl"].replace(CHILD.encode(), FORK.encode())
PLACES = st.sampled_from(sorted(LOGS))
FEW = settings(
    max_examples=tries(12, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
JUNK = [b"\0" * 40, b"\xff", b"\n", b"\xc3", b"\x1b[2J", b"}{", b'"', b"\0"]

Total = tuple[int, ...]


def nowhere(cwd: str, worktrees: Sequence[Worktree]) -> str | None:
    """Locate no directory."""
    return None


class Life:
    """A home with all logs and the store of what was read of them; each reading is another life of the source."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.store = Store(folder / "state.db")
        self.marks: dict[str, LogMark] = {}
        self.told: list[str] = []
        for place, content in WHOLE.items():
            self.write(place, content)

    def write(self, place: str, content: bytes) -> Path:
        path = self.home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def read(self) -> Total:
        """Read what is new and give all tokens that the store has counted by then."""
        asyncio.run(self._catch_up())
        parts = ("fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "requests")
        connection = sqlite3.connect(self.store.path)
        row = connection.execute(f"SELECT {', '.join(f'sum({part})' for part in parts)} FROM usage").fetchone()
        connection.close()
        return tuple(row)

    async def _catch_up(self) -> None:
        source = LogSource(FOLLOWED, {"HOME": str(self.home)}, nowhere, everything=True)
        source.remember(list(self.marks.values()))
        async for batch in source.catch_up():
            self.marks |= {mark.path: mark for mark in batch.marks}
            self.told += [event.why for event in batch.events if isinstance(event, LineNotUnderstood)]
            self.told += [problem.text for problem in batch.problems]
            with self.store.transaction() as transaction:
                transaction.count(count(batch.events, transaction.metered)[0])
                transaction.mark(batch.marks)


def lives(check: Callable[[Life], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        try:
            check(life)
        finally:
            life.store.close()


def whole() -> Total:
    found: list[Total] = []

    def look(life: Life) -> None:
        found.append(life.read())
        assert life.told == [], "the samples are sound"

    lives(look)
    return found[0]


TOTAL = whole()


def damaged(place: str, content: bytes) -> None:
    """Say that totals are those of the whole log, or that the damage is told."""

    def look(life: Life) -> None:
        life.write(place, content)
        counted = life.read()
        assert counted == TOTAL or life.told, (place, counted, TOTAL)

    lives(look)


def is_sound(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode()), dict)
    except (ValueError, RecursionError):
        return False


def test_the_samples_use_something_of_every_kind() -> None:
    assert all(part > 0 for part in TOTAL)


@FEW
@given(PLACES, st.floats(0, 1, exclude_max=True))
def test_a_log_that_is_cut_at_any_byte_waits_and_counts_whole_when_it_goes_on(place: str, share: float) -> None:
    content = WHOLE[place]
    cut = int(len(content) * share)

    def look(life: Life) -> None:
        path = life.write(place, content[:cut])
        before = life.read()
        assert all(one <= other for one, other in zip(before, TOTAL, strict=True))
        mark = life.marks.get(str(path))
        read = mark.offset if mark else 0
        begun = content[:cut].rfind(b"\n") + 1
        assert read == begun or (read == cut and is_sound(content[begun:cut])), "a line that is not whole waits"
        path.write_bytes(content)
        assert life.read() == TOTAL
        assert life.told == []

    lives(look)


@FEW
@given(PLACES, st.data())
def test_lines_that_are_doubled_anywhere_count_once_or_are_told(place: str, data: st.DataObject) -> None:
    lines = WHOLE[place].splitlines(keepends=True)
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, min(len(lines) - 1, first + 6)))
    at = data.draw(st.integers(last + 1, len(lines)))
    damaged(place, b"".join([*lines[:at], *lines[first : last + 1], *lines[at:]]))


@FEW
@given(PLACES, st.data())
def test_lines_that_are_out_of_order_count_the_same_or_are_told(place: str, data: st.DataObject) -> None:
    lines = WHOLE[place].splitlines(keepends=True)
    moved = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
    lines.insert(data.draw(st.integers(0, len(lines))), moved)
    damaged(place, b"".join(lines))


@FEW
@given(PLACES, st.floats(0, 1, exclude_max=True), st.integers(0, 300), st.sampled_from([b"", *JUNK]))
@example(sorted(LOGS)[0], 0.5, 0, b"\n")
def test_bytes_that_are_lost_or_overwritten_anywhere_are_told_or_count_nothing_less(
    place: str, share: float, lost: int, junk: bytes
) -> None:
    content = WHOLE[place]
    at = int(len(content) * share)
    after = content[:at] + junk + content[at + max(lost, len(junk)) :]
    assume(after.endswith(b"\n") and not all(is_sound(line) for line in after.splitlines() if line.strip()))
    damaged(place, after)


@FEW
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 300), st.sampled_from([b"", *JUNK]))
@example(0.83203125, 187, b"\xff")  # two messages become one, under a name that neither had
def test_a_document_that_is_torn_anywhere_is_told_and_counts_whole_when_it_is_written_again(
    share: float, lost: int, junk: bytes
) -> None:
    content = WHOLE[DOCUMENT]
    at = int(len(content) * share)
    after = content[:at] + junk + content[at + max(lost, len(junk)) :]
    assume(after.strip() and not is_sound(after))

    def look(life: Life) -> None:
        path = life.write(DOCUMENT, after)
        before = life.read()
        assert life.told and all(one <= other for one, other in zip(before, TOTAL, strict=True))
        path.write_bytes(content)
        assert life.read() == TOTAL

    lives(look)
