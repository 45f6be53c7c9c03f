"""The forms of control on the board: what is missing is said, what was typed is kept, and a paste sends nothing."""

from dataclasses import replace

from textual import events

from state.board import OrderRefused
from state.ports import WayThere
from state.runs.card import Card
from tests.tui.at_control import FIRST, Controlled, orders, pressed
from tests.tui.on_screen import Screen
from tui.forms import Offers, start
from tui.wording_gates import TOO_QUICK

LINE = -2
"""The line in which a form is filled in stands above the keys."""


def message(screen: Screen) -> str:
    return screen.app.screen.message


async def test_a_message_is_typed_at_the_bottom_and_enter_sends_it(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.pilot.press("m", *"use x and H, not j")
        await screen.settled()
        assert "use x and H, not j" in screen.lines()[LINE] and f"correct {FIRST}" in screen.text()
        await pressed(screen, ticks, "enter")
        assert orders(screen) == [("send", {"text": "use x and H, not j", "run": FIRST, "via": "board"})]
        assert message(screen) == f"correct {FIRST}: send of it" and screen.app.screen.view.place == "table"


async def test_the_text_is_kept_where_the_core_refuses_it_and_lost_only_by_escape(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        screen.reader.answers["send"] = OrderRefused("it waits for leave; nothing was sent")
        await screen.press("m", *"go on")
        await pressed(screen, ticks, "enter")
        assert message(screen) == f"correct {FIRST}: NOT done: it waits for leave; nothing was sent"
        assert "go on" in screen.lines()[LINE]
        screen.reader.answers["send"] = "queued"
        await pressed(screen, ticks, "enter")
        assert [words["text"] for _, words in orders(screen)] == ["go on", "go on"]
        await screen.press("m", "escape")
        assert screen.app.screen.view.place == "table" and "go on" not in screen.text()


async def test_pasted_text_fills_the_line_and_an_enter_that_comes_with_it_sends_nothing(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("m")
        ticks.at += 1
        field = screen.app.screen.focused
        assert field is not None
        field.post_message(events.Paste("line one\nline \x1b[2Jtwo"))
        await screen.settled()
        await screen.press("enter")
        assert orders(screen) == [] and message(screen) == TOO_QUICK
        for key, character in (("a", "a"), ("b", "b"), ("enter", "\r")):
            screen.app.post_message(events.Key(key, character))
        await screen.settled()
        assert orders(screen) == [] and "line one line ␛[2Jtwoab" in screen.lines()[LINE]


async def test_an_empty_message_is_not_sent(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("m")
        await pressed(screen, ticks, "enter")
        assert orders(screen) == [] and message(screen) == "missing: text"


async def test_a_start_says_what_it_lacks_completes_names_and_shows_the_worktree(controlled: Controlled) -> None:
    def place(values: object) -> str:
        return f"/home/ada/shop-{dict(values).get('branch') or 'made-from-the-task'}"  # type: ignore[call-overload]

    async with controlled() as (screen, ticks):
        screen.app.screen.control._offers = lambda: Offers(lanes=("cheap", "standard", "top"), place=place)
        await screen.press("n", *"Fix it", "tab", *"co", "right", "tab", *"boss", "tab", *"t", "right")
        text = screen.text()
        assert "start a run" in text and "codex" in text and "/home/ada/shop-made-from-the-task" in text
        await pressed(screen, ticks, "enter")
        assert orders(screen) == [] and message(screen).startswith("no such role: planner")
        await screen.press("up", "ctrl+u", "tab", "tab", *"fix-it")
        assert "/home/ada/shop-fix-it" in screen.text()
        await pressed(screen, ticks, "enter")
        given = {"task": "Fix it", "agent": "codex", "lane": "top", "branch": "fix-it", "beside": FIRST, "via": "board"}
        assert orders(screen) == [("start", given)]


async def test_enter_leads_to_the_first_field_that_is_missing(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("n", *"Fix it")
        await pressed(screen, ticks, "enter")
        assert message(screen) == "missing: agent" and screen.lines()[LINE].strip().startswith("agent")


async def test_an_escalation_needs_someone_and_a_reason(controlled: Controlled, cards: list[Card]) -> None:
    async with controlled([replace(cards[0], owner="grace")]) as (screen, ticks):
        await screen.press("E", *"boss", "tab", *"stuck")
        await pressed(screen, ticks, "enter")
        assert orders(screen) == [] and "lane:NAME, reviewer or person:NAME" in message(screen)
        await screen.press("up", "ctrl+u", *"pers", "right")
        await pressed(screen, ticks, "enter")
        given = {"to": "person:grace", "reason": "stuck", "run": FIRST, "via": "board"}
        assert orders(screen) == [("escalate_run", given)]


async def test_stop_all_names_the_runs_and_takes_their_number_or_the_words(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await screen.press("X", *"99")
        assert "Retry a failed payment once" in screen.text() and "type " in screen.text()
        await pressed(screen, ticks, "enter")
        assert orders(screen) == []
        await screen.press("ctrl+u", *"stop", "space", *"all")
        screen.reader.drop(FIRST)
        screen.reader.ring()
        await screen.settled()
        await pressed(screen, ticks, "enter")
        stopped = orders(screen)
        assert ("stop", {"run": FIRST, "via": "board"}) in stopped, "it stops those that were named"
        assert {verb for verb, _ in stopped} == {"stop"} and len({words["run"] for _, words in stopped}) == len(stopped)
        assert message(screen).startswith(f"{len(stopped)} stops requested")


async def test_attach_shows_the_terminal_or_says_how_and_leaves_the_board_as_it_was(
    controlled: Controlled, cards: list[Card]
) -> None:
    class Terminals:
        def __init__(self) -> None:
            self.way: WayThere | None = None

        async def go(self, run: str) -> WayThere | None:
            return self.way if run == FIRST else None

    terminals = Terminals()
    async with controlled([replace(cards[0], terminal="tmux attach -t shop"), cards[3]]) as (screen, _):
        await screen.press("t")
        assert message(screen).startswith("attach: tmux attach -t shop (sent") and screen.clipboard.texts
        screen.app.equip(terminals=terminals)
        await screen.press("j", "t")
        assert message(screen) == "its terminal is not known"
        await screen.press("k")
        terminals.way = WayThere("", shown=True)
        await screen.press("enter", *["j"] * 20)
        line = screen.app.screen.detail.lines
        while line.current().what != "terminal":
            await screen.press("k")
        before = screen.lines()[:-2]
        await screen.press("enter")
        assert message(screen) == f"attach: {FIRST} stands in your terminal now" and screen.lines()[:-2] == before


def test_a_start_asks_which_of_several_repositories_is_meant() -> None:
    offers = Offers(repositories=("shop", "bank"), place=lambda values: f"/{values['repo']}")
    form = start(offers, "b1", "bank")
    assert form.begun == {"repo": "bank"} and form.fields[-1].known == ("shop", "bank")
    whole = {"task": "x", "agent": "codex", "repo": "bank"}
    assert form.refusal(whole) == "" and form.given(whole) == {**whole, "beside": "b1"}
    assert form.refusal({**whole, "repo": "bakn"}) == "no such repository: shop, bank"
    assert form.refusal({**whole, "repo": ""}).endswith("repo")
    assert "repo" not in {one.name for one in start(Offers(), None).fields}
