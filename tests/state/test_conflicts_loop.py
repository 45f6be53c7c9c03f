"""The core compares where something stirred, writes what is new, and shows it on the rows of both runs."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from state.conflicts import ABOUT, Conflicts, Incomparable
from state.contract import status_document
from state.findings.conflict import Clash, Matrix, Pair, Side, Unread
from state.ports import Batch
from state.runs import event as ev
from state.runs.run import Origin, run_key
from state.runs.worktree import ChangedFile, Worktree
from state.spool import Spool
from state.store.reader import StoreReader
from state.store.writer import Store
from state.supervisor import Supervisor
from tests.state.test_supervisor import HEADER, TREE, ScriptedSource, ScriptedWorktrees

OTHER = Worktree("/w/b", "/r/.git/worktrees/b", branch="feat/b", head="2" * 40)
PAIR = Pair("/w/a", "/w/b", (Clash("a.py", "content"),), True, "1", "2", None, 9.0)
SIDES = tuple(Side(path, "", "", "", frozenset({"a.py"})) for path in ("/w/a", "/w/b"))
UNREAD = Unread("big", "large")
BOTH = Matrix(
    (PAIR, Pair("/w/b", "main", (Clash("c.py", "content"),))),
    (replace(SIDES[0], unread=(UNREAD,)), SIDES[1]),
    {"/w/c": "why"},
    "main",
    at=9.0,
)


class ScriptedMerges:
    """A `Merges` that gives the matrix it was given and notes what it was asked to look at."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.asked: list[Collection[str] | None] = []
        self.failure: Incomparable | None = None

    async def compare(self, stirred: Collection[str] | None = None) -> Matrix:
        self.asked.append(None if stirred is None else sorted(stirred))
        if self.failure is not None:
            raise self.failure
        return self.matrix


def begun(name: str, tree: Worktree) -> tuple[ev.Event, ...]:
    key = run_key("codex", name)
    at = Origin(f"/logs/{name}", 0, 40.0)
    return (
        ev.RunFound(key, at, "codex", name),
        ev.PlaceEntered(key, at, tree.path, tree.branch),
        ev.WorktreeFound(key, at, tree.path),
        ev.TurnBegun(key, at),
        ev.ToolBegun(key, at, "call", "shell", "sleep 9"),
    )


def told(reader: StoreReader) -> dict[str, tuple[int | None, list[str]]]:
    async def read() -> dict[str, tuple[int | None, list[str]]]:
        return {card.session_id: (card.conflicts, [one.kind for one in card.findings]) for card in await reader.cards()}

    return asyncio.run(read())


def test_conflicts_are_shown_on_both_rows_and_survive_a_restart(tmp_path: Path) -> None:
    spool, merges = Spool(tmp_path), ScriptedMerges(BOTH)

    async def life(merges: ScriptedMerges | None) -> StoreReader:
        store = Store(spool.database)
        batch = Batch(events=(*begun("one", TREE), *begun("two", OTHER)))
        trees = ScriptedWorktrees(TREE, OTHER)
        core = Supervisor(store, spool, ScriptedSource(batch), trees, HEADER, lambda: 50.0, merges=merges)
        await core.begin()
        await core.once()
        await core.conflicts.finish()
        core.close()
        store.close()
        return StoreReader(spool)

    async def whole(merges: ScriptedMerges | None) -> None:
        reader = await life(merges)
        cards, pairs = await reader.cards(), await reader.pairs()
        assert {card.session_id: card.conflicts for card in cards} == {"one": 1, "two": 2}
        assert pairs == BOTH.pairs
        (shown,) = await reader.matrices()
        assert (shown.at, shown.base, dict(shown.left_out), shown.pairs) == (9.0, "main", {"/w/c": "why"}, BOTH.pairs)
        assert {side.name: side.unread for side in shown.sides} == {"/w/a": (UNREAD,), "/w/b": ()}
        shown = status_document(50.0, {}, cards, (), (), (), pairs)["conflicts"]
        ids = {card.worktree: card.id for card in cards}
        assert [(one["a"], one["b"], one["files"], one["kinds"], one["uncommitted"]) for one in shown] == [
            (ids["/w/a"], ids["/w/b"], ["a.py"], ["content"], True),
            (ids["/w/b"], "base", ["c.py"], ["content"], False),
        ]
        if merges is not None:
            found = {card.session_id: [one for one in card.findings if one.kind == "same_region"] for card in cards}
            assert [one.text.split(" (run")[0] for one in found["one"]] == [
                "it changes the same lines of a.py as feat/b"
            ]
            assert [origin.log for origin in found["two"][0].evidence] == ["/w/b/a.py", "/w/a/a.py"]
        await reader.close()

    asyncio.run(whole(merges))
    assert merges.asked == [None]
    asyncio.run(whole(None))


def test_only_what_stirred_is_looked_at_and_what_is_not_new_is_not_written() -> None:
    merges, written = ScriptedMerges(BOTH), list[Batch]()

    async def commit(batch: Batch, beside: object) -> None:
        written.append(batch)

    async def work() -> None:
        loop = Conflicts(merges, commit)
        await loop.finish()
        loop.stir(["/w/a"])
        await loop.finish()
        seen = replace(TREE, read_at=20.0, files=(ChangedFile("a.py", "modified"),))
        for tree in (seen, replace(seen, read_at=21.0), replace(seen, read_at=5.0, files=())):
            loop.hear([tree], [])
        await loop.finish()
        loop.hear([replace(seen, read_at=22.0)], ["/w/gone"])
        await loop.finish()
        merges.failure = Incomparable("git is not on PATH", "install it")
        loop.stir(["/w/a"])
        await loop.finish()
        await loop.finish()

    asyncio.run(work())
    assert merges.asked == [None, ["/w/a"], ["/w/a"], ["/w/gone"], ["/w/a"], None]
    assert [batch.solved for batch in written[:1]] == [(ABOUT,)]
    problems = [problem.text for batch in written[1:] for problem in batch.problems]
    assert problems == ["conflicts are not known: git is not on PATH"] * 2


def test_the_loop_sleeps_until_something_stirs() -> None:
    merges = ScriptedMerges(BOTH)

    async def commit(batch: Batch, beside: object) -> None:
        return None

    async def work() -> list[int]:
        loop = Conflicts(merges, commit)
        running = asyncio.ensure_future(loop.run())
        counts: list[int] = []
        for stirred in ([], ["/w/a"]):
            loop.stir(stirred)
            await asyncio.sleep(0.02)
            counts.append(len(merges.asked))
        running.cancel()
        return counts

    assert asyncio.run(work()) == [0, 1]
