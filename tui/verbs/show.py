"""`headgate show RUN`: everything known of a run, each fact with the record that it was read from."""

import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any, cast

from state.board import CallLine, Detail
from state.contract import blended_document, instant, run_document
from state.findings.finding import Finding
from state.runs.card import Card
from state.runs.claims import standing
from state.runs.context import changed, in_order, version
from state.runs.run import ContextPart, Failure, Plan, Process, Run, Tests, Turn, Usage
from state.store.reader import StoreReader
from state.text import clean
from tui.panes.acts import TITLE as ASKED_TITLE
from tui.panes.acts import act_lines, guarded
from tui.spans import plain
from tui.verbs.checks import result_document, result_lines
from tui.verbs.control import act_document
from tui.verbs.estimates import estimate_document
from tui.verbs.printing import aligned, print_json, print_lines, say
from tui.wording import (
    CHANGED_MARK,
    OWNER_FROM,
    PART_TITLES,
    ROLE_FROM,
    TASK_FROM,
    TESTS_STALE,
    UNKNOWN,
    context_changed,
    skimmed,
    spent,
    tests_said,
)
from tui.wording_blended import blended_said
from tui.wording_estimates import came_to, estimate_lines

_SAID_APART = {"key", "origins", "models", "title_from", "context", "assigned", "asked_role", "account"}
_INNER = _SAID_APART | {"skimmed", "cost", "burn", "called", "repeats", "lately", "readings", "spawned", "unplanned"}
_WIDEST_FACT = 100


async def print_run(reader: StoreReader, named: str, *, as_json: bool) -> int:
    """Print the run that `named` names: its id or session, or the beginning of either. Gives the exit status."""
    found = await one_named(reader, named)
    if found is None:
        return 2
    detail, run = await reader.detail(found.id), await reader.run(found.id)
    if detail is None or run is None:
        say(f"run {clean(named, 100)} is no longer there")
        return 2
    checked = next((act.facts for act in reversed(detail.acts) if act.kind == "check"), {})
    results = await reader.check_results(checked.get("tree", ""), checked.get("policy", ""))
    paid = await reader.spent(found.id)
    blended = blended_document(paid) if paid else None
    if as_json:
        print_json({**run_json(detail, run), "blended": blended, "checks": [result_document(one) for one in results]})
    else:
        lines = [line for one in results for line in result_lines(one)]
        print_lines(_lines(detail, run, lines, blended_said(blended, found.cost_state) if blended else ""))
    return 0


async def one_named(reader: StoreReader, named: str) -> Card | None:
    """Give the one run of this name; None, said on standard error, where there is none or more than one."""
    found = _named(await reader.cards(), named)
    if len(found) != 1:
        say(_which(named, found))
        return None
    return found[0]


def run_json(detail: Detail, run: Run) -> dict[str, Any]:
    """Give the run as `status --json` has it, with plan, story, files, and the origin of each fact."""
    tree = detail.worktree
    return {
        "schema": "headgate/run/1",
        **run_document(detail.card),
        "plan_text": list(detail.plan_text),
        "steps": [{"text": step.text, "state": step.state} for step in detail.steps],
        "files": None
        if tree is None or tree.files is None
        else [
            {name: getattr(file, name) for name in ("path", "kind", "added", "deleted", "committed")}
            for file in tree.files
        ],
        "context": [_part(part) for part in in_order(run.context)],
        "context_version_at_start": version(run.agent, run.context, at_start=True),
        "estimate": estimate_document(detail.estimated, detail.card, detail.began),
        "acts": [act_document(act) for act in detail.acts],
        "assigned": [{**asdict(word), "at": instant(word.at)} for word in run.assigned],
        "story": [_story(line) for line in detail.story],
        "sources": {
            name: {"log": at.log, "offset": at.offset, "at": instant(at.at)} for name, at in sorted(run.origins.items())
        },
    }


def _part(part: ContextPart) -> dict[str, Any]:
    """Give a part of the context: its value now and at the start ("unknown" where nobody can tell), and its source."""
    source = {"log": part.origin.log, "offset": part.origin.offset, "at": instant(part.origin.at)}
    told = {"part": part.part, "name": part.name, "value": part.value, "start": part.start}
    return {**told, "changed": part in changed([part]), "observed": part.observed, "source": source}


def _named(cards: Sequence[Card], named: str) -> list[Card]:
    exact = [card for card in cards if named in (card.id, card.session_id)]
    return exact or [card for card in cards if card.id.startswith(named) or card.session_id.startswith(named)]


def _which(named: str, found: Sequence[Card]) -> str:
    named = clean(named, 100)
    if not found:
        return f"no run is named {named}; `headgate status` lists them"
    return f"{named} names {len(found)} runs: {', '.join(card.id for card in found[:8])}; give more of the name"


def _story(line: CallLine) -> dict[str, Any]:
    return {
        "at": instant(line.at),
        "kind": line.kind,
        "text": line.text,
        "failed": line.failed,
        "log": line.log,
        "offset": line.offset,
    }


def _lines(detail: Detail, run: Run, checked: Sequence[str] = (), blended: str = "") -> list[str]:
    card = detail.card
    run = replace(run, tests=standing(run, detail.worktree))
    facts = [(name, fact, _origin(run, name)) for name in _facts(run) if (fact := _fact(name, getattr(run, name)))]
    told = [f"{card.id}  {card.state}{'' if card.certain else '?'}: {card.because}", "", *aligned(facts)]
    told += [skimmed(card.unread)] if card.depth == "skimmed" else []
    told += ["", *aligned([*_said(card, run), *([("blended", blended, "")] if blended else [])])]
    if detail.estimated is not None:
        after = came_to(detail.estimated, card, detail.began, time.time())
        told += [*estimate_lines(detail.estimated), *([f"  {after}"] if after else [])]
    if card.risk_level is not None:
        told += ["", f"risk {card.risk_level}", *(f"  {rule}: {why}" for rule, why in _risk(card))]
    if card.findings:
        told += ["", "findings", *(line for finding in card.findings for line in _finding(finding))]
    asked = [*guarded(card), *(line for act in reversed(detail.acts) for line in act_lines(act))]
    if asked:
        told += ["", ASKED_TITLE, *(f"  {plain(line.label)} {plain(line.body)}".rstrip() for line in asked)]
    if checked:
        told += ["", "required checks, run by Headgate", *(f"  {line}" for line in checked)]
    if run.context:
        told += ["", *_told(card, run)]
    if detail.steps:
        told += ["", "plan", *(f"  {step.state:<12} {step.text}" for step in detail.steps)]
    if detail.worktree is not None and detail.worktree.files:
        told += ["", "changed files", *(f"  {file.kind:<10} {file.path}" for file in detail.worktree.files)]
    return [
        *told,
        "",
        "story",
        *(f"  {instant(line.at) or '?':<24} {line.kind:<9} {line.text}" for line in detail.story),
    ]


def _finding(finding: Finding) -> list[str]:
    """Give the sentence of a finding, and under it the records that it was read from."""
    read = [f"       {clean(origin.log)}:{origin.offset}" for origin in finding.evidence]
    return [f"  {finding.severity:<4} {finding.kind}: {finding.text}", *read]


def _said(card: Card, run: Run) -> list[tuple[str, str, str]]:
    """Give task, owner, role and cost, each with the word on where it comes from."""
    title = TASK_FROM.get(card.task_from or "", "")
    read = _origin(run, "title") if card.task_from not in ("human", "branch") else ""
    return [
        ("task", card.task_title or UNKNOWN, f"{title} {read}".strip()),
        ("owner", card.owner or UNKNOWN, OWNER_FROM.get(card.owner_from or "", "")),
        ("role", card.role or UNKNOWN, ROLE_FROM.get(card.role_from or "", "")),
        ("cost", spent(card) if card.usage.requests else UNKNOWN, _origin(run, "usage")),
    ]


def _told(card: Card, run: Run) -> list[str]:
    """Give the parts of the context version; what changed since the start says what it was."""
    moved = changed(run.context)
    start = f", {version(run.agent, run.context, at_start=True)} at the start" if moved else ""
    rows = [
        (
            f"  {PART_TITLES[part.part]}{CHANGED_MARK if part in moved else ''}",
            part.name,
            _became(part),
            f"{part.origin.log}:{part.origin.offset}" if not part.observed else part.origin.log,
        )
        for part in in_order(run.context)
        if part.value is not None or part in moved
    ]
    return [f"context version {card.context_version}: {context_changed(len(moved))}{start}", *aligned(rows)]


def _became(part: ContextPart) -> str:
    was = "" if part.value == part.start else f" (was {part.start or 'not there'})"
    return f"{part.value or 'not there'}{was}"


def _risk(card: Card) -> list[tuple[str, str]]:
    return list(zip(card.risk_rules, card.risk_reasons, strict=False))


def _facts(run: Run) -> list[str]:
    return [field.name for field in fields(run) if field.name not in _INNER]


def _fact(name: str, value: object) -> str:
    """Give a fact in words; empty for what is not known or not there."""
    match value:
        case None | () | "" | False:
            return ""
        case float():
            return instant(value) or str(value)
        case Usage():
            return ", ".join(f"{part.replace('_', ' ')} {count:,}" for part, count in asdict(value).items() if count)
        case Turn():
            return (
                f"open since {instant(value.since)}"
                if value.open
                else f"{value.end or 'none yet'} {value.text}".strip()
            )
        case Plan():
            return "" if value == Plan() else f"{value.state}, {len(value.steps)} steps"
        case Process():
            return f"{value.pid} {'alive' if value.alive else 'gone'} {value.status or ''}".strip()
        case Tests():
            counted = tests_said(value.state, value.runner, value.passed, value.failed, value.skipped)
            return _cut(", ".join([counted, *([] if value.fresh else [TESTS_STALE]), *value.failing]))
        case Failure():
            return f"{value.kind}: {value.text}"
        case tuple():
            return _cut("; ".join(getattr(one, "text", str(one)) for one in cast(tuple[object, ...], value)))
        case _:
            return _cut(f"{value:,}" if isinstance(value, int) else str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST_FACT else text[: _WIDEST_FACT - 1] + "…"


def _origin(run: Run, name: str) -> str:
    origin = run.origins.get(name)
    return "" if origin is None else f"{origin.log}:{origin.offset}"
