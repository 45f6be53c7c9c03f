"""The report as Markdown that a human reads in two minutes: five figures first, then each family as a table."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from state.evidence.markdown import plain
from state.figures import money, span
from state.outcomes.figure import Figure, Instance, Outcomes, Unit
from state.outcomes.outcomes import families

FOREMOST = (
    "cost_per_accepted",
    "cost_fully_loaded",
    "interventions_per_accepted",
    "review_decision",
    "escaped_defects",
)
"""What a reader wants to know first: money, money with attention, corrections, waiting, and what went wrong."""
UNKNOWN = "unknown"


def report_lines(found: Outcomes, repository: str) -> Iterator[str]:
    """Give the lines of the report."""
    yield f"# Outcomes of {plain(repository)}"
    yield ""
    yield window_said(found)
    yield ""
    yield from (f"- **{plain(title)}: {plain(value)}** ({plain(told)})" for title, value, told in foremost(found))
    for family, figures in families(found):
        yield ""
        yield f"## {family}"
        yield ""
        yield "| figure | value | n/N | before | |"
        yield "|---|--:|--:|--:|---|"
        yield from (_row(one) for one in figures)
    yield ""
    yield from (f"- {plain(note)}" for note in found.notes)
    yield "- `headgate report --figure NAME` prints the events that a figure is made of; docs/metrics.md defines each"


def window_said(found: Outcomes) -> str:
    """Say which window it is, and with which it is compared."""
    days = round((found.until - found.since) / 86400)
    return f"{_day(found.since)} to {_day(found.until)} ({days} days), compared with the {days} days before."


def foremost(found: Outcomes) -> Iterator[tuple[str, str, str]]:
    """Give the figures that matter first: title, value, and what it rests on."""
    for name in FOREMOST:
        one = found.figure(name)
        yield one.title, said(one), f"{_count(one)}{_few(one)}; before: {_before(one)}{_why(one)}"


def figure_lines(one: Figure) -> Iterator[str]:
    """Give one figure with every event that it is made of, and where each can be read."""
    yield f"# {plain(one.title)} (`{one.name}`): {said(one)}"
    yield ""
    yield plain(f"{_count(one)}{_few(one)}; before: {_before(one)}{_why(one)}")
    if one.parts:
        yield ""
        yield from (f"- {plain(name)}: {amount_said(value, one.unit)}" for name, value in one.parts)
    for part, title in (("numerator", "Counted"), ("both", "Counted and divided by"), ("denominator", "Divided by")):
        events = [each for each in one.instances if each.part == part]
        if events:
            yield from _table(title, events, one.unit)
    if not one.instances:
        yield ""
        yield "No event counts for it."


def said(one: Figure) -> str:
    """Say a figure's value: `≥` where it is a lower bound, `unknown` where nothing is known."""
    return amount_said(one.value, one.unit, at_least=one.at_least)


def amount_said(value: Decimal | None, unit: Unit, *, at_least: bool = False) -> str:
    """Say an amount of a unit in few letters."""
    if value is None:
        return UNKNOWN
    sign = "≥ " if at_least else ""
    match unit:
        case "usd":
            return f"{sign}{money(value)}"
        case "share":
            return f"{sign}{value:.0%}"
        case "seconds":
            return f"{sign}{span(value)}"
        case "tokens":
            return f"{sign}~{value:,.0f} tokens"
        case "count":
            return f"{sign}{value:,.0f}"
        case "ratio":
            return f"{sign}{value:.2f}"


def cells(one: Figure) -> tuple[str, str, str, str, str]:
    """Give what stands in the row of a figure: title, value, n/N, value before, and what is to be said of it."""
    known = one.parts if one.value is not None else ()
    parts = "; ".join(f"{name}: {amount_said(value, _unit(one, name))}" for name, value in known)
    told = "; ".join(word for word in (_few(one).removeprefix(", "), parts, one.note) if word)
    return one.title, said(one), _count(one), _before(one), told


def _row(one: Figure) -> str:
    title, *rest = cells(one)
    return f"| {plain(title)} `{one.name}` | {' | '.join(plain(cell) for cell in rest)} |"


def _unit(one: Figure, part: str) -> Unit:
    """Give the unit of a part: counts under a quotient, seconds and dollars as the figure's own."""
    counts = one.unit in ("share", "ratio") and all(value is None or value == int(value) for _, value in one.parts)
    return "count" if counts and not part.endswith(("useful", "estimated")) else one.unit


def _count(one: Figure) -> str:
    if one.numerator is None or one.denominator is None or one.unit in ("usd", "seconds", "tokens"):
        return f"n = {one.n}"
    return f"{_short(one.numerator)}/{_short(one.denominator)}"


def _few(one: Figure) -> str:
    return ", too few to go by" if one.few and one.value is not None else ""


def _before(one: Figure) -> str:
    if one.before is None:
        return UNKNOWN
    return f"{amount_said(one.before, one.unit)} (n = {one.before_n})"


def _why(one: Figure) -> str:
    return f"; {one.note}" if one.note else ""


def _table(title: str, events: Iterable[Instance], unit: Unit) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield "| when | what | amount | where |"
    yield "|---|---|--:|---|"
    for one in events:
        amount = "" if one.amount is None else event_amount(one.amount, unit)
        when = "" if one.at is None else _moment(one.at)
        yield f"| {when} | {plain(one.text)} | {amount} | {plain(one.source)} |"


def event_amount(amount: Decimal, unit: Unit) -> str:
    """Say what an event adds: in the figure's unit where that is one of amounts, as a number under a quotient."""
    return amount_said(amount, unit) if unit in ("usd", "seconds", "tokens") else _short(amount)


def _short(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
