"""Plans of real clients: held at the gate, decided on a real board by its own keys, and what the model hears of it."""

import json
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from state.gates.plan_gate import PREFIX
from tests.clients.found import real
from tests.clients.lab import Lab
from tests.clients.pane import in_a_pane
from tests.clients.supervised import Supervised, ended_well, pressed, supervised
from tests.clients.table import shows
from tests.terminal.on_a_pty import Terminal

pytestmark = pytest.mark.timeout(600)
PLAN = """# Plan

## Files to change
- `b.py`: new

## Steps
1. Write `b.py`.
2. Run the tests.

## Risks
None that is known.

Budget: 1 file.
"""
NO = "keep to a.py"
SHOW: dict[str, Any] = {"text": "Here it is.", "tool": {"kind": "exit_plan", "plan": PLAN}, "only": ["claude"]}


LOOK: dict[str, Any] = {"text": "I look.", "tool": {"kind": "bash", "command": "ls"}}
STEPS: dict[str, Any] = {"text": "I plan.", "tool": {"kind": "plan", "items": [["Write b.py", "pending"]]}}


def write(folder: Path) -> dict[str, Any]:
    """Let the model write a file into the only worktree."""
    path = str(folder / "wt" / "one" / "b.py")
    return {"text": "I write.", "tool": {"kind": "write", "path": path, "content": "print(2)\n"}}


def plan_of(client: tuple[str, str]) -> list[dict[str, Any]]:
    """Give the turns of a model that looks and plans: Codex has a tool for its steps."""
    return [STEPS if client[0] == "codex" else LOOK, {"text": PLAN}]


def planned(lab: Lab) -> None:
    """Let the client only read."""
    lab.words = {
        "codex": ["exec", "--json", "-s", "read-only", "-c", "tools.update_plan.enabled=true", "go on"],
        "claude-code": [*lab.words, "--permission-mode", "plan"],
    }[lab.agent]


def asked(place: Supervised) -> dict[str, Any] | None:
    return next((one for one in place.world.told("queue")["requests"] if one["gate"] == "plan"), None)


def way_on(place: Supervised) -> str:
    """Give the command line that the request names for an approved plan."""
    with closing(sqlite3.connect(f"file:{place.house / 'state.db'}?mode=ro", uri=True)) as connection:
        ((hits,),) = connection.execute("SELECT hits FROM request WHERE gate = 'plan'").fetchall()
    return json.loads(hits)[0]["instead"].partition("Once approved: ")[2].partition(" . Denied")[0]


def decided(board: Terminal, key: str, text: str) -> None:
    """Open the queue and decide its one request."""
    board.press("D")
    board.until_text("plan gate")
    pressed(board, key, text)


def reply(place: Supervised) -> list[tuple[float, float]]:
    """Give when the plan was denied and when its words began to go out, once both are so."""
    with closing(sqlite3.connect(f"file:{place.house / 'state.db'}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT decision.at, act.at FROM decision, act WHERE act.kind = 'send'").fetchall()


@shows("plan")
@real("codex", "claude-code")
def test_a_plan_is_approved_on_the_board_and_goes_on_as_the_board_says(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, "", *plan_of(client), core=False) as place, place.board() as board:
        usual = place.lab.words
        planned(place.lab)
        place.lab.run()
        board.until_text("1 needs you", seconds=60)
        request = place.until(lambda: asked(place), "nobody asks for the plan")
        assert request["id"].startswith(PREFIX)
        place.lab.rewrite(write(tmp_path))
        decided(board, "a", "recorded: approved")
        words = shlex.split(way_on(place))
        place.lab.words = [*words[1:3], "--json", *words[3:]] if client[0] == "codex" else [*words[1:], *usual[2:]]
        ended_well(place, place.lab.run())
        assert (place.lab.worktree / "b.py").read_text() == "print(2)\n", place.lab.told()


@shows("plan-denied")
@real("codex", "claude-code")
def test_the_words_of_a_denied_plan_reach_the_model_and_nothing_is_written(
    tmp_path: Path, client: tuple[str, str], record_property: Callable[[str, object], None]
) -> None:
    with supervised(tmp_path, client, "", *plan_of(client), core=False) as place:
        place.world.environment |= place.lab.environment
        place.lab.keep_bodies()
        planned(place.lab)
        with place.board() as board:
            place.lab.run()
            board.until_text("1 needs you", seconds=60)
            place.until(lambda: asked(place), "nobody asks for the plan")
            place.lab.rewrite(write(tmp_path))
            decided(board, "d", "why not?")
            board.quiet(1.0)
            board.press(NO)
            board.quiet(1.0)
            board.press("\r")
            board.until_text("recorded: denied")
            place.until(lambda: reply(place), "the words were never sent")
            decided_at, sent_at = reply(place)[0]
            record_property("seen", f"its words sent {sent_at - decided_at:.1f} s after the decision")
            place.until(lambda: any(NO in json.dumps(one["body"]) for one in place.lab.asked()), "never told")
            place.until(lambda: place.lab.asked()[-1]["last_tool_result"], "it wrote nothing, and was not kept from it")
            assert not (place.lab.worktree / "b.py").exists()


@shows("plan")
@real("claude-code")
def test_claudes_own_plan_dialog_is_answered_on_the_board(tmp_path: Path, client: tuple[str, str]) -> None:
    with ExitStack() as stack:
        place = stack.enter_context(supervised(tmp_path, client, "", SHOW, write(tmp_path), core=False))
        board = stack.enter_context(place.board())
        pane = stack.enter_context(in_a_pane(place.lab, tmp_path))
        pane.start("--model", "claude-sonnet-4-5", "--permission-mode", "plan", "go on")
        pane.until(lambda: asked(place))
        board.until_text("1 needs you", seconds=60)
        decided(board, "a", "recorded: approved")
        pane.until((place.lab.worktree / "b.py").exists)
