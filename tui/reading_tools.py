"""What the board was introduced to for reading: the logs of runs, and the human's own editor and pager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.log_text import RunLogs
    from state.reading import Programs


@dataclass(frozen=True, slots=True)
class ReadingTools:
    """The tools of one board; None where it has no files and no terminal of its own."""

    programs: Programs | None = None
    logs: RunLogs | None = None
