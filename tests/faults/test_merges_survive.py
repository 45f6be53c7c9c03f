"""A core dies before each of its effects while it approves and merges: one merge with its entry, every time."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from state.control.hands import Hands
from state.runs import event as ev
from tests.fake_git import FakeGit, FakeSigner, sealed_with
from tests.gates_world import KEY, TREE, GateHouse, found
from tests.merge_world import Died, Disk, new_disk
from tests.promises import attacks

pytestmark = attacks("decision", "crash")

NOW = 1_790_000_000.0


def life(folder: Path, disk: Disk) -> GateHouse:
    """Begin a core with a real store on a repository in memory; each commit of the store is an effect."""
    disk.git.effect = disk.effect
    tree = replace(TREE, head=disk.git.head, base=disk.git.fork, ahead=1, behind=0, files=())
    house = GateHouse(folder, NOW, tree, Hands(authority=disk.git, signer=FakeSigner()))
    real = house.store.transaction

    @contextmanager
    def deadly(**how: bool) -> Generator:
        with real(**how) as transaction:
            yield transaction
            disk.effect("commit")

    house.store.transaction = deadly  # type: ignore[method-assign]
    return house


async def put_up(house: GateHouse, events: tuple[ev.Event, ...]) -> dict[str, str]:
    """Gather evidence, and give what a human would answer with."""
    await house.begin(*events)
    order = house.spool.order("evidence", run=KEY, incomplete="yes", reason="a test of what comes after")
    await house.core.once()
    assert "error" not in (house.spool.take_answer(order) or {"error": ""})
    (request,) = [one for one in (await house.requests()).values() if one.gate == "merge"]
    order = house.spool.order("state", request=request.id, principal="ana", level="signed", reason="read", via="verb")
    await house.core.once()
    statement = (house.spool.take_answer(order) or {})["text"]
    shown = {"request": request.id, "answer": "approve", "sha": request.sha, "dwell": "5", "opened": "yes"}
    return {**shown, "reason": "read", "statement": statement, "signature": sealed_with("lock", statement)}


def rows(folder: Path, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(folder / "state.db")
    told = connection.execute(query).fetchall()
    connection.close()
    return told


def entries(folder: Path, git: FakeGit) -> None:
    """Hold the ledger and the rows against the branch."""
    told = [json.loads(body)["commit"] for (body,) in rows(folder, "SELECT body FROM ledger WHERE kind = 'merge'")]
    assert told == [one for (one,) in rows(folder, 'SELECT "merge" FROM approval WHERE "merge" IS NOT NULL')]
    assert len(told) == len(set(told)) <= len(git.moves) <= 1
    assert len(rows(folder, "SELECT 1 FROM ledger WHERE kind = 'approval'")) == len(
        rows(folder, "SELECT 1 FROM approval")
    )
    decided = rows(folder, "SELECT 1 FROM decision WHERE answer = 'approve'")
    assert len(decided) == len(rows(folder, "SELECT 1 FROM approval")), "one transaction holds both"


async def test_an_approval_and_its_merge_outlive_a_death_before_any_effect(tmp_path: Path) -> None:
    died, step = True, 0
    while died:
        step += 1
        folder, disk = tmp_path / str(step), new_disk()
        house = life(folder, disk)
        answer = await put_up(house, found(NOW))
        decide = house.spool.order("decide", **answer)
        disk.left = step
        died = False
        try:
            await house.core.once()
            house.spool.order("merge", run=KEY)
            await house.core.once()
        except Died:
            died = True
        disk.left = 0
        await house.close()
        entries(folder, disk.git)
        second = await life(folder, disk).begin()
        await second.core.once()
        if not disk.git.moves:
            second.spool.order("merge", run=KEY)
            await second.core.once()
        assert "error" not in (second.spool.take_answer(decide) or {}), f"died before effect {step}"
        assert len(disk.git.moves) == 1, f"died before effect {step}"
        (act,) = [one for one in second.core.acts.by_id.values() if one.kind == "merge"]
        assert (act.state, act.facts["commit"]) == ("confirmed", disk.git.moves[0])
        assert [one.merge for one in second.core.review.approvals.values()] == disk.git.moves
        entries(folder, disk.git)
        await second.close()
    assert step > 8
