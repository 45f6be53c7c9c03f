"""The tables `board` and `keys` of the settings file, as they are written."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from state.board_setting import BoardSetting, Call, Glyphs, Theme

_Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
KeyWords = _Word | Annotated[tuple[_Word, ...], Field(strict=False, max_length=8)]
"""One key, or a list of keys of which the first is shown."""


class BoardTable(BaseModel):
    """How the board looks."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    theme: Theme | None = None
    glyphs: Glyphs = "auto"
    call: Call = "off"


def lists_of(keys: Mapping[str, KeyWords]) -> dict[str, tuple[str, ...]]:
    """Give each command's keys as a list; one key stands for a list of one."""
    return {name: (told,) if isinstance(told, str) else told for name, told in keys.items()}


def board_of(table: BoardTable, keys: Mapping[str, KeyWords]) -> BoardSetting:
    """Put the two tables together."""
    return BoardSetting(table.theme, table.glyphs, table.call, lists_of(keys))
