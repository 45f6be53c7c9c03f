"""The four weeks before the demo: finished runs with their logs, and what a human decided of them.

Without them a new repository has no history: nothing to estimate by, no month to forecast, no accepted change to divide
by. Logs come of the same writers as those of the runs at work; decisions stand in the state database as a core would
have recorded them. Everything follows from seed and beginning.
"""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Literal

from adapters.demo_beats import AnyBeat, Edit, End, Leave, Moment, Prompt, Shell, Story, past
from adapters.demo_claude import ClaudeLog
from adapters.demo_codex import CodexLog
from adapters.demo_logs import Ids, Log
from state.gates.book import Change
from state.gates.decision import Recorded
from state.gates.request import Decision, Request
from state.ledger.entry import TOOL, Draft
from state.ledger.gate_drafts import of_gates
from state.money.accounts import Accounted, Attended, Intervention, Routed
from state.runs.run import RunKey, run_key
from state.store.writer import Store

Outcome = Literal["merged", "refused", "left"]
_DAY, _HOUR = 86_400.0, 3600.0
_OPUS, _SONNET, _HAIKU, _CODEX = "claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5", "gpt-5.5"
_NEW = "gpt-next-preview"
"""A model that no price is known for."""
_LANES = {_OPUS: "top", _CODEX: "top", _SONNET: "standard", _HAIKU: "cheap"}
_HUMAN = "ana"


@dataclass(frozen=True, slots=True)
class Finished:
    """One run that is over: how many days ago it began, with which model, on what, how long, and what became of it.

    `calls` counts its calls, `weight` how many times a small one's tokens each has. `corrected`: a human corrected it.
    `moved`: a human moved it to a higher lane after work was done, because the first one was wrong. `reviews`: it read
    another one's change and made none.
    """

    days: float
    model: str
    task: str
    calls: int
    weight: int
    outcome: Outcome
    minutes: float = 20.0
    corrected: bool = False
    moved: bool = False
    reviews: bool = False


HISTORY = (
    Finished(27.4, _SONNET, "Add currency to the invoice list", 9, 9, "merged"),
    Finished(27.1, _HAIKU, "Document the payment sandbox", 5, 6, "merged", 8),
    Finished(26.3, _SONNET, "Fix rounding in the monthly report", 12, 11, "merged", 34, corrected=True),
    Finished(25.4, _CODEX, "Add a retry to webhook delivery", 9, 9, "merged", 26),
    Finished(24.9, _CODEX, "Review the rounding of the report", 6, 8, "left", 12, reviews=True),
    Finished(24.2, _OPUS, "Migrate invoice numbers to text", 14, 16, "merged", 55),
    Finished(23.5, _HAIKU, "Add filters to the invoice search", 10, 9, "left", 31, corrected=True),
    Finished(23.3, _SONNET, "Add filters to the invoice search", 9, 10, "merged", 24),
    Finished(22.6, _HAIKU, "Document the invoice states", 4, 6, "merged", 7),
    Finished(21.5, _SONNET, "Fix the flaky currency test", 8, 8, "merged", 18),
    Finished(20.4, _SONNET, "Add a due date filter", 9, 9, "merged", 21),
    Finished(20.1, _OPUS, "Fix a crash in the nightly import", 11, 15, "merged", 37),
    Finished(19.3, _NEW, "Explore partial refunds", 7, 9, "left", 22),
    Finished(18.6, _SONNET, "Fix duplicate reminder mails", 10, 10, "merged", 29, corrected=True),
    Finished(17.9, _CODEX, "Review the reminder mails", 6, 8, "left", 11, reviews=True),
    Finished(17.4, _CODEX, "Refactor the payment client", 12, 11, "refused", 44, corrected=True),
    Finished(16.5, _SONNET, "Add late fees to invoices", 13, 12, "merged", 46, moved=True),
    Finished(15.6, _HAIKU, "Document webhooks for receivers", 5, 6, "merged", 9),
    Finished(14.3, _SONNET, "Fix time zones in the report", 9, 9, "merged", 25),
    Finished(13.5, _OPUS, "Migrate customers to tenants", 15, 17, "refused", 62, corrected=True),
    Finished(12.4, _SONNET, "Add an export of unpaid invoices", 10, 10, "merged", 28),
    Finished(11.6, _HAIKU, "Add tests for exchange rates", 8, 7, "merged", 16),
    Finished(10.5, _SONNET, "Fix the total of credit notes", 9, 9, "merged", 22),
    Finished(9.4, _CODEX, "Fix a timeout in the rates client", 8, 9, "merged", 19),
    Finished(8.5, _SONNET, "Add notes to invoices", 10, 10, "merged", 27),
    Finished(8.1, _CODEX, "Review the notes on invoices", 7, 8, "left", 13, reviews=True),
    Finished(7.6, _OPUS, "Refactor the report queries", 12, 15, "merged", 41),
    Finished(6.4, _SONNET, "Fix sorting by due date", 7, 8, "merged", 15),
    Finished(5.5, _HAIKU, "Document the export format", 4, 6, "merged", 6),
    Finished(4.4, _SONNET, "Add a health check", 8, 9, "merged", 18),
    Finished(3.6, _SONNET, "Fix the link in reminder mails", 7, 8, "merged", 14),
    Finished(3.1, _CODEX, "Review the reminder links", 6, 8, "left", 9, reviews=True),
    Finished(2.5, _OPUS, "Add two-step approval of refunds", 14, 16, "left", 52, corrected=True),
    Finished(1.4, _SONNET, "Fix empty pages in the list", 8, 9, "merged", 20),
)
_ASKS = "No, keep Decimal there: float loses cents. Take that back first."


def write_history(folder: Path, repository: str, database: Path, seed: int, now: float) -> None:
    """Write the logs of the runs that are over, and what was decided of them, into a demo's `folder`.

    `database` is the state database of the demo's repository, which is made. Raises `OSError`.
    """
    told = [(one, _log(folder, repository, one, number, seed, now)) for number, one in enumerate(HISTORY)]
    decided = [_decided(one, key, now) for one, key in told if one.outcome != "left"]
    store = Store(database)
    try:
        store.begin(now)
        with store.transaction() as transaction:
            for change, _ in decided:
                transaction.gate(change)
            transaction.record(sorted((draft for _, drafts in decided for draft in drafts), key=lambda one: one.at))
            transaction.account(_account(told, now))
            # A board that is opened before the core has begun shows that it reads, and not that nothing is there.
            transaction.say("indexing", "0.000")
    finally:
        store.close()


def _log(folder: Path, repository: str, one: Finished, number: int, seed: int, now: float) -> RunKey:
    """Write one run's log and give its id."""
    claude = one.model.startswith("claude-")
    ids = Ids(seed, f"history {number}")
    story = _story(one, "claude-code" if claude else "codex", Random(f"{seed} history {number}"))
    log: Log = ClaudeLog(story, repository, ids) if claude else CodexLog(story, repository, ids)
    moments = past(story)
    path = folder / "home" / (".claude" if claude else ".codex") / log.place(now + moments[0].at)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [json.dumps(row, separators=(",", ":")) for moment in moments for row in _rows(log, moment, now)]
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    ended = now + moments[-1].at
    os.utime(path, (ended, ended))
    return run_key(story.agent, log.session)


def _rows(log: Log, moment: Moment, now: float) -> list[dict[str, object]]:
    return log.records(moment, now + moment.at, {})


def _story(one: Finished, agent: Literal["claude-code", "codex"], dice: Random) -> Story:
    pause = one.minutes * 60 / (one.calls + 2)
    beats: list[AnyBeat] = [Prompt(f"{one.task}. Keep the change small and run the tests.")]
    if one.reviews:
        beats = [Prompt("Review the last merge: is its rounding right, and what does no test cover?")]
    for call in range(one.calls):
        after = pause * dice.uniform(0.6, 1.4)
        if one.corrected and call == one.calls // 2:
            beats.append(Prompt(_ASKS, after=after))
        if one.reviews:
            beats.append(Shell(f"git show HEAD~{call}", "1 file changed", after=after, takes=3.0))
        elif call % 3 == 1:
            beats.append(Edit(_file(one.task), f"step {call}", f"step {call + 1}", after=after))
        else:
            beats.append(Shell(f"pytest -q -k step_{call}", ".  [100%]\n1 passed in 0.21s", after=after, takes=4.0))
    if not one.reviews:
        beats.append(Shell("pytest -q", ".....  [100%]\n5 passed in 1.99s", takes=4.0))
    beats += [End(f"{one.task}: done, the tests pass.", after=pause), Leave(after=30.0)]
    title, quiet = one.task, one.days * _DAY - one.minutes * 60
    return Story(
        agent=agent, branch="main", title=title, model=one.model, past=tuple(beats), quiet=quiet, weight=one.weight
    )


def _file(task: str) -> str:
    """Give the file that a task is about, as far as its log tells: its words are a script's, no tree holds them."""
    if task.startswith("Document"):
        return "README.md"
    return "tests/test_fetch.py" if " tests " in task else "ledger/fetch.py"


def _decided(one: Finished, key: RunKey, now: float) -> tuple[Change, list[Draft]]:
    """Give the request and decision by which a human accepted or refused a change hours after it was ready."""
    ready = now - one.days * _DAY + one.minutes * 60
    at, approve = ready + _HOUR * (0.5 + one.weight / 4), one.outcome == "merged"
    request, package = f"demo-{key}", hashlib.sha256(key.encode()).hexdigest()
    risk = "high" if "Migrate" in one.task else "low"
    asked = Request(request, key, "merge", f"merge {one.task}", package, ready + 61, severity=risk, agent="claude-code")
    reason = "small, tested, read" if approve else "it changes more than was asked"
    answer = "approve" if approve else "deny"
    said = Decision(request, answer, _HUMAN, at, reason, "decide, declared", package, 90.0 + one.calls, opened=True)
    after = replace(asked, state="approved" if approve else "denied", decision=said)
    decided = ((request, _HUMAN, Recorded(said, after, "recorded")),)
    merge: dict[str, object] = {"approval": package, "request": request, "commit": package[-40:], "by": _HUMAN}
    drafts = [
        *of_gates(Change(requests=(asked,)), ready + 61),
        *of_gates(Change(decided=decided), at),
        *([Draft("tool", TOOL, "merge", at + 5, key, merge, f"approval:{package}:merge")] if approve else []),
    ]
    return Change(requests=(after,), decided=decided), drafts


def _account(told: list[tuple[Finished, RunKey]], now: float) -> Accounted:
    """Give the attention that each run took, and the one route that a human changed after work was done."""
    attended: list[Attended] = []
    interventions: list[Intervention] = []
    routed: list[Routed] = []
    for one, key in told:
        began = now - one.days * _DAY
        looked = 120.0 + 45 * one.calls + (600 if one.corrected else 0)
        ready = began + one.minutes * 60 + _HOUR
        attended.append(Attended(f"demo-{key}", key, "", "decide", ready, ready + looked, 8 + one.calls, _HUMAN))
        if one.corrected:
            interventions.append(Intervention(key, began + one.minutes * 30, "correction", _ASKS, "demo", int(began)))
        if one.moved:
            start, moved = began - 1, began + one.minutes * 30
            first = Routed(key, start, "implementer", "cheap", None, None, "human", "named at its start", Decimal(0))
            why = "it goes round in the fees' edge cases"
            later = Routed(
                key, moved, "implementer", "standard", _SONNET, None, "human", why, Decimal("0.84"), edits=2
            )  # fmt: skip
            routed += [first, later]
    return Accounted(attended=tuple(attended), interventions=tuple(interventions), routed=tuple(routed))
