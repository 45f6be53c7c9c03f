"""What became of a change since a human decided on it last, as `git range-diff` tells it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from state.evidence.package import Package
from tui.panes.foreign import quoted
from tui.panes.line import Line, note
from tui.screens.sheet import Sheet
from tui.wording_review import NO_AUTHORITY, RANGE_TITLE, READING_DIFF

if TYPE_CHECKING:
    from tui.app import HeadgateApp


class RangeDiffScreen(Sheet):
    """The lines of git behind a gutter; they are read once the page is open."""

    opened_by = ("since_decided",)
    heading = RANGE_TITLE

    def __init__(self, before: Package, now: Package) -> None:
        super().__init__()
        self._before, self._package = before, now
        self._shown: list[Line] = [note(READING_DIFF)]

    def on_mount(self) -> None:
        """Begin to read."""
        self.run_worker(self._look(), exit_on_error=True)

    def lines(self, width: int) -> Sequence[Line]:
        """Give what was read so far."""
        return self._shown

    async def _look(self) -> None:
        port = cast("HeadgateApp", self.app).tools.diffs
        found = await port.since(self._before, self._package) if port else NO_AUTHORITY
        if isinstance(found, str):
            self._shown = [note(found, "warn")]
        else:
            self._shown = [one for line in found for one in quoted(line, _role(line))]
        self.on_resize()


def _role(line: str) -> str:
    sign = line.strip()[:2]
    return "plus" if sign in ("+", "++", "-+") else "minus" if sign in ("-", "--", "+-") else "text"
