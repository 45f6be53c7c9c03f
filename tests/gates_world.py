"""A core with its store, its spool and a hook made of files: what the tests of the gates stand on."""

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from state.control.hands import Hands
from state.gate_files import CallSeen, Question, run_name
from state.gate_spool import GateSpool
from state.gates.request import Request
from state.ports import Batch, LogMark, Problem
from state.runs import event as ev
from state.runs.run import Origin, run_key
from state.runs.worktree import Worktree
from state.spool import Spool, write_whole
from state.store.reader import StoreReader
from state.store.writer import Store
from state.supervisor import Header, Supervisor

AGENT, SESSION = "claude-code", "0b5c7f0e-5f1e-4a53-9d0e-5d3f0c6a2b11"
KEY = run_key(AGENT, SESSION)
TREE = Worktree("/w/a", "/r/.git/worktrees/a", branch="feat/a", head="1" * 40)
SHA = "ab" * 32
LOG = "/logs/one.jsonl"


class NoSource:
    """A `RunSource` of which the test itself gives the batches."""

    def remember(self, marks: Sequence[LogMark]) -> None:
        pass

    def locate_in(self, worktrees: Sequence[Worktree]) -> None:
        pass

    def signs(self) -> Mapping[str, str]:
        return {}

    async def catch_up(self) -> AsyncIterator[Batch]:
        for batch in ():
            yield batch

    async def follow(self) -> AsyncIterator[Batch]:
        for batch in ():
            yield batch


class OneTree:
    """A `Worktrees` with one worktree, which is as it is listed."""

    def __init__(self, tree: Worktree = TREE) -> None:
        self.tree = tree

    async def listed(self) -> tuple[tuple[Worktree, ...], tuple[Problem, ...]]:
        return (self.tree,), ()

    async def read(self, worktree: Worktree) -> Worktree:
        return worktree


class GateHouse:
    """One life of a core on `folder`; `now` is its clock."""

    def __init__(
        self, folder: Path, now: float = 1_000_000.0, tree: Worktree = TREE, hands: Hands | None = None
    ) -> None:
        self.folder, self.now = folder, now
        self.spool = Spool(folder)
        self.files = GateSpool(self.spool)
        self.store = Store(self.spool.database)
        header = Header("repo", "main", ())
        self.core = Supervisor(self.store, self.spool, NoSource(), OneTree(tree), header, lambda: self.now, hands=hands)
        self.reader = StoreReader(self.spool)

    async def begin(self, *events: ev.Event) -> "GateHouse":
        await self.core.begin()
        if events:
            await self.core.take(Batch(events=events))
        return self

    async def close(self) -> None:
        self.core.close()
        await self.reader.close()
        self.store.close()

    def question(self, name: str = "q-1", **words: Any) -> Question:
        """Lay a question down as a hook does, with a heartbeat of now."""
        told = asked(name, self.now, **words)
        write_whole(self.files.requests / f"{name}.json", dict(told))
        self.touch(name)
        return told

    def touch(self, name: str) -> None:
        os.utime(self.files.requests / f"{name}.json", (self.now, self.now))

    def hook_ends(self, name: str) -> None:
        (self.files.requests / f"{name}.json").unlink(missing_ok=True)

    def passes(self, call: str | None = "c-1", **words: Any) -> None:
        """Note a call as a hook does, in one append."""
        seen = {**seen_call(self.now, call), **words}
        with (self.files.calls / f"{run_name(AGENT, SESSION)}.jsonl").open("a") as file:
            file.write(json.dumps(seen) + "\n")

    async def decide(self, request: str, answer: str = "approve", **words: str) -> dict[str, Any]:
        """Give an order as a board does, and carry it out."""
        given = {"sha": SHA, "dwell": "2.0", "opened": "1", "reason": "it is fine", **words}
        order = self.spool.order("decide", request=request, answer=answer, **given)
        await self.core.once()
        return self.spool.take_answer(order) or {}

    async def requests(self) -> dict[str, Request]:
        return {one.id: one for one in (await self.reader.changes(0)).requests}

    def answer(self, name: str = "q-1") -> dict[str, Any] | None:
        path = self.spool.answers / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def grants(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self.files.grants.glob("*.json"))]


def asked(name: str, now: float, **words: Any) -> Question:
    """Make a question that a rule asks about a destructive command."""
    hit = {
        "rule": "destructive", "outcome": "escalate", "because": "it cannot be undone", "instead": "move it away",
        "severity": "high", "reviewers": [], "sla": None,
    }  # fmt: skip
    told: dict[str, Any] = {
        "format": 1, "id": name, "gate": "exception", "agent": AGENT, "session": SESSION, "tool": "Bash",
        "call": "toolu_1", "sha": SHA, "input": json.dumps({"command": "rm -rf build", "description": "tidy"}),
        "cwd": "/w/a", "worktree": "/w/a", "effects": [{"name": "fs.delete", "why": "rm -rf build"}], "opaque": None,
        "hits": [hit], "severity": "high", "policy": "default", "context_version": None, "opened": now,
        "deadline": now + 600, "pid": 1, "plan": None, **words,
    }  # fmt: skip
    return told  # pyright: ignore[reportReturnType]


def seen_call(now: float, call: str | None) -> CallSeen:
    """Make the line that a hook appends for a call that it let go."""
    return CallSeen(
        at=now, agent=AGENT, session=SESSION, event="PreToolUse", call=call, tool="Bash", sha=SHA, verdict="allow",
        rule=None, request=None, outcome="rule", ms=12.0,
    )  # fmt: skip


def found(at: float = 1_000_000.0) -> tuple[ev.Event, ...]:
    """Tell of a run that works in the worktree."""
    origin = Origin(LOG, 0, at)
    return (
        ev.RunFound(KEY, origin, AGENT, SESSION),
        ev.PlaceEntered(KEY, origin, TREE.path, TREE.branch),
        ev.WorktreeFound(KEY, origin, TREE.path),
        ev.PromptGiven(KEY, Origin(LOG, 1, at), "mend the parser"),
        ev.RunAssigned(KEY, Origin(LOG, 1, at), "owner", "ada", "ada"),
    )
