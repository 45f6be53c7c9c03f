"""Tells the records of a log by the agent's own reader, from any place: the same words as the run's story has."""

from collections.abc import Sequence

from adapters.agents.agent import Agent, Head, LogPlace, LogReader
from adapters.pieces import Pieces
from state.board import CallLine
from state.log_text import RAW, LogRecord
from state.store.rows import told
from state.text import clean

_FIRST = 64 << 10
_SHOWN = 400
_LARGEST = 4 << 20


class Teller:
    """Tells records in their order. What a record refers to may stand before the first one: then less is told of it."""

    def __init__(self, agent: Agent | None, path: str, pieces: Pieces) -> None:
        self._path, self._pieces = path, pieces
        self._reader = _reader(agent, path, pieces) if agent else None

    def heard(self, begin: int) -> None:
        """Take a record into account that is not told itself."""
        if self._reader is not None:
            self._lines(self._data(begin, self._pieces.end_of(begin)), begin)

    def record(self, begin: int) -> LogRecord:
        """Tell the record at `begin`: what the reader makes of it, else the beginning of it as it stands."""
        end = self._pieces.end_of(begin)
        data = self._data(begin, end)
        lines = self._lines(data, begin)
        if not lines:
            text = clean(data[: 4 * _SHOWN].decode("utf-8", "replace").strip("\r\n"), _SHOWN)
            lines = (CallLine(None, RAW, text, log=self._path, offset=begin),)
        return LogRecord(begin, end, lines)

    def _data(self, begin: int, end: int) -> bytes:
        return self._pieces.bytes_of(begin, min(end, begin + _LARGEST))

    def _lines(self, data: bytes, begin: int) -> tuple[CallLine, ...]:
        """Give what the reader tells of a line; of a part of one, or of what is no record at all, it is not asked."""
        ended = data.endswith(b"\n") or begin + len(data) == self._pieces.size
        if self._reader is None or not ended or data[:_FIRST].lstrip(b" \t\0")[:1] != b"{":
            return ()
        events = self._reader.read(_line(data), begin)
        found = [(one.origin.at, told(one)) for one in events]
        return tuple(
            CallLine(at, kind, text, failed, self._path, begin)
            for at, said in found
            if said is not None
            for kind, text, failed in (said,)
        )


def _reader(agent: Agent, path: str, pieces: Pieces) -> LogReader:
    name = path.rpartition("/")[2]
    place = LogPlace(path, name.rpartition("#")[2] if "#" in name else None)
    head: Head = agent.head(place, _first_lines(pieces))
    return agent.reader(place, head, "")


def _first_lines(pieces: Pieces) -> Sequence[bytes]:
    return [_line(one) for one in pieces.bytes_of(0, min(_FIRST, pieces.size)).split(b"\n")[:-1]]


def _line(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")
