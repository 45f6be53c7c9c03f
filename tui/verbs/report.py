"""`headgate report`: what the work came to in a window, compared with the one before; each figure can be asked."""

from collections.abc import Iterator, Mapping

from state.outcomes.document import SCHEMA, figure_document, report_document
from state.outcomes.figure import Figure, Outcomes
from state.outcomes.markdown import FOREMOST, cells, event_amount, figure_lines, report_lines
from state.outcomes.outcomes import families
from tui.verbs.printing import aligned, print_json, print_lines
from tui.wording import clock

_HEAD = ("figure", "value", "n/N", "before", "")


def print_report(
    found: Outcomes, repository: Mapping[str, str | None], now: float, *, as_json: bool, as_markdown: bool
) -> None:
    """Print the whole report; without a choice as a table for a terminal."""
    if as_json:
        print_json(report_document(found, now, dict(repository)))
    elif as_markdown:
        print_lines(report_lines(found, _name(repository)))
    else:
        print_lines(_page(found, _name(repository)))


def print_figure(one: Figure, *, as_json: bool, as_markdown: bool) -> None:
    """Print one figure with the events that it is made of, and where each can be read."""
    if as_json:
        print_json({"schema": SCHEMA, **figure_document(one)})
    elif as_markdown:
        print_lines(figure_lines(one))
    else:
        print_lines(_events(one))
