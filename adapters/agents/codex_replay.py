"""Tells a child thread's own records from its parent's history, which its log repeats before them.

The repetition carries its old times or new ones, all within a moment, so times tell little. Turns tell more: a turn
that began before the thread did is not its own. Source: research/log-formats.md 3.5, rule 5.
"""

import re

from msgspec import Struct

from adapters.agents.codex_lines import Record
from adapters.agents.codex_records import Context, Note

_TURN_STARTS = ("task_started", "turn_started")
_BURST = 1.0
"""Seconds after its birth in which a child thread writes its parent's history down, where no turn tells."""
_CLOCKED = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7")


class Replay(Struct):
    """Where a thread stands in its log: `going` until its first own record. `born` is in seconds since 1970."""

    thread: str | None = None
    born: float | None = None
    going: bool = False
    told_by_turns: bool = False

    def begin(self, thread: str, born: float | None, inherits: bool) -> None:
        """Take the thread's own name and birth; a child of unknown birth is believed to repeat nothing."""
        self.thread, self.born = thread, born
        self.going = inherits and born is not None

    def covers(self, record: Record) -> bool:
        """Say whether this record is the parent's history; the first own one ends it for good."""
        if self.going and self._is_own(record, self.born or 0.0):
            self.going = False
        return self.going

    def _is_own(self, record: Record, born: float) -> bool:
        turn = record.payload
        if isinstance(turn, Context) or (isinstance(turn, Note) and turn.type in _TURN_STARTS):
            began, birth = _clock(turn.turn_id), _clock(self.thread)
            if began is not None and birth is not None:
                self.told_by_turns = True
                return began >= birth
            if isinstance(turn, Note) and turn.started_at is not None:
                self.told_by_turns = True
                return turn.started_at >= int(born)
        return not self.told_by_turns and record.at is not None and record.at > born + _BURST


def _clock(name: str | None) -> int | None:
    """Give the milliseconds in a UUID of version 7, or None for any other name (RFC 9562, 5.7)."""
    found = _CLOCKED.match(name or "")
    return int(found[1] + found[2], 16) if found else None
