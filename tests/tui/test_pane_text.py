"""The text of a pane is searched, copied and left like every other that is read."""

from collections.abc import Callable

from tui.screens.board import BoardScreen
from tui.screens.pane_text import PaneTextScreen


async def test_slash_in_a_pane_searches_its_text_and_on_the_table_filters_the_runs(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("1", "enter", "slash")
        assert isinstance(screen.app.screen, PaneTextScreen) and screen.app.screen.finds
        assert screen.lines()[0].startswith(" facts · ")
        await screen.press(*"BRANCH", "enter")
        assert "no further “BRANCH” below" in screen.text(), "a capital makes capitals count"
        await screen.press("slash", *"branch", "enter")
        text = screen.app.screen.text
        first = text.at
        assert "branch" in screen.lines()[1 + text.cursor_row()]
        await screen.press("n", "N", "y")
        assert text.at == first and screen.clipboard.texts, "the line under the cursor is copied"
        await screen.press("escape")
        assert isinstance(screen.app.screen, PaneTextScreen), "the first escape forgets the words"
        await screen.press("escape")
        assert isinstance(screen.app.screen, BoardScreen)
        await screen.press("escape", "slash")
        assert screen.app.board.view.place == "filter"
