"""`headgate report`: what the work came to in a window, compared with the one before; each figure can be asked."""

from collections.abc import Iterator, Mapping

from state.contract import instant
from state.outcomes.document import SCHEMA, figure_document, report_document
from state.outcomes.figure import Figure, Outcomes
from state.outcomes.markdown import cells, event_amount, figure_lines, foremost, report_lines, window_said
from state.outcomes.outcomes import families
from tui.verbs.printing import aligned, print_json, print_lines

_HEAD = ("figure", "value", "n/N", "before", "")


def print_report(
    found: Outcomes, repository: Mapping[str, str | None], name: str, now: float, *, as_json: bool, as_markdown: bool
) -> None:
    """Print the whole report; without a choice as tables for a terminal. `name` is the repository's."""
    if as_json:
        print_json(report_document(found, now, dict(repository)))
    elif as_markdown:
        print_lines(report_lines(found, name))
    else:
        print_lines(_page(found, name))


def print_figure(one: Figure, *, as_json: bool, as_markdown: bool) -> None:
    """Print one figure with the events that it is made of, and where each can be read."""
    if as_json:
        print_json({"schema": SCHEMA, **figure_document(one)})
    elif as_markdown:
        print_lines(figure_lines(one))
    else:
        print_lines(_asked(one))


def _page(found: Outcomes, name: str) -> Iterator[str]:
    yield f"outcomes of {name}"
    yield window_said(found)
    yield ""
    yield from aligned([(title, value, told) for title, value, told in foremost(found)])
    tables = [(family, [cells(one) for one in figures]) for family, figures in families(found)]
    lines = aligned([_HEAD, *(cell for _, rows in tables for cell in rows)], right=frozenset({1, 2, 3}))
    told = iter(lines[1:])
    for family, rows in tables:
        yield from ("", family.upper(), lines[0])
        yield from (next(told) for _ in rows)
    yield ""
    yield from found.notes
    yield "headgate report --figure NAME prints the events that a figure is made of; docs/metrics.md defines each"


def _asked(one: Figure) -> Iterator[str]:
    """Give one figure as text: what it is, then every event with its place."""
    title, value, count, before, told = cells(one)
    yield f"{title}: {value}"
    yield f"{count}, before {before}{f'; {told}' if told else ''}"
    for part, head in (("numerator", "counted"), ("both", "counted and divided by"), ("denominator", "divided by")):
        events = [each for each in one.instances if each.part == part]
        if events:
            yield ""
            rows = (
                (
                    (instant(each.at) or "")[:16].replace("T", " "),
                    each.text,
                    "" if each.amount is None else event_amount(each.amount, one.unit),
                    each.source,
                )
                for each in events
            )
            yield from aligned([("when", head, "amount", "where"), *rows], right=frozenset({2}))
