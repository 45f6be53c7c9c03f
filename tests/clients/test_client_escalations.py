"""Real clients under a stronger lane's model, and a reviewer of another family whose findings come back as claims."""

import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import programs, real
from tests.clients.lab import Lab
from tests.clients.supervised import Supervised, ended_well, supervised
from tests.clients.table import shows
from tests.clients.test_client_corrections import acts
from tests.clients.test_client_starts import end

pytestmark = pytest.mark.timeout(600)
ECHO = {"text": "I work.", "tool": {"kind": "bash", "command": "echo one"}}
LANES = """[lanes.top.agents.claude-code]
model = "claude-opus-4-5"
[lanes.top.agents.codex]
model = "gpt-5.4"
[start]
terminal = "detached"
"""


def ended_run(place: Supervised) -> str:
    """Let the client end under a core that could start clients itself, and give its run."""
    place.world.environment |= place.lab.environment
    (place.world.folder / "config").mkdir(exist_ok=True)
    (place.world.folder / "config" / "config.toml").write_text(LANES)
    place.lab.keep_bodies()
    place.start_core()
    ended_well(place, place.lab.run())
    run = place.until(lambda: place.world.told("status")["runs"], "no run appeared")[0]["id"]
    place.until(lambda: place.run_shown()["alive"] is not True, "the run never ended")
    return run


def escalation(place: Supervised) -> tuple[str, str, dict[str, str]]:
    with closing(sqlite3.connect(f"file:{place.house / 'state.db'}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT state, text, facts FROM act WHERE kind = 'escalate'").fetchall()
    ((state, text, facts),) = rows
    return state, text, json.loads(facts)


def confirmed(place: Supervised, said: str, seconds: float) -> None:
    """Wait until the escalation is confirmed; one that failed is told at once."""
    ended = place.until(
        lambda: escalation(place)[0] != "under_way", lambda: f"{said} {escalation(place)} {acts(place)}", seconds
    )
    assert ended and escalation(place)[0] == "confirmed", (escalation(place), acts(place))


@shows("stronger")
@real("claude-code", "codex")
def test_a_session_goes_on_under_the_lanes_model(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, "", ECHO, core=False) as place:
        run, model = ended_run(place), {"claude-code": "claude-opus-4-5", "codex": "gpt-5.4"}[client[0]]
        said = place.world.headgate("escalate", run, "--to", "lane:top", "--reason", "it goes in circles", status=None)
        confirmed(place, said, 40)
        told = [one for one in place.lab.asked() if "it goes in circles" in json.dumps(one["body"])]
        assert [one["model"] for one in told[:1]] == [model]
        assert escalation(place)[2]["to"] == "lane:top"
        assert len(place.world.told("status")["runs"]) == 1, "it is the same session"


@shows("reviewer")
@real("claude-code")
def test_a_reviewer_of_another_family_claims_what_it_found(tmp_path: Path, client: tuple[str, str]) -> None:
    if not programs("codex"):
        pytest.skip("NOT TRIED WITH THE REAL codex: there is none here")
    with supervised(tmp_path, client, "", ECHO, core=False) as place:
        other = Lab.__dict__["_prepare_codex"]
        words = place.lab.words
        other(place.lab)
        place.lab.words = words
        (tmp_path / "programs" / "codex").symlink_to(programs("codex")[0])
        run = ended_run(place)
        script: dict[str, Any] = {"name": "review", "turns": [{"text": "I read it.\nFINDING high a.py:1 it prints"}]}
        base = place.lab.environment["ANTHROPIC_BASE_URL"].removesuffix("/r/lab")
        asked = urllib.request.Request(f"{base}/_run/lab", json.dumps({"scenario": script}).encode())
        urllib.request.urlopen(asked).close()
        said = place.world.headgate("escalate", run, "--to", "reviewer", "--reason", "look at it", status=None)
        confirmed(place, said, 60)
        assert escalation(place)[2]["reviewer"] == "codex"
        shown = next(one for one in place.world.told("status")["runs"] if one["id"] == run)
        assert [one["text"] for one in shown["findings"] if one["kind"] == "review"] == [
            "codex claims: high, a.py:1: it prints"
        ]


@shows("handed-over")
@real("claude-code", "codex")
def test_a_session_whose_directory_is_gone_is_handed_over_to_a_fresh_run(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    with supervised(tmp_path, client, "", ECHO, core=False) as place:
        run = ended_run(place)
        place.lab.rewrite({"text": "I go on from there."})
        place.world.git("worktree", "remove", "--force", str(place.lab.worktree))
        said = place.world.headgate("escalate", run, "--to", "lane:top", "--reason", "it goes in circles", status=None)
        try:
            confirmed(place, said, 120)
            text, facts = escalation(place)[1:]
            assert "its conversation is lost" in text and facts["lane"] == "top"
            # Its log appears before its model is asked.
            head = f"You take over from {client[0]}, run {run}"
            place.until(lambda: head in json.dumps(place.lab.asked()[-1]["body"]), "its model was never told", 60)
            assert "it goes in circles" in json.dumps(place.lab.asked()[-1]["body"])
            fresh = next(one for one in place.world.told("status")["runs"] if one["id"] == facts["run"])
            assert fresh["lane"]["asked"] == "top" and fresh["worktree"] != str(place.lab.worktree)
        finally:
            end(place.lab)
