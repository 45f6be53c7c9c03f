"""The first part of the money screen: alarms, how budgets stand, and what runs burn now."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, get_args

from state.money.accounts import BudgetStands, Step
from state.money.budget_plans import Budgets
from state.money.budgeted import Whose, draws
from state.money.purse import Purse
from tui import wording_money as words
from tui.burning import Burning as Burning
from tui.burning import burn_of as burn_of
from tui.burning import burning as burning
from tui.marks import Mark
from tui.panes.line import Line, note
from tui.panes.money import Looks, Read, Row, title, unread, with_repository
from tui.panes.money_asked import forecast_figure
from tui.panes.money_bars import bar, budget_bar
from tui.spans import Span, Spans, cut, fit, spans, width_of
from tui.wording import many

if TYPE_CHECKING:
    from state.runs.card import Card

STEPS: dict[Step, Mark] = {
    "ok": Mark("○", words.STEPS_SAID["ok"], "dim"),
    "warn": Mark("!", words.STEPS_SAID["warn"], "warn"),
    "ask": Mark("▲", words.STEPS_SAID["ask"], "waiting"),
    "pause_new": Mark("◧", words.STEPS_SAID["pause_new"], "held"),
    "pause_runs": Mark("■", words.STEPS_SAID["pause_runs"], "blocked"),
    "stop": Mark("□", words.STEPS_SAID["stop"], "blocked"),
}
_GRAVEST = tuple(reversed(get_args(Step)))
_AMOUNTS, _SHARE, _STEP = 23, 6, 16
_SHORTEST = 8
"""Cells of a budget's bar at the least."""


def now_rows(read: Read, looks: Looks) -> list[Row]:
    """Give the part."""
    if not read.seen:
        return unread(None)
    burn = burn_of(read.cards, looks.now)
    first, within = (
        (unread(read.purse), []) if isinstance(read.purse, str | None) else _purse_rows(read.purse, burn, read, looks)
    )
    return [_summary(burn), Row(Line()), *first, *title(words.BURN_TITLE), *_burn_rows(burn, read, looks), *within]


def _summary(burn: Sequence[tuple[Card, Burning]]) -> Row:
    total = sum((each for _, each in burn), Burning())
    said = words.burn_said(total.known, total.at_least, total.runs) if burn else words.NOTHING_BURNS
    return Row(note(said, "strong" if burn else "dim"))


def _purse_rows(
    purse: Purse, burn: Sequence[tuple[Card, Burning]], read: Read, looks: Looks
) -> tuple[list[Row], list[Row]]:
    """Give what stands above what burns, and the budgets below it: each run has one, and most ask for nothing."""

    def standing(budgets: Sequence[BudgetStands]) -> list[Row]:
        found = (
            (one, sum((each for card, each in burn if _same(one, card) and counts(one, card)), Burning()))
            for one in budgets
        )
        return [row for one, of_it in found for row in _budget_rows(one, of_it, read, looks)]

    def _same(budget: BudgetStands, card: Card) -> bool:
        """Say whether the two are of one repository, as far as there are several."""
        return not purse.repositories or purse.repositories.get(budget.name) == read.repositories.get(card.id)

    asked = {**{card.id: card for card in read.cards}, **{one.name: one for one in purse.budgets}}
    rows = [
        Row(Line(spans((one, "warn")), spans(("! ", "warn"))), asked.get(purse.about.get(one, "")))
        for one in purse.alarms
    ]
    rows = [*title(words.ALARMS_TITLE, above=False), *rows, Row(Line())] if rows else []
    rows += title(words.BUDGETS_TITLE, above=False)
    budgets = sorted(purse.budgets, key=_gravity)
    burns = {card.id for card, _ in burn}
    first = [one for one in budgets if _matters(one, burns)]
    within = [one for one in budgets if one not in first]
    rows += standing(first) or [Row(note(words.ALL_WITHIN if budgets else words.NO_BUDGETS))]
    foreseen = forecast_figure(purse.forecast)
    rows += [Row(note(words.forecast_said(purse.forecast), "text" if foreseen is not None else "dim"), foreseen)]
    return rows, [*title(words.WITHIN_TITLE), *standing(within)] if within else []


def _matters(budget: BudgetStands, burns: Container[str]) -> bool:
    """Say whether a budget stands above what burns: one that acts, the month's, and what warns and is still in use."""
    if budget.step == "warn" and budget.scope == "run":
        return budget.of in burns
    return budget.step != "ok" or budget.scope == "envelope"


def _gravity(budget: BudgetStands) -> tuple[int, float, str]:
    share = words.used_share(budget)
    return _GRAVEST.index(budget.step), -float(share if share is not None else 0), budget.name


def counts(budget: BudgetStands, card: Card) -> bool:
    """Say whether what a run spends goes into a budget, as far as the board can tell; into a pool it cannot."""
    return draws(Budgets(), budget, Whose(card.id, card.role, card.owner, card.task_id, card.branch))


def _budget_rows(budget: BudgetStands, burn: Burning, read: Read, looks: Looks) -> list[Row]:
    mark, share = STEPS[budget.step], words.used_share(budget)
    label = min(max(looks.width // 5, 12), 30)
    width = min(max(looks.width - label - _AMOUNTS - _SHARE - _STEP, _SHORTEST), 60)
    room = looks.width - label - width - _SHARE - len(mark.glyph) - 2
    amount, steps = words.budget_said(budget), room >= _AMOUNTS + _STEP - 3
    amounts = room >= _AMOUNTS
    role = "working" if budget.step == "ok" else mark.role
    of = read.purse.repositories if isinstance(read.purse, Purse) else {}
    name = with_repository(_name(budget, read, label - 1), of.get(budget.name, ""), label - 1)
    body = (
        *budget_bar(budget.spent, budget.guess, budget.ceiling, width, looks.strokes, role),
        *fit(spans((words.percent(share) if share is not None else "?", mark.role)), _SHARE, "right"),
        *(fit(spans((amount, "text")), _AMOUNTS, "right") if amounts else ()),
        *spans((f"  {mark.glyph}{f' {mark.word}' if steps else ''}", mark.role)),
    )
    line = Line(body, (*name, Span(" ")), copy=budget.name)
    lacks = ("" if amounts else amount, "" if steps else mark.word)
    text = "" if budget.step in ("ok", "warn") else budget.text
    eta = _eta(budget, burn, looks.now)
    told = " · ".join(one for one in (*lacks, text, words.guess_said(budget), eta) if one)
    below = [Row(Line(spans((told, "dim")), fit((), label)), budget)] if told else []
    return [Row(line, budget), *below]


def _name(budget: BudgetStands, read: Read, room: int) -> Spans:
    """Name a budget, a run by its task; its scope beside it, where there is room for both."""
    named = next((card.task_title for card in read.cards if budget.scope == "run" and card.id == budget.of), None)
    name = spans((named or words.budget_name(budget), "text"))
    both = (*name, *spans((f" {budget.scope}" if budget.of else "", "faint")))
    return both if width_of(both) <= room else name


def _eta(budget: BudgetStands, burn: Burning, now: float) -> str:
    """Say when it is gone, but of one that stands well and of which nothing burns; of a pool the board cannot tell."""
    if budget.scope == "pool" or (budget.step == "ok" and not burn.runs):
        return ""
    ends = None if budget.until is None else budget.until - now
    return words.eta_said(budget.ceiling - budget.used, burn.known, burn.at_least, ends)


def _burn_rows(burn: Sequence[tuple[Card, Burning]], read: Read, looks: Looks) -> list[Row]:
    if not burn:
        return [Row(note(words.NOTHING_BURNS))]
    total = sum((each for _, each in burn), Burning())
    most = max(float(each.usd) for _, each in burn) or 1.0
    roles: dict[str, Burning] = {}
    for card, each in burn:
        name = card.role or words.NO_ROLE
        roles[name] = roles.get(name, Burning()) + each
    rows = [Row(note(words.ROLE_TITLE, "faint"))]
    whole = max(float(total.usd), 0.000001)
    for name, each in sorted(roles.items(), key=lambda one: (-one[1].usd, one[0])):
        rows.append(Row(_burn_line(name, each, float(each.usd) / whole, many(each.runs, "run"), looks)))
    rows += [Row(note(words.RUN_TITLE, "faint"))]
    named = read.repositories
    for card, each in burn:
        told = " · ".join(one for one in (named.get(card.id), card.role, card.lane_effective, card.model) if one)
        called = card.task_title or card.branch or card.id
        rows.append(Row(_burn_line(called, each, float(each.usd) / most, told, looks, card.id), card))
    return rows


def _burn_line(name: str, burn: Burning, share: float, told: str, looks: Looks, copy: str = "") -> Line:
    label = min(max(looks.width // 3, 16), 60)
    width = min(max(looks.width // 5, 6), 30)
    shown = spans((looks.strokes.hatch * 3, "warn")) if burn.known is None else bar(share, width, looks.strokes)
    amount = words.UNPRICED if burn.known is None else words.usd(burn.known, burn.at_least)
    body = (*fit(spans((amount, "warn" if burn.at_least else "text")), 11, "right"), Span("  "), *fit(shown, width))
    more = cut(spans((f"  {told}", "dim")), looks.width - label - 13 - width)
    return Line((*body, *more), (*fit(spans(name), label - 1), Span(" ")), copy=copy or name)
