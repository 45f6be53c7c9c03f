"""Money through the real program: each verb shows it, the human's prices change it, and nothing unknown looks free."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.world import ROOT, ClaudeLog, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def answer(log: ClaudeLog, model: str, **usage: Any) -> bytes:
    """One call to `model`, on its own record."""
    name = f"{log.session}-{log.count}"
    spent = {"input_tokens": 0, "output_tokens": 0, **usage}
    message = {"id": f"msg_{name}", "role": "assistant", "model": model, "content": [], "stop_reason": "end_turn"}
    return log.record("assistant", requestId=f"req_{name}", message={**message, "usage": spent})


def test_status_and_usage_show_the_same_cost(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("count"), answer(log, "claude-opus-4-7", input_tokens=100_000, output_tokens=40_000))
    document = world.told("status")
    (run,) = document["runs"]
    assert run["cost"] == {"usd": "1.50", "state": "priced", "unpriced_tokens": 0, "per_hour": "1.50"}
    assert document["totals"] == {
        "runs": 1, "waiting": 0, "usd": "1.50", "state": "priced", "per_hour": "1.50", "unpriced_tokens": 0,
        "hook_inert": 0,
    }  # fmt: skip
    usage = world.told("usage")
    for row in (*usage["rows"], usage["total"]):
        assert (row["usd"], row["state"], row["unpriced_tokens"]) == ("1.50", "priced", 0)
    assert "$1.50" in world.headgate("usage")


def test_the_terms_of_a_claude_call_reach_its_price(world: World) -> None:
    log = world.claude("s1")
    hour = {"cache_creation_input_tokens": 100_000, "cache_creation": {"ephemeral_1h_input_tokens": 100_000}}
    searched = {"server_tool_use": {"web_search_requests": 3}}
    log.append(
        log.prompt("terms"),
        answer(log, "claude-opus-4-8", input_tokens=100_000, speed="fast", service_tier="standard"),
        answer(log, "claude-opus-4-6", input_tokens=100_000, inference_geo="us", speed="standard"),
        answer(log, "claude-haiku-4-5", **hour),
        answer(log, "claude-sonnet-4-6", input_tokens=100_000, service_tier="batch", **searched),
        answer(log, "claude-fable-5", cache_creation_input_tokens=100_000),
    )
    rows = {row["key"]: (row["usd"], row["state"]) for row in world.told("usage", "--by", "model")["rows"]}
    assert rows == {
        "claude-opus-4-8": ("1.00", "priced"),
        "claude-opus-4-6": ("0.55", "priced"),
        "claude-haiku-4-5": ("0.20", "priced"),
        "claude-sonnet-4-6": ("0.18", "priced"),
        "claude-fable-5": ("1.25", "lower_bound"),
    }


def test_a_made_up_model_never_yields_a_total_without_a_sign(world: World) -> None:
    log = world.claude("s1")
    log.append(
        log.prompt("both"),
        answer(log, "claude-opus-4-7", input_tokens=824_000),
        answer(log, "claude-opus-4-7-turbo", input_tokens=38_000),
    )
    for by in ("session", "agent", "task", "day"):
        total = world.told("usage", "--by", by)["total"]
        assert (total["usd"], total["state"], total["unpriced_tokens"]) == ("4.12", "lower_bound", 38_000)
        assert "≥ $4.12 + 38k tok unpriced" in world.headgate("usage", "--by", by)
    document = world.told("status")
    assert document["runs"][0]["cost"]["state"] == document["totals"]["state"] == "lower_bound"
    assert document["totals"]["per_hour"] is None
    (missing,) = world.told("prices")["unpriced"]
    assert (missing["model"], missing["tokens"], missing["runs"]) == ("claude-opus-4-7-turbo", 38_000, 1)
    assert "claude-opus-4-7-turbo: 38k tokens in 1 run" in world.headgate("prices")


def test_a_price_of_ones_own_prices_what_was_counted_before(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("mine"), answer(log, "house-model", input_tokens=1_000_000, output_tokens=100_000))
    assert world.told("status")["runs"][0]["cost"]["usd"] is None
    shown = world.headgate("prices", "set", "house-model", "--input", "1.25", "--output", "10")
    path = world.folder / "config" / "prices.toml"
    assert path.read_text() == '[[price]]\nmodel = "house-model"\ninput = "1.25"\noutput = "10"\n'
    assert [line for line in shown.splitlines() if line.startswith("+")][1:] == [
        f"+{line}" for line in path.read_text().splitlines()
    ]
    cost = world.told("status")["runs"][0]["cost"]
    assert (cost["usd"], cost["state"], cost["unpriced_tokens"]) == ("2.25", "priced", 0)
    world.headgate("prices", "set", "house-model", "--input", "2", "--output", "10")
    assert world.told("status")["runs"][0]["cost"]["usd"] == "3.00"
    assert world.told("prices")["models"][0]["rates"]["input"] == "2"
    assert "says so already" in world.headgate("prices", "set", "house-model", "--input", "2", "--output", "10")


def test_a_broken_price_file_is_said_and_loses_nothing(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("broken"), answer(log, "claude-opus-4-7", input_tokens=100_000))
    path = world.folder / "config" / "prices.toml"
    path.parent.mkdir()
    path.write_text('[[price]]\nmodel = "x"\ninput = "cheap"\noutput = 1\n')
    document = world.told("status")
    assert document["runs"][0]["cost"]["usd"] == "0.50"
    assert any(f"{path}, line 3: `input`" in problem["text"] for problem in document["problems"])
    for words in (["usage"], ["prices"], ["prices", "set", "y", "--input", "1", "--output", "1"]):
        said = world.headgate(*words, status=2)
        assert "line 3: `input`" in said and said.count("\n") == 1
    path.unlink()
    assert world.told("status")["problems"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--input", "x", "--output", "1"], "`input` must be an amount"),
        (["--input", "1"], "`output` is missing"),
        (["--input", "1", "--output", "1", "--since", "soon"], "`since` must be a date"),
        (["--input", "1", "--output", "nan"], "`output` must be an amount"),
    ],
)
def test_a_wrong_price_is_one_sentence_and_writes_nothing(world: World, words: list[str], says: str) -> None:
    said = world.headgate("prices", "set", "m", *words, status=2)
    assert says in said and said.count("\n") == 1
    assert not (world.folder / "config").exists()


def test_prices_names_its_sources_and_needs_no_repository(world: World, tmp_path: Path) -> None:
    (tmp_path / "nowhere").mkdir()
    document = json.loads(world.headgate("prices", "--json", at=tmp_path / "nowhere"))
    assert document["schema"] == "headgate/prices/1"
    assert [source["name"] for source in document["sources"]] == ["yours", "amendments", "genai-prices"]
    assert document["sources"][2]["prices"] > 2000 and document["unpriced"] == []


def codex(world: World, *payloads: tuple[str, dict[str, Any]]) -> None:
    day = world.home / ".codex" / "sessions" / "2026" / "06" / "15"
    day.mkdir(parents=True)
    thread = "01a20057-57d4-7cb3-98a6-6489aec50be8"
    head = {"id": thread, "cwd": str(next(iter(world.worktrees.values()))), "cli_version": "0.169.0"}
    records = [("session_meta", head), ("turn_context", {"model": "gpt-5.5"}), *payloads]
    lines = [{"timestamp": "2026-06-15T10:00:00Z", "type": kind, "payload": payload} for kind, payload in records]
    path = day / f"rollout-2026-06-15T10-00-00-{thread}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def counted(plan: str | None) -> tuple[str, dict[str, Any]]:
    total = {"input_tokens": 100_000, "cached_input_tokens": 0, "output_tokens": 0, "total_tokens": 100_000}
    info = {"total_token_usage": total, "last_token_usage": total}
    return "event_msg", {"type": "token_count", "info": info, "rate_limits": {"plan_type": plan} if plan else None}


@pytest.mark.parametrize(
    ("tier", "plan", "cost"),
    [
        (None, None, ("0.50", "lower_bound")),
        ("default", None, ("0.50", "priced")),
        ("priority", None, ("1.25", "assumed")),
        (None, "pro", ("0.50", "plan")),
    ],
)
def test_codex_names_its_tier_and_its_plan_or_is_at_least_the_standard(
    world: World, tier: str | None, plan: str | None, cost: tuple[str, str]
) -> None:
    settings = ("event_msg", {"type": "thread_settings_applied", "thread_settings": {"service_tier": tier}})
    codex(world, *([settings] if tier else []), counted(plan))
    (row,) = world.told("usage")["rows"]
    assert (row["usd"], row["state"]) == cost


def test_a_running_core_takes_changed_prices_up(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("live"), answer(log, "house-model", input_tokens=1_000_000))
    with core_of(world):
        assert world.told("status")["runs"][0]["cost"]["usd"] is None
        world.headgate("prices", "set", "house-model", "--input", "4", "--output", "1")
        assert world.told("status")["runs"][0]["cost"]["usd"] == "4.00"


@contextmanager
def core_of(world: World) -> Iterator[None]:
    """A core at work, as `headgate watch` keeps one."""
    core = subprocess.Popen(
        [sys.executable, "-m", "tui", "watch", "--json"],
        cwd=world.repository,
        env={**world.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert core.stdout is not None
    try:
        core.stdout.readline()
        yield
    finally:
        core.terminate()
        core.stdout.close()
        core.wait(timeout=20)
