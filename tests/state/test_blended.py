"""What a million tokens cost in three mixes, by the prices of 15 June 2026: the table of research/economics.md 1.5."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.prices import GenaiPrices
from state.money.meter import Metered
from state.money.pricing import priced
from state.money.rollup import changed, total
from state.money.spent import Spent, spent_of
from state.runs.run import RunKey, Usage

AT = datetime(2026, 6, 15, tzinfo=UTC).timestamp()
CHAT, COLD, WARM = Usage(900, 0, 0, 0, 100), Usage(970, 0, 0, 0, 30), Usage(60, 880, 45, 0, 15)
"""Thousandths of a million tokens; each call is a thousandth, so that no long-context price holds."""
TABLE = {
    "gpt-5.4-mini": ("1.13", "0.86", "0.21"),
    "gpt-5.5": ("7.50", "5.75", "1.42"),
    "claude-haiku-4-5": ("1.40", "1.12", "0.28"),
    "claude-sonnet-4-6": ("4.20", "3.36", "0.84"),
    "claude-opus-4-8": ("7.00", "5.60", "1.40"),
    "claude-fable-5": ("14.00", "11.20", "2.79"),
    "gemini-3.1-pro-preview": ("3.00", "2.30", "0.57"),
    "gemini-3.5-flash": ("2.25", "1.73", "0.42"),
}


def mixed(model: str, usage: Usage, folder: Path) -> Spent:
    call = Metered("k", RunKey("r"), AT, model, False, usage, "", 0)
    quote = priced(GenaiPrices(folder / "prices.toml"), call)
    known = Metered("k", RunKey("r"), AT, model, False, usage, "", 0, quote=quote)
    return spent_of(model, total(changed({}, [known])), runs=1)


@pytest.mark.parametrize("model", TABLE)
def test_a_million_tokens_cost_what_their_mix_makes_of_the_list_price(model: str, tmp_path: Path) -> None:
    found = [mixed(model, usage, tmp_path).per_token for usage in (CHAT, COLD, WARM)]
    assert all(
        each is not None and abs(each - Decimal(told)) <= Decimal("0.006")
        for each, told in zip(found, TABLE[model], strict=True)
    ), found


def test_a_warm_opus_costs_less_than_a_cold_sonnet_and_both_say_so_against_the_list(tmp_path: Path) -> None:
    warm, cold = mixed("claude-opus-4-8", WARM, tmp_path), mixed("claude-sonnet-4-6", COLD, tmp_path)
    assert warm.per_token is not None and cold.per_token is not None and warm.per_token < cold.per_token
    assert (cold.of_list, cold.cache_net) == (Decimal(1), Decimal(0))
    assert warm.of_list == (60 * 5 + 880 * Decimal("0.5") + 45 * Decimal("6.25") + 15 * 25) / (
        985 * Decimal(5) + 15 * 25
    )
    assert warm.cache_net == (880 * Decimal("4.5") - 45 * Decimal("1.25")) / 1_000_000
    assert warm.per_output == warm.cost.usd * 1_000_000 / 15
