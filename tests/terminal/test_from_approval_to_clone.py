"""From an approval with a key to a colleague's clone: merged past guards, verified without a database, taken back."""

import json
import sqlite3
import subprocess
from pathlib import Path

from adapters.git.repository import find
from adapters.install.git_hooks import GitHooks
from state.approval.statement import NAMESPACE
from state.runs.run import run_key
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World

PASSPHRASE, WHO, RUN = "five small words here", "ana@corp", run_key("claude-code", "s-1")
POLICY = 'schema = 1\n[gate.merge]\napproval_level = "signed"\n'
SAID = "Done.\n\n## Summary\nTwo.\n\n## Tests run\nnone: only notes\n\n## Rollback\nrevert it\n"


def begun(folder: Path) -> World:
    """Make a repository with a policy, a signer and guards, and a run with one commit of its own."""
    world = World(folder, worktrees=())
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", PASSPHRASE, "-C", "", "-f", str(folder / "key")]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    held = world.repository / ".headgate"
    held.mkdir()
    (held / "policy.toml").write_text(POLICY)
    (held / "allowed_signers").write_text(f'{WHO} namespaces="{NAMESPACE}" {(folder / "key.pub").read_text()}')
    world.git("add", ".")
    world.git("commit", "-qm", "policy")
    tree = world.worktrees["one"] = world.add_worktree("one")
    (tree / "notes.md").write_text("Two are enough.\n")
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "note it", at=tree)
    log = world.claude("s-1", tree)
    log.append(log.prompt("note it"), log.said(SAID))
    return world


def guard(world: World) -> None:
    guards = GitHooks(find(str(world.repository)), world.house(), ("refs/heads/main",))
    guards.carry_out(guards.plan())


def approve(world: World, request: str) -> None:
    """Approve as ana would, with her key on a terminal."""
    words = ("approve", request, "--reason", "it reads well", "--by", WHO, "--key", str(world.folder / "key"))
    terminal = Terminal(words, {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository, rows=80)
    (line,) = (one for one in terminal.until_text("type ", " to decide") if " to decide" in one)
    terminal.quiet(0.8)
    terminal.press(line.split()[1] + "\n")
    terminal.until_text("passphrase")
    terminal.press(PASSPHRASE + "\n")
    assert terminal.wait() == 0, terminal.lines()
    terminal.close()


def said(world: World, *words: str) -> None:
    """Say something as a human does, on a terminal."""
    terminal = Terminal(words, {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    assert terminal.wait() == 0, terminal.lines()
    terminal.close()


def rows(world: World, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(world.house() / "state.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_what_ana_approved_is_verified_in_a_clone_and_kept_in_sight(tmp_path: Path) -> None:
    world = begun(tmp_path.resolve())
    package = world.told("evidence", RUN)
    guard(world)
    approve(world, f"merge-{RUN}-{package['sha'][:12]}")
    merged = world.told("merge", RUN)
    assert merged["state"] == "confirmed", merged
    commit = merged["facts"]["commit"]
    assert world.told("status")["problems"] == [], "a merge of ours explains where main is"
    clone = world.folder / "clone"
    world.git("clone", "-q", f"file://{world.repository}", str(clone), at=world.folder)
    world.headgate("verify", "HEAD", at=clone, status=1)
    world.git("fetch", "-q", "origin", "refs/notes/headgate:refs/notes/headgate", at=clone)
    told = _verified(world, clone)
    assert (told["commit"], told["valid"], told["level"], told["approval"]["by"]) == (commit, True, "signed", WHO)
    (question,) = [one for one in world.told("queue")["requests"] if one["gate"] == "release"]
    assert question["run"] == RUN and commit[:12] in question["text"]
    world.git("-c", "core.hooksPath=/dev/null", "revert", "--no-edit", "-m", "1", commit)
    (problem,) = world.told("status")["problems"]
    assert "main was moved outside Headgate" in problem["text"] and "revert: Revert" in problem["text"]
    defect = rows(world, "SELECT state, \"merge\" FROM item WHERE kind = 'defect'")
    assert defect == [("candidate", commit)]
    said(world, "audit", "explain", "main", "--reason", "it was taken back on purpose")
    assert world.told("status")["problems"] == []
    (item,) = [one for one in world.told("audit", "items")["items"] if one["kind"] == "defect"]
    said(world, "audit", "item", item["id"][:8], "confirmed")
    assert rows(world, "SELECT state FROM item WHERE kind = 'defect'") == [("confirmed",)]
    kinds = [kind for (kind,) in rows(world, "SELECT kind FROM ledger ORDER BY seq")]
    assert {"ref_watched", "approval", "merge", "ref_moved", "ref_explained", "item"} <= set(kinds)


def _verified(world: World, clone: Path) -> dict:
    world.environment["HEADGATE_STATE_DIR"] = str(world.folder / "elsewhere")
    try:
        told = json.loads(world.headgate("verify", "HEAD", "--json", at=clone))
    finally:
        world.environment["HEADGATE_STATE_DIR"] = str(world.state)
    assert not (world.folder / "elsewhere").exists(), "verifying needs no state of its own"
    return told
