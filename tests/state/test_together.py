"""Several repositories as one reader: none takes another one away, and every order goes where it belongs."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from state.board import BoardUnreadable, OrderRefused
from state.gates.request import Request
from state.ports import Problem
from state.repository_names import distinct_names
from state.runs.card import Card
from state.store import together
from state.store.together import ReadersTogether
from tests.tui.fake_reader import FakeReader


class Reader(FakeReader):
    """A store in memory that can be unreadable."""

    why = ""

    async def changes(self, since: int) -> Any:
        if self.why:
            raise BoardUnreadable(self.why)
        return await super().changes(since)


def card(run: str, **facts: Any) -> Card:
    return replace(Card(id=run, agent="codex", session_id=run, state="idle", because="", need=0), **facts)


def two() -> tuple[Reader, Reader, ReadersTogether]:
    a, b = Reader([card("a1"), card("a2")]), Reader([card("b1")])
    return a, b, ReadersTogether([a, b], ["shop", "bank"])


async def test_every_run_says_of_which_repository_it_is() -> None:
    _, _, both = two()
    told = await both.changes(0)
    assert (told.repository, told.repositories) == ("2 repositories", {"a1": "shop", "a2": "shop", "b1": "bank"})
    assert [one.id for one in told.cards] == ["a1", "a2", "b1"]
    again = await both.changes(told.rev)
    assert await both.changes(again.rev) == again, "without news there is nothing to paint"


async def test_one_that_cannot_be_read_takes_no_other_one_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "AGAIN_AFTER", 0.0)
    a, b, both = two()
    first = await both.changes(0)
    b.why = "the state database cannot be read: disk I/O error"
    a.put(card("a1", because="new"))
    told = await both.changes(first.rev)
    assert [one.because for one in told.cards] == ["new"] and not told.gone
    assert told.repositories["b1"] == "bank", "its rows stay"
    assert [one.text for one in told.problems] == [f"bank: {b.why}"]
    async with asyncio.timeout(10):
        await both.rung()
    b.why = ""
    assert [one.id for one in (await both.changes(told.rev)).cards] == []
    b.put(card("b1", because="back"))
    assert [one.because for one in (await both.changes(told.rev)).cards] == ["back"]
    a.why = b.why = "gone"
    with pytest.raises(BoardUnreadable, match="gone"):
        await both.changes(1)


async def test_a_store_that_was_made_anew_is_read_from_its_beginning() -> None:
    a, _, both = two()
    a.rev = 9
    first = await both.changes(0)
    a.rev, a.cards, a.revs = 1, {"a2": card("a2")}, {"a2": 1}
    told = await both.changes(first.rev)
    assert [one.id for one in told.cards] == ["a2"] and told.gone == ("a1",) and told.rev > first.rev


async def test_problems_name_their_repository_unless_all_say_the_same() -> None:
    a, b, both = two()
    same = Problem("config.toml", "config.toml is not in force", "mend it")
    a.problems, b.problems = (same, Problem("git", "git did not answer", "look")), (same,)
    told = await both.changes(0)
    assert [one.text for one in told.problems] == ["config.toml is not in force", "shop: git did not answer"]


async def test_some_that_are_frozen_are_no_frozen_fleet_so_that_the_key_freezes_the_rest() -> None:
    a, b, both = two()
    a.frozen = "ada"
    told = await both.changes(0)
    assert told.frozen is None
    assert [one.text for one in told.problems] == ["every run of shop is frozen, by ada; not those of the others"]
    b.frozen = "ada"
    assert (await both.changes(1)).frozen == "ada"


async def test_an_order_goes_to_the_repository_that_it_is_about() -> None:
    a, b, both = two()
    b.requests = (Request(id="r9", run="b1", gate="plan", text="", sha="", opened=0.0, severity="low"),)  # type: ignore[arg-type]
    await both.changes(0)
    await both.order("stop", run="b1")
    await both.order("approve", request="r9", run="b1")
    await both.order("start", repo="bank", beside="a1", task="x")
    await both.order("start", beside="a2", task="y")
    assert [verb for verb, _ in b.orders] == ["stop", "approve", "start"]
    assert b.orders[-1][1] == {"task": "x"} and a.orders == [("start", {"beside": "a2", "task": "y"})]
    with pytest.raises(OrderRefused, match="shop, bank"):
        await both.order("start", repo="nowhere", task="x")
    with pytest.raises(OrderRefused, match="name the repository"):
        await both.order("start", task="x")


async def test_one_that_refuses_what_all_are_told_keeps_none_of_the_others_from_it() -> None:
    a, b, both = two()
    await both.changes(0)
    a.answers["freeze"] = OrderRefused("its disk is full")
    b.answers["freeze"] = "every run is frozen"
    with pytest.raises(OrderRefused, match="shop: its disk is full; but bank: every run is frozen"):
        await both.order("freeze")
    assert b.orders == [("freeze", {})]
    b.answers["freeze"] = OrderRefused("no")
    with pytest.raises(OrderRefused, match="its disk is full"):
        await both.order("freeze")


@pytest.mark.parametrize(
    ("roots", "names"),
    [
        (["/home/ada/shop", "/home/ada/bank"], ("shop", "bank")),
        (["/home/ada/shop", "/srv/shop", "/x"], ("ada/shop", "srv/shop", "x")),
        (["/a/b/shop", "/c/b/shop"], ("a/b/shop", "c/b/shop")),
        (["/shop", "/old/shop"], ("shop", "old/shop")),
        (["/"], ("/",)),
    ],
)
def test_names_are_as_short_as_tells_repositories_apart(roots: list[str], names: tuple[str, ...]) -> None:
    assert distinct_names(roots) == names
