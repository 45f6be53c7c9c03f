"""The lines of the money screen: every figure with what it lacks, in any width, without colour and without Unicode."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.money.forecast import Forecast
from state.money.purse import Purse
from state.money.spending import NOTHING, Cost
from state.outcomes.figure import Figure, Outcomes
from tests.tries import tries
from tests.tui.at_money import (
    BUDGETS,
    EVENTS,
    FIGURES,
    LOG,
    OUTCOMES,
    PURSE,
    SPENT,
    TIMES,
    UNTIL,
    budget,
    burning,
    usd,
)
from tests.tui.fleet import NOW
from tests.tui.test_hostile import HOSTILE, UNSAFE
from tui import wording_money as words
from tui.panes.figure import budget_lines, figure_lines, ledger_entry, record, spent_lines
from tui.panes.line import Line, laid
from tui.panes.money import Looks, Read, Row, Window, window_of
from tui.panes.money_bars import BLOCKS, LETTERS, bar, budget_bar, column, round_above
from tui.panes.money_now import Burning, burn_of, now_rows
from tui.panes.money_now import burning as burns
from tui.panes.money_outcomes import figure_rows, outcome_rows, waste_rows
from tui.panes.money_time import time_rows
from tui.spans import Span, plain, width_of

PARTS = {"now": now_rows, "time": time_rows, "outcomes": outcome_rows, "waste": waste_rows}
WINDOW = Window(UNTIL - 28 * 86400, UNTIL, 24, 28)
READ = Read(tuple(burning()), PURSE, tuple(SPENT), TIMES, OUTCOMES)


def looks(width: int = 77, height: int = 21, **words: object) -> Looks:
    return Looks(width, height, NOW, WINDOW, "role", **words)  # type: ignore[arg-type]


def drawn(rows: Sequence[Row], width: int = 77) -> list[str]:
    return [plain(row).rstrip() for one in rows for row in laid(one.line, width, True)]


@pytest.mark.parametrize("strokes", [BLOCKS, LETTERS], ids=["blocks", "letters"])
@pytest.mark.parametrize("size", [(37, 7), (77, 21), (117, 37), (197, 47)], ids=str)
def test_every_line_fits_at_every_size(size: tuple[int, int], strokes: object) -> None:
    for part in PARTS.values():
        rows = part(READ, looks(*size, strokes=strokes))
        assert all(width_of(row) <= size[0] for one in rows for row in laid(one.line, size[0], True))


def test_what_is_drawn_with_letters_is_letters() -> None:
    signs = "".join(part(READ, looks(strokes=LETTERS))[0].line.copied for part in PARTS.values())
    both = "\n".join(drawn([row for part in PARTS.values() for row in part(READ, looks(strokes=LETTERS))]))
    assert not set(both + signs) & set("█▉▊▋▌▍▎▏▁▂▃▄▅▆▇╱┃┤│└─")


@pytest.mark.parametrize("part", PARTS)
def test_what_was_not_read_is_said_and_so_is_why(part: str) -> None:
    assert words.READING in drawn(PARTS[part](Read(), looks()))
    assert words.NOTHING_BURNS not in drawn(now_rows(Read(seen=False), looks())), "nobody knows that yet"
    why = "the state database cannot be read"
    assert why in drawn(PARTS[part](Read((), why, why, why, why), looks()))


def test_a_budget_says_its_step_in_words_and_hatches_what_has_no_price() -> None:
    told = drawn(now_rows(READ, looks(117, 37)), 117)
    month = next(line for line in told if line.startswith("month"))
    assert "╱" in month and "78 %  ≥ $4,615.20 of $6,500  ! warns" in month
    assert next(line for line in told if line.startswith("tester")).endswith("◧ no new runs")
    assert any("up to $5,100.00 if what has no price is dear · gone in at most 4d 17h" in line for line in told)
    assert [line.split()[0] for line in told if "┃" in line][:2] == ["Upgrade", "tester"], "the gravest first"
    assert "the month is likely to end at $6,120.00 to $7,480.00 (P25 to P75 of 9 days)" in told
    assert drawn(now_rows(replace(READ, purse=Purse()), looks()))[2:5] == [
        "Budgets",
        words.NO_BUDGETS,
        "no forecast: too few working days (0)",
    ]


def test_many_budgets_that_stand_within_hide_neither_what_burns_nor_what_does_not() -> None:
    many = tuple(budget(f"run:{number:010d}", "1", "25", "ok", "nothing is asked") for number in range(200))
    told = drawn(now_rows(replace(READ, purse=replace(PURSE, budgets=(*BUDGETS, *many))), looks(117, 37)), 117)
    assert told.index("Burn in the last hour") < 20 < told.index(words.WITHIN_TITLE)
    assert not [line for line in told if "nothing is asked" in line], "the sentence of such a one is in its facts"
    quiet = tuple(replace(one, step="warn", spent=usd("0"), guess=usd("20")) for one in many)
    told = drawn(now_rows(replace(READ, purse=Purse(quiet)), looks(117, 37)), 117)
    assert told.index("Burn in the last hour") < 10, "a run that warns and burns nothing waits below"
    assert not [line for line in told if "$0.00 of" in line] and any(
        "unpriced of $25  ! warns" in line for line in told
    )
    told = drawn(now_rows(replace(READ, purse=Purse(many)), looks()))
    assert told[2:4] == ["Budgets", words.ALL_WITHIN]


@pytest.mark.parametrize("width", [37, 57, 77])
def test_a_budgets_bar_takes_one_row_and_what_has_no_room_stands_below_it(width: int) -> None:
    told = drawn(now_rows(READ, looks(width)), width)
    at = next(number for number, line in enumerate(told) if "┃" in line and line.startswith("tester"))
    below = " ".join(line.strip() for line in told[at + 1 : at + 6])
    assert "◧" in told[at]
    assert "no new runs" in (told[at] if width == 77 else below) and "$1,080.00 of $700" in (
        below if width == 37 else told[at]
    )


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 2000), st.integers(4, 60), st.booleans())
@settings(max_examples=tries(30, 1000))
def test_a_budgets_bar_is_as_wide_as_it_is_told(spent: int, more: int, ceiling: int, width: int, blocks: bool) -> None:
    strokes = BLOCKS if blocks else LETTERS
    guess = Decimal(spent + more) if more else None
    signs = plain(budget_bar(Decimal(spent), guess, Decimal(ceiling), width, strokes, "warn"))
    assert len(signs) == width
    if blocks:
        assert signs.count("┃") == 1 and ("█" in signs) == (spent > 0) and ("╱" in signs) == (more > 0)
        assert ("·" in signs) == (ceiling > spent + more) or width < 6
        assert signs.endswith("┃") or spent + more > ceiling, "within its ceiling the whole width is the ceiling"


def test_bars_and_columns_never_lose_what_is_not_nothing() -> None:
    assert (plain(bar(0.0, 8, BLOCKS)), plain(bar(0.0001, 8, BLOCKS)), plain(bar(7.0, 8, BLOCKS))) == ("", "▏", "█" * 8)
    assert "".join(sign for sign, _ in column(0.0001, False, 3, BLOCKS)) == "▁  "
    assert "".join(sign for sign, _ in column(1.0, True, 3, BLOCKS)) == "██╱"
    assert "".join(sign for sign, _ in column(None, True, 3, LETTERS)) == "/  "
    assert [round_above(value) for value in (0, 0.7, 1.2, 140.25, 1000)] == [1.0, 0.8, 1.5, 150.0, 1000.0]


def test_a_chart_carries_its_figures_in_text() -> None:
    told = drawn(time_rows(READ, looks()))
    assert told[1].lstrip().startswith("$150 ┤") and "$75 ┤" in told[4] and "$0 └─" in told[7]
    assert "≥ $1,353.00 + 820k tok unpriced in 28 days · dearest: Mon 16 Nov" in told[9]
    assert "╱ a part has no price" in told[10]
    assert told[14].split()[:4] == ["implementer", "$812.40", "█████████████", "74"]
    assert next(line for line in told if line.startswith("tester")).split()[1:4] == ["unpriced", "╱╱╱", "?"]
    wide = drawn(time_rows(READ, looks(117, 37)), 117)
    assert any(line.endswith("-$4.10") for line in wide), "a cache that loses money is seen to"
    empty = drawn(time_rows(replace(READ, times=((0.0, NOTHING),), spent=()), looks()))
    assert empty.count(words.NOTHING_SPENT) == 2


def test_a_figure_is_never_a_bare_number() -> None:
    rows = {one.name: figure_rows(one, looks(117), parts=False)[0].line for one in FIGURES}
    said = {
        name: " ".join(plain((*line.label, *line.body, Span(" "), *line.tail)).split()) for name, line in rows.items()
    }
    assert said["cost_fully_loaded"] == "≥ $36.33 n 22 cost per accepted diff with attention was $41.02 (n 19)"
    assert said["escaped_defects"] == "– n 0 escaped defects no accepted diff is older than 30 days"
    assert said["attempts_per_task"] == "0.31 n 7 repeated attempts a task too few (under 10)"
    few = rows["attempts_per_task"]
    assert {span.role for span in (*few.label, *few.body) if span.text.strip()} == {"faint"}
    assert said["cost_per_shipped"].endswith("was $48.00 (n 8, too few)")
    assert words.before_said(replace(FIGURES[0], before=usd("0"), before_n=0)) == ""
    unknown = Figure("x", "x", "usd", None, 20, note="nothing of it has a price")
    assert plain(figure_rows(unknown, looks(), parts=False)[0].line.label).split() == ["?", "n", "20"]
    latency = replace(FIGURES[3], parts=(("P50", usd("60")), ("P90", usd("7200"))))
    assert plain(figure_rows(latency, looks(), parts=True)[0].line.body).endswith("P50 1m · P90 2h")


def test_parts_are_figures_with_bars_and_an_unknown_one_is_no_nothing() -> None:
    told = drawn(outcome_rows(READ, looks()))
    model, tools, attention, rework = told[3:7]
    assert model.split()[:2] == ["$184.20", "model"] and tools.split() == ["$3.10", "tools", "▏"]
    assert attention.count("█") > model.count("█") and rework.split() == ["?", "rework", "╱╱╱"]


def test_every_figure_stands_in_one_section_and_one_of_a_newer_headgate_too() -> None:
    shown = [one for _, own in words.sections(OUTCOMES) for one in own] + words.wasted(OUTCOMES)
    assert sorted(one.name for one in shown) == sorted(one.name for one in FIGURES)
    assert words.sections(OUTCOMES)[-1][0] == words.OTHER_SECTION
    assert words.main_figure(Outcomes(0, 1)) is None
    unknown = replace(FIGURES[0], value=None)
    other = Figure("cost_per_accepted", "cost per accepted diff", "usd", usd("1"), 12)
    assert words.main_figure(Outcomes(0, 1, (other, unknown))) is other


def test_what_burns_is_the_last_hours_and_an_unpriced_call_makes_it_a_bound() -> None:
    card = burning()[0]
    assert burns(card, NOW) == Burning(1, usd("4.12"))
    assert burns(replace(card, seen=NOW - 4000), NOW) is None, "an old card's hour is over"
    assert burns(replace(card, cost_per_hour="0.00"), NOW) is None
    assert burns(replace(card, cost_per_hour="pwned"), NOW) == Burning(1, at_least=True)
    total = sum((each for _, each in burn_of([card, replace(card, cost_per_hour=None)], NOW)), Burning())
    assert (total.known, total.at_least, total.runs) == (usd("4.12"), True, 2)
    assert words.eta_said(usd("10"), None, True) == "pace unknown: what burns has no price"
    assert words.eta_said(usd("10"), usd("5"), True) == "gone in at most 2h at this pace"
    assert words.eta_said(usd("-1"), usd("5"), False) == "over its ceiling"
    assert words.eta_said(usd("10"), usd("5"), False, 7300.0) == "gone in 2h at this pace"
    assert words.eta_said(usd("10"), usd("5"), False, 7100.0) == "lasts to its period's end at this pace"
    assert words.eta_said(usd("10"), usd("5"), True, 7100.0).endswith("at this pace, as far as it has a price")


def test_a_windows_stretches_begin_at_whole_hours_and_hold_now() -> None:
    for days, hours in ((1, 1), (7, 6), (28, 24)):
        window = window_of(days, NOW + 61)
        assert window.until - window.since == days * 86400 and window.hours == hours
        assert window.until - hours * 3600 <= NOW + 61 < window.until and window.until % (hours * 3600) == 0


def test_a_figures_events_are_the_newest_first_and_say_where_they_were_read() -> None:
    told = figure_lines(FIGURES[0])
    lines = [plain((*line.label, *line.body, *line.tail)) for line, _ in told]
    assert lines[0].split() == ["value", "≥", "$36.33", "n", "22"] and "≥ $799.30 over 22" in lines[1]
    assert [event for _, event in told if event] == list(EVENTS)
    assert [ledger_entry(one) for one in EVENTS] == [41, None, None]
    origin = record(EVENTS[1])
    assert origin is not None and (origin.log, origin.offset) == (LOG, 1482113)
    assert record(EVENTS[0]) is None and record(EVENTS[2]) is None
    assert words.NO_EVENTS in [plain(line.body) for line, _ in figure_lines(FIGURES[1])]


def test_hostile_names_are_only_text() -> None:
    figure = replace(
        FIGURES[0],
        title=HOSTILE,
        note=HOSTILE,
        parts=((HOSTILE, None),),
        instances=tuple(replace(one, text=HOSTILE, source=HOSTILE) for one in EVENTS),
    )
    bad = replace(budget(f"role:{HOSTILE}", "1", "2", "ask", HOSTILE), name=HOSTILE)
    cards = tuple(replace(card, task_title=HOSTILE, role=HOSTILE, model=HOSTILE) for card in burning())
    spent = replace(SPENT[0], key=HOSTILE)
    outcomes = Outcomes(0, 86400, (figure, replace(figure, name="loops", value=None)), (HOSTILE,))
    read = Read(cards, Purse((bad,), Forecast(), (HOSTILE,)), (spent,), TIMES, outcomes)
    lines: list[Line] = [row.line for part in PARTS.values() for row in part(read, looks())]
    lines += [line for line, _ in figure_lines(figure)] + [*budget_lines(bad, cards), *spent_lines(spent)]
    for row in (row for line in lines for row in laid(line, 77, True)):
        assert width_of(row) <= 77
        assert not [letter for letter in plain(row) if unicodedata.category(letter) in UNSAFE]


def test_amounts_say_what_they_lack() -> None:
    assert [words.cost_said(one) for one in (NOTHING, Cost(usd("2"), 7, priced=1, unpriced=1))] == [
        "–",
        "≥ $2.00 + 7 tok unpriced",
    ]
    assert [words.usd(value) for value in (None, usd("0.001"), usd("-4.1"))] == ["?", "<$0.01", "-$4.10"]
    assert [words.span(value) for value in (40, 700, 11_400, 190_000)] == ["40s", "12m", "3h 10m", "2d 4h"]
    assert [words.percent(value) for value in (0.0, 0.001, 0.5)] == ["0 %", "<1 %", "50 %"]
    assert words.left_said(BUDGETS) == "≥ $1,400 left" and words.left_said(()) == ""
    over = budget("envelope", "71", "65", "ask", "")
    assert words.left_said([over]) == words.left_said([*BUDGETS, over]) == "$6.00 over", "of several the tightest"


def test_a_forecast_says_what_it_lacks_and_why_there_is_none() -> None:
    told = words.forecast_said(Forecast(usd("60"), usd("70"), 9, at_least=True))
    assert (
        told == "the month is likely to end at $60.00 to $70.00 (P25 to P75 of 9 days), and more: a part has no price"
    )
    assert words.forecast_said(Forecast(repositories=2)).startswith("no forecast: 2 repositories are shown")
