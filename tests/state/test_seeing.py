"""Marks on hunks: read out of orders, kept by the store, and given back with all that is known of a change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.control.desk import Desk
from state.evidence.review import Reviewed
from state.evidence.seeing import Seeing
from state.evidence.seen import MOST, Seen, marks_of
from state.gates.book import Change
from state.runs.run import RunKey
from state.spool import Order, Spool, account
from state.store.reader import StoreReader
from state.store.writer import Store
from tests.tui.at_change import APPROVAL, CHANGE, MERGE, PACKAGE, RESULTS, RUN


def order(**words: str) -> Order:
    return Order("1", "seen", words)


def test_an_order_names_a_run_and_its_hunks_once_each() -> None:
    marks = marks_of(order(run="r", hunks="a1 b2 a1"), 5.0)
    assert marks == tuple(Seen(RunKey("r"), hunk, account(), 5.0) for hunk in ("a1", "b2"))
    assert not marks_of(order(run="r", hunks="a1", seen="no"), 5.0)[0].seen


@pytest.mark.parametrize("words", [{}, {"run": "r"}, {"hunks": "a"}, {"run": "r", "hunks": "a'; DROP"}])
def test_what_is_no_mark_is_refused(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="nothing was marked"):
        marks_of(order(**words), 5.0)


def test_too_many_hunks_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing was marked"):
        marks_of(order(run="r", hunks=" ".join(f"{n:x}" for n in range(MOST + 1))), 5.0)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    yield Spool(tmp_path / "house")


async def test_a_change_is_read_in_one_go_with_its_marks(spool: Spool) -> None:
    store = Store(spool.database)
    marked = tuple(Seen(RunKey(RUN), hunk, "ada", 1.0) for hunk in ("a", "b"))
    other = CHANGE.packages[0]
    with store.transaction() as transaction:
        transaction.gate(Change(requests=(MERGE,)))
        transaction.review(Reviewed((other,), RESULTS, (APPROVAL,), seen=marked))
    with store.transaction() as transaction:
        transaction.review(Reviewed(seen=(Seen(RunKey(RUN), "a", "ada", 2.0, seen=False), *marked[1:])))
    reader = StoreReader(spool)
    try:
        change = await reader.change(RUN)
        nothing = await reader.change("nobody")
    finally:
        await reader.close()
        store.close()
    assert change.package == PACKAGE and change.results == tuple(sorted(RESULTS, key=lambda one: one.name))
    assert change.approvals == (APPROVAL,) and change.request == MERGE and change.seen == {"b"}
    assert nothing.package is None and nothing.request is None and nothing.seen == frozenset()


async def test_the_duty_keeps_marks_of_runs_that_are_there() -> None:
    kept: list[Reviewed] = []

    async def keep(news: Reviewed) -> None:
        kept.append(news)

    desk = Desk.__new__(Desk)
    for name, value in {"clock": lambda: 7.0, "keep": keep}.items():
        object.__setattr__(desk, name, value)
    object.__setattr__(desk, "fleet", lambda: type("F", (), {"runs": {RunKey(RUN): object()}})())
    act = await Seeing(desk).carry_out(order(run=RUN, hunks="a"))
    assert act.text == "marked" and [one.hunk for one in kept[0].seen] == ["a"]
    with pytest.raises(ValueError, match="there is no run"):
        await Seeing(desk).carry_out(order(run="zzz", hunks="a"))
