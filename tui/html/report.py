"""The outcomes as one page: every figure with n, what it was before, and the events that it is made of.

It needs no network, no script and no other file; its policy lets a browser fetch and run nothing at all, and take no
style but the one that stands in it.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from state.money.accounts import BudgetStands
from state.money.purse import Purse
from state.money.spending import NOTHING, Cost, added
from state.money.spent import Spent
from state.outcomes.figure import Figure, Instance, Outcomes
from tui import wording_money as words
from tui.html.parts import budget_bar, columns, moment, safe, share_bar, table
from tui.html.style import STYLE
from tui.wording import DAY, many, short

MOST = 500
"""Events of one figure that the page holds, the newest; `headgate report --json` has all of them."""
_GRAVE = frozenset({"pause_new", "pause_runs", "stop"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the page tells: times are seconds since 1970, and `made` is when it was made.

    `times` are stretches of equal length, empty ones included. None or empty: the page leaves that section out.
    """

    repository: str
    made: float
    outcomes: Outcomes
    times: Sequence[tuple[float, Cost]] = ()
    roles: Sequence[Spent] = ()
    models: Sequence[Spent] = ()
    purse: Purse | None = None


def page(told: Told) -> str:
    """Give the whole page."""
    name = safe(told.repository.rstrip("/").rsplit("/", 1)[-1])
    body = "".join((_head(name, told), _purse(told.purse), *_outcomes(told.outcomes), _times(told), _tables(told)))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">\n'
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">\n'
        f"<title>{name}: what the work cost and brought</title>\n<style>{STYLE}</style></head>\n"
        f"<body>{body}{_foot(told)}</body></html>\n"
    )


def _policy() -> str:
    """Give the policy: nothing is let in but the one style, by its digest (https://www.w3.org/TR/CSP3/)."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _head(name: str, told: Told) -> str:
    since, until = moment(told.outcomes.since), moment(told.outcomes.until)
    return (
        f"<header><h1>{name}: what the work cost and brought</h1>"
        f'<p class="about">{since} to {until} ({words.period_said(told.outcomes)}) · '
        f"made {moment(told.made)} on this machine, from its own logs and ledger</p></header>"
    )


def _foot(told: Told) -> str:
    notes = "".join(f"<p>{safe(one)}</p>" for one in told.outcomes.notes)
    return f"<footer>{notes}<p>{words.LEGEND}</p></footer>"


def _purse(purse: Purse | None) -> str:
    if purse is None:
        return ""
    alarms = "".join(f'<p class="alarm">! {safe(one)}</p>' for one in purse.alarms)
    budgets = "".join(_budget(one) for one in purse.budgets) or f'<p class="note">{words.NO_BUDGETS}</p>'
    forecast = f'<p class="note">{words.forecast_said(purse.forecast)}</p>'
    return f"<section><h2>{words.BUDGETS_TITLE}</h2>{alarms}{budgets}{forecast}</section>"


def _budget(one: BudgetStands) -> str:
    share = words.used_share(one)
    said = f"{words.budget_said(one)}, {words.percent(share) if share is not None else '?'}"
    kind = "grave" if one.step in _GRAVE else "warns" if one.step != "ok" else "ok"
    more = " · ".join(text for text in (safe(one.text), words.guess_said(one)) if text)
    return (
        f'<div class="budget {kind}"><p>{safe(words.budget_name(one))} <span class="n">{one.scope}</span> · {said} · '
        f'<span class="step">{words.STEPS_SAID[one.step]}</span></p>'
        f'{budget_bar(one.spent, one.used, one.ceiling, said)}<p class="note">{more}</p></div>'
    )


def _outcomes(outcomes: Outcomes) -> list[str]:
    main = words.main_figure(outcomes)
    found = [*words.sections(outcomes), (words.WASTE_TITLE, words.wasted(outcomes))]
    return [_section(title, [_figure(one, one is main) for one in own]) for title, own in found if own]


def _section(title: str, figures: Sequence[str]) -> str:
    return f"<section><h2>{title}</h2>{''.join(figures)}</section>"


def _figure(one: Figure, main: bool) -> str:
    kinds = ["figure", *(["main"] if main else []), *(["few"] if one.few else [])]
    kinds += ["unknown"] if one.value is None else []
    asides = [f"n {one.n}", words.few_said(one), words.before_said(one), words.quotient_said(one)]
    said = " · ".join(escape(text) for text in asides if text)
    note = f'<p class="note">{safe(one.note)}</p>' if one.note else ""
    return (
        f'<article class="{" ".join(kinds)}"><div class="head"><h3>{safe(one.title)}</h3>'
        f'<p class="value">{words.value_said(one)}</p></div><p class="n">{said}</p>{note}'
        f"{_parts(one)}{_events(one)}</article>"
    )


def _parts(one: Figure) -> str:
    if not one.parts:
        return ""
    named = [(safe(name), said) for name, said in words.parts_said(one)]
    if one.unit != "usd":
        # Only dollars are parts of one sum; a bar of a median or of a count beside its opposite would mean nothing.
        return table((), named, right=1, kind="parts counts")
    whole = sum(value for _, value in one.parts if value is not None and value > 0)
    shares = [float(value / whole) if value is not None and whole else None for _, value in one.parts]
    drawn = ("" if share is None else share_bar(share) for share in shares)
    rows = [(*told, bar) for told, bar in zip(named, drawn, strict=True)]
    return table((), rows, right=1, drawn=2, kind="parts")


def _events(one: Figure) -> str:
    if not one.instances:
        return f'<p class="note">{words.NO_EVENTS}</p>'
    events = sorted(one.instances, key=lambda each: (each.at is None, -(each.at or 0.0)))
    rows = [_event(each, one) for each in events[:MOST]]
    left = len(events) - len(rows)
    more = f'<p class="note">and {left} more: headgate report --json</p>' if left else ""
    heads = ("when", "adds", "event", "read in")
    listed = table(heads, rows, right=1, kind="events")
    return f"<details><summary>{many(len(events), 'event')}</summary>{listed}{more}</details>"


def _event(one: Instance, figure: Figure) -> tuple[str, ...]:
    sign = {"numerator": "", "denominator": "/ ", "both": "± "}[one.part]
    return moment(one.at), f"{sign}{words.added_said(one.amount, figure)}", safe(one.text), safe(one.source)


def _times(told: Told) -> str:
    if not told.times:
        return ""
    total = added([NOTHING, *(cost for _, cost in told.times)])
    days = max(round((told.outcomes.until - told.outcomes.since) / DAY), 1)
    every = max(len(told.times) // 7, 1)
    named = [moment(at)[5:10] if number % every == 0 else "" for number, (at, _) in enumerate(told.times)]
    hatched = f" · hatched: {words.HATCHED}" if total.unpriced_tokens else ""
    rows = [(moment(at), escape(words.cost_said(cost))) for at, cost in told.times]
    listed = table(("from", "cost"), rows, right=1)
    return (
        f"<section><h2>{words.TIME_TITLE}</h2><figure>"
        f'<div class="wide">{columns(told.times, named)}</div>'
        f"<figcaption>{escape(words.total_said(total, days))}{hatched}</figcaption></figure>"
        f"<details><summary>in figures</summary>{listed}</details></section>"
    )


def _tables(told: Told) -> str:
    both = (("role", told.roles), ("model", told.models))
    return "".join(
        f"<section><h2>{words.GROUP_TITLE} by {name}</h2>{_table(spent, name)}</section>"
        for name, spent in both
        if spent
    )


def _table(spent: Sequence[Spent], name: str) -> str:
    whole = sum((one.cost.usd for one in spent), start=NOTHING.usd)
    rows = [
        (
            safe(one.key),
            escape(words.cost_said(one.cost)),
            share_bar(float(one.cost.usd / whole) if whole else 0.0),
            str(one.runs),
            short(one.usage.tokens),
            words.usd(one.per_token),
            words.percent(one.of_list) if one.of_list is not None else "?",
            words.usd(one.cache_net),
        )
        for one in spent
    ]
    heads = (name, "cost", "", "runs", "tokens", "$/Mtok", "of list", "cache net")
    return f'<div class="wide">{table(heads, rows, right=1, drawn=2, rest=3)}</div>'
