"""Skims one log in blocks: what it told, with a mark that describes the log after exactly that.

A log that is anything but plain, such as one with a hole, a half-written end or a line beyond measure, is not skimmed
but read.
"""

import os
import re
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from adapters.agents.agent import Agent, LogPlace, LogSkimmer, Skim, Skimmable, Unskimmable, can_be_skimmed
from adapters.anchor import Anchor
from adapters.opening import opened
from adapters.tail import LONGEST
from state.ports import LogMark

BLOCK = 256 << 10
_ENDING = 8 << 10
_STAMP = re.compile(rb'"timestamp":\s*"(20[0-9T:.-]{17,24}Z)"')
_FIRST_LOOKS = (16 << 10, 64 << 10, 256 << 10)
"""Bytes of the first records that may name the log's session, as `adapters.relevance` looks at them."""


class Log(Protocol):
    """What is asked of a known log."""

    agent: Agent
    place: LogPlace
    mark: LogMark


def is_old(log: Log, before: float) -> bool:
    """Say whether a log was not read yet and its newest record, by its own time, is of before that time (since 1970).

    The file's time tells nothing, because copies and restored homes have new ones.
    """
    if log.mark.offset or log.place.form != "lines" or not can_be_skimmed(log.agent):
        return False
    try:
        with opened(log.place.path) as (descriptor, found):
            ending = os.pread(descriptor, _ENDING, max(0, found.st_size - _ENDING))
    except OSError:
        return False
    times = _STAMP.findall(ending)
    newest = max((at for stamp in times if (at := _seconds(stamp)) is not None), default=None)
    return newest is not None and newest < before


def _seconds(stamp: bytes) -> float | None:
    try:
        return datetime.fromisoformat(stamp.decode()).timestamp()
    except ValueError:
        return None


def skimmed(agent: Agent, place: LogPlace, mark: LogMark) -> tuple[Skim, LogMark] | None:
    """Skim a log from its beginning to its end; None where it has to be read."""
    if mark.offset or place.form != "lines" or not can_be_skimmed(agent):
        return None
    try:
        with opened(place.path) as (descriptor, found):
            return _skimmed(agent, place, mark, descriptor, found)
    except (OSError, Unskimmable):
        return None


def _skimmed(
    agent: Skimmable, place: LogPlace, mark: LogMark, descriptor: int, found: os.stat_result
) -> tuple[Skim, LogMark] | None:
    size, at, length, anchor = found.st_size, 0, BLOCK, Anchor(b"", b"")
    skimmer: LogSkimmer | None = None
    while at < size:
        # What stands behind the last whole line is read again with the next block: that costs less than to join them.
        block = os.pread(descriptor, min(length, size - at), at)
        end = block.rfind(b"\n") + 1
        if b"\0" in block or (not end and (len(block) < length or len(block) > LONGEST)):
            return None
        if not end:
            length *= 2
            continue
        if skimmer is None and (skimmer := _begun(agent, place, mark, block)) is None:
            return None
        skimmer.feed(block, at)
        anchor.took(memoryview(block)[:end])
        at, length = at + end, BLOCK
    if skimmer is None:
        return None
    skim = skimmer.end(size)
    after = replace(
        mark,
        run=skim.run,
        device=found.st_dev,
        inode=found.st_ino,
        size=size,
        modified_ns=found.st_mtime_ns,
        offset=size,
        head=anchor.head,
        tail=anchor.tail,
        records=skim.records,
        not_understood=skim.misread,
        skimmed=size,
    )
    return skim, after


def _begun(agent: Skimmable, place: LogPlace, mark: LogMark, block: bytes) -> LogSkimmer | None:
    """Make what skims the log by its first records; None where they name another run than the mark does."""
    looks = (agent.head(place, block[: block.rfind(b"\n", 0, size) + 1].split(b"\n")[:-1]) for size in _FIRST_LOOKS)
    head = next(looks)
    while head.cwd is None and (wider := next(looks, None)) is not None:
        head = wider
    skimmer = agent.skimmer(place, head)
    return skimmer if mark.run in (None, skimmer.run) else None
