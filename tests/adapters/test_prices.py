"""The price book against published prices: seeds, both sides of each tier, special terms, unknown names."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.prices import GenaiPrices
from state.money.cost import quote
from state.money.spending import NoPrice, Tariff, Terms
from state.runs.run import Usage


def when(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


JUNE = when("2026-06-15")
BOOK = GenaiPrices(Path("/nonexistent/prices.toml"))
STANDARD = Terms()


def rates(model: str, at: float | None = JUNE, terms: Terms = STANDARD, prompt: int = 1000) -> tuple[str, ...]:
    """Input, cache read, written for 5 minutes, written for an hour, output; USD per million."""
    tariff = BOOK.tariff(model, at, terms, Usage(fresh_input=prompt))
    assert isinstance(tariff, Tariff), f"{model}: {tariff}"
    found = tariff.rates
    parts = (found.input, found.cache_read, found.cache_write_5m, found.cache_write_1h, found.output)
    return tuple("–" if part is None else f"{part.normalize():f}" for part in parts)


def state(model: str, at: float | None = JUNE, terms: Terms = STANDARD, prompt: int = 1000) -> str:
    usage = Usage(fresh_input=prompt, requests=1)
    return quote(usage, terms, BOOK.tariff(model, at, terms, usage)).state


SEEDS = {
    "gpt-5.5": ("5", "0.5", "5", "5", "30"),
    "gpt-5.4": ("2.5", "0.25", "2.5", "2.5", "15"),
    "gpt-5.4-mini": ("0.75", "0.075", "0.75", "0.75", "4.5"),
    "claude-fable-5": ("10", "1", "12.5", "20", "50"),
    "claude-opus-4-8": ("5", "0.5", "6.25", "10", "25"),
    "claude-opus-4.8": ("5", "0.5", "6.25", "10", "25"),
    "claude-sonnet-4-6": ("3", "0.3", "3.75", "6", "15"),
    "claude-sonnet-4.6": ("3", "0.3", "3.75", "6", "15"),
    "claude-haiku-4-5": ("1", "0.1", "1.25", "2", "5"),
    "claude-haiku-4-5-20251001": ("1", "0.1", "1.25", "2", "5"),
    "gemini-3.1-pro-preview": ("2", "0.2", "2", "2", "12"),
    "gemini-3.5-flash": ("1.5", "0.15", "1.5", "1.5", "9"),
    "gemini-3.1-flash-lite": ("0.25", "0.025", "0.25", "0.25", "1.5"),
    "gemini-2.5-flash-lite": ("0.1", "0.01", "0.1", "0.1", "0.4"),
}


@pytest.mark.parametrize("model", SEEDS)
def test_seed_prices_are_right_on_the_15th_of_june_2026(model: str) -> None:
    assert rates(model) == SEEDS[model]
    assert state(model) == "priced"


@pytest.mark.parametrize(
    ("model", "day", "edge", "below", "above"),
    [
        ("gemini-3.1-pro-preview", "2026-06-15", 200_000, "2 0.2 2 2 12", "4 0.4 4 4 18"),
        ("gpt-5.5", "2026-06-15", 272_000, "5 0.5 5 5 30", "10 1 10 10 45"),
        ("gpt-5.4", "2026-06-15", 272_000, "2.5 0.25 2.5 2.5 15", "5 0.5 5 5 22.5"),
        ("claude-sonnet-4-5", "2026-06-15", 200_000, "3 0.3 3.75 6 15", "6 0.6 7.5 12 22.5"),
        ("claude-sonnet-4-6", "2026-03-12", 200_000, "3 0.3 3.75 6 15", "6 0.6 7.5 12 22.5"),
        ("claude-sonnet-4-6", "2026-03-13", 200_000, "3 0.3 3.75 6 15", "3 0.3 3.75 6 15"),
        ("claude-opus-4-6", "2026-03-12", 200_000, "5 0.5 6.25 10 25", "10 1 12.5 20 37.5"),
        ("claude-opus-4-6", "2026-03-13", 200_000, "5 0.5 6.25 10 25", "5 0.5 6.25 10 25"),
        ("claude-haiku-5-5", "2026-11-01", 100_000, "0.1 0.01 0.125 0.2 0.5", "0.5 0.05 0.625 1 2.5"),
    ],
)
def test_both_sides_of_each_tier(model: str, day: str, edge: int, below: str, above: str) -> None:
    assert " ".join(rates(model, when(day), prompt=edge)) == below
    assert " ".join(rates(model, when(day), prompt=edge + 1)) == above


def test_the_whole_prompt_picks_the_tier_and_the_whole_call_pays_it() -> None:
    usage = Usage(1, 150_000, 50_000, 0, 1_000_000, 0, 1)
    paid = quote(usage, STANDARD, BOOK.tariff("gemini-3.1-pro-preview", JUNE, STANDARD, usage))
    assert paid.usd == (Decimal(50_001) * 4 + 150_000 * Decimal("0.4")) / 1_000_000 + 18


def test_one_figure_for_many_calls_is_priced_by_its_average_prompt_and_doubted_where_that_matters() -> None:
    def told(requests: int, prompt: int) -> tuple[Decimal | None, str]:
        usage = Usage(prompt, 0, 0, 0, 0, 0, requests)
        paid = quote(usage, STANDARD, BOOK.tariff("gemini-3.1-pro-preview", JUNE, STANDARD, usage))
        return paid.usd, paid.state

    assert told(1, 400_000) == (Decimal("1.6"), "priced")
    assert told(4, 400_000) == (Decimal("0.8"), "assumed")
    assert told(4, 100_000) == (Decimal("0.2"), "priced")


@pytest.mark.parametrize(
    ("model", "day", "input_rate"),
    [
        ("gpt-5.6-sol", "2026-08-20T23:59:59", "5"),
        ("gpt-5.6-sol", "2026-08-21T00:00:00", "4"),
    ],
)
def test_a_call_is_priced_as_of_its_own_time(model: str, day: str, input_rate: str) -> None:
    assert rates(model, when(day))[0] == input_rate


@pytest.mark.parametrize(
    ("model", "terms", "wanted", "certain"),
    [
        ("gpt-5.5", Terms(batch=True), "2.5 0.25 2.5 2.5 15", "priced"),
        ("claude-opus-4-8", Terms(batch=True), "2.5 0.25 3.125 5 12.5", "priced"),
        ("gemini-3.5-flash", Terms(batch=True), "0.75 0.075 0.75 – 4.5", "priced"),
        ("gpt-5.6-sol", Terms(batch=True), "2.5 0.25 3.125 – 15", "assumed"),
        ("gpt-5.5", Terms(tier="priority"), "12.5 1.25 12.5 12.5 75", "assumed"),
        ("gemini-3.5-flash", Terms(tier="priority"), "2.7 0.27 2.7 – 16.2", "priced"),
        ("claude-opus-4-6", Terms(speed="fast"), "30 3 37.5 60 150", "priced"),
        ("claude-opus-4-7", Terms(speed="fast"), "30 3 37.5 60 150", "priced"),
        ("claude-opus-4-8", Terms(speed="fast"), "10 1 12.5 20 50", "priced"),
        ("claude-opus-4-7-fast", STANDARD, "30 3 37.5 60 150", "priced"),
        ("claude-opus-4-8", Terms(geo="us"), "5.5 0.55 6.875 11 27.5", "priced"),
        ("claude-opus-4-8", Terms(geo="not_available"), "5 0.5 6.25 10 25", "priced"),
        ("claude-haiku-4-5", Terms(geo="us"), "1 0.1 1.25 2 5", "priced"),
        ("gpt-5.5", Terms(tier="default", speed="standard"), "5 0.5 5 5 30", "priced"),
        ("gpt-5.5", Terms(tier_known=False), "5 0.5 5 5 30", "lower_bound"),
        ("gpt-5.5", Terms(tier_known=False, plan=True), "5 0.5 5 5 30", "plan"),
    ],
)
def test_special_terms_have_their_own_prices(model: str, terms: Terms, wanted: str, certain: str) -> None:
    assert " ".join(rates(model, terms=terms)) == wanted
    assert state(model, terms=terms) == certain


def test_priority_is_certain_from_the_day_it_was_recorded_and_doubtful_in_a_long_context() -> None:
    assert state("gpt-5.5", when("2026-10-12"), Terms(tier="priority")) == "priced"
    assert state("gpt-5.5", when("2026-10-12"), Terms(tier="priority"), 272_001) == "assumed"


@pytest.mark.parametrize(
    ("model", "terms"),
    [
        ("gpt-5.5", Terms(tier="priorty")),
        ("claude-sonnet-4-6", Terms(speed="fast")),
        ("claude-opus-4-8", Terms(geo="eu")),
        ("gpt-5.9", STANDARD),
        ("claude-99", STANDARD),
        ("claude-opus-4-7-made-up", STANDARD),
        ("claude-opus-4-60", STANDARD),
        ("claude-opus-5-9", STANDARD),
        ("gpt-5.3-codex-spark", STANDARD),
        ("my-gateway/claude-opus-4-8", STANDARD),
        ("opus", STANDARD),
        ("auto", STANDARD),
        ("codex-auto-review", STANDARD),
        ("gemma-3", STANDARD),
        ("", STANDARD),
        (None, STANDARD),
    ],
)
def test_what_is_not_known_is_not_taken_for_its_family(model: str | None, terms: Terms) -> None:
    assert isinstance(BOOK.tariff(model, JUNE, terms, Usage(1)), NoPrice)


@given(st.sampled_from([*SEEDS, "claude-opus-5", "gemini-2.5-pro"]), st.from_regex(r"-?[a-z]{4,12}", fullmatch=True))
def test_a_made_up_name_that_begins_like_a_real_one_has_no_price(model: str, more: str) -> None:
    if more in ("-latest", "-preview", "-chat", "-codex", "-high", "-medium", "-minimal", "-none", "-fast", "-image"):
        return
    assert isinstance(BOOK.tariff(f"{model}{more}qx", JUNE, STANDARD, Usage(1)), NoPrice)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("claude-fable-5[1m]", "claude-fable-5"),
        ("anthropic/claude-fable-5", "claude-fable-5"),
        ("claude-opus-4-8@20260101", "claude-opus-4-8"),
        ("claude-opus-4-8-20260101", "claude-opus-4-8"),
        ("gpt-5.5-xhigh", "gpt-5.5"),
        ("gpt-5.5-codex", "gpt-5.5"),
        ("gpt-5.4-codex", "gpt-5.4"),
        ("GPT-5.5", "gpt-5.5"),
    ],
)
def test_spellings_of_one_model_have_one_price(model: str, wanted: str) -> None:
    assert rates(model) == rates(wanted)


def test_a_bedrock_region_costs_a_tenth_more() -> None:
    assert rates("us.anthropic.claude-opus-4-8-v1:0") == ("5.5", "0.55", "6.875", "11", "27.5")


def test_an_error_message_of_the_client_is_free_by_rule() -> None:
    assert quote(Usage(5, requests=1), STANDARD, BOOK.tariff("<synthetic>", JUNE, STANDARD, Usage(5))).usd == 0


def test_a_call_without_a_time_is_priced_and_says_so() -> None:
    assert state("gpt-5.5", None) == "assumed"
    assert state("gpt-5.5", 9e18) == "assumed"


def test_cache_reads_that_no_one_prices_are_assumed_to_be_input() -> None:
    usage = Usage(10, 10, requests=1)
    paid = quote(usage, STANDARD, BOOK.tariff("kimi-k2", JUNE, STANDARD, usage))
    assert paid.state == "assumed" and "cache reads" in paid.why


def test_your_own_price_comes_first_on_its_own_terms_and_days(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(
        '[[price]]\nmodel = "gpt-5.5"\nsince = 2026-06-01\ninput = 1\noutput = 2\n'
        '[[price]]\nmodel = "gpt-5.9"\ninput = "3.5"\noutput = 7\ncached = 0\n'
        '[[price]]\nmodel = "claude-opus-4-8"\nplan = true\n'
        '[[alias]]\nmodel = "house-model"\nis = "claude-haiku-4-5"\n'
    )
    book = GenaiPrices(own)

    def asked(model: str, usage: Usage, at: float = JUNE, terms: Terms = STANDARD) -> tuple[str | None, str]:
        paid = quote(usage, terms, book.tariff(model, at, terms, usage))
        return None if paid.usd is None else f"{paid.usd.normalize():f}", paid.state

    million = Usage(1_000_000, requests=1)
    assert asked("gpt-5.5", million) == ("1", "priced")
    assert asked("gpt-5.5", Usage(1_000), when("2026-05-31")) == ("0.005", "priced")
    assert asked("gpt-5.5", Usage(1_000), terms=Terms(tier="priority")) == ("0.0125", "assumed")
    assert asked("gpt-5.9", Usage(1_000_000, 500, 0, 0, 1_000_000)) == ("10.5", "priced")
    assert asked("gpt-5.9", Usage(1_000_000, 0, 7)) == ("3.5", "lower_bound")
    assert asked("claude-opus-4-8", million) == ("5", "plan")
    assert asked("house-model", million) == ("1", "priced")


def test_a_changed_file_is_another_edition_and_a_broken_one_is_said(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    book = GenaiPrices(own)
    first = book.edition()
    assert first.own == "" and book.complaint() is None
    own.write_text('[[price]]\nmodel = "gpt-5.9"\ninput = 1\noutput = 2\n')
    second = book.edition()
    assert second.own not in ("", None) and second.catalogue == first.catalogue
    own.write_text('[[price]]\nmodel = "gpt-5.9"\ninput = "cheap"\noutput = 2\n')
    complaint = (book.edition(), book.complaint())
    assert complaint[0].own is None
    assert complaint[1] is not None and f"{own}, line 3: `input`" in complaint[1].text
    own.unlink()
    assert book.edition() == first and book.complaint() is None
