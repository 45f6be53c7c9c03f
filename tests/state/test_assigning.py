"""What a human says of a run: through the spool into the core, and there for good."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.assigning import LONGEST, tidy, words_of
from state.board import OrderRefused
from state.ports import Batch
from state.runs import event as ev
from state.runs.card import Card
from state.runs.roles import ASSIGNABLE, ROLES
from state.runs.run import Origin
from state.spool import account
from state.store.reader import StoreReader, words_said
from tests.state.test_supervisor import KEY, House, make_house, story


async def begun(folder: Path) -> House:
    house = make_house(folder, story())
    await house.supervisor.begin()
    await house.supervisor.once()
    return house


async def say(house: House, **words: str) -> str:
    """Order as a board does, while the core listens."""
    core = asyncio.create_task(house.supervisor.run())
    try:
        return await house.reader.order("assign", **words)
    finally:
        core.cancel()
        await asyncio.gather(core, return_exceptions=True)


async def shown(house: House) -> Card:
    (card,) = await house.reader.cards()
    return card


async def test_a_word_goes_from_the_board_to_the_row_and_outlives_log_and_core(tmp_path: Path) -> None:
    house = await begun(tmp_path)
    assert await say(house, run=KEY, task="Payments", role="Reviewer") == "task: Payments, role: reviewer"
    card = await shown(house)
    assert (card.task_title, card.task_from, card.role, card.role_from) == ("Payments", "human", "reviewer", "human")
    again = story()
    restarted = ev.LogRestarted(KEY, Origin("/logs/one", 0), "rewritten")
    await house.supervisor.take(replace(again, events=(restarted, *again.events)))
    assert (await shown(house)).task_title == "Payments"
    await house.close()
    second = make_house(tmp_path)
    await second.supervisor.begin()
    card = await shown(second)
    assert (card.task_title, card.role) == ("Payments", "reviewer")
    await say(second, run=KEY, task="")
    card = await shown(second)
    assert (card.task_title, card.task_from, card.role) == ("mend the parser", "prompt", "reviewer")
    await second.close()
    third = make_house(tmp_path)
    await third.supervisor.begin()
    assert (await shown(third)).task_from == "prompt"
    await third.close()


async def test_every_word_stays_in_the_table_with_who_said_it(tmp_path: Path) -> None:
    house = await begun(tmp_path)
    for role in ("tester", "reviewer", ""):
        house.now += 1
        await say(house, run=KEY, role=role)
    await house.close()
    with sqlite3.connect(house.spool.database) as database:
        rows = database.execute("SELECT run, what, value, by, at FROM assigned ORDER BY at").fetchall()
    database.close()
    me = account()
    assert rows == [
        (KEY, "role", "tester", me, 101.0), (KEY, "role", "reviewer", me, 102.0), (KEY, "role", "", me, 103.0),
    ]  # fmt: skip


async def test_two_boards_keep_each_others_words_and_the_later_one_holds(tmp_path: Path) -> None:
    house = await begun(tmp_path)
    other = StoreReader(house.spool)
    core = asyncio.create_task(house.supervisor.run())
    await asyncio.gather(
        house.reader.order("assign", run=KEY, owner="Grace"), other.order("assign", run=KEY, role="tester")
    )
    card = await shown(house)
    assert (card.owner, card.role) == ("Grace", "tester")
    await other.order("assign", run=KEY, owner="Ada")
    assert (await shown(house)).owner == "Ada"
    core.cancel()
    await asyncio.gather(core, return_exceptions=True)
    await other.close()
    await house.close()


async def test_an_order_that_is_carried_out_twice_stands_once(tmp_path: Path) -> None:
    house = await begun(tmp_path / "repository")
    order = house.spool.order("assign", run=KEY, role="tester")
    await house.supervisor._assign(order)
    await house.supervisor._assign(order)
    await house.close()
    assert [word.value for word in words_said(tmp_path)[KEY]] == ["tester"]
    with sqlite3.connect(house.spool.database) as database:
        assert database.execute("SELECT count(*) FROM assigned").fetchone() == (1,)
    database.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"run": "0000000000", "role": "tester"}, "there is no run 0000000000 here; nothing was changed"),
        ({"run": "", "role": "tester"}, "there is no run without an id here; nothing was changed"),
        ({"run": KEY}, "nothing was said: name one of task, owner, role"),
        ({"run": KEY, "role": "boss"}, f"boss is no role: it is one of {', '.join(ROLES)}"),
    ],
)
async def test_what_cannot_be_said_is_answered_with_a_sentence(
    tmp_path: Path, words: dict[str, str], said: str
) -> None:
    house = await begun(tmp_path)
    with pytest.raises(OrderRefused) as refused:
        await say(house, **words)
    assert str(refused.value) == said
    assert (await shown(house)).role is None
    await house.close()


async def test_without_a_core_the_word_waits_in_the_inbox_and_is_kept_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("state.store.reader.ANSWER_SECONDS", 0.05)
    house = await begun(tmp_path)
    house.supervisor.close()
    assert await house.reader.order("assign", run=KEY, role="tester") == "asked; no core works yet"
    await house.close()
    second = make_house(tmp_path, Batch())
    await second.supervisor.begin()
    await second.supervisor.once()
    assert (await shown(second)).role == "tester"
    await second.close()


@given(st.sampled_from(["task", "owner"]), st.text(max_size=60))
def test_a_word_is_one_printable_line(what: str, text: str) -> None:
    kept = tidy(what, text)  # type: ignore[arg-type]
    assert kept.isprintable() and kept == kept.strip()


def test_hostile_words_are_shown_for_what_they_are_and_cut() -> None:
    assert tidy("task", "a\x1b[2Jb\u202ec\n d") == "a␛[2Jb⦃U+202E⦄c d"
    assert len(tidy("task", "x" * 10_000)) == LONGEST["task"]
    assert [word.what for word in words_of({"role": "tester", "task": "t", "x": "y"}, "ada", 1.0)] == ["task", "role"]
    assert ASSIGNABLE == ("task", "owner", "role")
