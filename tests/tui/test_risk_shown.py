"""Risk on the board and in the pane: the level in a word and a block, the rules with what matched, unknown as such."""

from dataclasses import replace

import pytest

from state.board import Detail
from state.runs.card import Card
from tui.columns import COLUMNS
from tui.marks import RISKS, ROLES
from tui.panes.facts import facts
from tui.spans import plain, width_of

BARE = Card(id="0000bare00", agent="codex", session_id="s", state="unknown", because="", need=0, certain=False)
RISK = next(column for column in COLUMNS if column.key == "risk")


def pane(card: Card) -> list[str]:
    return [plain(line.body).strip() for line in facts(Detail(card, None, (), (), (), {}), 0.0)]


@pytest.mark.parametrize("level", RISKS)
def test_a_level_fits_its_column_and_has_a_role_and_glyph_of_its_own(level: str) -> None:
    cell = RISK.cell(replace(BARE, risk_level=level), 0.0)  # type: ignore[arg-type]
    assert width_of(cell) <= RISK.width and plain(cell).startswith(RISKS[level].glyph)  # type: ignore[index]
    assert {mark.role for mark in RISKS.values()} <= set(ROLES)
    assert len({mark.glyph for mark in RISKS.values()}) == len(RISKS)


def test_what_was_not_judged_is_no_low_risk() -> None:
    assert plain(RISK.cell(BARE, 0.0)) == "–"
    assert any("nothing to judge yet" in line for line in pane(BARE))


def test_the_pane_gives_each_rule_with_its_reason_and_counts_the_rest() -> None:
    rules = tuple(f"rule-{n}" for n in range(7))
    card = replace(BARE, risk_level="high", risk_rules=rules, risk_reasons=tuple(f"Because {n}." for n in range(7)))
    lines = pane(card)
    assert any("▅ high" in line and "2 more rules" in line for line in lines)
    assert [line for line in lines if "rule-" in line] == [f"rule-{n} Because {n}." for n in range(5)]
