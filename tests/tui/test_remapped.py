"""A board whose keys the user set: they work on every screen, and every sentence names the keys that are bound."""

from collections.abc import Callable

from state.board_setting import BoardSetting
from state.keymap import judged
from state.runs.view import View
from state.screens import SCREENS, screen
from tests.tui.at_control import FIRST, drawn
from tui import wording_gates, wording_review
from tui.bound_keys import bind, key, keys_of, shown_keys, taken, why_not
from tui.keys import bindings
from tui.screens.board import BoardScreen
from tui.screens.change import ChangeScreen
from tui.screens.clash import ClashScreen
from tui.screens.conflicts import ConflictsScreen
from tui.screens.decide import DecideScreen
from tui.screens.diff import DiffScreen
from tui.screens.figure import FigureScreen
from tui.screens.help import screen_told
from tui.screens.ledger import LedgerScreen
from tui.screens.log import LogScreen
from tui.screens.money import MoneyScreen
from tui.screens.palette import fits, told
from tui.screens.pane_text import PaneTextScreen
from tui.screens.sheet import Sheet
from tui.spans import plain
from tui.widgets.key_line import key_and_word

KEYS = {"down": ("B",), "sort": (), "stop": ("Q",), "help": ("H", "f1"), "hold": ("I",)}
SET, REFUSED = judged({**KEYS, "approve": ("A",), "deny": (), "next_hunk": ("U",), "open_diff": ("9",)})
CLASSES = {
    "board": BoardScreen,
    "request": DecideScreen,
    "change": ChangeScreen,
    "diff": DiffScreen,
    "log": LogScreen,
    "pane": PaneTextScreen,
    "conflicts": ConflictsScreen,
    "ledger": LedgerScreen,
    "money": MoneyScreen,
    "clash": ClashScreen,
    "figure": FigureScreen,
    "page": Sheet,
}


def test_every_screen_binds_the_commands_of_its_record_and_no_other() -> None:
    for one in SCREENS:
        merged = CLASSES[one.name]._merge_bindings()  # pyright: ignore[reportPrivateUsage]
        bound = {binding.id for group in merged.key_to_bindings.values() for binding in group if binding.id}
        assert bound == {item.id for item in one.commands if item.danger == "none"}, one.name


def test_what_shows_a_key_shows_the_one_that_is_bound() -> None:
    assert REFUSED == []
    bind(SET)
    try:
        approve, deny, sort = (next(c for c in (*screen("request").own, *screen("board").own) if c.id == name)
                               for name in ("approve", "deny", "sort"))  # fmt: skip
        assert keys_of(approve) == ("A",) and key("approve") == "A" and key("sort") == ":sort"
        assert (shown_keys(deny), shown_keys(sort)) == ("no key", "")
        assert plain(key_and_word(deny, View())) == "no key deny"
        assert wording_review.to_approve(False, False) == "A approves exactly this change"
        assert wording_review.open_diff_first() == "open its diff first: 9"
        assert wording_gates.lacking_said(True, False) == "to approve: open its evidence (o)"
        assert taken(screen("request").own, "decides") == {"A": "approve", "u": "approve_amount", "e": "escalate",
                                                           "h": "freeze_run"}  # fmt: skip
        assert any("no key" in plain((*line.label, *line.body)) for line in screen_told("request"))
    finally:
        bind({})


def test_what_asks_twice_cannot_be_done_without_a_key() -> None:
    bind({"freeze_all": ()})
    try:
        (freeze,) = (one for one in screen("board").own if one.id == "freeze_all")
        assert why_not(freeze, View()) == "no key is bound to it: give it one in config.toml, [keys]"
        assert "no key is bound" in plain(told(freeze, View()).body)
    finally:
        bind({})


def test_the_palette_finds_by_id_title_and_words() -> None:
    (wanted,) = (one for one in screen("board").own if one.id == "next_waiting")
    assert all(fits(wanted, words) for words in ("next_wait", "Next need", "waits you", "need run"))
    assert not fits(wanted, "next sort")


async def test_the_keys_that_were_set_work_and_the_shipped_ones_do_not(open_board: Callable) -> None:
    async with open_board(setting=BoardSetting(keys=SET)) as board:
        assert "H help" in board.lines()[-1] and "Q stop" in board.lines()[-1] and " sort" not in board.lines()[-1]
        await board.press("j")
        assert (
            "Retry a failed payment" in board.selected() and "j does nothing here; H shows the keys" in board.status()
        )
        await board.press("B")
        assert "Upgrade the ORM" in board.selected()
        await board.press("k", "Q")
        await drawn(board)
        assert f"Q again: stop {FIRST}" in board.status()
        await board.press("x")
        assert "again" not in board.status(), "another key undoes it, and x stops nothing any more"
        await board.press("colon", *"sort", "enter")
        assert "by recency" in board.status(), "the palette still has what has no key"
        await board.press("H")
        assert "Look" in board.text() and "States" in board.text()
        await board.press("H", "L", "question_mark", "f1")
        assert "In the ledger" in board.text(), "help shows the keys of the screen that it lies over"
        assert bindings() != []
