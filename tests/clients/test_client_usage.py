"""What the scripted model served stands on the board to the token, once, however often the log is read."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.supervised import Supervised, ended_well, supervised
from tests.clients.table import shows
from tests.promises import attacks

pytestmark = pytest.mark.timeout(600)
SERVED = ((1009, 31), (2003, 53), (4001, 97), (8009, 193))
"""Input and output of each request: primes, so that no two sums of some of them are the same."""


def turns() -> list[dict[str, Any]]:
    """Give three tool calls, the second made of two commands, and a last word."""
    tools = [{"kind": "bash", "command": f"echo {number}"} for number in range(3)]
    asked = [{"text": f"Step {at}.", "tool": tool, "usage": SERVED[at]} for at, tool in enumerate(tools)]
    return [*asked, {"text": "FINAL", "usage": SERVED[3]}]


def counted(place: Supervised) -> list[tuple[int, ...]]:
    """Give what the board, and the verb that reads the logs alone, count."""
    shown = place.run_shown()["usage"]
    (row,) = place.world.told("usage", "--by", "session")["rows"]
    kinds = ("fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "requests")
    return [tuple(one[kind] for kind in kinds) for one in (shown, row)]


@shows("usage")
@attacks("once")
@real("claude-code", "codex", "gemini-cli", "opencode")
def test_the_tokens_on_the_board_are_those_that_were_served(
    tmp_path: Path, client: tuple[str, str], record_property: Any
) -> None:
    with supervised(tmp_path, client, "", *turns(), core=False) as place:
        ended_well(place, place.lab.run())
        assert len(place.lab.asked()) == len(SERVED)
        into, out = (sum(column) for column in zip(*SERVED, strict=True))
        wanted = (into, 0, 0, 0, out, 0, len(SERVED))
        assert counted(place) == [wanted] * 2
        place.world.headgate("index")
        assert counted(place) == [wanted] * 2, "read again, it counts once"
        shutil.rmtree(place.world.state)
        place.world.headgate("index")
        assert counted(place) == [wanted] * 2, "derived anew from the log alone"
        record_property("figure", f"{into + out:,} tokens in {len(SERVED)} requests, each counted once")
