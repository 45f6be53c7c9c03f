"""Between values and rows: a card's fields are columns, a run's facts are JSON, and both come back as written."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter

from state.money.fresh_calls import Fresh
from state.money.meter import Metered
from state.money.spending import RATE_NAMES, Quote, Rates, Terms
from state.ports import LogMark
from state.runs import event as ev
from state.runs import test_runs
from state.runs.roles import with_word
from state.runs.run import Assigned, Run, Usage, spoken
from state.runs.worktree import Worktree
from state.store.card_rows import CARD_COLUMNS as CARD_COLUMNS
from state.store.card_rows import USAGE_FIELDS as USAGE_FIELDS
from state.store.card_rows import card_of_row as card_of_row
from state.store.card_rows import card_of_values as card_of_values
from state.store.card_rows import row_of_card as row_of_card
from state.store.card_rows import values_of_usage as _usage

RUN = TypeAdapter(Run)
WORKTREE = TypeAdapter(Worktree)
MARK_FIELDS = tuple(field.name for field in fields(LogMark))
TERMS_FIELDS = tuple(field.name for field in fields(Terms))
_YES_OR_NO = frozenset({"batch", "plan", "tier_known", "lifetime_known", "partial"})
_QUOTE_COLUMNS = ("usd", "cost_state", "unpriced_tokens", "rates")
_terms: Callable[[Terms], tuple[Any, ...]] = attrgetter(*TERMS_FIELDS)
METERED_COLUMNS = (
    *("key", "run", "at", "model", "side", *USAGE_FIELDS, "log", "offset"),
    *TERMS_FIELDS,
    *_QUOTE_COLUMNS,
)


def row_of_mark(mark: LogMark) -> tuple[Any, ...]:
    """Give the values of `MARK_FIELDS`."""
    return tuple(getattr(mark, name) for name in MARK_FIELDS)


def mark_of_row(row: Mapping[str, Any]) -> LogMark:
    """Give the mark whose columns stand in `row`."""
    facts: dict[str, Any] = {name: row[name] for name in MARK_FIELDS}
    facts |= {"side": bool(facts["side"]), "belongs": bool(facts["belongs"])}
    return LogMark(**facts)


def row_of_metered(call: Metered) -> tuple[Any, ...]:
    """Give the values of `METERED_COLUMNS`."""
    who = (call.key, call.run, call.at, call.model, call.side)
    return (*who, *_usage(call.usage), call.log, call.offset, *_terms(call.terms), *_row_of_quote(call))


def rows_of_fresh(fresh: Fresh) -> list[tuple[Any, ...]]:
    """Give the values of `METERED_COLUMNS` of all calls of a log."""
    run, log = fresh.run, fresh.log
    # The driver looks for a way to write anything but plain numbers and texts, for each of thousands of truths.
    terms = [tuple(int(one) if isinstance(one, bool) else one for one in _terms(some)) for some in fresh.terms]
    of_quotes = {id(quote): (quote.state, quote.unpriced_tokens, _rates_told(quote)) for _, quote in fresh.quotes}
    return [
        (
            *(call[0], run, call[1], call[2], int(call[11]), *call[3:9], 1, log, call[9]),
            *terms[call[10]],
            None if usd is None else str(usd),
            *of_quotes[id(quote)],
        )
        for call, (usd, quote) in zip(fresh.calls, fresh.quotes, strict=True)
    ]


def _row_of_quote(call: Metered) -> tuple[Any, ...]:
    quote = call.quote
    if quote is None:
        return (None, "unpriced", call.usage.tokens, None)
    usd = None if quote.usd is None else str(quote.usd)
    return (usd, quote.state, quote.unpriced_tokens, _rates_told(quote))


def _rates_told(quote: Quote) -> str:
    return _json_of_rates(quote.rates, quote.source, quote.why)


@lru_cache(maxsize=1024)
def _json_of_rates(rates: Rates | None, source: str, why: str) -> str:
    """Write rates down; the same ones hold for thousands of calls."""
    told: dict[str, str] = {"source": source, "why": why}
    for name in RATE_NAMES if rates else ():
        known = getattr(rates, name)
        if known is not None:
            told[name] = str(known)
    return json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)


def _quote_of_row(row: Mapping[str, Any]) -> Quote | None:
    if row["rates"] is None:
        return None
    told: dict[str, str] = json.loads(row["rates"])
    known = {name: Decimal(told[name]) for name in RATE_NAMES if name in told}
    usd = None if row["usd"] is None else Decimal(row["usd"])
    rates = Rates(**known) if known else None
    return Quote(usd, row["cost_state"], row["unpriced_tokens"], rates, told.get("source", ""), told.get("why", ""))


def metered_of_row(row: Mapping[str, Any]) -> Metered:
    """Give the call whose columns stand in `row`."""
    usage = Usage(*(row[name] for name in USAGE_FIELDS))
    told: dict[str, Any] = {name: bool(row[name]) if name in _YES_OR_NO else row[name] for name in TERMS_FIELDS}
    who = (row["key"], row["run"], row["at"], row["model"], bool(row["side"]))
    return Metered(*who, usage, row["log"], row["offset"], Terms(**told), _quote_of_row(row))


WORDS_SAID = "SELECT run, what, value, by, at FROM assigned ORDER BY at, rowid"
"""Everything that humans said of runs, the newest last."""
WORDS_KEPT = (
    "SELECT run, what, value, by, at, asked IN (SELECT id FROM act WHERE kind = 'start') AS started"
    " FROM assigned ORDER BY at, rowid"
)
"""The same, and whether it was said where Headgate started the run: then the order that said it is that of the act."""


def words_said(found: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Assigned, ...]]:
    """Give what holds of each run by the rows of `WORDS_SAID`: the newest word of each kind, unless taken back."""
    words: dict[str, tuple[Assigned, ...]] = {}
    for row in found:
        started = "started" in row.keys() and bool(row["started"])  # noqa: SIM118 - rows of sqlite3 have no `in`
        word = Assigned(row["what"], row["value"], row["by"], row["at"], started)
        words[row["run"]] = with_word(words.get(row["run"], ()), word)
    return words


_UNTOLD = frozenset({ev.RequestMetered, ev.ContextMeasured, ev.ModelUsed, ev.TurnBegun, ev.FileRead, ev.FileEdited})
"""Frequent kinds of which nothing is told: they are not to pass the tests for all the others first."""


def told(event: ev.Event) -> tuple[str, str, bool] | None:
    """Give kind, text and failure of an event that is worth reading again, or None."""
    if type(event) in _UNTOLD:
        return None
    match event:
        case ev.PromptGiven(text=text):
            return "prompt", text, False
        case ev.AgentSpoke(text=text):
            return "said", text, False
        case ev.ToolBegun(tool=tool, text=text, side=side):
            return "tool", f"⤷ {spoken(tool, text)}" if side else spoken(tool, text), False
        case ev.ToolEnded(text=text, failed=failed, side=side):
            return "result", f"⤷ {text}" if side else text, failed
        case ev.HumanAsked(kind=kind, text=text):
            return "asked", f"{kind}: {text}", False
        case ev.HumanAnswered(accepted=accepted):
            return "answered", {True: "accepted", False: "refused", None: "answered"}[accepted], accepted is False
        case ev.PlanShown(state=state):
            return "plan", f"plan {state}", state == "rejected"
        case ev.TurnEnded(end=end, text=text):
            return "turn", f"turn {end}: {text}" if text else f"turn {end}", end != "done"
        case ev.CallFailed(kind=kind, text=text, retrying=retrying):
            return "error", f"{kind}: {text}" + (" (tries again)" if retrying else ""), True
        case ev.TestsRan():
            return test_runs.KIND, test_runs.text_of(event), event.state == "failed"
        case ev.ContextCompacted(why=why):
            return "compacted", why, False
        case ev.SubagentBegun(text=text, name=name):
            return "subagent", text or name, False
        case ev.LineNotUnderstood(kind=kind, why=why):
            return "unread", f"{kind}: {why}", True
        case ev.RunEnded(why=why):
            return "ended", why, False
        case _:
            return None
