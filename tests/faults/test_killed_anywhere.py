"""SIGKILL at seeded random effects of the real program: the core, a decision, a check, a merge, and the hook.

In the suite each is tried a few times; `python -m tests.reliability --full` tries 1,000 and more. What a try was told
with exit status 0 is acknowledged, and held against what stands after the next life.
"""

import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from state.gate_files import grant_key
from state.runs.run import run_key
from state.spool import Order, Spool, write_whole
from tests import warm
from tests.approved_world import ApprovedWorld
from tests.gates_world import SHA, asked
from tests.hook.hook_world import BLOB, PUSH, SESSION, HookWorld
from tests.promises import attacks
from tests.tries import FULL, tries
from tests.world import ROOT, World

SAID = "Done.\n\n## Summary\nTwo.\n\n## Tests run\nnone: only notes\n\n## Rollback\nrevert it\n"
KILLED, ONE = -9, run_key("claude-code", "s-1")
MOST_EFFECTS = 560
"""More than a verb has, so that some tries live to their end."""


def lived(world: World, at: int, *words: str) -> int:
    """Run a verb that dies before its effect number `at`; give its exit status."""
    told = world.folder / "effects"
    given = ["tui", str(at), str(told), *words]
    environment = {**world.environment, "PYTHONPATH": str(ROOT)}
    done = warm.run(given, world.repository, environment, 110, "tests.faults.dying")
    assert done.returncode in (KILLED, 0, 1), (words, at, done.stderr)
    return done.returncode


def rows(world: World, query: str) -> list[tuple]:
    connection = sqlite3.connect(world.house() / "state.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def put_up(world: World, name: str) -> Order:
    """Lay down a hook's question and a human's answer to it."""
    spool = Spool(world.house())
    write_whole(spool.folder / "spool" / "requests" / f"{name}.json", dict(asked(name, time.time(), session="s1")))
    words = {"request": name, "sha": SHA, "opened": "yes", "reason": "it is mine", "dwell": "2"}
    return spool.order("approve", **words)


@attacks("decision", "once", "crash", "ledger")
def test_a_core_killed_at_any_effect_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, world, count = random.Random(20261122), World(tmp_path), tries(4, 700)
    log, lines, killed = world.claude("s1"), 0, 0
    log.append(log.prompt("count with me"))
    world.headgate("index")
    orders: dict[str, Order] = {}
    frozen: dict[str, bool] = {}
    for number in range(count):
        fresh = chance.randint(1, 4)
        log.append(*(log.tool(f"echo {lines + one}") for one in range(fresh)))
        lines += fresh
        orders[f"q-{number:04}"] = put_up(world, f"q-{number:04}")
        reason = f"try {number}"
        verb = chance.choice((("index",), ("status",), ("freeze", "--all", "--reason", reason)))
        status = lived(world, chance.randint(1, MOST_EFFECTS), *verb)
        killed += status == KILLED
        if verb[0] == "freeze":
            frozen[reason] = status == 0
    world.headgate("status")
    assert rows(world, "SELECT count(*) FROM event WHERE kind = 'tool'") == [(lines,)]
    assert rows(world, "SELECT usage_requests, usage_output FROM run") == [(lines, 10 * lines)]
    assert rows(world, "SELECT sum(requests), sum(output) FROM usage") == [(lines, 10 * lines)]
    assert rows(world, "SELECT sum(requests), sum(output) FROM spending") == [(lines, 10 * lines)]
    answers = dict(rows(world, "SELECT request, group_concat(answer) FROM decision GROUP BY request"))
    assert answers == dict.fromkeys(orders, "approve")
    spool = Spool(world.house())
    told = {name: spool.take_answer(order) or {"error": "no answer"} for name, order in orders.items()}
    assert [name for name, answer in told.items() if "error" in answer] == []
    stood = dict(rows(world, "SELECT reason, count(*) FROM freeze GROUP BY reason"))
    for reason, acknowledged in frozen.items():
        assert stood.get(reason, 0) in ((1,) if acknowledged else (0, 1)), reason
    assert rows(world, "PRAGMA integrity_check") == [("ok",)]
    world.headgate("audit", "verify")
    record_property("figure", f"{count:,} lives, each to be killed at a random effect, {lines:,} lines read once")
    assert killed or count < 50


class MergeWorld(ApprovedWorld):
    """A world in which a change was approved, and that can be put back."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder, "declared")
        self.change("notes.md", "Two are enough.\n")
        log = self.claude("s-1")
        log.append(log.prompt("mend it"), log.said(SAID))

    def approved(self) -> None:
        """Approve the run's change as `headgate approve` orders it."""
        package = self.told("evidence", ONE)
        found = rows(self, "SELECT id, sha FROM request WHERE gate = 'merge' AND state = 'open'")
        assert len(found) == 1, package
        ((request, sha),) = found
        words = {"request": request, "principal": "ana", "level": "declared", "reason": "read", "via": "verb"}
        said = self.ordered("state", **words)
        assert "error" not in said, said
        told = self.ordered("decide", request=request, answer="approve", sha=sha, dwell="5", opened="yes",
                            reason="read", statement=said["text"], via="verb", by="ana")  # fmt: skip
        assert "error" not in told, told

    def keep(self) -> None:
        subprocess.run(["cp", "-a", str(self.folder), f"{self.folder}.kept"], check=True)

    def restore(self) -> None:
        shutil.rmtree(self.folder)
        subprocess.run(["cp", "-a", f"{self.folder}.kept", str(self.folder)], check=True)

    def ordered(self, verb: str, **words: str) -> dict:
        spool = Spool(self.house())
        order = spool.order(verb, **words)
        self.headgate("status")
        return spool.take_answer(order) or {"error": "no answer"}


@attacks("decision", "human", "crash", "ledger")
@pytest.mark.skipif(not FULL, reason="a real merge is killed where figures are wanted; others in test_merges_survive")
def test_a_merge_killed_at_any_effect_is_made_once_and_told_once(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, count, killed = random.Random(7), tries(1, 150), 0
    world = MergeWorld(tmp_path / "w")
    world.approved()
    before = world.id("main")
    world.keep()
    for number in range(count):
        if number:
            world.restore()
        killed += lived(world, chance.randint(1, MOST_EFFECTS), "merge", ONE) == KILLED
        world.headgate("merge", ONE, status=None)
        merges = world.git("rev-list", "--merges", f"{before}..main").split()
        assert len(merges) == 1 and world.git("rev-parse", f"{merges[0]}^1").strip() == before, f"try {number}"
        assert rows(world, "SELECT count(*) FROM ledger WHERE kind = 'merge'") == [(1,)], f"try {number}"
        assert rows(world, 'SELECT "merge" FROM approval') == [(merges[0],)], f"try {number}"
        world.headgate("audit", "verify")
    record_property("figure", f"{count} merges, each to be killed at a random effect, each made once")
    assert killed or count < 50


@attacks("crash", "ledger")
def test_a_check_killed_at_any_effect_is_run_again_and_leaves_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, count, killed = random.Random(8), tries(1, 100), 0
    world = World(tmp_path)
    (world.repository / ".headgate").mkdir()
    policy = 'schema = 1\n[[check]]\nname = "lint"\ncommand = "test -e a.py"\ntests = false\n'
    (world.repository / ".headgate/policy.toml").write_text(f'{policy}[gate.merge]\nchecks = ["lint"]\n')
    world.git("add", "-A")
    world.git("commit", "-qm", "policy")
    tree = world.worktrees["one"]
    world.git("merge", "-q", "main", at=tree)
    log = world.claude("s-1")
    log.append(log.prompt("mend it"), log.said("Done."))
    for number in range(count):
        (tree / "b.py").write_text(f"{number}\n")
        world.git("add", "-A", at=tree)
        world.git("commit", "-qm", "work", at=tree)
        killed += lived(world, chance.randint(1, MOST_EFFECTS), "check", ONE) == KILLED
        assert world.told("check", ONE)["state"] == "passed", f"try {number}"
        left = [path.name for path in world.house().rglob("checks/*") if path.is_dir() and path.name != "logs"]
        assert left == [], f"try {number}"
    world.headgate("audit", "verify")
    record_property("figure", f"{count} checks, each to be killed at a random effect, each run to its end")
    assert killed or count < 50


@attacks("closed", "human", "crash")
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which kills at the n-th system call, is not here")
def test_a_hook_killed_at_any_system_call_uses_a_leave_once_at_the_most(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, count, killed = random.Random(9), tries(2, 150), 0
    house = HookWorld(tmp_path)
    house.open_house()
    event = house.event("Bash", {"command": PUSH})
    text = json.dumps(event["tool_input"], sort_keys=True, separators=(",", ":"))
    sha = hashlib.sha256(text.encode()).hexdigest()
    key = grant_key("claude-code", SESSION, "Bash", sha, BLOB)
    told = {"request": "r-1", "by": "ana", "reason": "", "sha": sha, "policy": BLOB}
    for number in range(count):
        house.put(f"spool/grants/{key}.json", {**told, "expires": time.time() + 600})
        first = struck(house, event, chance.randint(1, 400))
        killed += first not in (0, 2)
        # Nobody listens to a hook of no core, so what has no leave is denied.
        again = [house.ask(event).allowed for _ in range(2)]
        assert [first == 0, *again].count(True) <= 1, f"try {number}: {first}, {again}"
        for path in (house.house / "spool").rglob("*.json"):
            json.loads(path.read_text())
    record_property("figure", f"{count} hooks, each to be killed at a random system call, no leave used twice")
    assert killed or count < 50


def struck(house: HookWorld, event: dict, at: int) -> int:
    """Run the hook under strace, which kills it at its n-th call about files; give the status its client would see."""
    from adapters.hook.command import hook_command

    calls = "openat,write,rename,renameat,renameat2,unlink,unlinkat,link,linkat,utimensat,ftruncate,close"
    words = ["strace", "-qq", "-o", "/dev/null", "-e", f"inject={calls}:signal=SIGKILL:when={at}"]
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps(event).encode())
        given.seek(0)
        done = subprocess.run(
            [*words, *hook_command("claude-code")], env=house.environment, cwd="/", stdin=given, capture_output=True,
            check=False, timeout=60,
        )  # fmt: skip
    if done.returncode == 0 and b"deny" in done.stdout:
        return 2
    return done.returncode
