"""Logs that are one document, rewritten whole: read again when they change, and nothing told twice or lost."""

import os
from pathlib import Path

from adapters.document import document_beginning, read_document
from adapters.opening import Unreadable
from adapters.tail import Chunk
from state.ports import LogMark
from state.runs import event as ev
from tests.adapters.gemini_lines import Life, answer, call, folded, kinds, used, user

FIRST, SECOND = user(2, "go"), answer(3, "Looking.")
GROWN = answer(3, "Looking.", call(4, "read_file", file_path="a.py"))


def chunk(path: Path, mark: LogMark | None = None) -> Chunk:
    found = read_document(str(path), mark or LogMark(str(path), "gemini-cli"))
    assert isinstance(found, Chunk)
    return found


def test_a_document_is_parted_at_the_bytes_where_its_messages_stand(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"messages": [ {"id": "a"},\n {"id": "a"} ], "sessionId": "s"}')
    pieces = [piece for piece in chunk(path).pieces if isinstance(piece, tuple)]
    assert pieces == [(0, b'{"sessionId":"s"}'), (15, b'{"id": "a"}'), (29, b'{"id": "a"}')]
    assert all(path.read_bytes()[at:].startswith(data) for at, data in pieces[1:])


def test_a_document_that_did_not_change_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"messages": [{"id": "a"}]}')
    mark = chunk(path).mark
    assert (mark.offset, chunk(path, mark).pieces) == (path.stat().st_size, ())
    os.utime(path, ns=(1, 1))
    assert len(chunk(path, mark).pieces) == 2


def test_its_first_bytes_introduce_a_document(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"sessionId":\n"s"}')
    beginning = document_beginning(str(path))
    assert not isinstance(beginning, Unreadable) and beginning.lines == (b'{"sessionId":\n"s"}',)


async def test_a_document_that_grows_tells_each_thing_once(tmp_path: Path) -> None:
    life = Life(tmp_path / "grown")
    for messages in ([FIRST], [FIRST, SECOND], [FIRST, GROWN], [FIRST, GROWN, answer(6, "Done.")]):
        life.document(*messages)
        await life.go_on()
    at_once = Life(tmp_path / "once")
    at_once.document(FIRST, GROWN, answer(6, "Done."))
    await at_once.go_on()
    grown, once = folded(life.events), folded(at_once.events)
    assert (grown.usage, grown.turn, grown.calls) == (once.usage, once.turn, once.calls)
    assert kinds(life.events, ev.PromptGiven, ev.ToolEnded, ev.RequestMetered) == [
        "PromptGiven",
        "RequestMetered",
        "ToolEnded",
        "RequestMetered",
    ]
    assert (grown.not_understood, life.marks.keys() == {str(life.document())}) == (0, True)


async def test_what_is_told_later_of_a_message_stands_at_a_place_of_its_own(tmp_path: Path) -> None:
    life = Life(tmp_path)
    for messages in ([FIRST, SECOND, user(9, "more")], [FIRST, GROWN, user(9, "more")]):
        life.document(*messages)
        await life.go_on()
    told = [event.origin.offset for event in life.events]
    first = [event.origin.offset for event in life.events if isinstance(event, ev.PromptGiven | ev.RequestMetered)]
    later = [event.origin.offset for event in life.events if isinstance(event, ev.ToolBegun | ev.ToolEnded)]
    assert told == sorted(told) and len(set(later)) == 1 and not set(first) & set(later)


async def test_a_document_rewritten_at_the_same_length_is_read_on(tmp_path: Path) -> None:
    life = Life(tmp_path)
    path = life.document(FIRST, answer(3, "One.", tokens=100))
    await life.go_on()
    before, size = life.marks[str(path)], path.stat().st_size
    life.document(FIRST, answer(3, "One.", tokens=102))
    assert path.stat().st_size == size
    await life.go_on()
    assert used(life.events).cache_read == 51
    assert life.marks[str(path)].reader != before.reader
    assert await life.go_on() == []


async def test_a_half_written_document_waits_and_what_was_read_of_it_stays(tmp_path: Path) -> None:
    life = Life(tmp_path)
    path = life.document(FIRST, SECOND)
    await life.go_on()
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert await life.go_on() == []
    assert "is no whole JSON document" in life.problems[str(path)]
    life.document(FIRST, GROWN)
    assert kinds(await life.go_on(), ev.ToolEnded) == ["ToolEnded"]
    assert life.problems == {}


async def test_an_odd_message_of_a_document_is_reported_once(tmp_path: Path) -> None:
    life = Life(tmp_path)
    path = life.document(FIRST, {"id": "x", "type": "novel"})
    await life.go_on()
    life.document(FIRST, {"id": "x", "type": "novel"}, SECOND)
    await life.go_on()
    assert folded(life.events).not_understood == 1
    assert (life.marks[str(path)].records, life.marks[str(path)].not_understood) == (4, 1)


async def test_messages_that_are_gone_from_a_document_stay_counted(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.document(FIRST, SECOND, answer(6, "Done."))
    await life.go_on()
    total = used(life.events)
    life.document(FIRST)
    assert await life.go_on() == [] and used(life.events) == total


async def test_a_session_taken_up_in_lines_is_read_from_its_lines(tmp_path: Path) -> None:
    life = Life(tmp_path)
    path = life.document(FIRST, SECOND)
    path.with_suffix(".jsonl").write_bytes(b"{}\n")
    await life.go_on()
    assert list(life.marks) == [str(path.with_suffix(".jsonl"))]
