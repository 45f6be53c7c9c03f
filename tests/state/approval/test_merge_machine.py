"""Anything that can happen at the merge gate, in any order, with a core that dies before any of its effects.

Never two merges of one approval, never a merge without its entry, never an entry without its merge; and what is merged
is to the byte what a human approved while it still counted.
"""

import asyncio
import json
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from state.approval.statement import parsed
from state.policy.document import PATH
from tests.fake_git import sealed_with
from tests.merge_world import Core, Died, new_disk
from tests.tries import tries

Given = TypeVar("Given")
DAY = 24 * 3600.0
POLICIES = (
    b"schema = 1\n",
    b'schema = 1\n[gate.merge]\napproval_level = "signed"\nreviewers = ["ana"]\n',
    b'schema = 1\n[gate.merge]\nreviewers = ["ana"]\nnot_owner = true\n',
)
WORK = (
    {"a.py": ("100644", b"print(3)\n")},
    {"a.py": ("100644", b"print(2)  \n")},
    {"a.py": ("100755", b"print(2)\n")},
    {"lib": ("160000", b"1" * 40)},
    {"link": ("120000", b"/etc/passwd")},
)


SECRETS = st.sampled_from(["lock", "lock", "lock", "", "bolt"])
DEATHS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])


@dataclass
class Approved:
    """What a human approved, as the model knows it."""

    head: str
    main: str
    at: float


class MergeGate(RuleBasedStateMachine):
    """A repository, a core, and a model of which approval still counts."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.disk = new_disk()
        self.core = Core(self.disk, Path(self.folder.name))
        self.approved: Approved | None = None
        self.merged = 0
        self.orders = 0

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.close()
            self.folder.cleanup()

    def _run(self, asked: Coroutine[Any, Any, Given]) -> Given | None:
        """Let a core do something; where it died, the next one takes up what it left. None where it was refused."""
        try:
            return self.loop.run_until_complete(asked)
        except Died:
            self.disk.left = 0
            self.core = Core(self.disk, Path(self.folder.name))
            self.loop.run_until_complete(self.core.begin())
            return None
        except ValueError:
            return None
        finally:
            self.disk.left = 0

    def _name(self) -> str:
        self.orders += 1
        return f"o-{self.orders}"

    def _counts(self) -> bool:
        git, said = self.disk.git, self.approved
        return said is not None and (said.head, said.main) == (git.head, git.main) and self.disk.now < said.at + DAY

    @rule(change=st.sampled_from(WORK))
    def work(self, change: dict) -> None:
        self.disk.git.work({**change, "n.py": ("100644", str(len(self.disk.git.commits)).encode())})

    @rule(path=st.sampled_from(["a.py", "b.py", "b.py"]))
    def move_the_base(self, path: str) -> None:
        self.disk.git.move_base({path: ("100644", str(len(self.disk.git.commits)).encode())})

    @rule()
    def rebase(self) -> None:
        self.disk.git.rebase()

    @rule(text=st.sampled_from(POLICIES), branch=st.booleans())
    def edit_the_policy(self, text: bytes, branch: bool) -> None:
        (self.disk.git.work if branch else self.disk.git.move_base)({PATH: ("100644", text)})

    @rule(hours=st.sampled_from([1, 24]))
    def wait(self, hours: int) -> None:
        self.disk.now += hours * 3600

    @rule(dies=st.integers(0, 3))
    def look(self, dies: int) -> None:
        self.disk.left = dies
        self._run(self.core.look())

    @rule(secret=SECRETS, dies=st.sampled_from([0, 0, 0, 1, 2]))
    def approve(self, secret: str, dies: int) -> None:
        self._run(self.core.gather())
        request = self.core.waiting()
        if request is None:
            return
        level = "signed" if secret else "declared"
        statement = self._run(self.core.state(request, level=level))
        if statement is None:
            return
        words = {"signature": sealed_with(secret, statement)} if secret else {}
        self.disk.left, name = dies, self._name()
        self._run(self.core.approve(request, statement, name, **words))
        told = self._run(self.core.approve(request, statement, name, **words))
        git = self.disk.git
        if told is not None:
            assert secret != "bolt", "another's key approved it"
            self.approved = Approved(git.head, git.main, self.disk.now)
        # A second board, with an order of its own.
        again = self._run(self.core.approve(request, statement, self._name(), **words))
        assert told is None or again is None, "it was approved twice"

    @rule()
    def approve_with_what_was_approved_before(self) -> None:
        request = self.core.waiting()
        for one in list(self.disk.review.approvals.values()):
            if request is not None:
                told = self._run(self.core.approve(request, one.statement, self._name(), signature=one.signature))
                assert told is None, "an approval was used for something else"

    @rule(dies=DEATHS)
    def merge(self, dies: int) -> None:
        self.disk.left, name, counts = dies, self._name(), self._counts()
        self._run(self.core.merge(name))
        act = self._run(self.core.merge(name))
        if act is not None and act.state == "confirmed":
            assert counts, "it was merged although its approval counted no more"
            self.merged, self.approved = self.merged + 1, None
        else:
            assert not counts, "it was not merged although it was approved"

    @rule(secret=SECRETS, dies=DEATHS)
    def approve_and_merge(self, secret: str, dies: int) -> None:
        self.approve(secret, 0)
        self.merge(dies)

    @invariant()
    def no_merge_but_what_was_approved_and_none_without_its_entry(self) -> None:
        if not hasattr(self, "disk"):
            return
        disk, git = self.disk, self.disk.git
        told = [json.loads(one.body)["commit"] for one in disk.entries("merge")]
        assert told == git.moves
        assert len(git.moves) == self.merged
        used = {one.merge: one for one in disk.review.approvals.values() if one.merge}
        assert set(used) == set(git.moves)
        for commit, one in used.items():
            said, made = parsed(one.statement.encode()), git.commits[commit]
            assert (made.tree, *made.parents) == (said.tree, said.base, said.head)
        assert set(git.moves) <= set(git.history())
        assert not [one for one in disk.acts.by_id.values() if one.state == "under_way"]


MergeGate.TestCase.settings = settings(max_examples=tries(10, 500), stateful_step_count=25, deadline=None)
TestMergeGate = MergeGate.TestCase
