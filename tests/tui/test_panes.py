"""The panes of the detail: what they say, where each fact was read, and what they admit not to know."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from state.board import CallLine, Detail
from state.money.spending import Cost
from state.money.spent import PriceUsed, Spent
from state.runs.card import Card
from state.runs.run import Origin, Usage
from state.runs.worktree import ChangedFile, Worktree
from tests.tui.fake_reader import FakeReader
from tests.tui.fleet import NOW, detail_of, fleet
from tui.panes.calls import calls
from tui.panes.facts import facts
from tui.panes.files import files
from tui.panes.line import Line, labelled, laid, where
from tui.panes.log import clock, log
from tui.panes.plan import plan
from tui.spans import plain, width_of

BARE = Card(id="0000bare00", agent="codex", session_id="s", state="unknown", because="", need=0, certain=False)


def said(lines: list[Line]) -> dict[str, Line]:
    """The labelled lines by their label."""
    return {plain(line.label).strip(): line for line in lines if plain(line.label).strip()}


def bare(**facts_of_it: object) -> Detail:
    return Detail(replace(BARE, **facts_of_it), None, (), (), (), {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "body", "tail"),
    [
        ("▲ waiting", "asks leave: Bash git push", "…a7a3f1f9c10.jsonl:1482113"),
        ("task", "Retry a failed payment", ".jsonl:812"),
        ("model", "claude-opus-4-5-20251101 · before: claude-sonnet", ".jsonl:1481022"),
        ("branch", "3 ahead of main, 1 behind", "git just now"),
        ("change", "12 files +240 −61, 2 untracked", "git just now"),
        ("context", "62% · 124k of 200k", ".jsonl:1481022"),
        ("cost", "3.4M tok unpriced", ""),
        ("process", "alive", ""),
    ],
)
def test_a_fact_says_what_and_from_where(label: str, body: str, tail: str) -> None:
    line = said(facts(detail_of(fleet()[0]), NOW))[label]
    assert body in plain(line.body)
    assert plain(line.tail).endswith(tail)


def test_a_cost_says_what_a_token_cost_in_its_mix_and_by_which_prices() -> None:
    paid = Spent(
        "r", Usage(100, 800, 50, 0, 50), Cost(Decimal(2), 0, 3), Decimal(4), Decimal(-1), listed_usd=Decimal(2)
    )
    used = (
        PriceUsed("opus", "genai-prices 0.1 (2026-10-01)", 1_795_000_000.0, 1_795_262_400.0, 3),
        PriceUsed(None, "", None, None, 1),
    )
    lines = facts(replace(bare(cost_state="lower_bound", cost_usd=Decimal(2)), paid=paid, prices=used), NOW)
    at = next(place for place, line in enumerate(lines) if plain(line.label).strip() == "blended")
    assert [plain(line.body) for line in lines[at : at + 3]] == [
        "≥ $2,000.00 a million tokens · 50% of list price · cache net -$1.00",
        "opus: genai-prices 0.1 (2026-10-01) · 3 calls, 2026-11-18 to 2026-11-21 UTC",
        "?: no price · 1 call, of unknown time",
    ]


def test_what_is_not_known_is_said_and_never_a_zero() -> None:
    lines = said(facts(bare(), NOW))
    assert {plain(lines[name].body) for name in ("branch", "change", "model", "tokens", "cost", "log", "task")} == {"?"}
    assert "not found" in plain(lines["process"].body)
    assert "no worktree" in plain(lines["worktree"].body)


def test_an_inferred_state_says_that_it_was_inferred() -> None:
    told = [plain(line.body) for line in facts(bare(state="waiting"), NOW)]
    assert "inferred from its log, not told" in told
    told = [plain(line.body) for line in facts(bare(state="waiting", certain=True), NOW)]
    assert "inferred from its log, not told" not in told


def test_a_worktree_that_could_not_be_read_says_why() -> None:
    tree = Worktree("/w", "/g", problem="git did not answer within 10 s")
    detail = replace(bare(worktree="/w"), worktree=tree)
    assert "git did not answer within 10 s" in [plain(line.body) for line in facts(detail, NOW)]
    assert plain(files(detail, NOW)[0].body) == "git did not answer within 10 s"


def test_records_that_nobody_understood_are_counted() -> None:
    assert plain(said(facts(bare(not_understood=3), NOW))["unread"].body) == "3 records that no adapter understood"


def test_a_long_log_s_name_keeps_its_end() -> None:
    assert where(Origin("/a/b/rollout-2026-11-20T10-00-00-0199c1c2.jsonl", 18_234)) == "…0-00-0199c1c2.jsonl:18234"
    assert where(Origin("x.jsonl", 0)) == "x.jsonl:0"


def test_empty_panes_say_why_they_are_empty() -> None:
    assert [
        plain(lines[0].body) for lines in (plan(bare()), calls(bare(), NOW), log(bare(), NOW), files(bare(), NOW))
    ] == [
        "no plan in its log",
        "no tool call in its log yet",
        "nothing in its log yet",
        "its directory lies in no worktree that exists",
    ]
    unread, clean = Worktree("/w", "/g"), Worktree("/w", "/g", files=(), read_at=NOW - 300)
    assert plain(files(replace(bare(), worktree=unread), NOW)[0].body) == "not read yet which files differ"
    assert plain(files(replace(bare(), worktree=clean), NOW)[0].body) == "no file differs from the base · git 5m ago"


def test_a_file_is_copied_with_its_whole_path() -> None:
    tree = Worktree("/w/one", "/g", files=(ChangedFile("src/a.py", "modified", 3, None),))
    line = files(replace(bare(), worktree=tree), NOW)[0]
    assert (line.copied, line.what) == ("/w/one/src/a.py", "path")
    assert plain(line.label).split() == ["+3", "–", "modified"]


def test_a_kind_of_record_that_nobody_knows_keeps_its_word() -> None:
    line = log(replace(bare(), story=(CallLine(NOW, "teleported", ""),)), NOW)[0]
    assert plain(line.body) == "teleported"


def test_a_failed_result_stands_out() -> None:
    story = (CallLine(NOW, "result", "2 failed", failed=True), CallLine(NOW, "result", "ok"))
    failed, fine = calls(replace(bare(), story=story), NOW)
    assert failed.body[0].role == "blocked" and "■" in plain(failed.label)
    assert fine.body[0].role == "dim"


def test_times_of_a_story_do_not_tick() -> None:
    assert clock(NOW, NOW + 3600) == clock(NOW, NOW) == "12:00:00"
    assert clock(NOW - 3 * 86400, NOW) == "18 Nov"
    assert clock(None, NOW) == "--:--:--"


@pytest.mark.parametrize("width", [14, 24, 40, 80, 200])
@pytest.mark.parametrize("wrap", [True, False])
def test_a_line_never_exceeds_its_width_and_wraps_below_itself(width: int, wrap: bool) -> None:
    line = labelled("label", "word " * 30, tail="where.jsonl:12")
    rows = laid(line, width, wrap)
    assert all(width_of(row) <= width for row in rows)
    assert len(rows) == 1 or (wrap and all(plain(row).startswith(" " * 11) for row in rows[1:]))


async def test_a_run_that_is_not_read_yet_shows_its_card_and_nobody_s_story(open_board: Callable) -> None:
    async with open_board() as screen:
        gate = asyncio.Event()
        reader: FakeReader = screen.reader
        answer = reader.detail

        async def slow(run: str) -> Detail | None:
            await gate.wait()
            return await answer(run)

        reader.detail = slow  # type: ignore[method-assign]
        await screen.press("5", "j")
        pane = screen.text().split("5 log")[1]
        assert "reading" in pane and "f00d5a11e7" in pane and "pytest" not in pane
        await screen.press("1")
        assert "five-hour limit reached" in screen.text().split("1 facts")[1]
        gate.set()
        await screen.press("5")
        assert "reading" not in screen.text().split("5 log")[1]


async def test_a_story_that_comes_late_is_shown_from_its_end_and_followed(open_board: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        gate = asyncio.Event()
        lines = [CallLine(NOW - 300 + number, "said", f"line {number}") for number in range(150)]

        async def slow(run: str) -> Detail | None:
            await gate.wait()
            return Detail(screen.reader.cards[run], None, (), (), tuple(lines), {})

        screen.reader.detail = slow
        await screen.press("5", "j")
        assert "reading" in screen.text()
        gate.set()
        await screen.settled()
        assert "line 149" in screen.text()
        lines.append(CallLine(NOW, "said", "line 150"))
        await screen.changed(replace(screen.reader.cards["f00d5a11e7"], seen=NOW))
        assert "line 150" in screen.text()


async def test_a_story_that_is_being_read_does_not_jump_to_its_end(open_board: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        lines = [CallLine(NOW - 300 + number, "said", f"line {number}.") for number in range(150)]
        screen.reader.detail_of = lambda card: Detail(card, None, (), (), tuple(lines), {})
        await screen.press("j", "5", "enter", "g")
        assert "line 0." in screen.text()
        lines.append(CallLine(NOW, "said", "line 150."))
        await screen.changed(replace(screen.reader.cards["f00d5a11e7"], seen=NOW))
        assert "line 0." in screen.text() and "line 150." not in screen.text()


async def test_an_old_answer_never_covers_newer_news(open_board: Callable) -> None:
    async with open_board() as screen:
        old = detail_of(fleet()[0])
        await screen.changed(replace(fleet()[0], because="answered by now", state="working", rev=9))
        screen.app.screen.show_detail(old)
        await screen.settled()
        assert "answered by now" in screen.text().split("1 facts")[1]
        screen.app.screen.show_detail(replace(old, card=replace(fleet()[0], because="newest", rev=9)))
        await screen.settled()
        assert "newest" in screen.text().split("1 facts")[1]
