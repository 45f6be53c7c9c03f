"""How long a human looked at what: told by keys alone, cut at pauses, and handed over without gaps or overlaps."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from state.attention.attended import attended_of
from state.spool import Order
from tests.tui.conftest import OpenBoard
from tui.attention import Focus, Recorder

BOARD, DETAIL = Focus("a1", "b2", "board"), Focus("a1", "b2", "detail")


class Core:
    """Keeps what a recorder hands over."""

    def __init__(self) -> None:
        self.orders: list[dict[str, str]] = []
        self.recorder = Recorder(120.0, self.take)

    async def take(self, words: dict[str, str]) -> None:
        self.orders.append(words)

    async def told(self) -> list[tuple[Any, ...]]:
        await self.recorder.hand_over()
        rows = [one for words in self.orders for one in json.loads(words["stretches"])]
        return [(one["surface"], one["since"], one["until"], one["keys"], one["idle"]) for one in rows]


async def test_the_time_between_two_keys_belongs_to_what_was_in_focus() -> None:
    core = Core()
    for focus, at in ((BOARD, 100.0), (BOARD, 110.0), (BOARD, 115.0), (DETAIL, 140.0), (DETAIL, 141.0)):
        core.recorder.pressed(focus, at)
    assert await core.told() == [("board", 100, 115, 2, 0), ("detail", 115, 141, 2, 0)]


async def test_a_pause_beyond_the_cut_off_belongs_to_nothing() -> None:
    core = Core()
    for at in (100.0, 105.0, 226.0, 230.0):
        core.recorder.pressed(BOARD, at)
    assert await core.told() == [("board", 100, 105, 1, 121), ("board", 226, 230, 1, 0)]


async def test_what_was_handed_over_goes_on_where_it_ended() -> None:
    core = Core()
    core.recorder.pressed(BOARD, 100.0)
    core.recorder.pressed(BOARD, 110.0)
    await core.recorder.hand_over()
    core.recorder.pressed(BOARD, 130.0)
    assert await core.told() == [("board", 100, 110, 1, 0), ("board", 110, 130, 1, 0)]


async def test_where_nothing_was_done_nothing_is_handed_over() -> None:
    core = Core()
    assert await core.told() == []
    core.recorder.pressed(BOARD, 100.0)
    assert await core.told() == [] and not core.orders


async def test_a_clock_that_is_set_back_begins_a_new_stretch() -> None:
    core = Core()
    for at in (100.0, 105.0, 50.0, 55.0):
        core.recorder.pressed(BOARD, at)
    assert await core.told() == [("board", 100, 105, 1, 0), ("board", 50, 55, 1, 0)]


@given(st.lists(st.tuples(st.floats(0, 300), st.sampled_from([BOARD, DETAIL]), st.booleans()), max_size=30))
async def test_whatever_is_pressed_the_core_takes_it_and_no_second_counts_twice(
    presses: list[tuple[float, Focus, bool]],
) -> None:
    core, now = Core(), 1_000.0
    for wait, focus, hand_over in presses:
        now += wait
        core.recorder.pressed(focus, now)
        if hand_over:
            await core.recorder.hand_over()
    await core.recorder.hand_over()
    reached: float | None = None
    for number, words in enumerate(core.orders):
        for one in attended_of(Order(str(number), "attended", words), now, "ana", reached):
            assert one.until - one.since <= 30 * 120.0
            reached = one.until
    assert reached is None or reached <= now


async def test_the_board_tells_which_run_was_looked_at_and_where(open_board: OpenBoard) -> None:
    async with open_board() as screen:
        run = next(iter(screen.reader.cards))
        for key in ("j", "k", "enter", "down"):
            screen.clock.time += 10
            await screen.pilot.press(key)
    told = [words for verb, words in screen.reader.orders if verb == "attended"]
    rows = json.loads(told[0]["stretches"])
    assert len(told) == 1 and [one["keys"] for one in rows][-1] == 1
    assert rows[-1]["surface"] == "detail" and {one["run"] for one in rows} & {run, *screen.reader.cards}
