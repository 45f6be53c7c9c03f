"""Open the board on a terminal: the only way into Textual."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from state.board_setting import SHIPPED_BOARD, BoardSetting
from state.remembered import Remembered
from state.store.together import ReadersTogether
from tui.app import HeadgateApp
from tui.glyphs import settled
from tui.themes import PALETTES
from tui.verbs.printing import say
from tui.wording import not_remembered

if TYPE_CHECKING:
    from state.board import BoardReader
    from state.conflicts import PairHunks
    from state.ports import Clipboard, Records, RunTerminals
    from state.store.board_file import BoardFile
    from tui.equipment import Equipment
    from tui.forms import Offers
    from tui.reading_tools import ReadingTools
    from tui.review_tools import ReviewTools


def open_board(
    readers: Sequence[BoardReader],
    clipboard: Clipboard,
    records: Records | None = None,
    offers: Callable[[], Offers] | None = None,
    terminals: RunTerminals | None = None,
    hunks: PairHunks | None = None,
    review: ReviewTools | None = None,
    setting: BoardSetting = SHIPPED_BOARD,
    reading: ReadingTools | None = None,
    memory: BoardFile | None = None,
    names: Sequence[str] = (),
    *,
    later: Callable[[], Equipment] | None = None,
    tour: bool = False,
) -> int:
    """Show the board of one or several repositories, `names` theirs, until it is left. Gives the exit status.

    What `memory` holds is how it begins; what it is to begin with the next time is written when the terminal is given
    back, and only where it differs.
    """
    reader = readers[0] if len(readers) == 1 else ReadersTogether(readers, names)
    remembered, forgotten = memory.read() if memory else (Remembered(), None)
    kind = HeadgateApp
    if tour:
        from tui.tour import TouringApp as kind
    app = kind(
        reader,
        clipboard,
        theme=_theme(remembered, setting),
        records=records,
        offers=offers,
        terminals=terminals,
        hunks=hunks,
        review=review,
        setting=settled(setting, os.environ, getattr(sys.__stderr__, "encoding", None)),
        reading=reading,
        later=later,
    )
    app.board.recall(remembered, forgotten)
    begun = app.theme
    app.run()
    if memory is not None:
        kept = app.board.remembered
        _write(memory, kept if app.theme == begun else replace(kept, theme=app.theme, theme_over=setting.theme))
    return app.return_code or 0


def _theme(remembered: Remembered, setting: BoardSetting) -> str | None:
    """Give the theme that was chosen by hand: where colour is wanted, and where it is one of ours."""
    chosen = remembered.theme_now(setting.theme)
    return chosen if "NO_COLOR" not in os.environ and chosen in {one.name for one in PALETTES} else None


def _write(memory: BoardFile, remembered: Remembered) -> None:
    try:
        memory.write(remembered)
    except OSError as error:
        say(not_remembered(error.strerror or str(error)))
