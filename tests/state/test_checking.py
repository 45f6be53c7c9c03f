"""The duty of required checks: one after the other, in the background, kept by tree, never more than was observed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from state.checks.check import Check, CheckResult, CheckState
from state.checks.checking import CUT_OFF, Checking
from state.checks.required import required, verified
from state.control.act import Act
from state.control.hands import Hands
from state.evidence.package import Package
from state.evidence.proposal import Proposal
from state.evidence.review import Review, Reviewed
from state.policy.document import read_policy
from state.runs.card import Card
from state.runs.run import Run
from state.spool import Order
from tests.control_desk import desk_of, run_of

POLICY = """
schema = 1
[[check]]
name = "tests"
command = "pytest"
[[check]]
name = "lint"
command = "ruff check"
tests = false
[[check]]
name = "nightly"
command = "slow"
[gate.merge]
checks = ["tests", "lint"]
"""
TREE = "7" * 40


@dataclass
class Sham:
    """Both ports: an authority store with one proposal, and a runner that says what a test tells it to."""

    tree: str | None = TREE
    says: dict[str, CheckState] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    left: int = 0
    proposed: int = 0

    async def propose(self, run: str, worktree: str, branch: str | None) -> Proposal:
        self.proposed += 1
        ids = "b" * 40, "f" * 40, "h" * 40, "1" * 40, "2" * 40
        return Proposal(
            run_of("claude-code", "s").key, "x", "refs/heads/main", *ids, self.tree, "p", "d", conflicts=("a",)
        )

    async def tip(self, target: str) -> str:
        return "b" * 40

    async def run(self, check: Check, proposal: Proposal, authority: Any, told: Callable[[str], None]) -> CheckResult:
        self.begun.append(check.name)
        self.at_once += 1
        assert self.at_once == 1, "two checks at once"
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        state = self.says.get(check.name, "passed")
        return CheckResult(check.name, check.command, TREE, "", check.grade, state, 5.0, 6.0, exit=0, log_sha="aa")

    async def end_left(self) -> int:
        assert not self.begun, "what is left is ended before anything begins"
        self.left += 1
        return 0


class Desk:
    """A desk with one worktree's run, the duty at it, and what it kept."""

    def __init__(self, sham: Sham, policy: str = POLICY, review: Review | None = None, runs: int = 1) -> None:
        self.sham, self.review = sham, review or Review()
        self.runs: list[Run] = [run_of("claude-code", f"s-{at}", worktree=f"/w/{at}") for at in range(runs)]
        self.kept: list[CheckResult] = []
        desk, self.noted = desk_of(self.runs, Hands(authority=sham, checks=sham), clock=lambda: 100.0)  # type: ignore[arg-type]
        read = read_policy(policy, "p", "b1")
        self.desk = replace(desk, review=lambda: self.review, keep=self.keep, policy=lambda: read)
        self.duty = Checking(self.desk)

    async def keep(self, news: Reviewed) -> None:
        self.review = self.review.after(news)
        self.kept += news.results

    async def order(self, name: str = "o1", verb: str = "check", run: int = 0, **words: str) -> Act:
        return await self.duty.carry_out(Order(name, verb, {"run": self.runs[run].key, **words}))

    def act(self, name: str = "o1") -> Act:
        return self.noted.acts.by_id[name]

    async def over(self, name: str = "o1") -> Act:
        """Let checks go on until those of an act are over."""
        self.sham.open.set()
        async with asyncio.timeout(5):
            while self.act(name).state == "under_way":  # noqa: ASYNC110 - the core is stepped, nothing rings
                await asyncio.sleep(0)
        return self.act(name)

    async def seen(self, *begun: str) -> None:
        async with asyncio.timeout(5):
            while self.sham.begun != [*begun]:  # noqa: ASYNC110 - the core is stepped, nothing rings
                await asyncio.sleep(0)

    def states(self) -> list[tuple[str, str]]:
        return [(one.name, one.state) for one in self.kept]


@asynccontextmanager
async def desk(*given: Any, **words: Any) -> AsyncIterator[Desk]:
    found = Desk(*given, **words)
    yield found
    for task in found.duty._under_way.values():
        task.cancel()


async def test_the_named_checks_run_one_after_the_other_beside_all_other_orders() -> None:
    async with desk(Sham()) as one:
        act = await one.order()
        assert (act.state, act.kind, act.text) == ("under_way", "check", "to be run: tests, lint")
        await one.seen("tests")
        assert [(step.what, step.confirmed) for step in one.act().steps] == [("tests", None)]
        act = await one.over()
        assert (act.state, act.text) == ("confirmed", "verified: tests, lint passed")
        assert [(step.what, step.confirmed) for step in act.steps] == [("tests", 100.0), ("lint", 100.0)]
        assert one.states() == [("tests", "running"), ("tests", "passed"), ("lint", "running"), ("lint", "passed")]
        assert verified(one.review.results_on(TREE, "b1")) == "passed"


async def test_one_that_fails_does_not_spare_the_others() -> None:
    async with desk(Sham(says={"tests": "none_ran"})) as one:
        await one.order()
        act = await one.over()
        assert (act.state, act.text) == ("failed", "not verified: tests ran no test")
        assert one.sham.begun == ["tests", "lint"]
        assert verified(one.review.results_on(TREE, "b1")) == "failed"


async def test_what_is_known_of_a_tree_is_not_run_again_unless_asked() -> None:
    async with desk(Sham()) as one:
        await one.order()
        await one.over()
        await one.order("o2")
        act = await one.over("o2")
        assert one.sham.begun == ["tests", "lint"] and act.state == "confirmed"
        assert "known for this tree" in act.steps[0].text
        await one.order("o3", again="yes")
        assert (await one.over("o3")).state == "confirmed"
        assert one.sham.begun == ["tests", "lint"] * 2


async def test_a_result_that_differs_on_the_same_tree_is_flaky_whatever_came_between() -> None:
    async with desk(Sham(says={"tests": "failed"})) as one:
        for name, state in (("o1", "failed"), ("o2", "broken"), ("o3", "passed")):
            one.sham.says["tests"] = state  # type: ignore[assignment]
            await one.order(name, again="yes")
            await one.over(name)
        found = one.review.results[f"{TREE}:b1:tests"]
        assert found.state == "failed"
        assert found.why == "flaky: it failed before on this very tree and passed now"


async def test_an_order_that_comes_twice_is_carried_out_once() -> None:
    async with desk(Sham()) as one:
        await one.order()
        assert (await one.order()).id == "o1"
        await one.over()
        assert one.sham.begun == ["tests", "lint"]


async def test_an_order_for_the_tree_that_is_being_checked_joins_what_is_under_way() -> None:
    async with desk(Sham()) as one:
        await one.order()
        assert (await one.order("o2")).id == "o1"
        assert (await one.order("o3", again="yes")).id == "o3", "more was asked for, so it waits for its turn"
        assert (await one.order("o4", again="yes")).id == "o3"
        assert (await one.over()).state == (await one.over("o3")).state == "confirmed"
        assert one.sham.begun == ["tests", "lint"] * 2


async def test_checks_of_two_runs_wait_for_each_other() -> None:
    async with desk(Sham(), runs=2) as one:
        await one.order()
        await one.order("o2", run=1, again="yes")
        await one.seen("tests")
        for _ in range(20):
            await asyncio.sleep(0)
        assert one.sham.begun == ["tests"]
        await one.over("o2")
        assert one.act("o1").state == one.act("o2").state == "confirmed"


async def test_a_cancel_ends_the_check_and_says_who_asked() -> None:
    async with desk(Sham()) as one:
        await one.order()
        await one.seen("tests")
        act = await one.order("o2", "cancel_check", by="ana")
        assert (act.id, act.state, act.text) == ("o1", "failed", "cancelled by ana")
        assert one.states() == [("tests", "running"), ("tests", "cancelled")] and one.sham.at_once == 0
        assert verified(one.review.results_on(TREE, "b1")) is None
        for which in ("", "o1"):
            with pytest.raises(ValueError, match="had ended before that: cancelled by ana"):
                await one.order("o3", "cancel_check", act=which)
        with pytest.raises(ValueError, match="was begun; nothing was done"):
            await one.order("o4", "cancel_check", act="unheard")


async def test_a_core_that_ends_says_nothing_and_the_next_one_says_it_is_broken() -> None:
    async with desk(Sham()) as one:
        await one.order()
        await one.seen("tests")
        (task,) = one.duty._under_way.values()
        task.cancel()
        await asyncio.wait({task})
        assert one.act().state == "under_way" and one.states() == [("tests", "running")]
        one.duty, one.sham.begun = Checking(one.desk), []
        await one.duty.look()
        assert (one.act().state, one.act().text) == ("failed", f"not checked: {CUT_OFF}")
        assert (one.kept[-1].state, one.kept[-1].why) == ("broken", CUT_OFF)
        await one.duty.look()
        assert one.sham.left == 2, "each core once"


async def test_what_breaks_the_work_reaches_the_core() -> None:
    async with desk(Sham()) as one:

        async def broken(news: Reviewed) -> None:
            raise RuntimeError("the store is gone")

        one.duty = Checking(replace(one.desk, keep=broken))
        await one.order()
        with pytest.raises(RuntimeError, match="the store is gone"):
            async with asyncio.timeout(5):
                while True:
                    await one.duty.look()
                    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("sham", "policy", "why"),
    [
        (Sham(), "schema = 1", "no required check is named in the policy"),
        (Sham(tree=None), POLICY, "conflicts with refs/heads/main in a"),
    ],
)
async def test_where_nothing_can_be_checked_a_sentence_says_why(sham: Sham, policy: str, why: str) -> None:
    async with desk(sham, policy=policy) as one:
        with pytest.raises(ValueError, match=why):
            await one.order()
        assert not one.noted.recorded


def result(name: str, state: CheckState, **words: Any) -> CheckResult:
    return CheckResult(name, "x", TREE, "b1", "E1", state, 1.0, 2.0, required=("tests", "lint"), **words)


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        ({}, None),
        ({"tests": "passed"}, None),
        ({"tests": "passed", "lint": "passed"}, "passed"),
        ({"tests": "passed", "lint": "running"}, "running"),
        ({"tests": "failed", "lint": "running"}, "failed"),
        ({"tests": "timed_out", "lint": "passed"}, "failed"),
        ({"tests": "cancelled", "lint": "passed"}, None),
        ({"tests": "broken", "lint": "passed"}, None),
        ({"nightly": "passed"}, None),
    ],
)
def test_only_all_required_checks_together_verify(states: dict[str, CheckState], wanted: str | None) -> None:
    assert verified([result(name, state) for name, state in states.items()]) == wanted


def test_a_row_says_only_what_was_run_on_the_tree_that_it_shows() -> None:
    ids = "b" * 40, "f" * 40, "h" * 40, "1" * 40, "2" * 40
    proposal = Proposal(run_of("claude-code", "s").key, "x", "refs/heads/main", *ids, TREE, "p", "d")
    package = Package("r", "t", None, proposal, (), "low", "b1", None, 1.0)
    some = (result("tests", "passed", passed=3, failed=0), result("lint", "passed"))
    card = Card("r", "claude-code", "s", "done", "", 0, head="h" * 40)
    shown = Review().after(Reviewed(packages=(package,), results=some)).on(card)
    assert (shown.verified_state, shown.verified_passed, shown.verified_failed) == ("passed", 3, 0)
    assert (shown.verified_skipped, shown.verified_tree, shown.verified_at) == (None, TREE, 2.0)
    for other in ({"tree": "8" * 40}, {"policy": "b2"}):
        moved = tuple(replace(one, **other) for one in some)
        assert Review().after(Reviewed(packages=(package,), results=moved)).on(card).verified_state is None


def test_the_gate_names_which_checks_are_required_and_in_which_order() -> None:
    policy = read_policy(POLICY.replace('["tests", "lint"]', '["lint", "tests"]'), "p", "b")
    assert [(one.name, one.tests, one.grade) for one in required(policy)] == [
        ("lint", False, "E1"),
        ("tests", True, "E1"),
    ]
    assert required(read_policy("schema = 1", "p", "b")) == ()
