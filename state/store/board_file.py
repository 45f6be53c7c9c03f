"""The file in which a board keeps what it remembers: `board.json` beside the state database, written at its end.

It is the board's own and nobody else's: the core never reads it, and of two boards the one that ends last is kept.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any, cast

from state.problem import Problem
from state.remembered import NOTHING_REMEMBERED, Remembered, document_of, remembered_of
from state.spool import write_whole
from state.text import clean

NAME = "board.json"
_MOST_BYTES = 4096


class BoardFile:
    """What one board remembers. Reading is one small file, so that the first row does not wait for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = NOTHING_REMEMBERED

    def read(self) -> tuple[Remembered, Problem | None]:
        """Give what the last board left; a file that is none of ours leaves nothing, and why is said."""
        try:
            found = _content(self._path)
            self._read = NOTHING_REMEMBERED if found is None else remembered_of(_object(found))
        except (OSError, ValueError, RecursionError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            name = clean(str(self._path))
            told = f"what the board remembered was left out: {name}: {clean(why or 'it cannot be read', 200)}"
            return NOTHING_REMEMBERED, Problem(
                name, told, "nothing else is lost; it is written anew by what you change"
            )
        return self._read, None

    def write(self, remembered: Remembered) -> None:
        """Leave this to the next board, where it differs from what was read. Raises `OSError`."""
        if remembered != self._read:
            write_whole(self._path, document_of(remembered))
            self._read = remembered


def _content(path: Path) -> bytes | None:
    """Give what stands in the file, None where there is none. Raises `OSError`, or `ValueError` where it is no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file")
        found = file.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise ValueError(f"it holds more than {_MOST_BYTES} bytes")
    return found


def _object(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("it holds no JSON object")
    return cast(dict[str, Any], found)
