"""`headgate watch --json`: one object a change, until interrupted."""

import asyncio
from collections.abc import Callable
from typing import Any

from state.board import BoardUnreadable, Snapshot
from state.contract import instant, run_document
from state.store.reader import StoreReader
from tui.verbs.printing import print_json, print_lines, say


async def stream_changes(reader: StoreReader, clock: Callable[[], float], *, as_json: bool) -> None:
    """Print each run as it is and then each that changed, for ever."""
    rev, problems = 0, frozenset[str]()
    while True:
        try:
            shown = await reader.changes(rev)
        except BoardUnreadable as error:
            say(str(error))
            await asyncio.sleep(1.0)
            continue
        now = frozenset(problem.text for problem in shown.problems)
        told = changes(shown, clock(), problems)
        rev, problems = shown.rev, now
        for one in told:
            if as_json:
                print_json(one)
            else:
                print_lines([_line(one)])
        await reader.rung()


def changes(shown: Snapshot, now: float, problems_before: frozenset[str]) -> list[dict[str, Any]]:
    """Give one object for each run that changed or went, and for each new problem."""
    at = {"schema": "headgate/watch/1", "at": instant(now)}
    return [
        *({**at, "kind": "run", "run": run_document(card)} for card in shown.cards),
        *({**at, "kind": "gone", "run": {"id": gone}} for gone in shown.gone),
        *(
            {**at, "kind": "problem", "problem": {"text": problem.text, "remedy": problem.remedy}}
            for problem in shown.problems
            if problem.text not in problems_before
        ),
    ]


def _line(change: dict[str, Any]) -> str:
    match change["kind"]:
        case "run":
            run = change["run"]
            return f"{change['at']}  {run['id']}  {run['state']:<8} {run['task']['title'] or '?'}: {run['because']}"
        case "gone":
            return f"{change['at']}  {change['run']['id']}  gone"
        case _:
            return f"{change['at']}  problem: {change['problem']['text']}: {change['problem']['remedy']}"
