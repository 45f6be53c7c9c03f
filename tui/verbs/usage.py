"""`headgate usage`: tokens and cost of every log on this machine, each call counted once, read from the logs alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from state.contract import usage_document
from state.money.lane import Lane, effective
from state.money.meter import Metered, count
from state.money.pricing import priced
from state.ports import PriceBook, RunSource
from state.runs import event as ev
from state.runs.fleet import Fleet
from state.runs.roles import lane_of, owner_of, role_of, title_of
from state.runs.run import Assigned, Run, RunKey
from tui.verbs.printing import aligned, print_json, print_lines
from tui.wording import amount
from tui.wording_blended import BLENDED, blended_cells

_NAMING = (
    *(ev.RunFound, ev.PromptGiven, ev.TitleGiven, ev.PlaceEntered, ev.ModeEntered),
    *(ev.ContextPartNoted, ev.FileEdited, ev.RunSkimmed),
)
"""Events that say what a run's task and role are."""
_SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


async def print_usage(
    source: RunSource,
    book: PriceBook,
    by: str,
    since: float | None,
    *,
    as_json: bool,
    words: Mapping[str, tuple[Assigned, ...]] = MappingProxyType({}),
    lanes: Mapping[str, Lane] = MappingProxyType({}),
) -> None:
    """Read every log of `source` and print tokens and cost by `by`, of calls at or after `since` (since 1970).

    `words` is what humans said of runs on their boards, by run: tasks and roles are called as they are there. `lanes`
    are those of the settings: a call is of the lane of its model.
    """
    calls, runs = await read_usage(source, book)
    runs = {key: replace(run, assigned=words.get(key, ())) for key, run in runs.items()}
    counted = [call for call in calls.values() if since is None or (call.at is not None and call.at >= since)]
    document = usage_document(
        by,
        counted,
        {call.key: _row_of(by, lanes)(call, runs[call.run]) for call in counted},
        {key: run.agent for key, run in runs.items()},
    )
    if as_json:
        print_json(document)
    else:
        print_lines(_table(document))


async def read_usage(source: RunSource, book: PriceBook) -> tuple[dict[str, Metered], dict[RunKey, Run]]:
    """Give every call by key, and what is known of each run that paid."""
    calls: dict[str, Metered] = {}
    fleet = Fleet()
    async for batch in source.catch_up():
        changed, _ = count(batch.events, lambda keys: {key: calls[key] for key in keys if key in calls})
        calls.update({call.key: call for call in changed})
        fleet = fleet.with_runs(fleet.folded(event for event in batch.events if isinstance(event, _NAMING)))
    return {key: replace(call, quote=priced(book, call)) for key, call in calls.items()}, dict(fleet.runs)


def moment(text: str, now: float) -> float:
    """Read `--since`: an RFC 3339 time, a date, or an age such as 24h or 7d. Raises `ValueError`."""
    if text[:-1].isdigit() and text[-1] in _SPANS:
        return now - timedelta(**{_SPANS[text[-1]]: int(text[:-1])}).total_seconds()
    told = datetime.fromisoformat(text)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _row_of(by: str, lanes: Mapping[str, Lane]) -> Callable[[Metered, Run], str]:
    match by:
        case "session":
            return lambda call, run: run.session
        case "model":
            return lambda call, run: call.model or "unknown"
        case "day":
            return lambda call, run: _day(call.at)
        case "task":
            return lambda call, run: title_of(run)[0] or "unknown"
        case "role":
            return lambda call, run: role_of(run)[0] or "unknown"
        case "lane":
            return lambda call, run: effective(lanes.values(), call.model, lane_of(run)) or "unknown"
        case "owner":
            return lambda call, run: owner_of(run)[0] or "unknown"
        case "agent":
            return lambda call, run: run.agent
        case _:
            return lambda call, run: "unknown"


def _day(at: float | None) -> str:
    return "unknown" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def _table(document: dict[str, Any]) -> list[str]:
    head = (
        document["by"],
        "agent",
        "models",
        "calls",
        "fresh in",
        "cache read",
        "cache write",
        "output",
        "cost",
        *BLENDED,
    )
    lines = [head, *(_cells(one) for one in [*document["rows"], document["total"]])]
    return aligned(lines, right=frozenset(range(3, 12)))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    written = row["cache_write_5m"] + row["cache_write_1h"]
    figures = (row["requests"], row["fresh_input"], row["cache_read"], written, row["output"])
    words = (row["key"][:48], row["agent"] or "", ", ".join(row["models"])[:40])
    cost = amount(row["usd"], row["state"], row["unpriced_tokens"])
    blended = blended_cells(row["usd_per_mtok"], row["of_list"], row["cache_net_usd"], row["state"])
    return (*words, *(f"{figure:,}" for figure in figures), cost, *blended)
