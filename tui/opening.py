"""Open the board on a terminal: the only way into Textual."""

from collections.abc import Callable, Sequence

from state.board import BoardReader
from state.board_setting import SHIPPED_BOARD, BoardSetting
from state.conflicts import PairHunks
from state.ports import Clipboard, Records, RunTerminals
from state.store.together import ReadersTogether
from tui.app import HeadgateApp
from tui.forms import Offers
from tui.review_tools import ReviewTools


def open_board(
    readers: Sequence[BoardReader],
    clipboard: Clipboard,
    records: Records,
    offers: Callable[[], Offers] = Offers,
    terminals: RunTerminals | None = None,
    hunks: PairHunks | None = None,
    review: ReviewTools | None = None,
    setting: BoardSetting = SHIPPED_BOARD,
    *,
    tour: bool = False,
) -> int:
    """Show the board of one or several repositories until it is left. Gives the exit status."""
    reader = readers[0] if len(readers) == 1 else ReadersTogether(readers)
    kind = HeadgateApp
    if tour:
        from tui.tour import TouringApp as kind
    app = kind(
        reader,
        clipboard,
        records=records,
        offers=offers,
        terminals=terminals,
        hunks=hunks,
        review=review,
        setting=setting,
    )
    app.run()
    return app.return_code or 0
