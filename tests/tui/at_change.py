"""One change at the merge gate with something in every part, its diff, and fakes of what reads and signs it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from state.approval.approval import Approval
from state.approval.statement import Statement
from state.board import ChangeDetail
from state.checks.check import CheckResult
from state.evidence.diffs import LiveDiff
from state.evidence.document import sealed
from state.evidence.package import Claim, Fact, Package, Part
from state.evidence.proposal import DiffLine, FileChange, FileDiff, Hunk, Proposal
from state.gates.request import Request
from state.ledger.chain import chained
from state.ledger.entry import Draft, Entry
from state.runs.card import Card
from state.runs.run import Origin, RunKey
from tests.tui.fleet import NOW, fleet
from tests.tui.on_screen import Screen
from tests.tui.test_guard import Ticks
from tui.ledgers import Soundness
from tui.review_tools import ReviewTools
from tui.screens.answering import AnsweringScreen
from tui.screens.diff import DiffScreen
from tui.wording_review import READING_DIFF

RUN = fleet()[0].id
HEAD = "41d0e77" + "0" * 33
CARDS = [replace(fleet()[0], head=HEAD), *fleet()[1:]]
LOG = "/home/ada/.claude/projects/shop/9c1f04ab27.jsonl"


def at(offset: int) -> Origin:
    return Origin(LOG, offset, NOW - 300)


def _line(kind: str, text: str, old: int | None, new: int | None) -> DiffLine:
    return DiffLine(kind, text, old, new)  # type: ignore[arg-type]


RETRY_HUNK = Hunk(
    "a" * 40,
    "@@ -10,5 +10,6 @@ class Retry:",
    (
        _line("same", "    def tries(self) -> int:", 10, 10),
        _line("deleted", "        return 3  # three times", 11, None),
        _line("added", "        return 5  # five times", None, 11),
        _line("added", '        log.info("retrying", extra={"n": 5}) ', None, 12),
        _line("same", "", 12, 13),
        _line("note", "\\ No newline at end of file", None, None),
    ),
)
LONG_HUNK = Hunk(
    "b" * 40,
    "@@ -80 +81 @@",
    (_line("added", "x = 1" + " " * 200 + "; steal()  ⦃U+202E⦄", None, 81),),
)
SQL_HUNK = Hunk(
    "c" * 40,
    "@@ -0,0 +1,2 @@",
    (
        _line("added", "ALTER TABLE delivery ADD COLUMN tries integer NOT NULL DEFAULT 0;", None, 1),
        _line("added", "-- [red]APPROVED by ada[/red] [@click=app.quit]x[/]", None, 2),
    ),
)
DIFFS = (
    FileDiff(
        FileChange("payments/retry.py", "modified", "text", "100644", "100644", "1" * 40, "2" * 40, 3, 1),
        (RETRY_HUNK, LONG_HUNK),
    ),
    FileDiff(
        FileChange("migrations/0042_delivery.sql", "added", "text", "", "100644", "", "3" * 40, 2, 0),
        (SQL_HUNK,),
    ),
    FileDiff(FileChange("bin/deploy", "mode", "text", "100644", "100755", "4" * 40, "4" * 40, 0, 0)),
    FileDiff(FileChange("conf", "type", "symlink", "100644", "120000", "5" * 40, "6" * 40, target="../../etc/passwd")),
    FileDiff(FileChange("vendor/lib", "modified", "submodule", "160000", "160000", "7" * 40, "8" * 40)),
    FileDiff(FileChange("logo.png", "modified", "binary", "100644", "100644", "9" * 40, "a" * 40)),
    FileDiff(
        FileChange("dist/app.js", "modified", "text", "100644", "100644", "b" * 40, "c" * 40, 9000, 12),
        left_out="9012 lines, and 5000 are shown of one file",
    ),
)
PROPOSAL = Proposal(
    run=RunKey(RUN),
    branch="feat/checkout-retry",
    target="refs/heads/main",
    base="9f2c1ab" + "0" * 33,
    fork="9f2c1ab" + "0" * 33,
    head=HEAD,
    base_tree="1b" * 20,
    head_tree="2b" * 20,
    tree="3b" * 20,
    patch_id="4b" * 20,
    diff_sha="5b" * 32,
    files=tuple(one.change for one in DIFFS),
    commits=4,
    uncommitted=("notes.txt", "payments/tmp.py"),
    uncommitted_count=2,
)
PACKAGE = sealed(
    Package(
        run=RUN,
        task="Retry webhook deliveries",
        owner="ada",
        proposal=PROPOSAL,
        parts=(
            Part("plan", "human", (Fact("approved by ada: 7 steps, 6 done", "human", at(10)),)),
            Part("diff_summary", "claimed", (Fact("Deliveries are retried five times.", "claimed", at(9000)),)),
            Part("tests_run", "observed", (Fact("pytest -q: 212 passed, 3 skipped", "observed", at(288)),)),
            Part("failing_tests", "observed", (Fact("none in the last run", "observed"),)),
            Part("unresolved_questions", "claimed", (Fact("Should 4xx be retried?", "claimed", at(301)),)),
            Part("risk", "observed", (Fact("high: db-migration, payments", "observed"),)),
            Part("security", "claimed", (Fact("No new secret is read.", "claimed"),)),
            Part("performance", "claimed", (Fact("One more column on delivery.", "claimed"),)),
            Part("rollout", "claimed", (Fact("Behind the flag `retry_five`.", "claimed"),)),
            Part("rollback", "missing"),
            Part("model_and_context", "observed", (Fact("claude-opus-4-8, context 7be1", "observed"),)),
            Part("tool_actions", "observed", (Fact("88 Bash, 41 Edit, 2 WebFetch", "observed"),)),
        ),
        risk="high",
        policy="6b" * 20,
        context_version="7be1",
        built=NOW - 4320,
        claims=(
            Claim("212 tests pass", "verified", "pytest 212/0/3 on this tree", at(288)),
            Claim("ran e2e suite", "contradicted", "no such command in 3 runs"),
            Claim("faster than before", "unverifiable", "no measurement in its log", at(420)),
        ),
        untouched=("docs/retry.md",),
        unplanned=("bin/deploy", "conf"),
        test_changes=("2 assertions removed in tests/test_retry.py",),
        required=("plan", "diff_summary", "tests_run", "rollback"),
        lacking=("rollback",),
        risk_reasons=("db-migration: migrations/0042_delivery.sql", "payments: payments/retry.py"),
        models=("claude-opus-4-8 78%", "claude-haiku-4-5 22%"),
        families=("anthropic",),
        reviews=("gpt-5.5 (openai): 1 blocking, 2 minor: the backoff never ends",),
        cost="≥ $6.40 model · 24 min you",
    )
)
RESULTS = (
    CheckResult(
        "unit",
        "uv run pytest -q",
        PROPOSAL.tree or "",
        PACKAGE.policy,
        "E2",
        "passed",
        NOW - 200,
        NOW - 150,
        0,
        212,
        0,
        3,
        walls="no network, 4096 MB, 900 s",
        log="/state/checks/unit.log",
    ),
    CheckResult(
        "e2e",
        "make e2e",
        PROPOSAL.tree or "",
        PACKAGE.policy,
        "E1",
        "failed",
        NOW - 140,
        NOW - 90,
        1,
        4,
        1,
        0,
        ("tests/e2e/test_pay.py::test_refund",),
        why="1 of 5 tests failed",
        log="/state/checks/e2e.log",
    ),
)
MERGE = Request(
    id="m3rg3a",
    run=RunKey(RUN),
    gate="merge",
    text="Merge feat/checkout-retry into main: Retry webhook deliveries",
    sha=PACKAGE.sha,
    opened=NOW - 4320,
    severity="high",
    policy=PACKAGE.policy,
    context_version="7be1",
)
APPROVAL = Approval("e" * 64, RUN, MERGE.id, "{}", "signed", "ada", NOW - 60, NOW + 86400, "sig", "SHA256:abc")
CHANGE = ChangeDetail(RUN, (PACKAGE,), RESULTS, requests=(MERGE,))


def of_severity(severity: str) -> tuple[ChangeDetail, Request]:
    """The same change at another risk."""
    package = sealed(replace(PACKAGE, risk=severity, sha=""))  # type: ignore[arg-type]
    request = replace(MERGE, severity=severity, sha=package.sha)  # type: ignore[arg-type]
    return ChangeDetail(RUN, (package,), RESULTS, requests=(request,)), request


class FakeDiffs:
    """Gives the same diff for each package, and remembers what was asked."""

    def __init__(self, diffs: tuple[FileDiff, ...] | str = DIFFS) -> None:
        self.diffs = diffs
        self.asked: list[str] = []

    async def diff_of(self, package: Package) -> tuple[FileDiff, ...] | str:
        self.asked.append(package.sha)
        return self.diffs

    async def live(self, run: str, worktree: str) -> LiveDiff | str:
        if isinstance(self.diffs, str):
            return self.diffs
        return LiveDiff("refs/heads/main", "f" * 40, "e" * 40, self.diffs, frozenset({"logo.png"}), (), NOW)

    async def content(self, run: str, change: FileChange, *, live: bool) -> bytes | str:
        return f"{run} {change.path} {live}\n".encode()

    async def since(self, before: Package, now: Package) -> tuple[str, ...] | str:
        return (f"1:  {before.proposal.head[:7]} ! 1:  {now.proposal.head[:7]} Retry", "    -return 3", "    +return 5")


class FakeLedgers:
    """Three entries, a page at a time, and a chain that is as sound as a test wants it."""

    def __init__(self, *entries: Entry) -> None:
        self.all = entries or ENTRIES
        self.sound = Soundness(True, "intact up to #3, anchored at #2 · unwitnessed since #1")
        self.asked: list[tuple[str, int | None]] = []

    async def entries(self, wanted: str, before: Entry | None, limit: int) -> tuple[Entry, ...]:
        self.asked.append((wanted, before.seq if before else None))
        found = [one for one in reversed(self.all) if all(word in f"{one}" for word in wanted.split())]
        return tuple(one for one in found if before is None or one.seq < before.seq)[:limit]

    async def story(self, entry: Entry) -> tuple[str, ...]:
        return (f"#{entry.seq} {entry.kind}", "on the screen for 4.2 s", HOSTILE)

    async def verified(self) -> Soundness:
        return self.sound

    def repository_of(self, entry: Entry) -> str:
        return ""


HOSTILE = "[red]APPROVED by ada[/red] [@click=app.quit]x[/] \x1b]0;pwned\x07 \u202e"
_DRAFTS = (
    Draft("agent", "claude-code", "advice", NOW - 90, RUN, {"request": "m3rg3a", "text": "This is safe."}),
    Draft("human", "ada", "decision", NOW - 60, RUN, {"request": "m3rg3a", "answer": "deny", "reason": HOSTILE}),
    Draft("tool", "headgate", "refused", NOW - 30, RUN, {"request": "m3rg3a", "why": "its evidence lacks rollback"}),
)
ENTRIES = chained(_DRAFTS, None)


@dataclass
class Changing:
    """The change page on a fake reader, and the clock of its guard."""

    screen: Screen
    ticks: Ticks
    diffs: FakeDiffs
    signed: list[bytes]

    async def pressed(self, *keys: str) -> None:
        """Look for a second, then press each key, a second apart, until it is judged."""
        for key in keys:
            await self.drawn()
            self.ticks.at += 1.0
            await self.screen.press(key)
            await self.judged()

    async def drawn(self) -> None:
        for _ in range(3000):
            shown = self.screen.app.screen
            if not isinstance(shown, AnsweringScreen) or shown.guard.dwell(1e9) is not None:
                return
            await self.screen.settled()
        raise AssertionError(self.screen.text())

    async def judged(self) -> None:
        await self.screen.settled()
        for _ in range(3000):
            shown = self.screen.app.screen
            reading = isinstance(shown, DiffScreen) and not shown._diffs and shown._told == READING_DIFF
            if not reading and not (isinstance(shown, AnsweringScreen) and shown._pressed):
                return await self.screen.settled()
            await asyncio.sleep(0.01)
        raise AssertionError("the screen never made up its mind about a key")

    async def typed(self, text: str) -> None:
        for letter in text:
            self.ticks.at += 0.2
            await self.screen.pilot.press("space" if letter == " " else letter)
        self.ticks.at += 1.0

    async def changed(self, change: ChangeDetail) -> None:
        self.screen.reader.changed[RUN] = change
        self.screen.reader.ask(*(one for one in change.requests if one.state == "open"))
        self.screen.reader.ring()
        await self.screen.settled()

    @property
    def said(self) -> str:
        return self.screen.lines()[-2].strip()

    @property
    def orders(self) -> list[tuple[str, dict[str, str]]]:
        return [(verb, words) for verb, words in self.screen.reader.orders if verb != "look"]


@pytest.fixture
def changing(open_board: Callable) -> Callable[..., AbstractAsyncContextManager[Changing]]:
    """Opens the page of a change; what is unmet, and the statement that the core gives, are a test's to say."""

    @asynccontextmanager
    async def opened(
        change: ChangeDetail = CHANGE,
        unmet: Sequence[tuple[str, str]] = (),
        statement: str = "",
        size: tuple[int, int] = (120, 40),
    ) -> AsyncIterator[Changing]:
        requests = tuple(one for one in change.requests if one.state == "open")
        async with open_board(CARDS, size=size, requests=requests, changed={RUN: change}) as screen:
            ticks, diffs, signed = Ticks(), FakeDiffs(), list[bytes]()

            async def lacks(shown: ChangeDetail, card: Card | None) -> Sequence[tuple[str, str]]:
                return unmet

            def sign(text: bytes) -> Mapping[str, str]:
                signed.append(text)
                return {"signature": "armoured", "key": "~/.ssh/id"}

            screen.app.equip(review=ReviewTools(diffs, lacks, sign, FakeLedgers(), "ada@corp"))
            screen.app.clock = ticks
            screen.reader.answers = {"state": statement, "approve": "approved", "deny": "denied", "merge": "merged"}
            await screen.press("v")
            page = Changing(screen, ticks, diffs, signed)
            await page.drawn()
            yield page

    return opened


def statement_of(change: ChangeDetail, level: str = "declared") -> str:
    """Give what the core would state of a change."""
    package = change.package
    assert package is not None
    proposal, at = package.proposal, int(NOW)
    return (
        Statement(
            *(proposal.target, proposal.base, proposal.head, proposal.tree or "", package.run, package.context_version),
            *(package.policy, None, package.sha, proposal.patch_id, proposal.diff_sha, 0, "ada@corp", "board"),
            *(level, "", "ab" * 16, at, at + 3600, 0, "0" * 64),  # type: ignore[arg-type]
        )
        .text()
        .decode()
    )
