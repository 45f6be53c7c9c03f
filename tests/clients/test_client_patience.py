"""A question that nobody answers for eleven minutes, which is longer than any client's own limit for a hook."""

import os
import time
from pathlib import Path

import pytest

from tests.clients.found import real
from tests.clients.supervised import ended_well, policy, supervised
from tests.clients.table import shows

MINUTES = 11
pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        "HEADGATE_CLIENTS_LONG" not in os.environ,
        reason=f"NOT TRIED: it waits for {MINUTES} minutes; HEADGATE_CLIENTS_LONG=1 tries it",
    ),
]


@shows("eleven")
@real("claude-code", "codex", "gemini-cli", "opencode")
def test_nobody_answers_for_eleven_minutes(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate", sla="1h")) as place:
        child = place.lab.start()
        question = place.question()
        until = time.monotonic() + MINUTES * 60
        while time.monotonic() < until:
            assert place.lab.survived and child.poll() is None
            time.sleep(1)
        assert place.world.told("queue")["requests"][0]["listening"] is True
        place.decide("deny", "the auditors want it", question)
        ended_well(place, place.lab.end_of(child))
        assert place.lab.survived
        assert "ana denied this call: the auditors want it" in place.lab.told()
