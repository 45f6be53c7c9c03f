"""A real client that crosses its run's envelope is paused within one tool call, board open or closed, and goes on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.supervised import Supervised, ended_well, pressed, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)
USAGE = [8000, 300]
"""At claude-sonnet-4-5's prices $0.0285 a request: the second crosses the envelope of $0.05."""
WAITS = 'schema = 1\nwhen_unattended = "wait"\n'


def touch(number: int, first: str = "") -> dict[str, Any]:
    command = f"{first}touch done-{number}"
    return {"text": f"Step {number}.", "tool": {"kind": "bash", "command": command}, "usage": USAGE}


def limit(place: Supervised) -> None:
    folder = Path(place.world.environment["HEADGATE_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text('[budgets.run]\nenvelope = 0.05\nat = {100 = "pause_runs"}\n')


def done(place: Supervised) -> int:
    return len(list(place.lab.worktree.glob("done-*")))


def run_file(place: Supervised) -> dict[str, Any]:
    (path,) = (place.house / "runs").glob("claude-code-*.json")
    return json.loads(path.read_text())


@shows("budget")
@real("claude-code")
def test_it_is_paused_within_one_tool_call_and_one_key_on_the_board_lets_it_go_on(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    turns = [touch(number) for number in range(1, 5)]
    with supervised(tmp_path, client, WAITS, *turns, core=False) as place:
        limit(place)
        with place.board() as board:
            working = place.lab.start()
            board.until_text("an approval raises it")
            assert place.until(lambda: place.house.joinpath("runs").exists(), "no run file")
            assert done(place) in (1, 2), "the request that crossed it, and at most one call more"
            board.press("D")
            board.until_text("a raises run:")
            pressed(board, "a", "recorded: approved")
            board.until_text("of $0.0800", "raises it to $0.15")
            board.press("D")
            board.until_text("a raises run:")
            pressed(board, "a", gone="raises it to $0.15")
            ended_well(place, place.lab.end_of(working))
        assert done(place) == 4
        entries = [json.loads(line) for line in place.world.headgate("audit", "export").splitlines()]
        assert {one["actor_kind"] for one in entries if one["kind"] == "ceiling"} == {"human"}


@shows("budget")
@real("claude-code")
def test_with_the_core_closed_its_own_hook_pauses_it_and_the_answer_of_a_later_core_lets_it_go_on(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    first = "until [ -e go ]; do sleep 0.1; done; "
    with supervised(tmp_path, client, WAITS, touch(1, first), touch(2), touch(3), core=False) as place:
        limit(place)
        place.start_core()
        working = place.lab.start()
        place.until(lambda: list((place.house / "runs").glob("claude-code-*.json")), "the core never saw the run")
        place.until(lambda: (run_file(place).get("budget") or {}).get("left") == 21_500, "the core never counted it")
        place.kill_core()
        (place.lab.worktree / "go").touch()
        calls = place.house / "spool" / "calls"
        halted = run_file(place)["budget"]["request"]
        place.until(lambda: done(place) == 1, "its first call was not let go")
        place.until(lambda: halted in max(calls.glob("claude-*.jsonl")).read_text().splitlines()[-1], "no hook waited")
        assert (done(place), working.poll()) == (1, None)
        place.start_core()
        (asked,) = place.until(
            lambda: [one for one in place.world.told("queue")["requests"] if one["rule"] == "budget"], "nobody asked"
        )
        assert asked["id"] == halted
        place.world.headgate("status")
        assert "approved" in place.until(lambda: _approved(place, halted), "no answer")
        # Its third request crosses what was raised to $0.08 too.
        (again,) = place.until(
            lambda: [one for one in place.world.told("queue")["requests"] if one["rule"] == "budget"], "nobody asked"
        )
        assert again["id"] != halted and done(place) == 2
        assert "approved" in place.until(lambda: _approved(place, again["id"]), "no answer")
        ended_well(place, place.lab.end_of(working))
        assert done(place) == 3


def _approved(place: Supervised, request: str) -> str:
    with closing(sqlite3.connect(f"file:{place.house / 'state.db'}?mode=ro", uri=True)) as database:
        (sha,) = database.execute("SELECT sha FROM request WHERE id = ?", (request,)).fetchone()
    return str(place.decide("approve", "", {"id": request, "sha": sha}))
