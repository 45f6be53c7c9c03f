"""Knows, without decoding it, a row of Claude Code's model that tells nothing which the row before it did not tell.

A message stands on as many rows as it has parts, and each repeats the message's head and usage. In the writer's compact
form both stand at fixed places: what comes before the words is one flat run of fields, and what follows them is as long
as it was on the row before. So two comparisons of bytes prove it; the words between are nobody's matter here.
"""

import re

from adapters.agents.claude_record import Row, Said

PARENT = re.compile(rb'\{"parentUuid":"[0-9a-f-]{36}"')
PARENT_SIZE = 52
_MESSAGE = b',"message":{"model":'
_FIELDS = rb'((?:,"[A-Za-z]+":(?:true|false|null|"[^"\\]*"))*' + re.escape(_MESSAGE) + b")"
PASSED = (
    b',"type":"progress",',
    b',"type":"user","message":{"role":"user","content":[{"tool_use_id":',
    b',"type":"user","message":{"role":"user","content":[{"type":"tool_result",',
)
"""What follows a line's flat head where it is passed over: a note of progress, or a tool's result."""
_NAMED = re.compile(rb'"[^"\\]*","id":"[^"\\]*",')
_HEAD = re.compile(PARENT.pattern + _FIELDS + _NAMED.pattern)
_USAGE = b'"stop_reason":null,"stop_sequence":null,"usage":{'
_STAMP_SIZE = len(',"uuid":"00000000-0000-0000-0000-000000000000","timestamp":"2026-01-01T00:00:00.000Z"}')
_ENDING = re.compile(
    re.escape(_USAGE) + rb'[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\},"requestId":"[^"\\]*","type":"assistant"'
    rb'(?=,"uuid":"[0-9a-f-]{36}","timestamp":"[0-9TZ:.-]{24}"\}\Z)'
)
_STAMP = re.compile(rb',"uuid":"([0-9a-f-]{36})","timestamp":"[0-9TZ:.-]{24}"\}\Z')


class Repeats:
    """The row that was decoded last, as far as the next ones may repeat it."""

    def __init__(self) -> None:
        self.model = b"\n"
        self.passed = (self.model,)
        self._decoded: tuple[bytes, int, int, bytes] | None = None
        self._parts: tuple[bytes, bytes] | None = None

    def decoded(self, block: bytes, begin: int, end: int, row: Row | bool) -> None:
        """Note a row that was decoded, for those behind it."""
        self._decoded = self._parts = None
        message = row.message if isinstance(row, Row) else None
        if isinstance(message, Said) and message.id and message.stop_reason is None:
            self._decoded = block, begin, end, b'"id":"%b",' % message.id.encode()
            if not block.startswith(self.model, begin + PARENT_SIZE) and (head := _HEAD.match(block, begin, end)):
                self.model = head[1]
                self.passed = tuple(head[1].removesuffix(_MESSAGE) + kind for kind in PASSED)

    def again(self, block: bytes, begin: int, end: int) -> str | None:
        """Give the uuid of a row that repeats the one that was noted last; None where it does not or may not."""
        if self._decoded is None or block.find(self._decoded[3], begin + PARENT_SIZE, begin + 1024) < 0:
            return None
        parts = self._parts = self._parts or self._taken_apart(*self._decoded[:3])
        stamp = end - _STAMP_SIZE
        if (
            not parts[0]
            or not block.startswith(parts[0], begin + PARENT_SIZE)
            or not block.startswith(parts[1], stamp - len(parts[1]))
            or not PARENT.match(block, begin, end)
        ):
            return None
        found = _STAMP.match(block, stamp, end)
        return found[1].decode() if found else None

    def _taken_apart(self, block: bytes, begin: int, end: int) -> tuple[bytes, bytes]:
        """Give what stands before a row's words and what stands behind them; nothing where it is not compact."""
        if block.startswith(self.model, begin + PARENT_SIZE) and PARENT.match(block, begin):
            head = _NAMED.match(block, begin + PARENT_SIZE + len(self.model), end)
        else:
            head = _HEAD.match(block, begin, end)
        ending = _ENDING.match(block, max(begin, block.rfind(_USAGE, begin, end)), end)
        if head is None or ending is None:
            return b"", b""
        return block[begin + PARENT_SIZE : head.end()], ending[0]
