"""So many hooks at once against a real core: each is answered, and none lets a call go that nobody decided."""

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from adapters.hook.command import hook_command
from state.spool import Spool
from tests.bench.table import Table
from tests.bench.under_load import CORE_MB, KEY_MS, Watched, asked, quantile, some_runs, watched
from tests.hook.hook_world import ASKING, PUSH, Done, ended
from tests.world import World

PATIENCE = 300.0
WAVE = 50
"""Hooks that are started before the terminal is drained again."""


def hooks(folder: Path, count: int, table: Table) -> None:
    """Let so many agents ask at once, approve two of three as a board does, deny the others, and count."""
    folder.mkdir(parents=True)
    world = World(folder)
    (world.repository / ".headgate").mkdir()
    (world.repository / ".headgate/policy.toml").write_text(ASKING)
    world.git("add", ".")
    world.git("commit", "-qm", "Ask before a push")
    some_runs(world)
    with watched(world) as board:
        board.first_row("task of number")
        board.terminal.drain(3.0)
        board.measure()
        _stormed(world, board, count, table)


def _stormed(world: World, board: Watched, count: int, table: Table) -> None:
    began, started = time.perf_counter(), list[subprocess.Popen[bytes]]()
    try:
        for number in range(count):
            started.append(_asking(world, number))
            if number % WAVE == WAVE - 1:
                board.terminal.drain(0.05)
        waiting = _all_asked(world, board, count)
        asked = time.perf_counter() - began
        keys = board.keys(6, 0.2)
        wanted, refused = _decide(world, board, waiting)
        done = [ended(hook, PATIENCE) for hook in started]
    finally:
        for hook in started:
            with suppress(ProcessLookupError):
                hook.kill()
    also = f"all asked after {asked:.1f} s, all answered after {time.perf_counter() - began:.1f} s"
    table.row(f"of {count:,} hooks at once not asked", count - len(waiting), 0, "hooks", also)
    for number in sorted(set(range(count)) - set(wanted))[:3]:
        print(f"hook {number} was not asked: {done[number]}")
    table.row("decisions that were refused", refused, 0, "decisions")
    _told(table, done, wanted)
    table.row("key to paint meanwhile, p95", quantile(keys, 0.95), KEY_MS, "ms")
    for gauge in board.gauges[:1]:
        gauge.read()
        table.row("memory of the core, most", max(gauge.memory), CORE_MB, "MB")


def _told(table: Table, done: list[Done], wanted: dict[int, str]) -> None:
    answered = sum(one.allowed or one.denied for one in done)
    table.row("not answered", len(done) - answered, 0, "hooks")
    approved = {number for number, answer in wanted.items() if answer == "approve"}
    let_go = {number for number, one in enumerate(done) if one.allowed}
    table.row("let go without a decision", len(let_go - approved), 0, "hooks", f"{len(let_go)} let go")
    table.row("denied though approved", len(approved - let_go), 0, "hooks")


def _asking(world: World, number: int) -> subprocess.Popen[bytes]:
    cwd = str(world.worktrees["one"])
    words: dict[str, Any] = {"session_id": f"s-{number}", "cwd": cwd, "hook_event_name": "PreToolUse"}
    call = {"tool_use_id": f"toolu_{number}", "tool_name": "Bash", "tool_input": {"command": f"{PUSH}-{number}"}}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    hook = subprocess.Popen(hook_command("claude-code"), env=world.environment, cwd="/", **pipes)
    assert hook.stdin is not None
    with suppress(BrokenPipeError), hook.stdin:
        hook.stdin.write(json.dumps({**words, **call}).encode())
    hook.stdin = None
    return hook


def _all_asked(world: World, board: Watched, count: int) -> list[tuple[str, str, int]]:
    """Wait until the core has every request; gives its name, its digest, and the number of the hook that asks."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        board.terminal.drain(0.1)
        ((found,),) = asked(board.world, "SELECT count(*) FROM request WHERE state = 'open'")
        if int(str(found)) >= count:
            break
    rows = asked(board.world, "SELECT id, sha, input FROM request WHERE state = 'open'")
    return [(str(name), str(sha), _number(str(text))) for name, sha, text in rows]


def _number(text: str) -> int:
    return int(text.rpartition(f"{PUSH}-")[2].partition('"')[0])


def _decide(world: World, board: Watched, waiting: list[tuple[str, str, int]]) -> tuple[dict[int, str], int]:
    """Order as a board does; gives what was decided for each hook, and how many orders the core refused."""
    spool = Spool(world.house())
    wanted = {number: "approve" if number % 3 else "deny" for _, _, number in waiting}
    given = {"dwell": "2.0", "opened": "1", "reason": "because the bench says so"}
    orders = [
        spool.order("decide", request=name, answer=wanted[number], sha=sha, **given) for name, sha, number in waiting
    ]
    left, refused, deadline = dict.fromkeys(order.id for order in orders), 0, time.monotonic() + PATIENCE
    by_id = {order.id: order for order in orders}
    while left and time.monotonic() < deadline:
        board.terminal.drain(0.1)
        for name in list(left):
            if (answer := spool.take_answer(by_id[name])) is not None:
                del left[name]
                refused += answer.get("state") in ("refused", "failed") or "problem" in answer
    return wanted, refused + len(left)
