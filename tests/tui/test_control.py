"""The keys that ask twice: what is named stays what is meant, and nothing but a second press does it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events

from state.board import OrderRefused
from state.commands import COMMANDS
from state.runs.card import Card
from tests.tui.at_control import FIRST, STOPPED, Controlled, orders, pressed, with_acts
from tui.bound_keys import taken
from tui.screens.control import CONFIRMED
from tui.wording_gates import PASTED, TOO_QUICK

STOP = ("stop", {"run": FIRST, "via": "board"})


async def test_the_first_press_names_the_run_and_the_second_one_stops_it(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        assert screen.status().strip().startswith(f"x again: stop {FIRST} (Retry a failed payment once")
        assert "feat/checkout-retry" in screen.app.screen.message and orders(screen) == []
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP]
        assert f"stop {FIRST}: requested; its row says what is observed" in screen.status()
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP], "it asks anew"


async def test_a_press_too_soon_a_held_key_and_a_burst_confirm_nothing(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        ticks.at += 0.4
        await screen.press("x")
        assert TOO_QUICK in screen.status() and f"x again: stop {FIRST}" in screen.status()
        ticks.at += 1.0
        for _ in range(3):
            screen.app.post_message(events.Key("x", "x"))
        await asyncio.sleep(0.1)
        await screen.settled()
        assert orders(screen) == []
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP]


@pytest.mark.parametrize("other", ["j", "escape", "z", "H", "F"])
async def test_another_key_undoes_the_first_press(controlled: Controlled, other: str) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        await pressed(screen, ticks, other)
        await screen.press("k")
        await pressed(screen, ticks, "x")
        assert orders(screen) == [] and "x again: stop" in screen.status()


async def test_what_does_not_fit_on_the_terminal_is_not_confirmed(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        for size in ((30, 30), (80, 6)):
            await screen.pilot.resize_terminal(*size)
            await screen.settled()
            await pressed(screen, ticks, "x")
            await pressed(screen, ticks, "x")
        assert orders(screen) == []
        await screen.pilot.resize_terminal(80, 24)
        await screen.settled()
        await pressed(screen, ticks, "X")
        await screen.press(*"stop all")
        await screen.pilot.resize_terminal(30, 5)
        await screen.settled()
        await pressed(screen, ticks, "enter")
        assert orders(screen) == []


async def test_pasted_text_undoes_the_first_press(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        screen.app.post_message(events.Paste("x"))
        await screen.settled()
        assert screen.status().strip().startswith(PASTED)
        await pressed(screen, ticks, "x")
        assert orders(screen) == []


async def test_the_first_press_is_undone_by_time(controlled: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.wording_control.CONFIRM_SECONDS", 0.05)
    async with controlled() as (screen, ticks):
        await screen.press("x")
        await screen.pilot.pause(0.1)
        assert screen.status().strip().startswith("nothing was done")
        await pressed(screen, ticks, "x")
        assert orders(screen) == []


async def test_it_stops_the_run_that_was_named_whatever_becomes_of_the_rows(
    controlled: Controlled, cards: list[Card]
) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("x")
        await screen.changed(replace(cards[3], state="waiting", need=99, because="asks leave"))
        screen.reader.drop(FIRST)
        screen.reader.ring()
        await screen.settled()
        assert FIRST not in screen.selected() and f"x again: stop {FIRST}" in screen.status()
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP]


async def test_a_name_or_a_click_asks_and_never_confirms(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        for _ in range(3):
            ticks.at += 1.0
            await screen.app.screen.run_command("stop")
            await screen.settled()
        footer = screen.lines()[-1]
        await screen.pilot.click("#keys", offset=(footer.index("x stop"), 0))
        await screen.settled()
        assert orders(screen) == [] and "stop: press x; a click orders nothing" in screen.status()
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP]


async def test_the_palette_names_stop_and_then_asks_for_its_key(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("colon", *"ends the run", "enter")
        assert f"x again: stop {FIRST}" in screen.status()
        await pressed(screen, ticks, "x")
        assert orders(screen) == [STOP]


@pytest.mark.parametrize(
    ("facts", "key", "asks", "verb"),
    [
        ({}, "H", "hold", "hold"),
        ({"state": "held"}, "H", "resume", "resume"),
        ({}, "f", "freeze", "freeze"),
        ({"frozen": "sam"}, "f", "thaw", "thaw"),
    ],
)
async def test_a_key_that_goes_both_ways_says_which(
    controlled: Controlled, cards: list[Card], facts: dict[str, str], key: str, asks: str, verb: str
) -> None:
    async with controlled([replace(cards[0], **facts)]) as (screen, ticks):
        await screen.press(key)
        assert f"{key} again: {asks} {FIRST}" in screen.status()
        await pressed(screen, ticks, key)
        assert orders(screen) == [(verb, {"run": FIRST, "via": "board"})]
        assert f"{verb} {FIRST}: {verb} of it" in screen.status()


async def test_the_fleet_is_frozen_and_thawed_and_the_first_line_says_so(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await pressed(screen, ticks, "F", "F")
        screen.reader.frozen = "sam"
        await screen.changed()
        assert screen.lines()[0].strip().startswith("fleet frozen by sam")
        await screen.press("F")
        assert "F again: thaw every run" in screen.status()
        await pressed(screen, ticks, "F")
        assert orders(screen) == [(verb, {"run": "", "via": "board"}) for verb in ("freeze", "thaw")]


async def test_what_a_stop_left_running_is_ended_by_the_same_key(controlled: Controlled, cards: list[Card]) -> None:
    stopped = replace(cards[0], state="stopped", act_kind="stop", act_state="confirmed")
    async with controlled([stopped]) as (screen, ticks):
        await screen.press("x")
        assert "stop: it is stopped" in screen.status()
        screen.reader.detail_of = with_acts(STOPPED)
        await screen.changed(stopped)
        await screen.press("x")
        assert f"x again: end 1 process that {FIRST} left running" in screen.status()
        await pressed(screen, ticks, "x")
        assert orders(screen) == [("end_left", {"run": FIRST, "via": "board"})]


async def test_what_the_core_refuses_is_said_as_not_done(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        screen.reader.answers["stop"] = OrderRefused("two processes may be its own; no signal was sent")
        await pressed(screen, ticks, "x", "x")
        assert "NOT done: two processes may be its own; no signal was sent" in screen.status()


async def test_no_key_that_asks_twice_is_an_action(open_board: Callable) -> None:
    async with open_board() as screen:
        keys = taken(COMMANDS, "confirm")
        assert set(keys) == {"x", "H", "f", "F", "u"} and set(keys.values()) == set(CONFIRMED)
        assert not set(keys) & set(screen.app.screen.active_bindings)


async def test_a_key_that_asks_twice_is_text_in_a_field(controlled: Controlled) -> None:
    async with controlled() as (screen, _):
        await screen.press("slash", *"xFHf")
        assert screen.app.screen.view.filter == "xFHf" and "again" not in screen.text() and orders(screen) == []
