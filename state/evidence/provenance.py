"""Who made a change and what it cost: models with their houses, shares, dollars, and what reviewers claim."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from state.control.act import Act
from state.control.advice import of_fact
from state.evidence.families import UNKNOWN, family_of, family_of_agent
from state.evidence.history import History, Share
from state.figures import counted, money
from state.money.cost import dollars
from state.runs.run import Run
from state.text import clean


@dataclass(frozen=True, slots=True)
class ReviewClaim:
    """What one reviewer claims of a change. `other`: it surely is of another house than every model that wrote it."""

    text: str
    by: str
    family: str
    other: bool
    head: str
    findings: tuple[tuple[str, str, str], ...]
    run: str = ""

    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        told = [{"grave": grave, "place": place, "text": text} for grave, place, text in self.findings]
        return {
            "by": self.by,
            "family": self.family,
            "other_family": self.other,
            "head": self.head,
            "run": self.run,
            "findings": told,
        }


def models_of(run: Run, history: History) -> dict[str, str]:
    """Give every model that answered in the run, with its house."""
    named = (*run.models, *((run.model,) if run.model else ()), *(one.model for one in history.shares))
    return {clean(model, 80): family_of(model) for model in dict.fromkeys(named) if model}


def cost_text(run: Run) -> str:
    """Say what the run cost: "$4.12", "≥ $4.12 + 38k tokens unpriced"; never a silent zero."""
    cost = run.cost
    lacks = f"{counted(cost.unpriced_tokens)} tokens unpriced" if cost.unpriced_tokens else ""
    if cost.known is None:
        return lacks or "unknown"
    sign = {"lower_bound": "≥ ", "assumed": "≈ "}.get(cost.state, "")
    plan = " at list price, paid by a plan" if cost.state == "plan" else ""
    return f"{sign}{money(cost.known)}{plan}" + (f" + {lacks}" if lacks else "")


def shares_of(shares: Iterable[Share]) -> list[dict[str, Any]]:
    """Give each model's part of the cost as JSON values, the dearest first; percent only where all has a price."""
    told = sorted(shares, key=lambda one: (-(one.usd or 0), -one.tokens, one.model))
    total = sum((one.usd for one in told if one.usd is not None), start=0)
    whole = bool(told) and total > 0 and all(one.usd is not None and not one.unpriced for one in told)
    return [
        {
            "model": clean(one.model, 80),
            "family": family_of(one.model),
            "calls": one.calls,
            "tokens": one.tokens,
            "usd": dollars(one.usd),
            "unpriced_tokens": one.unpriced,
            "percent": round(100 * one.usd / total) if whole and one.usd is not None and total else None,
        }
        for one in told
    ]


def reviews_of(acts: Iterable[Act], models: Mapping[str, str]) -> tuple[ReviewClaim, ...]:
    """Give what reviewers claimed of the run's change, the oldest first."""
    made = set(models.values())
    found: list[ReviewClaim] = []
    for act in sorted(acts, key=lambda one: one.at):
        if act.kind != "escalate" or "reviewer" not in act.facts or act.state != "confirmed":
            continue
        by = clean(act.facts["reviewer"], 60)
        family = family_of_agent(by)
        findings = tuple((one.grave, one.place, one.text) for one in of_fact(act.facts.get("advice")))
        other = bool(made) and UNKNOWN not in made | {family} and family not in made
        counts = ", ".join(
            f"{number} {grave}"
            for grave in ("high", "medium", "low")
            if (number := sum(one[0] == grave for one in findings))
        )
        head = act.facts.get("head", "")
        on = f" on {head[:8]}" if head else ""
        text = f"{by} ({family}) claims {counts or 'no findings'}{on}"
        found.append(ReviewClaim(text, by, family, other, head, findings, act.facts.get("run", "")))
    return tuple(found)
