"""Open the board on a terminal: the only way into Textual."""

from collections.abc import Sequence

from state.board import BoardReader
from state.ports import Clipboard, Records
from state.store.together import ReadersTogether
from tui.app import HeadgateApp


def open_board(readers: Sequence[BoardReader], clipboard: Clipboard, records: Records) -> int:
    """Show the board of one or several repositories until it is left. Gives the exit status."""
    app = HeadgateApp(readers[0] if len(readers) == 1 else ReadersTogether(readers), clipboard, records=records)
    app.run()
    return app.return_code or 0
