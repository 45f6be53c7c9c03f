"""`headgate audit` in the real program: what it prints, its JSON, and its exit status."""

import hashlib
import json
from pathlib import Path

from state.ledger.anchors import told
from state.store.ledger_file import ledger_at
from tests import warm
from tests.state.ledger.ledger_world import ASKED, attacked, lay
from tests.world import ROOT, World


def said(world: World, *words: str) -> str:
    """Give what a verb that says no prints on its standard output."""
    done = warm.run(words, world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 1, (done.returncode, done.stderr)
    return done.stdout


def test_the_ledger_is_shown_verified_and_exported_and_a_forger_is_named(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert "no core has worked here yet" in world.headgate("audit", "show", status=2)
    path = lay(world.house())
    listed = world.headgate("audit", "show")
    assert "ada  denied “rm -rf build”, because: not now" in listed and "[agent] codex  advised: only tidying" in listed

    story = world.told("audit", "show", "q-1")["story"]
    ((digest, text),) = story["evidence"].items()
    assert hashlib.sha256(text.encode()).hexdigest() == digest and json.loads(text)["input"] == ASKED.input
    assert any("for 2.0 s, its evidence was opened; told by board, declared" in line for line in story["lines"])
    assert world.told("audit", "show", "3")["entries"][0]["kind"] == "decision"
    assert len(world.told("audit", "show", "run-")["entries"]) == 5
    assert "knows no request, run or entry" in world.headgate("audit", "show", "zz", status=2)

    exported = [json.loads(line) for line in world.headgate("audit", "export").splitlines()]
    assert [one["seq"] for one in exported] == list(range(1, 13))
    assert world.told("audit", "verify")["anchored"]["seq"] == 5
    head = exported[8]
    world.git("commit", "-q", "--allow-empty", "-m", f"Merge x\n\nLedger-Head: {told(9, head['hash'])}")
    verdict = world.told("audit", "verify")
    assert (verdict["intact"], verdict["witnessed"]["seq"], verdict["unwitnessed"]) == (True, 9, 3)

    with attacked(path) as database:
        database.execute("UPDATE request SET input = 'ls' WHERE id = 'q-1'")
        database.execute("UPDATE ledger SET actor = 'eve' WHERE seq = 3")
    assert "UNRECONSTRUCTABLE" in said(world, "audit", "show", "q-1")
    assert "entry 3: what it says is not what its digest was made of" in said(world, "audit", "verify")
    with ledger_at(path) as file:
        assert file.at(3) is not None, "verifying changes nothing"

    path.unlink()
    assert "the state database is gone, and the ledger with it" in said(world, "audit", "verify")
