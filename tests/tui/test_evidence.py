"""Findings on the screen, and the one key that opens the record behind a line."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from state.findings.finding import Finding
from state.ports import Excerpt
from state.runs.card import Card
from state.runs.run import Origin
from tests.tui.fleet import LOGS, NOW, detail_of
from tui.columns import COLUMNS, row
from tui.panes.facts import facts
from tui.panes.findings import finding_line
from tui.panes.line import laid
from tui.screens.evidence import EvidenceScreen, excerpt_lines
from tui.spans import plain
from tui.wording import NO_EVIDENCE

AT = Origin(f"{LOGS}/one.jsonl", 4711, NOW - 100)
LOOP = Finding(
    "doom_loop", "stop", "called 6 times with the same result and no edit between: make", (AT, AT), NOW - 100
)
READS = Finding("repeated_reads", "note", "read 2 times without a change: a.py", (), NOW - 5000)


class FakeRecords:
    """Gives the same record for every origin, and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[Origin] = []

    async def excerpt(self, origin: Origin) -> Excerpt:
        self.asked.append(origin)
        return Excerpt(origin, ("{", '  "tool": "make"', "}"), before="the one before", problem="it was rewritten")


def cell(card: Card, key: str) -> str:
    return plain(row(card, NOW, [(column, 80) for column in COLUMNS if column.key == key])[0]).strip()


@pytest.fixture
def looping(cards: list[Card]) -> Card:
    working = next(card for card in cards if card.state == "working")
    return replace(working, findings=(LOOP, READS), need=80, next_text="stop it")


def test_a_run_that_should_stop_says_so_in_place_of_what_it_does(looping: Card) -> None:
    assert cell(looping, "why") == f"■ {LOOP.text}" and cell(looping, "found") == "■ loop"
    assert cell(replace(looping, state="idle", because="its turn ended"), "why") == "its turn ended"
    assert cell(replace(looping, findings=(READS,)), "why") == looping.because
    assert cell(replace(looping, findings=(READS,)), "found") == "· reread"
    assert cell(replace(looping, findings=(Finding("new_kind", "warn", "x"),)), "found") == "! new kind"
    assert cell(replace(looping, findings=()), "found") == "–"


def test_a_finding_is_a_line_with_its_mark_its_age_and_its_record(looping: Card) -> None:
    [line] = laid(finding_line(LOOP, NOW), 140, False)
    said = plain(line)
    assert said.startswith("■ stop") and "make · 2 records · 1m ago" in said and said.endswith("one.jsonl:4711")
    lines = facts(detail_of(looping), NOW)
    assert [one.what for one in lines].count("finding") == 2
    assert next(one for one in lines if one.what == "finding").sources == (AT, AT)


def test_every_sourced_fact_can_be_opened(cards: list[Card]) -> None:
    opened = {one.what: one.sources for one in facts(detail_of(cards[0]), NOW) if one.sources}
    assert {"task", "model", "context", "tokens", "tests", "agent"} <= set(opened)
    assert opened["task"][0].offset == 812


async def test_o_on_the_table_opens_the_gravest_findings_records(open_board: Callable, looping: Card) -> None:
    async with open_board([looping]) as screen:
        screen.app.equip(records=(records := FakeRecords()))
        await screen.press("o")
        assert isinstance(screen.app.screen, EvidenceScreen)
        text = screen.text()
        assert records.asked == [AT, AT] and text.count(f"{LOGS}/one.jsonl:4711") == 2
        assert '"tool": "make"' in text and "the one before" in text and "it was rewritten" in text
        await screen.press("o")
        assert not isinstance(screen.app.screen, EvidenceScreen) and "■" in screen.selected()


async def test_o_in_the_detail_opens_the_line_and_says_where_there_is_none(open_board: Callable) -> None:
    async with open_board() as screen:
        screen.app.equip(records=(records := FakeRecords()))
        await screen.press("o")
        assert NO_EVIDENCE in screen.status() and records.asked == []
        await screen.press("enter", "o")
        assert [origin.offset for origin in records.asked] == [1_482_113]


def test_a_record_that_is_gone_is_one_sentence() -> None:
    told = [plain(line.body) for line in excerpt_lines(Excerpt(AT, problem="it is gone by now"))]
    assert told == [f"{AT.log}:4711", "it is gone by now", ""]
