"""The page of a change in the manner of a user: what stands there, who says it, and what each key does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from state.board import ChangeDetail, OrderRefused
from state.control.act import Act
from state.evidence.package import Fact, Part
from state.gates.request import Decision
from tests.tui.at_change import (
    APPROVAL,
    CARDS,
    CHANGE,
    HOSTILE,
    MERGE,
    PACKAGE,
    RUN,
    FakeDiffs,
    of_severity,
    statement_of,
)
from tests.tui.fleet import NOW
from tui.change_state import barred, hidden_in, last_decided, valid_approval
from tui.panes.change import Told, change_lines
from tui.panes.line import laid
from tui.screens.change import ChangeScreen
from tui.screens.decide import DecideScreen
from tui.screens.diff import DiffScreen
from tui.screens.evidence import EvidenceScreen
from tui.screens.range_diff import RangeDiffScreen
from tui.spans import plain

DECIDED = Decision("old", "deny", "ada", NOW - 5000, "use a flag")
LACKS = (("its evidence lacks rollback", "ask the run for it"),)


@contextmanager
def _given(app: object) -> Iterator[None]:
    """Give the terminal away as a real one would be."""
    yield


def drawn(change: ChangeDetail = CHANGE, told: Told | None = None, width: int = 78) -> list[str]:
    lines = change_lines(change, CARDS[0], told or Told(()), NOW)
    return [plain(row).rstrip() for line in lines for row in laid(line, width, True)]


def test_the_parts_stand_in_one_order_and_each_line_says_who_says_it() -> None:
    lines = drawn()
    titles = [line.split("── ")[1].split(" ──")[0].strip() for line in lines if line.startswith("── ")]
    assert titles == [
        *("Decide", "Claims against its log", "Required checks", "Tests by its log", "Risk", "Plan against diff"),
        *("Diff", "Questions and notes", "Review by another family", "Provenance", "Cost", "No part of it"),
        *("Approvals", "Bound to"),
    ]
    text = "\n".join(lines)
    for told in (
        "claimed  │ ✔ “212 tests pass”",
        "claimed  │ ✘ “ran e2e suite”\n         │ its log says otherwise: no such command in 3 runs",
        "verified │ ✔ unit passed · E2 · 212 passed, 0 failed, 3 skipped",
        "verified │ ✘ e2e FAILED · E1",
        "MISSING  │ rollback · the policy wants it",
        "observed │ + bin/deploy · not in its plan",
        "human    │ approved by ada: 7 steps, 6 done",
        "observed │ − notes.txt",
        "░ gpt-5.5 (openai)",
        "evidence 11/12 · fresh",
    ):
        assert told in text, told
    assert all(len(line) <= 78 for line in lines)


def test_missing_is_said_in_its_place_and_a_moved_branch_is_stale() -> None:
    bare = replace(PACKAGE, parts=tuple(replace(one, mark="missing", facts=()) for one in PACKAGE.parts), claims=())
    text = "\n".join(drawn(replace(CHANGE, packages=(bare,), results=())))
    assert text.count("MISSING") == 14 and "evidence 0/12" in text and "no required check ran on this tree" in text
    moved = replace(PACKAGE, proposal=replace(PACKAGE.proposal, head="f" * 40))
    assert "STALE: the branch is at" in "\n".join(drawn(replace(CHANGE, packages=(moved,))))
    assert "no package was made" in drawn(ChangeDetail(RUN))[0]


def test_approvals_are_shown_as_what_they_are() -> None:
    void = replace(APPROVAL, id="f" * 64, void="its branch went on")
    used = replace(APPROVAL, id="d" * 64, merge="c0ffee" + "0" * 34, level="declared", key="")
    text = "\n".join(drawn(replace(CHANGE, approvals=(APPROVAL, void, used))))
    assert "human    │ ✔ ada · signed with a key · 1m ago · counts for 1d" in text
    assert "counts no more: its branch went on" in text and "VOID" in text
    assert "declared: a row, no signature" in text and "merged as c0ffee0" in text


def test_what_no_key_can_do_is_said() -> None:
    assert barred(ChangeDetail(RUN), NOW, 0, "")["open_diff"].startswith("no package")
    found = barred(CHANGE, NOW, 1, "")
    assert found["merge_change"] == "it is not approved" and found["end_checks"] == "no check runs"
    assert "next_change" in found and "since_decided" in found and "run_checks" not in found
    approved = replace(CHANGE, approvals=(APPROVAL,))
    assert "merge_change" not in barred(approved, NOW, 1, "") and valid_approval(approved, NOW + 1e6) is None
    checking = replace(CHANGE, acts=(Act("1", MERGE.run, "check", "ada", NOW),))
    assert barred(checking, NOW, 1, "")["run_checks"] == "checks run already"
    conflicted = replace(PACKAGE, proposal=replace(PACKAGE.proposal, tree=None))
    assert "conflicts" in barred(replace(CHANGE, packages=(conflicted,)), NOW, 1, "")["run_checks"]


def test_what_hides_in_the_text_is_counted_and_the_last_decision_found() -> None:
    assert hidden_in(FakeDiffs().diffs) == 1  # type: ignore[arg-type]
    before = replace(PACKAGE, sha="0" * 64)
    denied = replace(MERGE, id="old", sha=before.sha, state="denied", decision=DECIDED)
    assert last_decided(replace(CHANGE, packages=(PACKAGE, before), requests=(MERGE, denied))) == before
    assert last_decided(replace(CHANGE, packages=(PACKAGE, before))) is None


async def test_a_grave_change_needs_its_diff_opened_and_a_reason(changing: Callable) -> None:
    async with changing(statement=statement_of(CHANGE)) as page:
        await page.pressed("a")
        assert "open its diff first: v" in page.said and page.orders == []
        await page.pressed("v")
        assert isinstance(page.screen.app.screen, DiffScreen)
        await page.pressed("escape", "a")
        await page.typed("right")
        await page.pressed("enter")
        (stated, asked), (approved, words) = page.orders
        assert (stated, approved) == ("state", "approve") and asked["principal"] == "ada@corp"
        assert (words["request"], words["sha"], words["reason"]) == (MERGE.id, PACKAGE.sha, "right")
        assert words["opened"] == "yes" and words["statement"] == statement_of(CHANGE) and "signature" not in words
        assert "recorded: approved" in page.said and isinstance(page.screen.app.screen, ChangeScreen)


async def test_what_is_unmet_or_cannot_be_shown_is_not_approved(changing: Callable) -> None:
    change, _ = of_severity("low")
    async with changing(change, unmet=LACKS) as page:
        await page.pressed("a")
        assert "not met: its evidence lacks rollback" in page.said and page.orders == []
    async with changing(change) as page:
        page.diffs.diffs = "the store cannot be read"
        newer = replace(change.packages[0], sha="9" * 64)
        await page.changed(replace(change, packages=(newer,), requests=(replace(MERGE, sha=newer.sha),)))
        await page.pressed("a")
        assert "the store cannot be read" in page.said and page.orders == []


async def test_another_statement_than_of_what_stands_there_is_not_approved(changing: Callable) -> None:
    async with changing(statement=statement_of(of_severity("low")[0])) as page:
        await page.pressed("v", "escape", "a")
        await page.typed("ok")
        await page.pressed("enter")
        assert "stated something else" in page.said and [verb for verb, _ in page.orders] == ["state"]


async def test_where_the_policy_wants_a_signature_and_the_terminal_gives_none_nothing_is_sent(
    changing: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with changing(statement=statement_of(CHANGE, "signed")) as page:
        await page.pressed("v", "escape", "a")
        await page.typed("ok")
        await page.pressed("enter")
        assert "this terminal cannot be given to a key" in page.said and page.signed == []
        monkeypatch.setattr(type(page.screen.app), "suspend", _given)
        await page.pressed("a")
        await page.typed("ok")
        await page.pressed("enter")
        assert page.signed == [statement_of(CHANGE, "signed").encode()]
        assert page.orders[-1][0] == "approve" and page.orders[-1][1]["signature"] == "armoured"


async def test_early_keys_bursts_and_changes_decide_nothing(changing: Callable) -> None:
    async with changing(statement=statement_of(CHANGE)) as page:
        await page.screen.press("d")
        assert "too quick" in page.said
        await page.pressed("d")
        await page.typed("no")
        await page.changed(replace(CHANGE, requests=(replace(MERGE, state="moot"),)))
        await page.pressed("enter")
        assert page.orders == []


async def test_a_denial_sends_its_words_back_to_the_run(changing: Callable) -> None:
    async with changing() as page:
        await page.pressed("d")
        await page.typed("use a flag")
        await page.pressed("enter")
        verb, words = page.orders[-1]
        assert (verb, words["rework"], words["reason"]) == ("deny", "yes", "use a flag")


async def test_a_merge_asks_twice_and_names_the_run(changing: Callable) -> None:
    async with changing(replace(CHANGE, approvals=(APPROVAL,))) as page:
        await page.pressed("M")
        assert f"M again merges feat/checkout-retry of run {RUN} into main" in page.said and page.orders == []
        await page.pressed("j", "M")
        assert page.orders == [], "what came between undoes the first press"
        page.screen.reader.answers["merge"] = OrderRefused("main went on")
        await page.pressed("M")
        assert [(verb, words["run"], words["approval"]) for verb, words in page.orders] == [("merge", RUN, APPROVAL.id)]
        assert "NOT done: main went on" in page.said
        page.screen.reader.answers["merge"] = "merged"
        await page.pressed("M", "M")
        assert page.said.startswith("merge: merged · next: "), "what needs the human next is on the board"


async def test_checks_run_from_the_page_and_their_progress_stands_there(changing: Callable) -> None:
    async with changing() as page:
        await page.pressed("t")
        running = replace(CHANGE.results[0], state="running", ended=None, passed=None, failed=None, skipped=None)
        act = Act("1", MERGE.run, "check", "ada", NOW, text="unit: 40 of 212 ran")
        await page.changed(replace(CHANGE, results=(running,), acts=(act,)))
        assert "unit runs · E2" in page.screen.text() and "40 of 212 ran" in page.screen.text()
        await page.pressed("x", "b")
        assert [verb for verb, _ in page.orders] == ["check", "cancel_check", "evidence"]


async def test_origins_the_ledger_and_the_range_diff_open(changing: Callable) -> None:
    before = replace(PACKAGE, sha="0" * 64)
    denied = replace(MERGE, id="old", sha=before.sha, state="denied", decision=DECIDED)
    async with changing(replace(CHANGE, packages=(PACKAGE, before), requests=(MERGE, denied))) as page:
        await page.pressed("o")
        assert "no record stands behind" in page.said
        await page.pressed(*["j"] * 9, "o")
        assert isinstance(page.screen.app.screen, EvidenceScreen)
        await page.pressed("escape", "s")
        assert isinstance(page.screen.app.screen, RangeDiffScreen) and "+return 5" in page.screen.text()
        await page.pressed("escape", "L")
        assert page.screen.lines()[0].startswith(" Ledger")


async def test_the_queue_leads_a_merge_request_to_its_page(open_board: Callable) -> None:
    async with open_board(requests=(MERGE,), changed={RUN: CHANGE}) as screen:
        await screen.press("w")
        assert isinstance(screen.app.screen, ChangeScreen)
        await screen.press("escape")
        assert not isinstance(screen.app.screen, (ChangeScreen, DecideScreen))


async def test_hostile_words_in_every_field_are_only_text(changing: Callable) -> None:
    facts = tuple(Part(one.name, "claimed", (Fact(HOSTILE, "claimed"),)) for one in PACKAGE.parts)
    claims = tuple(replace(one, text=HOSTILE, against=HOSTILE) for one in PACKAGE.claims)
    told = dict.fromkeys(("untouched", "unplanned", "test_changes", "risk_reasons", "models", "reviews"), (HOSTILE,))
    proposal = replace(PACKAGE.proposal, branch=HOSTILE, uncommitted=(HOSTILE,))
    package = replace(PACKAGE, parts=facts, claims=claims, task=HOSTILE, cost=HOSTILE, proposal=proposal, **told)
    checks = tuple(
        replace(one, name=HOSTILE, command=HOSTILE, why=HOSTILE, failing=(HOSTILE,)) for one in CHANGE.results
    )
    approvals = (replace(APPROVAL, by=HOSTILE, void=HOSTILE, key=HOSTILE),)
    async with changing(
        replace(CHANGE, packages=(package,), results=checks, approvals=approvals), size=(80, 200)
    ) as page:
        text = page.screen.text()
        assert "\x1b" not in text and "\u202e" not in text and text.count("[@click=app.quit]") > 20
        lines = [line for line in page.screen.lines()[1:-3] if "APPROVED by ada" in line]
        assert all("│" in line or "░" in line or line.startswith(" ── ") for line in lines)
        for y in range(3, 150, 4):
            for x in range(12, 80, 9):
                assert not page.screen.app.screen.get_style_at(x, y).meta.get("@click")


async def test_a_page_that_is_left_reads_no_further_and_what_was_decided_there_is_told(changing: Callable) -> None:
    async with changing(of_severity("medium")[0]) as page:
        app, left = page.screen.app, page.screen.app.screen
        reads, waits = asyncio.Event(), asyncio.Event()

        async def read(run: str) -> ChangeDetail:
            await reads.wait()
            waits.clear()
            return CHANGE

        async def order(verb: str, **words: str) -> str:
            await waits.wait()
            return f"{verb} by ada"

        page.screen.reader.change, page.screen.reader.order = read, order
        await page.pressed("rightcurlybracket")
        left._send("deny", left.asking, 0.0)  # what `d` and its words come to
        left.take()
        await page.screen.pilot.pause()
        app.pop_screen()
        reads.set()
        waits.set()
        await page.screen.settled()
        assert waits.is_set(), "a page reads on after it was left, and has no line to show it in"
        assert "deny m3rg3a: recorded: deny by ada" in page.screen.text()
