"""`headgate evidence`: from an agent's log and its commits to the package that a human decides on."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.world import ClaudeLog, World, instant

SESSION = "5e551011-0000-4000-8000-000000000001"
T0 = 1_790_000_000.0
EVIDENCE = """# Evidence

## Summary
The parser reads an empty file.

## Unresolved questions
none

## Security notes
No input is trusted more than before.

**Performance:** the same

## Rollout
With the next release.

## Rollback
Revert the commit.

## Tests run
All 212 tests pass. I ran the e2e suite.
"""


def at(log: ClaudeLog, seconds: float, record: bytes) -> bytes:
    """Give a record another time."""
    told = json.loads(record)
    return json.dumps({**told, "timestamp": instant(T0 + seconds)}).encode() + b"\n"


def ran(log: ClaudeLog, seconds: float, command: str, output: str, *, failed: bool = False) -> bytes:
    """Give a command and its result."""
    call = log.tool(command)
    name = json.loads(call)["message"]["content"][0]["id"]
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": name, "content": output, "is_error": failed}
    answer = log.record("user", message={"role": "user", "content": [block]})
    return at(log, seconds, call) + at(log, seconds + 5, answer)


def committed(world: World, evidence: str = EVIDENCE) -> Path:
    """Commit a change with its evidence, all of it written before the tests ran."""
    tree = world.worktrees["one"]
    (tree / "tests").mkdir()
    (tree / ".headgate").mkdir()
    files = {"a.py": "print(2)\n", "tests/test_a.py": "def test_empty():\n    assert True\n"}
    if evidence:
        files[".headgate/evidence.md"] = evidence
    for name, text in files.items():
        (tree / name).write_text(text)
        os.utime(tree / name, (T0, T0))
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "read an empty file", at=tree)
    return tree


def worked(world: World) -> None:
    """Write the log of a run whose tests passed."""
    log = world.claude(SESSION)
    log.append(
        at(log, 0, log.prompt("mend the parser")),
        ran(log, 10, "uv run pytest -q", "===== 212 passed, 3 skipped in 9.10s ====="),
        at(log, 30, log.said("All 212 tests pass. I ran the e2e suite.")),
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_change_is_printed_with_who_says_each_line(world: World) -> None:
    committed(world)
    worked(world)
    page = world.headgate("evidence", SESSION[:8])
    assert max(map(len, page.splitlines())) <= 80
    words = " ".join(page.split())
    assert "“All 212 tests pass.” pytest 212 passed 0 failed 3 skipped on this tree" in words
    assert (
        "“I ran the e2e suite.” contradicted: a command of the end-to-end suite does not stand among the 1 calls"
        in words
    )
    assert "Rollback: claimed “ Revert the commit." in words and "claude-opus-4-7 (anthropic)" in words
    assert ("MISSING" not in page and "MEDIUM" not in page) or "needs plan MISSING" in words
    raw = world.headgate("evidence", SESSION[:8], "--json").rstrip("\n")
    told = json.loads(raw)
    hashed = raw.removesuffix(f',"sha":"{told["sha"]}"}}') + "}"
    assert hashlib.sha256(hashed.encode()).hexdigest() == told["sha"]
    assert told["schema"] == "headgate/evidence/1" and told["lacking"] == ["plan"]


def test_without_a_change_one_sentence_and_exit_one(world: World) -> None:
    worked(world)
    said = world.headgate("evidence", SESSION[:8], status=1)
    assert said.count("\n") == 1 and "nothing to merge" in said
    assert "no run is named nobody" in world.headgate("evidence", "nobody", status=2)


def test_a_complete_package_is_put_up_for_review_and_waits_after_its_run_has_ended(world: World) -> None:
    tree = world.worktrees["one"]
    (tree / "README.md").write_text("hello\n")
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "say hello", at=tree)
    worked(world)
    sha = json.loads(world.headgate("evidence", SESSION[:8], "--json"))["sha"]
    (request,) = world.told("queue")["requests"]
    assert request["id"].endswith(sha[:12]) and (request["gate"], request["risk"]) == ("merge", "low")
    assert world.headgate("evidence", SESSION[:8]).splitlines()[2].endswith("waits 0m")
