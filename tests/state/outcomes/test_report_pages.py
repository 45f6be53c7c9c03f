"""The report as Markdown and as JSON: what is unknown says so, a lower bound shows it, and no title is markup."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.outcomes.document import figure_document, report_document
from state.outcomes.figure import Figure, Instance, Outcomes, Unit
from state.outcomes.journal import Journal
from state.outcomes.markdown import amount_said, cells, figure_lines, report_lines
from state.outcomes.outcomes import outcomes, whole_hours

EMPTY = outcomes(Journal(), 0.0, 28 * 86400.0)
FIGURE = Figure("cost_per_accepted", "cost", "usd", Decimal("3.5"), 12, Decimal(42), Decimal(12), True, "a note",
                (("model", Decimal(40)), ("tools", None)), before=Decimal(7), before_n=3)  # fmt: skip


def test_a_report_of_nothing_says_unknown_and_why() -> None:
    text = "\n".join(report_lines(EMPTY, "a_shop"))
    assert text.startswith("# Outcomes of a\\_shop\n")
    assert "- **cost per accepted diff: unknown** (n = 0; before: unknown; no accepted diff in this window)" in text
    assert text.count("\n| figure | value |") == 7


def test_a_row_says_value_n_before_and_parts() -> None:
    assert cells(FIGURE) == ("cost", "≥ $3.50", "n = 12", "$7.00 (n = 3)", "model: $40.00; tools: unknown; a note")
    assert cells(replace(FIGURE, n=9))[4].startswith("too few to go by; ")
    assert cells(replace(FIGURE, value=None))[4] == "a note"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("0.004", "usd", "<$0.01"), ("-1234.5", "usd", "-$1,234.50"), ("0", "usd", "$0.00"), ("0.256", "share", "26%"),
        ("59", "seconds", "59s"), ("90", "seconds", "2m"), ("7200", "seconds", "2h"),
        ("172800", "seconds", "2d"), ("1234", "tokens", "~1,234 tokens"), ("3", "count", "3"),
        ("1.1765", "ratio", "1.18"),
    ],
)  # fmt: skip
def test_an_amount_is_said_in_its_unit(value: str, unit: Unit, told: str) -> None:
    assert amount_said(Decimal(value), unit) == told


@given(st.text(max_size=40))
def test_no_title_breaks_the_table(title: str) -> None:
    one = replace(FIGURE, instances=(Instance(title, "ledger 1", 0.0, amount=Decimal(1)),))
    rows = [line for line in figure_lines(one) if line.startswith("| 1970")]
    assert len(rows) == 1 and rows[0].replace("\\|", "").count("|") == 5


def test_the_document_has_every_figure_with_its_parts() -> None:
    told = report_document(EMPTY, 0.0, {"id": "x"})
    json.dumps(told)
    assert [one["name"] for each in told["families"] for one in each["figures"]] == [one.name for one in EMPTY.figures]
    found = figure_document(FIGURE)
    assert (found["value"], found["n"], found["few"], found["before"]) == ("3.5", 12, False, "7")
    assert found["parts"] == [{"name": "model", "value": "40"}, {"name": "tools", "value": None}]


def test_a_window_is_widened_to_whole_hours() -> None:
    assert whole_hours(3601.0, 7201.0) == (3600.0, 10800.0)
    assert whole_hours(3600.0, 7200.0) == (3600.0, 7200.0)


def test_a_figure_that_is_not_there_is_no_figure() -> None:
    with pytest.raises(KeyError):
        Outcomes(0.0, 1.0).figure("speed")
