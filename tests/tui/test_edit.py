"""`e`: a human says what a run's task, owner and role are, in the status line's place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from state.assigning import LONGEST
from state.board import OrderRefused
from state.runs.card import Card
from tests.tui.on_screen import Screen

FIRST = "9c1f04ab27"


def clear(screen: Screen) -> list[str]:
    return ["ctrl+u", "ctrl+k"]


async def paste(screen: Screen, text: str) -> None:
    field = screen.app.screen.focused
    assert isinstance(field, Input)
    field.post_message(events.Paste(text))
    await screen.settled()


async def test_enter_keeps_only_what_was_typed_otherwise(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e")
        assert "task" in screen.status() and f"of {FIRST}" in screen.status()
        await screen.press(*clear(screen), *"Payments", "tab", "tab", *"Reviewer", "enter")
        assert screen.reader.orders == [("assign", {"run": FIRST, "task": "Payments", "role": "reviewer"})]
        assert "edit: asked" in screen.status()
        await screen.press("j")
        assert "Upgrade the ORM" in screen.selected()


async def test_letters_that_are_commands_are_text_in_the_field_and_a_fast_hand_loses_none(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.pilot.press("e", "ctrl+u", "ctrl+k", *"eq/j?", "enter")
        await screen.settled()
        assert screen.reader.orders == [("assign", {"run": FIRST, "task": "eq/j?"})]


async def test_a_burst_of_keys_acts_in_its_order(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e")
        burst = (("ctrl+u", None), ("P", "P"), ("a", "a"), ("tab", "\t"), ("G", "G"), ("r", "r"), ("enter", "\r"))
        for key, character in burst:
            screen.app.post_message(events.Key(key, character))
        await screen.settled()
        assert screen.reader.orders == [("assign", {"run": FIRST, "task": "Pa", "owner": "Gr"})]


async def test_escape_leaves_everything_as_it_was(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e", *"nonsense", "escape")
        assert screen.reader.orders == [] and "nonsense" not in screen.text()
        await screen.press("e", "enter")
        assert screen.reader.orders == [] and "nothing was changed" in screen.status()


async def test_an_emptied_field_takes_the_word_back(open_board: Callable, cards: list[Card]) -> None:
    async with open_board([replace(cards[0], role="tester", owner="Grace")]) as screen:
        await screen.press("e", "shift+tab", *clear(screen), "shift+tab", *clear(screen), "enter")
        assert screen.reader.orders == [("assign", {"run": FIRST, "owner": "", "role": ""})]


async def test_what_is_no_role_is_said_and_can_be_mended(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e", "up", *"boss", "enter")
        assert "no such role" in screen.status() and screen.reader.orders == []
        await screen.press(*clear(screen), *"watcher", "enter")
        assert screen.reader.orders == [("assign", {"run": FIRST, "role": "watcher"})]


async def test_a_title_of_the_fleet_is_completed(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e", *clear(screen), *"upgrade the orm")
        await screen.press("right", "enter")
        (order,) = screen.reader.orders
        assert order[1]["task"] == "Upgrade the ORM and remove the compatibility layer"


async def test_the_run_is_the_one_that_the_editor_was_opened_on(open_board: Callable, cards: list[Card]) -> None:
    async with open_board() as screen:
        await screen.press("e")
        await screen.changed(replace(cards[3], state="waiting", need=99, because="asks leave"))
        screen.reader.drop(FIRST)
        screen.reader.ring()
        await screen.settled()
        await screen.press("tab", *"Grace", "enter")
        assert screen.reader.orders == [("assign", {"run": FIRST, "owner": "Grace"})]


async def test_what_the_core_refuses_is_said(open_board: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_board() as screen:

        async def refuse(verb: str, **words: str) -> str:
            raise OrderRefused("there is no run 9c1f04ab27 here; nothing was changed")

        monkeypatch.setattr(screen.reader, "order", refuse)
        await screen.press("e", *"x", "enter")
        assert "there is no run 9c1f04ab27 here" in screen.status()


async def test_a_hostile_paste_is_one_safe_line_of_bounded_length(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("e", *clear(screen))
        await paste(screen, "a\x1b[2J\u202eb\nשלום " + "x" * 10_000)
        await screen.press("enter")
        (order,) = screen.reader.orders
        said = order[1]["task"]
        assert said.startswith("a␛[2J⦃U+202E⦄b שלום xxx") and said.isprintable()
        assert len(said) <= LONGEST["task"]
        assert "\x1b" not in screen.text()


async def test_the_editor_goes_back_to_where_it_was_opened(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("enter", "enter")
        zoomed = screen.lines()[0:3]
        await screen.press("e", "escape")
        assert screen.lines()[0:3] == zoomed


async def test_with_no_run_there_is_nothing_to_edit(open_board: Callable) -> None:
    async with open_board([]) as screen:
        await screen.press("e")
        assert "edit: no run is selected" in screen.status()


async def test_runs_of_one_task_stand_together_and_are_marked(open_board: Callable, cards: list[Card]) -> None:
    shared = [replace(card, task_id="t", task_title="Search by part number") for card in (cards[3], cards[8])]
    async with open_board([*cards[4:8], *shared], size=(160, 40)) as screen:
        rows = [line for line in screen.lines() if "Search by part number" in line and "  task " not in line]
        assert "└ Search by part number" in rows[1] and "└" not in rows[0]
        first = screen.lines().index(rows[0])
        assert screen.lines()[first + 1] == rows[1]
