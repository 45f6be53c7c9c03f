"""What keys do, in the manner of a user: press, look at the lines and at the selected row."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events

from state.commands import COMMANDS
from state.ports import Problem
from state.runs.card import Card
from tests.tui.fleet import NOW
from tui.keys import bindings
from tui.screens.palette import PaletteScreen
from tui.screens.sheet import Sheet
from tui.themes import PALETTES


async def test_j_and_k_g_and_capital_g_move_the_cursor(open_board: Callable) -> None:
    async with open_board() as screen:
        assert "Retry a failed payment" in screen.selected()
        await screen.press("j")
        assert "Upgrade the ORM" in screen.selected()
        await screen.press("down", "k", "up", "up")
        assert "Retry a failed payment" in screen.selected()
        await screen.press("G")
        assert "Document the public API" in screen.selected()
        await screen.press("j", "g")
        assert "Retry a failed payment" in screen.selected()


async def test_a_page_moves_by_what_is_seen(open_board: Callable) -> None:
    cards = [
        Card(
            id=f"{n:010x}",
            agent="codex",
            session_id=str(n),
            state="idle",
            because="",
            need=0,
            task_title=f"task {n:02}",
        )
        for n in range(60)
    ]
    async with open_board(cards, size=(80, 24)) as screen:
        await screen.press("pagedown")
        assert "task 09" in screen.selected()
        await screen.press("pagedown")
        assert "task 18" in screen.selected()
        await screen.press("pageup", "pageup")
        assert "task 00" in screen.selected()
        await screen.press("G")
        assert "task 59" in screen.selected()


async def test_the_detail_follows_the_cursor_and_never_shows_another_run(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("j")
        detail = screen.text().split("─ 1 facts")[1]
        assert "five-hour limit reached" in detail and "f00d5a11e7" in detail
        assert "Retry a failed payment" not in detail and "checkout-retry" not in detail


async def test_the_cursor_stays_on_its_run_when_rows_move(open_board: Callable, cards: list[Card]) -> None:
    async with open_board() as screen:
        await screen.press("j", "j", "j", "j", "j", "j", "j")
        assert "Search by part number" in screen.selected()
        await screen.changed(replace(cards[3], state="waiting", need=95, because="asks leave"))
        assert "Search by part number" in screen.selected()
        assert screen.lines()[2].startswith("▸")


async def test_until_a_key_is_pressed_the_cursor_is_on_what_is_most_urgent(
    open_board: Callable, cards: list[Card]
) -> None:
    async with open_board() as screen:
        await screen.changed(replace(cards[3], state="waiting", need=95, because="asks leave"))
        assert "Search by part number" in screen.selected()
        await screen.press("1")
        await screen.changed(replace(cards[4], state="waiting", need=99, because="asks leave"))
        assert "Search by part number" in screen.selected()


async def test_the_cursor_keeps_its_place_when_its_run_goes(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("j")
        screen.reader.drop("f00d5a11e7")
        screen.reader.ring()
        await screen.settled()
        assert "Round ledger amounts" in screen.selected()
        assert "f00d5a11e7" not in screen.text()


async def test_w_goes_round_what_needs_you(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("G", "w")
        assert "Retry a failed payment" in screen.selected()
        await screen.press("w")
        assert "Upgrade the ORM" in screen.selected()
        await screen.press("w")
        assert "Round ledger" in screen.selected()
        await screen.press("w")
        assert "Retry a failed payment" in screen.selected()


async def test_w_finds_what_the_filter_hides_and_says_so(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("slash", *"done", "enter", "w")
        assert "Retry a failed payment" in screen.selected()
        assert screen.status().strip().startswith("filter cleared to show it")


async def test_w_says_why_it_does_nothing(open_board: Callable, cards: list[Card]) -> None:
    async with open_board([replace(cards[3])]) as screen:
        await screen.press("w")
        assert "next need: nothing needs you" in screen.status()
        await screen.press("j")
        assert "nothing needs you" not in screen.status()


async def test_a_key_that_is_bound_to_nothing_says_so(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("Z")
        assert "Z does nothing here; ? shows the keys" in screen.status()


async def test_digits_and_tab_change_the_pane(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("4")
        assert "services/payment.py" in screen.text()
        await screen.press("tab")
        assert "context compacted" in screen.text()
        await screen.press("tab")
        assert "what Headgate ran" in screen.text()
        await screen.press("tab", "tab")
        assert "Push the branch for review" in screen.text()
        await screen.press("shift+tab")
        assert "allow or refuse it" in screen.text()


async def test_enter_goes_in_then_zooms_and_escape_goes_back_step_by_step(open_board: Callable) -> None:
    async with open_board() as screen:
        assert screen.app.screen.view.place == "table"
        await screen.press("enter")
        assert (screen.app.screen.view.place, screen.app.screen.view.zoomed) == ("detail", False)
        assert "▸ ▲ waiting" in screen.text()
        await screen.press("enter")
        assert screen.app.screen.view.zoomed and "Document the public API" not in screen.text()
        await screen.press("escape")
        assert screen.app.screen.view.place == "detail" and "Document the public API" in screen.text()
        await screen.press("escape")
        assert screen.app.screen.view.place == "table"
        await screen.press("escape")
        assert "back: nothing to go back from" in screen.status()


async def test_no_key_falls_between_two_places(open_board: Callable) -> None:
    """Keys that are typed faster than the screen paints go where the last one led."""
    async with open_board() as screen:
        await screen.pilot.press("enter", "j", "j", "escape", "j")
        await screen.settled()
        assert "Upgrade the ORM" in screen.selected()
        assert screen.app.screen.view.place == "table"


async def test_opening_a_run_tells_the_core_what_is_looked_at(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("enter")
        assert screen.reader.orders == [("look", {"worktree": "/home/ada/shop-worktrees/checkout-retry"})]


async def test_the_filter_acts_with_every_letter_and_escape_clears_it(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("slash", *"j q")
        assert "No run matches “j q”" in screen.text(), "letters are typed, not obeyed"
        await screen.press("backspace", "backspace", "backspace", *"ORM")
        assert "Upgrade the ORM" in screen.selected()
        await screen.press("enter")
        assert "/ORM  1 of 10" in screen.status()
        await screen.press("escape")
        assert "10 runs by need" in screen.status() and "/ORM" not in screen.status()
        await screen.press("slash", *"codex", "escape")
        assert "Document the public API" in screen.text()


async def test_a_burst_of_keys_is_the_filter_in_its_order(open_board: Callable) -> None:
    async with open_board() as screen:
        characters = {"slash": "/", "home": None, "delete": None, "end": None, "backspace": "\x7f", "enter": "\r"}
        for key in ("slash", *"xO", "home", "delete", "end", *"Rx", "backspace", "M", "enter"):
            screen.app.post_message(events.Key(key, characters.get(key, key)))
        await screen.settled()
        assert "/ORM  1 of 10" in screen.status() and "Upgrade the ORM" in screen.selected()


async def test_arrows_move_the_rows_while_the_filter_is_typed(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("slash", *"codex", "down")
        assert "Make the catalogue" in screen.selected()


async def test_s_cycles_the_order_and_the_cursor_keeps_its_run(open_board: Callable) -> None:
    async with open_board() as screen:
        for word in ("recency", "task", "branch", "state", "need"):
            await screen.press("s")
            assert f"10 runs by {word}" in screen.status()
            assert "Retry a failed payment" in screen.selected()


async def test_y_copies_the_run_or_the_line_and_says_what_was_done(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("y")
        assert screen.clipboard.texts == ["9c1f04ab27"]
        assert "run id: sent to the terminal's clipboard" in screen.status()
        await screen.press("4", "enter", "j", "y")
        assert screen.clipboard.texts[-1] == "/home/ada/shop-worktrees/checkout-retry/services/retry.py"
        assert "path: sent" in screen.status()
        await screen.press("1", "g", "y")
        assert screen.clipboard.texts[-1].startswith("asks leave: Bash git push --force-with-lease origin")


async def test_capital_r_orders_a_new_reading(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("R")
        assert screen.reader.orders == [("refresh", {})]
        assert "refresh: asked" in screen.status()


async def test_the_problems_are_counted_listed_and_gone(open_board: Callable) -> None:
    async with open_board(problems=(Problem("x", "x cannot be read", "chmod it"),)) as screen:
        assert "! 1 problem " in screen.status()
        await screen.press("exclamation_mark")
        assert "x cannot be read" in screen.text() and "chmod it" in screen.text()
        await screen.press("escape")
        screen.reader.problems = ()
        await screen.changed()
        assert "problem" not in screen.status()
        await screen.press("exclamation_mark")
        assert "problems: there are no problems" in screen.status()


async def test_help_opens_scrolls_and_closes(open_board: Callable) -> None:
    async with open_board(size=(80, 24)) as screen:
        await screen.press("question_mark")
        assert "the next row or line" in screen.text()
        await screen.press("G")
        assert "age of the newest datum" in screen.text()
        await screen.press("q")
        assert "Retry a failed" in screen.selected(), "q closes the help and not the board"


async def test_the_palette_does_what_the_key_does(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("colon", *"by need", "enter")
        assert "10 runs by recency" in screen.status()
        await screen.press("ctrl+p", "escape")
        assert "10 runs by recency" in screen.status()


async def test_the_palette_shows_why_a_command_cannot_be_used(open_board: Callable) -> None:
    async with open_board([]) as screen:
        await screen.press("colon", *"copy")
        assert "no run is selected" in screen.text()
        await screen.press("enter")
        assert "copy: no run is selected" in screen.status()


async def test_capital_t_goes_round_the_themes_and_each_shows_the_same_text(open_board: Callable) -> None:
    async with open_board() as screen:
        before, seen = screen.lines()[:-2], {screen.app.theme}
        for _ in PALETTES:
            await screen.press("T")
            assert screen.app.theme in screen.status()
            assert screen.lines()[:-2] == before
            seen.add(screen.app.theme)
        assert seen == {palette.name for palette in PALETTES}


async def test_news_goes_on_under_the_help(open_board: Callable, cards: list[Card]) -> None:
    async with open_board() as screen:
        await screen.press("question_mark")
        await screen.changed(replace(cards[3], because="pytest tests/new"))
        await screen.press("escape")
        assert "pytest tests/new" in screen.text()


async def test_an_age_changes_when_its_time_comes(open_board: Callable) -> None:
    async with open_board() as screen:
        assert screen.selected().endswith("3m")
        screen.clock.time = NOW + 60
        screen.app.screen.grow_older()
        await screen.settled()
        assert screen.selected().endswith("4m")


async def test_q_ends_the_board_and_lets_go_of_the_reader(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.pilot.press("q")
    assert screen.reader.closed and screen.app.return_code == 0


async def test_a_user_can_give_a_command_another_key(open_board: Callable) -> None:
    async with open_board() as screen:
        screen.app.set_keymap({"down": "n"})
        await screen.press("n")
        assert "Upgrade the ORM" in screen.selected()


async def test_the_mouse_selects_opens_and_presses_the_footer(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.pilot.click("#runs", offset=(20, 2))
        await screen.settled()
        assert "Upgrade the ORM" in screen.selected()
        await screen.pilot.click("#pane", offset=(20, 1))
        await screen.settled()
        assert screen.app.screen.view.place == "detail"
        await screen.pilot.click("#keys", offset=(2, 0))
        await screen.settled()
        assert "Round ledger" in screen.selected()


async def test_text_that_the_mouse_marks_is_what_y_copies(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.pilot.mouse_down("#runs", offset=(14, 2))
        await screen.pilot.hover("#runs", offset=(20, 2))
        await screen.pilot.hover("#runs", offset=(28, 2))
        await screen.pilot.mouse_up("#runs", offset=(28, 2))
        await screen.press("y")
        assert screen.clipboard.texts == ["Upgrade the ORM"]
        assert "selection: sent" in screen.status()
        await screen.press("y")
        assert screen.clipboard.texts[-1] == screen.app.screen.view.selected


def test_every_command_but_one_that_decides_or_asks_twice_has_a_binding_with_its_id() -> None:
    made = {binding.id: binding for binding in bindings()}
    assert set(made) == {command.id for command in COMMANDS if command.danger == "none"}
    assert all(made[command.id].key == ",".join(command.keys) for command in COMMANDS if command.id in made)
    decides = replace(COMMANDS[0], id="approve", danger="decides", keys=("a",))
    assert bindings([decides]) == []


@pytest.mark.parametrize("screen", [Sheet, PaletteScreen])
def test_no_two_bindings_of_a_screen_share_a_key(screen: type) -> None:
    keys = [key for binding in screen.BINDINGS for key in binding.key.split(",")]
    assert len(keys) == len(set(keys)) and all(binding.id for binding in screen.BINDINGS)


async def test_every_command_has_a_deed(open_board: Callable) -> None:
    async with open_board() as screen:
        shown = screen.app.screen
        assert {*shown.deeds, *shown._shared} == {command.id for command in COMMANDS}


async def test_what_is_told_twice_to_close_leaves_what_stands_beneath_it(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("c")
        beneath = screen.app.screen
        for key in ("question_mark", "colon"):
            await screen.press(key)
            top = screen.app.screen
            top.dismiss(None), top.dismiss(None)  # as two keys do that came at once
            await screen.settled()
            assert screen.app.screen is beneath is not top
        beneath.dismiss(), beneath.dismiss()
        await screen.settled()
        assert screen.app.screen is screen.app.board
