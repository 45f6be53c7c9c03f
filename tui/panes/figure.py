"""A figure opened: what it is, and every event that it counts, each with the place where it can be read."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from state.money.accounts import BudgetStands
from state.money.spent import Spent
from state.outcomes.figure import Figure, Instance, Part
from state.runs.card import Card
from state.runs.run import Origin
from tui import wording_money as words
from tui.panes.foreign import shown
from tui.panes.line import Line, heading, labelled, note
from tui.panes.money_now import STEPS, counts
from tui.spans import Span, fit, spans
from tui.wording import spent

_LOG = re.compile(r"(?P<log>.+?)[:\s#](?P<offset>\d+)")
_LEDGER = re.compile(r"ledger #?(?P<seq>\d+)")
_WHEN, _AMOUNT = 14, 12
_SIGNS: dict[Part, str] = {"numerator": "+", "denominator": "/", "both": "±"}
MOST = 2000
"""Events that are laid out of one figure, the newest of them."""


def ledger_entry(instance: Instance) -> int | None:
    """Give the number of the ledger's entry that an event was read in, None where it was read elsewhere."""
    found = _LEDGER.fullmatch(instance.source)
    return int(found["seq"]) if found else None


def record(instance: Instance) -> Origin | None:
    """Give the record of a log that an event was read in, None where it was read elsewhere."""
    found = _LOG.fullmatch(instance.source)
    if found is None or ledger_entry(instance) is not None or "/" not in found["log"]:
        return None
    return Origin(found["log"], int(found["offset"]), instance.at)


def figure_lines(figure: Figure) -> list[tuple[Line, Instance | None]]:
    """Give what a figure is and its events, the newest first, each line with its event."""
    events = sorted(figure.instances, key=lambda one: (one.at is None, -(one.at or 0.0)))[:MOST]
    lines: list[tuple[Line, Instance | None]] = [(line, None) for line in _facts(figure)]
    lines += [(Line(), None), (heading(words.EVENTS_TITLE), None)]
    lines += [(event_line(one, figure), one) for one in events] or [(note(words.NO_EVENTS), None)]
    if len(figure.instances) > len(events):
        lines.append((note(f"and {len(figure.instances) - len(events)} more"), None))
    return lines


def _facts(figure: Figure) -> Iterator[Line]:
    role = "faint" if figure.few else "strong"
    few = f"  {words.few_said(figure)}" if figure.few else ""
    yield labelled("value", (words.value_said(figure), role), (f"  n {figure.n}{few}", "dim"))
    if said := words.quotient_said(figure):
        yield labelled("from", (said, "text"))
    if said := words.before_said(figure):
        yield labelled("before", (said, "text"))
    if figure.note:
        yield labelled("note", (figure.note, "text"))
    over = words.numerator_unit(figure)
    for name, value in figure.parts:
        yield labelled(name, (words.measured(value, over), "text" if value is not None else "unknown"))


def event_line(one: Instance, figure: Figure) -> Line:
    """Give one event: when, what it adds, what it was, and where it was read."""
    when = time.strftime("%m-%d %H:%M", time.localtime(one.at)) if one.at is not None and 0 <= one.at < 1 << 40 else "?"
    label = (*fit(spans((when, "dim")), _WHEN - 2), *spans((f"{_SIGNS[one.part]} ", "faint")))
    amount = _added(one.amount, figure)
    body = (*fit(spans((amount, "text")), _AMOUNT, "right"), Span("  "), *shown(one.text))
    return Line(body, label, spans((_short(one.source), "faint")), copy=f"{one.text} ({one.source})", what="event")


def _added(amount: Decimal | None, figure: Figure) -> str:
    if amount is None:
        return "1"
    return words.measured(amount, words.numerator_unit(figure))


def _short(source: str) -> str:
    return source.rsplit("/", 1)[-1][-26:]


def budget_lines(budget: BudgetStands, cards: Sequence[Card]) -> Iterator[Line]:
    """Give the facts of a budget, and the runs of the board that count into it."""
    mark, share = STEPS[budget.step], words.used_share(budget)
    yield labelled("step", (f"{mark.glyph} {mark.word}", mark.role))
    yield labelled("says", (budget.text, "text"))
    yield labelled(
        "spent", (words.budget_said(budget), "strong"), (f"  {words.percent(share)}" if share else "", "dim")
    )
    if said := words.guess_said(budget):
        yield labelled("unpriced", (said, "warn"))
    yield labelled("from", (_day(budget.since), "text"))
    yield labelled("until", (_day(budget.until), "text"))
    yield Line()
    yield heading("Runs on the board that count into it")
    own = [card for card in cards if counts(budget, card)]
    yield from _runs(own) if own else (note("none that the board knows of"),)


def spent_lines(one: Spent) -> Iterator[Line]:
    """Give all that is known of a row of history: its tokens by part, and what they cost."""
    yield labelled("cost", (words.cost_said(one.cost), "strong"))
    yield labelled("runs", (str(one.runs), "text"))
    for name in ("fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning"):
        count = getattr(one.usage, name)
        yield labelled(name.replace("_", " ")[:10], (f"{count:,} tok".replace(",", " "), "text" if count else "faint"))
    yield labelled("calls", (str(one.usage.requests), "text"))
    yield labelled("a token", (f"{words.usd(one.per_token)} a million, all of them", "text"))
    yield labelled("output", (f"{words.usd(one.per_output)} a million of output", "text"))
    share = words.percent(one.of_list) if one.of_list is not None else "?"
    yield labelled("of list", (f"{share} of list price without a cache", "text"))
    yield labelled("cache net", (words.usd(one.cache_net), "text"), ("  saved less what it cost to fill", "dim"))


def _runs(cards: Iterable[Card]) -> Iterator[Line]:
    for card in cards:
        yield labelled(card.id[:10], (spent(card), "text"), (f"  {card.task_title or card.branch or ''}", "dim"))


def _day(at: float | None) -> str:
    return "no end" if at is None else time.strftime("%d %b %Y %H:%M", time.localtime(at))
