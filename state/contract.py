"""The JSON that Headgate prints: the shapes of `contracts.md`, made from cards.

A newer version adds keys and never changes one's meaning; what no one told is null.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from state.findings.conflict import Pair
from state.findings.finding import Finding
from state.findings.stale import Stale
from state.gates.request import Request
from state.money.cost import dollars
from state.money.meter import Metered
from state.money.rollup import changed, total
from state.money.spending import NOTHING, STATES, CostState
from state.money.spent import Spent, spent_of
from state.ports import LogMark, Problem
from state.runs.attention import NEEDS_YOU
from state.runs.card import Card


def instant(seconds: float | None) -> str | None:
    """Give seconds since 1970 as RFC 3339 in UTC, to the millisecond."""
    if seconds is None:
        return None
    try:
        told = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status_document(
    now: float,
    repository: Mapping[str, str | None],
    cards: Sequence[Card],
    unassigned: Iterable[LogMark],
    problems: Iterable[Problem],
    requests: Iterable[Request] = (),
    pairs: Iterable[Pair] = (),
    budgets: Iterable[Mapping[str, Any]] | None = (),
) -> dict[str, Any]:
    """Give `headgate/status/1`: the board once. `budgets` are as `budget_documents` gives them, None where unknown."""
    return {
        "schema": "headgate/status/1",
        "at": instant(now),
        "repo": dict(repository),
        "runs": [run_document(card) for card in cards],
        "requests": [request_document(one) for one in requests if one.state == "open"],
        "conflicts": pair_documents(pairs, cards),
        "budgets": None if budgets is None else list(budgets),
        "unassigned": [{"log": mark.path, "why": mark.why} for mark in unassigned],
        "problems": [{"text": problem.text, "remedy": problem.remedy} for problem in problems],
        "totals": {
            "runs": len(cards),
            "waiting": sum(card.need >= NEEDS_YOU for card in cards),
            "hook_inert": sum(any(one.kind == "hook_inert" for one in card.findings) for card in cards),
            **_totals(cards),
        },
    }


def pair_documents(pairs: Iterable[Pair], cards: Iterable[Card]) -> list[dict[str, Any]]:
    """Give the pairs that do not merge, by the runs that were seen last in their worktrees; others are left out."""
    held = runs_by_worktree(cards)
    return [
        {
            "a": held[pair.a],
            "b": held[pair.b] if pair.b.startswith("/") else "base",
            "files": [clash.path for clash in pair.files],
            "kinds": list(pair.kinds),
            "uncommitted": pair.uncommitted,
            "at": instant(pair.at),
        }
        for pair in pairs
        if pair.files and pair.a in held and (pair.b in held or not pair.b.startswith("/"))
    ]


def runs_by_worktree(cards: Iterable[Card]) -> dict[str, str]:
    """Give for each worktree the run that was seen there last."""
    ordered = sorted(cards, key=lambda card: (card.seen or 0.0, card.id))
    return {card.worktree: card.id for card in ordered if card.worktree is not None}


def request_document(request: Request) -> dict[str, Any]:
    """Give one request as `status --json` and `queue --json` show it."""
    return {
        "id": request.id,
        "run": request.run,
        "gate": request.gate,
        "text": request.text,
        "rule": request.rule,
        "risk": request.severity,
        "opened": instant(request.opened),
        "deadline": instant(request.deadline),
        "listening": request.listening,
        "state": request.state,
        "tool": request.tool or None,
        "effects": [asdict(effect) for effect in request.effects],
        "because": [hit.because for hit in request.hits],
        "repeats": request.repeats,
    }


def _totals(cards: Sequence[Card]) -> dict[str, Any]:
    """Sum what runs cost: null where nothing is priced, a lower bound where any part of any run is not."""
    paid = [card for card in cards if card.usage.requests]
    known = [Decimal(card.cost_usd) for card in paid if card.cost_usd is not None]
    hourly = [None if card.cost_per_hour is None else Decimal(card.cost_per_hour) for card in paid]
    certain = [rate for rate in hourly if rate is not None]
    return {
        "usd": dollars(sum(known, Decimal(0))) if known else None,
        "state": total_state(card.cost_state for card in paid),
        "per_hour": dollars(sum(certain, Decimal(0))) if certain and len(certain) == len(hourly) else None,
        "unpriced_tokens": sum(card.unpriced_tokens for card in cards),
    }


def total_state(states: Iterable[CostState]) -> CostState:
    """Give the state of a sum of costs: one that is not wholly priced makes it a lower bound."""
    met = set(states)
    if met <= {"unpriced"}:
        return "unpriced"
    return "lower_bound" if "unpriced" in met else max(met, key=STATES.index)


def run_document(card: Card) -> dict[str, Any]:
    """Give one run as `status --json` shows it."""
    return {
        **{
            name: getattr(card, name)
            for name in ("agent", "agent_version", "session_id", "parent", "worktree", "branch")
        },
        **{
            name: getattr(card, name)
            for name in (
                "head",
                "base_head",
                "ahead",
                "behind",
                "owner",
                "owner_from",
                "role",
                "role_from",
                "model",
                "mode",
            )
        },
        "id": card.id,
        "task": {"id": card.task_id, "title": card.task_title, "from": card.task_from},
        "models": list(card.models),
        "lane": {"asked": card.lane_asked, "effective": card.lane_effective},
        **{name: getattr(card, name) for name in ("owner_from", "role_from")},
        "context_version": card.context_version,
        "context_changes": card.context_changes,
        "state": card.state,
        "since": instant(card.since),
        "because": card.because,
        "certain": card.certain,
        "need": card.need,
        "seen": instant(card.seen),
        "alive": card.alive,
        "tool": card.tool,
        "plan": {
            "state": card.plan_state,
            "steps_done": card.plan_steps_done,
            "steps": card.plan_steps,
            "sha": card.plan_sha,
        },
        "tests": {"claimed": _claimed(card), "verified": _verified(card), "failing": list(card.failing)},
        "blockers": [{**asdict(blocker), "since": instant(blocker.since)} for blocker in card.blockers],
        "risk": {"level": card.risk_level, "rules": list(card.risk_rules), "reasons": list(card.risk_reasons)},
        "stale": [
            {"reason": one.reason, "text": one.text, "remedy": one.remedy, "detail": _stale_detail(one)}
            for one in card.stale
        ],
        "findings": [_finding(finding) for finding in card.findings],
        **{name: getattr(card, name) for name in ("changed_files", "untracked_files", "added", "deleted", "attempts")},
        "subagents": card.subagents,
        "usage": asdict(card.usage),
        "context": {"used": card.context_used, "limit": card.context_limit},
        "cost": {
            "usd": card.cost_usd,
            "state": card.cost_state,
            "unpriced_tokens": card.unpriced_tokens,
            "per_hour": card.cost_per_hour,
        },
        "next": {"gate": card.next_gate, "request": card.next_request, "text": card.next_text},
        "not_understood": card.not_understood,
        "worktree_read_at": instant(card.worktree_read_at),
        "assurance": card.assurance,
        "assurance_why": card.assurance_why,
        "hooked": card.hooked,
        "source": {"log": card.source_log, "offset": card.source_offset},
        "frozen": card.frozen,
        "act": None
        if card.act_kind is None
        else {"kind": card.act_kind, "state": card.act_state, "text": card.act_text, "at": instant(card.act_at)},
        "terminal": card.terminal,
        "cache_until": instant(card.cache_until),
        "depth": card.depth,
        "unread": card.unread,
        **(_not_skimmed(card) if card.depth == "skimmed" else {}),
    }


def _not_skimmed(card: Card) -> dict[str, Any]:
    """Give what a skim does not tell: it is not known, and so not none."""
    return {
        "plan": {"state": None, "steps_done": None, "steps": None, "sha": None},
        "risk": {"level": None, "rules": None, "reasons": None},
        "findings": [_finding(finding) for finding in card.findings] or None,
        "stale": None,
        "subagents": None,
        "not_understood": None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    evidence = [{"file": origin.log, "offset": origin.offset} for origin in finding.evidence]
    told = {"kind": finding.kind, "severity": finding.severity, "text": finding.text, "evidence": evidence}
    return {**told, "since": instant(finding.since)}


def _stale_detail(stale: Stale) -> dict[str, Any]:
    """Give the figures behind a reason: times as times, files as a list."""
    told: dict[str, Any] = dict(stale.detail)
    told |= {name: instant(float(told[name])) for name in ("since", "at") if told.get(name) is not None}
    return told | {name: told[name].splitlines() for name in ("files",) if name in told}


def _claimed(card: Card) -> dict[str, Any] | None:
    """Give the agent's last test run; an output that was cut off proves nothing either way."""
    if card.tests_state is None:
        return None
    return {
        "state": "unverified" if card.tests_state == "truncated" else card.tests_state,
        "runner": card.tests_runner,
        "passed": card.tests_passed,
        "failed": card.tests_failed,
        "skipped": card.tests_skipped,
        "at": instant(card.tests_at),
        "fresh": card.tests_fresh,
        "why": card.tests_why,
    }


def _verified(card: Card) -> dict[str, Any] | None:
    """Give what Headgate's own run of the required checks came to; fresh while the change is what was checked."""
    if card.verified_state is None:
        return None
    return {
        "state": card.verified_state,
        "runner": "headgate",
        **{name: getattr(card, f"verified_{name}") for name in ("passed", "failed", "skipped")},
        "at": instant(card.verified_at),
        "fresh": None if card.evidence_state is None else card.evidence_state != "stale",
        "tree": card.verified_tree,
    }


def usage_document(
    by: str, calls: Iterable[Metered], key_of: Mapping[str, str], agents: Mapping[str, str]
) -> dict[str, Any]:
    """Give `headgate/usage/1`: tokens by `by`; `key_of` names each call's row and `agents` each row's agent."""
    rows: dict[tuple[str, str], list[Metered]] = {}
    for call in calls:
        rows.setdefault((key_of[call.key], agents[call.run]), []).append(call)
    made = [_usage_row(key, agent, some) for (key, agent), some in sorted(rows.items())]
    everything = [call for some in rows.values() for call in some]
    return {"schema": "headgate/usage/1", "by": by, "rows": made, "total": _usage_row("total", "", everything)}


def _usage_row(key: str, agent: str, calls: Sequence[Metered]) -> dict[str, Any]:
    row = spent_of(key, total(changed({}, calls)), runs=len({call.run for call in calls}))
    cost = sum((call.cost for call in calls), NOTHING)
    models = dict.fromkeys(call.model for call in calls if call.model is not None)
    return {
        "key": key,
        "agent": agent or None,
        "models": list(models),
        **asdict(row.usage),
        "usd": dollars(cost.known),
        "state": cost.state,
        "unpriced_tokens": cost.unpriced_tokens,
        **blended_document(row),
        "runs": row.runs,
        "prices": _prices_used(calls),
    }


def blended_document(row: Spent) -> dict[str, Any]:
    """Give the blended cost of some calls: three figures, what the cache saved, and what tools came to.

    USD per million tokens are rounded to six decimals, the share to four; null is unknown.
    """
    return {
        "usd_per_mtok": _rounded(row.per_token, 6),
        "usd_per_mtok_output": _rounded(row.per_output, 6),
        "of_list": _rounded(row.of_list, 4),
        "list_usd": dollars(row.listed),
        "cache_net_usd": dollars(row.cache_net),
        "unlisted_requests": row.unlisted,
        "web_searches": row.searches,
        "web_searches_usd": dollars(row.tools) if row.tools or not row.searches else None,
    }


def _rounded(value: Decimal | None, digits: int) -> str | None:
    return None if value is None else dollars(value.quantize(Decimal(1).scaleb(-digits)))


def _prices_used(calls: Iterable[Metered]) -> list[dict[str, Any]]:
    """Give where the rates of priced calls come from, by model, with the first and the last call at them."""
    used: dict[tuple[str, str], list[float]] = {}
    for call in calls:
        if call.quote is not None and call.quote.rates is not None:
            times = used.setdefault((call.model or "", call.quote.source), [])
            times += [] if call.at is None else [call.at]
    return [
        {
            "model": model or None,
            "source": source,
            "since": instant(min(times, default=None)),
            "until": instant(max(times, default=None)),
        }
        for (model, source), times in sorted(used.items())
    ]
