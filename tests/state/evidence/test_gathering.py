"""The duty of evidence: by order and by itself, once for each change, asked once and taken back when it is stale."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from state.control.act import Acts
from state.control.desk import Desk
from state.control.hands import Hands
from state.evidence.aging import stale
from state.evidence.gathering import Gathering
from state.evidence.history import History
from state.evidence.proposal import FileDiff, Proposal
from state.evidence.requesting import request_id
from state.evidence.review import Review, Reviewed
from state.gates.book import Book, Change
from state.gates.request import Request
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Run
from state.runs.worktree import ChangedFile, Worktree
from state.spool import Order
from tests.evidence_made import HEAD, KEY, TOP, a_run, changed, history, proposal

CARD = Card(
    KEY,
    "claude-code",
    "one",
    "done",
    "",
    0,
    worktree=TOP,
    branch="feat/one",
    head=HEAD,
    base_head="1" * 40,
    ahead=2,
    behind=0,
)
TREE = Worktree(
    TOP,
    "",
    branch="feat/one",
    head=HEAD,
    base="1" * 40,
    ahead=2,
    behind=0,
    files=(ChangedFile("README.md", "modified"),),
)


@dataclass
class Store:
    """An authority, histories, and a desk's memory."""

    change: Proposal | str = field(default_factory=lambda: proposal(changed("README.md")))
    card: Card = CARD
    tree: Worktree = TREE
    run: Run = field(default_factory=a_run)
    review: Review = field(default_factory=Review)
    book: Book = field(default_factory=Book)
    now: float = 1000.0
    proposed: int = 0
    fails: bool = False
    drafts: list[Any] = field(default_factory=list[Any])

    async def propose(self, run: str, worktree: str, branch: str | None) -> Proposal | str:
        self.proposed += 1
        await asyncio.sleep(0)
        return self.change

    async def diff(self, change: Proposal, paths: Sequence[str] = ()) -> tuple[FileDiff, ...]:
        if self.fails:
            raise OSError("the store is gone")
        return ()

    async def content(self, tree: str, path: str, most: int = 0) -> bytes | None:
        return None

    async def of(self, run: Run) -> History | str:
        return history()

    async def keep(self, news: Reviewed) -> None:
        self.review = self.review.after(news)
        self.drafts += news.drafts

    async def ask(self, request: Request) -> None:
        known = self.book.requests.get(request.id)
        if known is None or known.state == "open":
            self.book = self.book.after(Change((request,)))

    def duty(self) -> Gathering:
        async def nothing(told: Any) -> Any:
            return None

        hands = Hands(authority=self, histories=self)  # type: ignore[arg-type]
        return Gathering(
            Desk(
                fleet=lambda: Fleet({KEY: self.run}, {TOP: self.tree}),
                cards=lambda: {KEY: self.card},
                acts=Acts,
                clock=lambda: self.now,
                record=nothing,
                freeze=nothing,
                hands=hands,
                review=lambda: self.review,
                keep=self.keep,
                ask=self.ask,
                book=lambda: self.book,
            )
        )

    def states(self) -> list[str]:
        return [one.state for one in sorted(self.book.requests.values(), key=lambda one: one.opened)]


async def looked(duty: Gathering, times: int = 3) -> None:
    for _ in range(times):
        await duty.look()
        for _ in range(50):
            await asyncio.sleep(0.001)
            if duty.idle:
                break


async def test_a_change_that_rests_is_gathered_once_and_asked_once() -> None:
    store = Store()
    duty = store.duty()
    await looked(duty, 1)
    assert store.proposed == 0, "what was seen once may still move"
    await looked(duty, 4)
    assert store.proposed == 1
    (package,) = store.review.packages.values()
    assert package.complete and store.states() == ["open"]
    assert store.book.requests[request_id(package)].sha == package.sha


@pytest.mark.parametrize(
    ("card", "tree"),
    [
        (replace(CARD, state="working"), TREE),
        (replace(CARD, ahead=0), TREE),
        (replace(CARD, role="reviewer"), TREE),
        (replace(CARD, parent="9876543210"), TREE),
        (CARD, replace(TREE, files=(ChangedFile("b.py", "untracked", committed=False),))),
        (CARD, replace(TREE, files=None)),
    ],
)
async def test_what_does_not_rest_as_a_change_is_left_alone(card: Card, tree: Worktree) -> None:
    store = Store(card=card, tree=tree)
    await looked(store.duty(), 4)
    assert store.proposed == 0


async def test_a_change_that_moves_on_is_stale_taken_back_and_gathered_anew() -> None:
    store = Store()
    duty = store.duty()
    await looked(duty, 3)
    store.card, store.now = replace(CARD, state="working", head="5" * 40), 2000.0
    await looked(duty, 2)
    assert store.states() == ["moot"] and store.proposed == 1
    assert store.review.on(store.card).evidence_state == "stale"
    store.card, store.change = replace(store.card, state="done"), proposal(changed("README.md"), head="5" * 40)
    await looked(duty, 3)
    assert store.states() == ["moot", "open"] and store.review.on(store.card).evidence_state == "complete"
    store.card = replace(store.card, behind=3)
    (package,) = store.review.packages.values()
    assert "3 commits behind" in stale(package, store.card)


async def test_an_incomplete_package_waits_until_a_human_says_why() -> None:
    store = Store(change=proposal(changed("a.py")))
    duty = store.duty()
    act = await duty.carry_out(Order("o-1", "evidence", {"run": KEY}))
    assert "MISSING" in act.text and store.book.requests == {}
    with pytest.raises(ValueError, match="say why"):
        await duty.carry_out(Order("o-2", "evidence", {"run": KEY, "incomplete": "yes"}))
    forced = Order("o-3", "evidence", {"run": KEY, "incomplete": "yes", "reason": "a hot fix", "by": "ana"})
    await duty.carry_out(forced)
    assert store.states() == ["open"] and "incomplete" in next(iter(store.book.requests.values())).text
    (draft,) = store.drafts
    assert (draft.actor_kind, draft.actor, draft.kind, draft.body["reason"]) == (
        "human",
        "ana",
        "evidence_override",
        "a hot fix",
    )
    await duty.carry_out(Order("o-4", "evidence", {"run": KEY}))
    assert store.states() == ["open"], "the same change stays put up for review"
    store.change = proposal(changed("a.py"), head="5" * 40)
    await duty.carry_out(Order("o-5", "evidence", {"run": KEY}))
    assert store.states() == ["moot"], "another change was never put up for review"


async def test_the_same_evidence_twice_is_kept_once() -> None:
    store = Store()
    duty = store.duty()
    first = await duty.carry_out(Order("o-1", "evidence", {"run": KEY}))
    store.now = 5000.0
    second = await duty.carry_out(Order("o-2", "evidence", {"run": KEY}))
    assert first.facts["package"] == second.facts["package"] and store.states() == ["open"]


async def test_a_core_that_was_killed_before_it_asked_asks_in_its_next_life() -> None:
    store = Store()
    await store.duty().carry_out(Order("o-1", "evidence", {"run": KEY}))
    store.book = Book()
    await looked(store.duty(), 1)
    assert store.states() == ["open"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"change": "there is nothing to merge"}, "there is nothing to merge"),
        ({"change": proposal(files=(), uncommitted_count=2)}, "2 uncommitted files"),
        ({"run": a_run(worktree=None)}, "works in no worktree"),
        ({"fails": True}, "the store is gone"),
    ],
)
async def test_without_a_change_one_sentence_says_so(facts: dict[str, Any], why: str) -> None:
    store = Store(**facts)
    with pytest.raises(ValueError, match=why):
        await store.duty().carry_out(Order("o-1", "evidence", {"run": KEY}))
    await looked(store.duty(), 4)
    assert store.review.packages == {}
