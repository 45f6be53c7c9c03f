"""One entry of the ledger as a story: what was shown, who decided, on what, and what followed."""

from collections.abc import Sequence

from state.ledger.entry import Entry
from state.text import clean
from tui.ledgers import Ledgers, LedgerUnreadable
from tui.panes.ledger import story_lines
from tui.panes.line import Line, note
from tui.screens.sheet import Sheet
from tui.wording_ledger import READING, STORY_TITLE


class StoryScreen(Sheet):
    """Read once it is open."""

    opened_by = ("open_entry",)

    def __init__(self, ledgers: Ledgers, entry: Entry) -> None:
        super().__init__()
        self._ledgers, self._entry = ledgers, entry
        self._shown: list[Line] = [note(READING)]

    @property
    def heading(self) -> str:
        """Name the entry."""
        return f"{STORY_TITLE} · #{self._entry.seq}"

    def on_mount(self) -> None:
        """Begin to read."""
        self.run_worker(self._look(), exit_on_error=True)

    def lines(self, width: int) -> Sequence[Line]:
        """Give what was read so far."""
        return self._shown

    async def _look(self) -> None:
        try:
            self._shown = list(story_lines(await self._ledgers.story(self._entry)))
        except LedgerUnreadable as why:
            self._shown = [note(clean(str(why)), "warn")]
        self.on_resize()
