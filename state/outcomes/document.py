"""`headgate/report/1`: every figure of a window as JSON, with its definition's parts and, on request, its events."""

from decimal import Decimal
from typing import Any

from state.contract import instant
from state.outcomes.figure import FEW, Figure, Instance, Outcomes
from state.outcomes.outcomes import families

SCHEMA = "headgate/report/1"


def report_document(found: Outcomes, now: float, repository: dict[str, str | None]) -> dict[str, Any]:
    """Give the whole report. Amounts are decimal strings in their figure's unit, None where nothing is known."""
    length = found.until - found.since
    return {
        "schema": SCHEMA,
        "at": instant(now),
        "repo": repository,
        "window": {"since": instant(found.since), "until": instant(found.until)},
        "before": {"since": instant(found.since - length), "until": instant(found.since)},
        "families": [
            {"family": name, "figures": [figure_document(one, events=False) for one in figures]}
            for name, figures in families(found)
        ],
        "notes": list(found.notes),
    }


def figure_document(one: Figure, *, events: bool = True) -> dict[str, Any]:
    """Give one figure, with the events that it is made of where they are asked for."""
    told: dict[str, Any] = {
        "name": one.name,
        "title": one.title,
        "unit": one.unit,
        "value": _text(one.value),
        "at_least": one.at_least,
        "numerator": _text(one.numerator),
        "denominator": _text(one.denominator),
        "n": one.n,
        "few": one.few,
        "few_below": FEW,
        "note": one.note,
        "parts": [{"name": name, "value": _text(value)} for name, value in one.parts],
        "before": _text(one.before),
        "before_n": one.before_n,
    }
    return told | {"events": [_event(each) for each in one.instances]} if events else told


def _event(one: Instance) -> dict[str, Any]:
    return {
        "text": one.text,
        "source": one.source,
        "at": instant(one.at),
        "run": one.run,
        "task": one.task,
        "amount": _text(one.amount),
        "part": one.part,
    }


def _text(value: Decimal | None) -> str | None:
    """Give a decimal without an exponent and without zeros at its end."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
