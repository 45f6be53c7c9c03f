"""The dearest rates that were seen of each model, kept from life to life: what a token without a price is guessed at.

A model is of the provider that its name says, else of the one whose models its agent runs.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from state.money.spending import RATE_NAMES, Rates

SEEN = "rates_seen"
"""The name under which the store keeps them."""
_PROVIDERS = (("claude", "anthropic"), ("gpt", "openai"), ("codex", "openai"), ("o1", "openai"), ("o3", "openai"))
_NAMED = (*_PROVIDERS, ("o4", "openai"), ("gemini", "google"), ("qwen", "qwen"))
_AGENTS = {"claude-code": "anthropic", "codex": "openai", "gemini-cli": "google", "qwen-code": "qwen"}
_TOKENS = tuple(name for name in RATE_NAMES if name != "search")


def provider_of(model: str | None, agent: str) -> str | None:
    """Give who serves a model, None where neither its name nor its agent tells."""
    name = (model or "").casefold().rpartition("/")[2]
    return next((who for begins, who in _NAMED if name.startswith(begins)), _AGENTS.get(agent))


def dearer(seen: Mapping[str, Rates], model: str, rates: Rates) -> Mapping[str, Rates]:
    """Give what was seen with these rates of a model; the same object where they are no dearer."""
    before = seen.get(model)
    if before is not None and (before is rates or before == rates):
        return seen
    merged = rates if before is None else Rates(*(_larger(before, rates, field.name) for field in fields(Rates)))
    return seen if merged == before else {**seen, model: merged}


def dearest(seen: Mapping[str, Rates], models: Iterable[str | None], agent: str) -> Decimal | None:
    """Give the dearest rate of any model of the same providers, in USD per million tokens; None where none was seen."""
    wanted = {provider_of(model, agent) for model in (*models, None)} - {None}
    rates = [one for model, one in seen.items() if not wanted or provider_of(model, "") in wanted]
    return max((rate for one in rates for rate in per_token(one) if rate is not None), default=None)


def per_token(rates: Rates) -> tuple[Decimal | None, ...]:
    """Give the rates of tokens: fresh input, cache read, cache written for five minutes and for an hour, output."""
    return tuple(getattr(rates, name) for name in _TOKENS)


def written(seen: Mapping[str, Rates]) -> str:
    """Give what was seen as text for the store."""
    told = {
        model: {name: None if (rate := getattr(rates, name)) is None else str(rate) for name in RATE_NAMES}
        for model, rates in seen.items()
    }
    return json.dumps(told, separators=(",", ":"))


def read_seen(text: str | None) -> Mapping[str, Rates]:
    """Read what `written` wrote; what is something else is nothing that was seen."""
    try:
        told: Any = json.loads(text or "{}")
        return {
            str(model): Rates(**{name: None if rate is None else Decimal(rate) for name, rate in rates.items()})
            for model, rates in told.items()
        }
    except (ValueError, TypeError, AttributeError, InvalidOperation, RecursionError):
        return {}


def _larger(one: Rates, other: Rates, name: str) -> Decimal | None:
    told = [rate for rate in (getattr(one, name), getattr(other, name)) if rate is not None]
    return max(told, default=None)
