"""What the real logs of others cost is the same to the cent wherever it is asked: usage, status, and the kept sums."""

import re
import time
from decimal import Decimal
from pathlib import Path

import pytest

from state.outcomes.outcomes import outcomes, whole_hours
from state.store import spending
from state.store.journal import read_journal
from tests.world import SHARED, World

CORPUS = SHARED / "corpus"
MOST_BYTES = 150_000
"""Longer logs are left out, and those that name no directory, which belong to no repository."""


_CWD = re.compile(rb'"cwd": ?"[^"]*"')


def laid_out(world: World) -> None:
    """Put the logs of both agents where the agents keep them, as if all had worked in the one repository."""
    own = b'"cwd":"%s"' % str(world.repository).encode()
    kept = {"claude-code": world.home / ".claude" / "projects", "codex": world.home / ".codex" / "sessions" / "2026"}
    for agent, folder in kept.items():
        for number, log in enumerate(sorted((CORPUS / agent).glob("**/*.jsonl"))):
            if log.stat().st_size < MOST_BYTES and _CWD.search(text := log.read_bytes()):
                place = folder / (f"-p{number}" if agent == "claude-code" else f"01/{number:02}")
                place.mkdir(parents=True)
                (place / log.name).write_bytes(_CWD.sub(own, text))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real logs is not on this machine")
def test_usage_status_and_the_kept_sums_agree_to_the_cent(tmp_path: Path) -> None:
    world = World(tmp_path)
    laid_out(world)
    usage, status = world.told("usage"), world.told("status")
    total, runs = usage["total"], status["runs"]
    assert len(runs) > 15 and Decimal(total["usd"]) > 1
    assert sum(Decimal(run["cost"]["usd"] or 0) for run in runs) == Decimal(total["usd"])
    assert sum(run["usage"]["output"] for run in runs) == total["output"]
    assert (status["totals"]["usd"], status["totals"]["state"]) == (total["usd"], total["state"])
    database = world.house() / "state.db"
    for by in ("session", "model", "day"):
        rows = spending.asked_of(database, lambda at, by=by: spending.spent(at, by, spending.window(None, None)))
        assert sum(row.cost.usd for row in rows) == Decimal(total["usd"])
        assert sum(row.usage.output for row in rows) == total["output"]
        assert sum(row.cache_net or 0 for row in rows) == Decimal(total["cache_net_usd"])
    # Calls without a time are in no window; beginning with the first second since 1970, all others are.
    journal = read_journal(database, *(window := whole_hours(1.0, time.time())))
    spend = outcomes(journal, *window).figure("spend")
    assert (spend.value or 0) + journal.timeless.usd == Decimal(total["usd"])
    run = max(runs, key=lambda one: Decimal(one["cost"]["usd"] or 0))
    shown = world.told("show", run["id"])["blended"]
    (row,) = [row for row in usage["rows"] if row["key"] == run["session_id"]]
    assert {name: shown[name] for name in ("usd_per_mtok", "of_list", "cache_net_usd")} == {
        name: row[name] for name in ("usd_per_mtok", "of_list", "cache_net_usd")
    }
    assert "of list price · cache net" in world.headgate("show", run["id"])
