"""From a run's commits to a signed, merged change, by the verbs that a human types, with real git and a real key."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from state.approval.statement import NAMESPACE
from state.runs.run import run_key
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World

PASSPHRASE = "five small words here"
WHO = "ana@corp"
RUN = run_key("claude-code", "s-1")
POLICY = 'schema = 1\n[gate.merge]\napproval_level = "signed"\nreviewers = ["ana@corp"]\nnot_owner = true\n'
SAID = "Done.\n\n## Summary\nIt says that two are enough.\n\n## Tests run\nnone: only notes changed\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Make a repository whose base names a policy and a signer, and a run with one commit of its own."""
    made = World(tmp_path, worktrees=())
    key = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", PASSPHRASE, "-C", "ana", "-f", str(key)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    held = made.repository / ".headgate"
    held.mkdir()
    (held / "policy.toml").write_text(POLICY)
    (held / "allowed_signers").write_text(f'{WHO} namespaces="{NAMESPACE}" {public}\n')
    made.git("add", ".")
    made.git("commit", "-qm", "policy")
    made.worktrees["one"] = made.add_worktree("one")
    return made


def work(world: World) -> None:
    tree = world.worktrees["one"]
    (tree / "notes.md").write_text("Two are enough.\n")
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "note it", at=tree)
    log = world.claude("s-1", tree)
    text = [{"type": "text", "text": SAID}]
    said = {"role": "assistant", "model": "claude-opus-4-8", "content": text, "stop_reason": "end_turn"}
    log.append(
        log.record("user", message={"role": "user", "content": "note it"}),
        log.record("assistant", message={**said, "id": "m1", "type": "message", "usage": {"input_tokens": 1}}),
    )


def typed(world: World, *words: str, **variables: str) -> Terminal:
    given = {**world.environment, "PYTHONPATH": str(ROOT), **variables}
    return Terminal(words, given, world.repository, rows=80)


def test_a_change_is_approved_with_a_key_and_merged_as_it_was_shown(world: World) -> None:
    work(world)
    package = json.loads(world.headgate("evidence", RUN, "--json"))
    request = f"merge-{RUN}-{package['sha'][:12]}"
    key = ("--key", str(world.folder / "key"))
    terminal = typed(world, "approve", request, "--reason", "it reads well", "--by", WHO, *key)
    lines = terminal.until_text("type ", " to decide")
    assert any("tree" in line and "evidence" in line for line in lines)
    (line,) = (line for line in lines if " to decide" in line)
    terminal.quiet(0.8)
    terminal.press(line.split()[1] + "\n")
    terminal.until_text("passphrase")
    terminal.press(PASSPHRASE + "\n")
    assert terminal.wait() == 0, terminal.lines()
    terminal.close()
    base, head = world.git("rev-parse", "main").strip(), world.git("rev-parse", "feat/one").strip()
    merged = world.told("merge", RUN)
    assert merged["state"] == "confirmed", merged
    commit = merged["facts"]["commit"]
    assert world.git("rev-parse", "main", f"{commit}^1", f"{commit}^2").split() == [commit, base, head]
    assert world.git("show", "main:notes.md") == "Two are enough.\n"
    assert (world.repository / "notes.md").read_text() == "Two are enough.\n", "the clean checkout came along"
    assert f"Approved-by: {WHO} <{WHO}>" in world.git("log", "-1", "--format=%B", "main")
    assert "it was merged as" in world.headgate("merge", RUN, status=1)
    kinds = [kind for kind, _ in ledger(world)]
    assert [one for one in kinds if one in ("approval", "merge", "refused")] == ["approval", "merge", "refused"]


def test_a_shell_of_an_agents_neither_approves_nor_merges(world: World) -> None:
    terminal = typed(world, "approve", "merge-1", "--reason", "me", HEADGATE_RUN="r1")
    assert terminal.wait() == 2
    assert any("HEADGATE_RUN is set" in line for line in terminal.lines())
    terminal.close()
    (body,) = [body for kind, body in ledger(world) if kind == "refused"]
    assert "HEADGATE_RUN is set" in json.loads(body)["why"]
    world.environment["HEADGATE_RUN"] = "r1"
    assert "a human decides" in world.headgate("merge", "r1", status=2)


def ledger(world: World) -> list[tuple[str, str]]:
    connection = sqlite3.connect(world.house() / "state.db")
    found = connection.execute("SELECT kind, body FROM ledger ORDER BY seq").fetchall()
    connection.close()
    return found
