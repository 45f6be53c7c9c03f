"""What a hook must know of a run's budget, so that it holds while the board is closed and no core counts."""

from collections.abc import Iterable
from decimal import Decimal

from state.gate_files import Budget
from state.gates.hard_stops import asked_as
from state.gates.request import Request
from state.money.budget import UNSEEN
from state.money.budgeted import KIND, Budgeted, Whose
from state.money.cost import MILLION
from state.money.rates_seen import dearest, per_token, provider_of
from state.money.spending import Rates
from state.runs.card import Card
from state.runs.run import Run

_COUNTED = ("claude-code", "codex")
"""Agents whose logs a hook can count: `adapters.hook.budget`."""


def budget_of(run: Run, card: Card, requests: Iterable[Request], budgeted: Budgeted) -> Budget | None:
    """Give what is left for a run before it pauses; None where no limit of it ever does."""
    who = Whose(run.key, card.role, card.owner, card.task_id, card.branch)
    left = budgeted.left(run, who)
    if left is None:
        return None
    origin = run.origins.get("usage")
    own = origin is not None and origin.log == run.log and origin.offset > 0
    last = origin.offset if origin is not None and own else card.source_offset
    models = {provider_of(model, run.agent) for model in (*run.models, None)}
    rates = {name: _micro(one) for name, one in budgeted.rates.items() if provider_of(name, "") in models}
    rate = dearest(budgeted.rates, (*run.models, run.model), run.agent)
    return Budget(
        name=left.name,
        request=asked_as(run.key, KIND, left.about, requests),
        text=left.text,
        left=int(left.usd * MILLION),
        log=run.log if run.agent in _COUNTED else None,
        offset=last if run.usage.requests else 0,
        rates=rates,
        dearest=float(rate if rate is not None else UNSEEN),
    )


def _micro(rates: Rates) -> list[float]:
    """Give the rates of one model; a part without one costs what its dearest part does."""
    told = per_token(rates)
    most = max((rate for rate in told if rate is not None), default=Decimal(UNSEEN))
    return [float(most if rate is None else rate) for rate in told]
