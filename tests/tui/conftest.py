"""A fake of the reader's port with a fleet of fixed runs at a fixed time, and the eyes and hands of screen tests."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from state.board import CallLine, Detail, Snapshot
from state.ports import Problem
from state.runs.card import Blocker, Card
from state.runs.run import Origin, Step, Usage
from state.runs.worktree import ChangedFile, Worktree
from tui.app import HeadgateApp
from tui.widgets.lines import Lines

NOW = 1_795_262_400.0
"""2026-11-21 12:00:00 UTC."""
SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "HEADGATE_UPDATE_SNAPSHOTS"
LOGS = "/home/ada/.claude/projects/-home-ada-shop"


def usage(fresh: int, read: int, output: int, requests: int) -> Usage:
    return Usage(fresh_input=fresh, cache_read=read, cache_write_5m=fresh // 2, output=output, requests=requests)


def fleet() -> list[Card]:
    """Ten runs, one at least in every state that a run can be in."""
    return [
        Card(
            id="9c1f04ab27",
            agent="claude-code",
            agent_version="2.1.4",
            session_id="6b1d9a1e-0f0c-4f6e-9d53-0a7a3f1f9c10",
            state="waiting",
            because="asks leave: Bash git push --force-with-lease origin feat/checkout-retry",
            need=90,
            since=NOW - 190,
            seen=NOW - 190,
            alive=True,
            worktree="/home/ada/shop-worktrees/checkout-retry",
            branch="feat/checkout-retry",
            head="4be1c0d",
            ahead=3,
            behind=1,
            task_title="Retry a failed payment once and tell the customer what happened",
            task_from="prompt",
            model="claude-opus-4-5-20251101",
            models=("claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101"),
            mode="acceptEdits",
            plan_state="approved",
            plan_steps=7,
            plan_steps_done=5,
            changed_files=12,
            untracked_files=2,
            added=240,
            deleted=61,
            usage=usage(41_200, 3_310_000, 58_400, 84),
            context_used=124_300,
            context_limit=200_000,
            next_text="allow or refuse it in its terminal",
            worktree_read_at=NOW - 20,
            source_log=f"{LOGS}/6b1d9a1e-0f0c-4f6e-9d53-0a7a3f1f9c10.jsonl",
            source_offset=1_482_113,
        ),
        Card(
            id="2be77d0c5e",
            agent="codex",
            session_id="0199c1c2-77aa-7de0-93a5-5f4a1b7e2d01",
            state="waiting",
            because="asks: which of the two currencies is the ledger's own?",
            need=65,
            certain=False,
            since=NOW - 1500,
            seen=NOW - 1500,
            worktree="/home/ada/shop-worktrees/ledger",
            branch="ledger-rounding",
            ahead=1,
            behind=0,
            task_title="Round ledger amounts the way the bank does",
            task_from="prompt",
            model="gpt-5.2-codex",
            plan_state="proposed",
            changed_files=3,
            untracked_files=0,
            added=44,
            deleted=9,
            usage=usage(9_800, 512_000, 8_100, 21),
            context_used=88_000,
            context_limit=272_000,
            next_text="answer its question in its terminal",
        ),
        Card(
            id="f00d5a11e7",
            agent="claude-code",
            session_id="aa11",
            state="blocked",
            because="rate limit: five-hour limit reached, resets at 15:00",
            need=75,
            since=NOW - 3700,
            seen=NOW - 3700,
            alive=True,
            branch="chore/upgrade-orm",
            ahead=0,
            behind=14,
            task_title="Upgrade the ORM and remove the compatibility layer",
            model="claude-sonnet-4-5-20250929",
            plan_steps=4,
            plan_steps_done=1,
            changed_files=31,
            added=1_204,
            deleted=2_210,
            blockers=(Blocker("rate limit", "five-hour limit reached, resets at 15:00", NOW - 3700),),
            usage=usage(220_000, 14_100_000, 190_000, 402),
            context_used=171_000,
            context_limit=200_000,
            next_text="see what blocks it",
        ),
        Card(
            id="77aa31c90b",
            agent="claude-code",
            session_id="bb22",
            state="working",
            because="Bash pytest tests/search -x -q",
            tool="Bash pytest tests/search -x -q",
            need=20,
            since=NOW - 41,
            seen=NOW - 2,
            alive=True,
            branch="search-index",
            ahead=6,
            behind=0,
            task_title="Search by part number and by maker",
            model="claude-opus-4-5-20251101",
            plan_steps=9,
            plan_steps_done=3,
            changed_files=18,
            added=611,
            deleted=40,
            subagents=2,
            usage=usage(61_000, 5_020_000, 77_300, 120),
            context_used=96_000,
            context_limit=200_000,
        ),
        Card(
            id="c0ffee0042",
            agent="codex",
            session_id="cc33",
            state="working",
            because="the model is at work",
            need=20,
            since=NOW - 12,
            seen=NOW - 12,
            branch="i18n/日本語",
            ahead=2,
            behind=3,
            task_title="注文確認メールの日本語訳を追加し、敬語と金額の書式を整える（税込・税抜の両方）",
            model="gpt-5.2-codex",
            changed_files=7,
            added=310,
            deleted=12,
            usage=usage(12_000, 640_000, 15_000, 33),
            context_used=61_000,
            context_limit=272_000,
        ),
        Card(
            id="5eed5eed01",
            agent="claude-code",
            session_id="dd44",
            state="unknown",
            because="its log fell silent in the middle of a turn while Bash ran",
            certain=False,
            need=40,
            since=NOW - 5400,
            seen=NOW - 5400,
            branch="spike/websocket",
            task_title="Try websockets for the order board",
            model="claude-haiku-4-5",
            usage=usage(3_000, 90_000, 2_000, 9),
            context_used=31_000,
            not_understood=3,
            next_text="look whether it still lives",
        ),
        Card(
            id="1d1e000001",
            agent="claude-code",
            session_id="ee55",
            state="idle",
            because="its turn ended; it takes the next prompt",
            need=30,
            since=NOW - 720,
            seen=NOW - 720,
            alive=True,
            branch="fix/login-redirect",
            ahead=1,
            behind=0,
            task_title="Fix the redirect after login",
            model="claude-sonnet-4-5-20250929",
            plan_steps=3,
            plan_steps_done=3,
            changed_files=2,
            added=18,
            deleted=6,
            usage=usage(5_000, 210_000, 6_300, 17),
            context_used=42_000,
            context_limit=200_000,
            next_text="review its work or prompt it",
        ),
        Card(
            id="57099ed001",
            agent="codex",
            session_id="ff66",
            state="stopped",
            because="a human interrupted it",
            need=35,
            since=NOW - 9_000,
            seen=NOW - 9_000,
            branch="perf/catalogue",
            ahead=0,
            behind=0,
            task_title="Make the catalogue page fast",
            model="gpt-5.2-codex-mini",
            changed_files=0,
            usage=usage(1_000, 20_000, 900, 4),
            next_text="resume it or close it",
        ),
        Card(
            id="d09e000001",
            agent="claude-code",
            session_id="aa77",
            state="done",
            because="its turn and then its session ended",
            need=10,
            since=NOW - 100_000,
            seen=NOW - 100_000,
            alive=False,
            branch="docs/api",
            ahead=4,
            behind=22,
            task_title="Document the public API",
            model="claude-haiku-4-5",
            plan_steps=12,
            plan_steps_done=12,
            changed_files=9,
            added=802,
            deleted=3,
            usage=usage(8_000, 300_000, 22_000, 25),
            context_used=77_000,
            context_limit=200_000,
        ),
        Card(
            id="0000bare00",
            agent="gemini-cli",
            session_id="bb88",
            state="held",
            because="you hold it",
            need=25,
            since=NOW - 300_000,
        ),
    ]


STORY = (
    CallLine(NOW - 1900, "prompt", "Retry a failed payment once and tell the customer what happened"),
    CallLine(NOW - 1880, "said", "I will look at the payment service first, then at the mail templates."),
    CallLine(NOW - 1870, "tool", "Read services/payment.py"),
    CallLine(NOW - 1869, "result", "412 lines"),
    CallLine(NOW - 1500, "plan", "Retry once, after two seconds, only where the bank says that it may help"),
    CallLine(NOW - 1400, "tool", "Edit services/payment.py"),
    CallLine(NOW - 1399, "result", "services/payment.py has been updated"),
    CallLine(NOW - 900, "tool", "Bash pytest tests/payment -q"),
    CallLine(NOW - 880, "result", "2 failed, 31 passed in 9.12s", failed=True),
    CallLine(NOW - 700, "tool", "Edit tests/payment/test_retry.py"),
    CallLine(NOW - 690, "result", "tests/payment/test_retry.py has been updated"),
    CallLine(NOW - 400, "tool", "Bash pytest tests/payment -q"),
    CallLine(NOW - 380, "result", "33 passed in 8.70s"),
    CallLine(NOW - 300, "compacted", "context compacted at 168k tokens"),
    CallLine(NOW - 200, "said", "All tests pass. I push the branch, rewritten onto main, for review."),
    CallLine(NOW - 190, "asked", "asks leave: Bash git push --force-with-lease origin feat/checkout-retry"),
)
STEPS = (
    Step("Read the payment service and its callers", "completed"),
    Step("Write a failing test for the second try", "completed"),
    Step("Retry once with the bank's idempotency key", "completed"),
    Step("Tell the customer what happened, in both mail templates", "completed"),
    Step("Run the payment tests", "completed"),
    Step("Push the branch for review", "in_progress"),
    Step("Write the rollback note", "pending"),
)
FILES = (
    ChangedFile("services/payment.py", "modified", 88, 31),
    ChangedFile("services/retry.py", "added", 64, 0),
    ChangedFile("templates/mail/payment_failed.html", "modified", 21, 14, committed=False),
    ChangedFile("templates/mail/payment_retried.html", "untracked", None, None),
    ChangedFile("tests/payment/test_retry.py", "added", 67, 0),
    ChangedFile("services/legacy_retry.py", "deleted", 0, 16),
)


def detail_of(card: Card) -> Detail:
    """The first run has everything; the others what their cards tell and a short story."""
    if card.id != "9c1f04ab27":
        story = (CallLine(card.seen, "said", card.because),)
        return Detail(card, None, (), (), story, {})
    log = card.source_log or ""
    origins = {
        name: Origin(log, offset, NOW - 190)
        for name, offset in {
            "asks": 1_482_113,
            "title": 812,
            "model": 1_481_022,
            "context_used": 1_481_022,
            "usage": 1_481_022,
            "version": 812,
        }.items()
    }
    tree = Worktree(
        card.worktree or "", "", branch=card.branch, base_ref="main", ahead=3, behind=1, files=FILES, read_at=NOW - 20
    )
    prose = ("Retry a failed payment exactly once.", "", "Only where the bank says that a second try may help.")
    return Detail(card, tree, STEPS, prose, STORY, origins)


class FakeReader:
    """A store in memory: `put` changes it, `ring` is the core's bell."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.cards = {card.id: card for card in cards}
        self.revs = dict.fromkeys(self.cards, 1)
        self.rev = 1
        self.gone: list[str] = []
        self.problems: tuple[Problem, ...] = ()
        self.looked_in: tuple[str, ...] = ("/home/ada/.claude/projects", "/home/ada/.codex/sessions")
        self.indexing: float | None = None
        self.unassigned = 0
        self.orders: list[tuple[str, dict[str, str]]] = []
        self.details: list[str] = []
        self.detail_of: Callable[[Card], Detail] = detail_of
        self.closed = False
        self._bell = asyncio.Event()

    def put(self, *cards: Card) -> None:
        self.rev += 1
        for card in cards:
            self.cards[card.id] = card
            self.revs[card.id] = self.rev

    def drop(self, run: str) -> None:
        self.rev += 1
        del self.cards[run]
        self.gone.append(run)

    def ring(self) -> None:
        self._bell.set()

    async def changes(self, since: int) -> Snapshot:
        changed = tuple(card for run, card in self.cards.items() if self.revs[run] > since)
        return Snapshot(
            rev=self.rev,
            cards=changed,
            gone=tuple(self.gone),
            problems=self.problems,
            repository="/home/ada/shop",
            base="refs/heads/main",
            unassigned=self.unassigned,
            looked_in=self.looked_in,
            indexing=self.indexing,
        )

    async def detail(self, run: str) -> Detail | None:
        self.details.append(run)
        return self.detail_of(self.cards[run]) if run in self.cards else None

    async def rung(self) -> None:
        await self._bell.wait()
        self._bell.clear()

    async def order(self, verb: str, **words: str) -> str:
        self.orders.append((verb, words))
        return "asked"

    async def close(self) -> None:
        self.closed = True


class FakeClipboard:
    """Keeps what was copied."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def copy(self, text: str) -> str:
        self.texts.append(text)
        return "sent to the terminal's clipboard"


class Clock:
    """A time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time


@dataclass
class Screen:
    """The running board, seen as lines of text and driven by keys."""

    app: HeadgateApp
    pilot: Pilot[None]
    reader: FakeReader
    clipboard: FakeClipboard
    clock: Clock
    frames: list[int]
    painted: list[tuple[str, int]]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def settled(self) -> None:
        """Wait until no message and no repaint is outstanding."""
        for _ in range(3):
            await self.pilot.pause()
            await asyncio.sleep(1 / 50)

    async def changed(self, *cards: Card) -> None:
        self.reader.put(*cards)
        self.reader.ring()
        await self.settled()

    def lines(self) -> list[str]:
        """The screen as the terminal would show it. `_compositor` is Textual's own; only this line knows it."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    def selected(self) -> str:
        """The row that the table's cursor stands on."""
        return next((line for line in self.lines() if line.startswith("▸")), "")

    def status(self) -> str:
        return self.lines()[-2]

    def forget_paint(self) -> None:
        self.frames.clear()
        self.painted.clear()

    def rows_painted(self, widget: str) -> int:
        return sum(1 for name, _ in self.painted if name == widget)


@pytest.fixture(autouse=True)
def one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def cards() -> list[Card]:
    return fleet()


OpenBoard = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def open_board(monkeypatch: pytest.MonkeyPatch) -> OpenBoard:
    """Opens the board on cards at a size, and counts frames and painted rows."""

    @asynccontextmanager
    async def opened(
        cards: Iterable[Card] | None = None,
        size: tuple[int, int] = (120, 40),
        theme: str | None = None,
        **facts: object,
    ) -> AsyncIterator[Screen]:
        reader, clipboard, clock = FakeReader(fleet() if cards is None else cards), FakeClipboard(), Clock()
        for name, value in facts.items():
            setattr(reader, name, value)
        frames: list[int] = []
        painted: list[tuple[str, int]] = []
        render_line = Lines.render_line

        def counting(self: Lines, y: int):
            painted.append((self.id or "", y))
            return render_line(self, y)

        monkeypatch.setattr(Lines, "render_line", counting)
        app = HeadgateApp(reader, clipboard, clock, theme)
        app.post_display_hook = lambda: frames.append(1)  # type: ignore[method-assign]
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot, reader, clipboard, clock, frames, painted)
            await screen.settled()
            yield screen

    return opened


@pytest.fixture
def matches_snapshot() -> Callable[[str, str], None]:
    """Compares text with a stored file; writes the file instead when the environment asks for it."""

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get(UPDATE):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        assert path.exists(), f"no snapshot {path.name}: set {UPDATE}=1 once"
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def changed_card() -> Callable[..., Card]:
    """The card with other facts."""
    return replace
