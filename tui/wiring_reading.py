"""Introduces to the board what reads logs, and the human's own editor and pager."""

from collections.abc import Mapping
from pathlib import Path

from adapters.log_reading import LogFiles
from adapters.programs import UserPrograms
from tui.reading_tools import ReadingTools


def reading_of(environment: Mapping[str, str], folder: Path) -> ReadingTools:
    """Give the tools of one board; `folder` is its own and takes copies."""
    return ReadingTools(UserPrograms(environment, folder), LogFiles(environment))
