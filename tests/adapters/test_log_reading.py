"""A window of a log at any byte: what it tells, what it costs, what is found, and what is said of a file that moved."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from adapters.log_reading import LogFiles, OpenLog
from state.log_text import RAW, LogWindow, Whole
from state.reading import Wanted
from tests.adapters.opencode_world import NOW, Database

CLOSED = Whole()


def claude(number: int, *blocks: dict[str, object], role: str = "assistant") -> bytes:
    record = {
        "type": role,
        "sessionId": "5f0c6b5e-0000-4000-8000-000000000001",
        "cwd": "/w",
        "timestamp": f"2026-05-12T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "message": {"role": role, "id": f"m{number}", "model": "claude-x", "content": list(blocks)},
    }
    return json.dumps(record).encode() + b"\n"


def call(number: int, command: str) -> bytes:
    return claude(number, {"type": "tool_use", "id": f"c{number}", "name": "Bash", "input": {"command": command}})


def result(number: int, text: str, *, failed: bool = False) -> bytes:
    block = {"type": "tool_result", "tool_use_id": f"c{number}", "content": text, "is_error": failed}
    return claude(number, block, role="user")


def story(count: int) -> bytes:
    return b"".join(call(one, f"echo {one}") + result(one, f"said {one}", failed=one % 10 == 9) for one in range(count))


def opened(path: Path) -> OpenLog:
    return LogFiles({"HOME": "/nowhere"}).open(str(path), "claude-code")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_bytes(story(500))
    return path


def texts(window: LogWindow) -> list[str]:
    return [line.text for record in window.records for line in record.told]


async def found(reading: OpenLog, what: object, at: int, *, forward: bool = True, here: bool = False) -> int | None:
    return (await reading.find(what, at, lambda _: None, forward=forward, here=here)).begin  # type: ignore[arg-type]


def test_a_record_is_told_as_the_story_tells_it_and_a_failure_is_marked(log: Path) -> None:
    window = opened(log).window_now(None, 4, CLOSED)
    assert texts(window) == ["echo 497", "said 497", "echo 498", "said 498", "echo 499", "said 499"][-5:]
    assert [line.failed for record in window.records for line in record.told][-1] is True
    assert (window.first, window.last, window.size) == (False, True, log.stat().st_size)


def test_every_window_tells_the_same_of_the_same_record(log: Path) -> None:
    reading, size = opened(log), log.stat().st_size
    whole = {one.begin: one for one in reading.window_now(0, 5000, CLOSED).records}
    for at in range(0, size, size // 23):
        window = reading.window_now(at, 7, CLOSED)
        assert all(whole[one.begin] == one for one in window.records)
        assert any(one.begin <= at < one.end for one in window.records)


def test_what_no_reader_tells_stands_as_it_is_and_clean(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"type":"file-history-snapshot","x":"\x1b]0;hi\x07"}\n' + "not json \u202e\n".encode())
    records = LogFiles({}).open(str(path), "nobody").window_now(0, 5, CLOSED).records
    assert [one.told[0].kind for one in records] == [RAW, RAW]
    assert records[0].told[0].text == '{"type":"file-history-snapshot","x":"␛]0;hi␇"}'
    assert records[1].told[0].text == "not json ⦃U+202E⦄"


def test_a_whole_record_unfolds_texts_and_json_and_knows_the_language(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    edit = {"file_path": "/w/a.py", "new_string": "def f():\n    return 1"}
    path.write_bytes(
        claude(1, {"type": "tool_use", "id": "c", "name": "Edit", "input": edit})
        + json.dumps({"arguments": json.dumps({"cmd": "ls -l"}), "n": 1}).encode()
    )
    window = opened(path).window_now(0, 5, Whole(every=True))
    lines = {(one.label, one.text, one.like) for record in window.records for one in record.body}
    assert ("", "    return 1", "/w/a.py") in lines
    assert ("cmd", "ls -l", "x.sh") in lines
    assert ("n", "1", "") in lines
    assert opened(path).window_now(0, 5, Whole().turned(0)).records[1].body == ()


def test_a_screen_of_a_huge_log_costs_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file:
        file.write(story(300))
        file.seek(40 << 30)  # a hole: nothing on the disk, forty gigabytes to whoever would read it
        file.write(b"\n" + story(300))
    reading = opened(path)
    for at in (0, None, path.stat().st_size - 20_000):
        before = reading.place.bytes_read
        assert reading.window_now(at, 100, CLOSED).records
        assert reading.place.bytes_read - before < 400_000


def test_a_line_of_a_hundred_megabytes_is_shown_in_parts_of_which_little_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file:
        file.write(call(1, "before"))
        file.truncate(100 << 20)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + call(2, "after"))
    reading = opened(path)
    window = reading.window_now(50 << 20, 10, Whole(every=True))
    assert all(one.end - one.begin <= 4 << 20 for one in window.records)
    assert sum(len(line.text) for one in window.records for line in (*one.told, *one.body)) < 200_000
    assert texts(reading.window_now(None, 1, CLOSED))[-1] == "after"


async def test_words_are_found_both_ways_with_and_without_capitals_and_as_json_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    rows = [call(1, "one"), call(2, 'say "Grüße"'), call(3, "three"), call(4, 'SAY "gr'), b"half a line with three"]
    path.write_bytes(b"".join(rows))
    begins = [sum(map(len, rows[:one])) for one in range(5)]
    reading = opened(path)
    assert await found(reading, Wanted('say "gr'), 0) == begins[1]
    assert await found(reading, Wanted('say "Grüße'), 0) == begins[1]
    assert await found(reading, Wanted("SAY"), 0) == begins[3]
    assert await found(reading, Wanted("three"), begins[2]) == begins[4]
    assert await found(reading, Wanted("three"), begins[4], forward=False) == begins[2]
    assert await found(reading, Wanted("three"), begins[2], here=True) == begins[2]
    assert await found(reading, Wanted("one"), begins[1]) is None


async def test_the_next_call_and_the_last_failure_are_found(log: Path) -> None:
    reading = opened(log)
    window = reading.window_now(0, 1000, CLOSED)
    begins = [one.begin for one in window.records]
    assert await found(reading, "call", begins[0]) == begins[2]
    assert await found(reading, "call", begins[3], forward=False) == begins[2]
    assert await found(reading, "failure", begins[0]) == begins[19]
    assert await found(reading, "failure", begins[199], forward=False) == begins[179]
    assert await found(reading, "failure", 0, forward=False) is None


async def test_a_search_through_gigabytes_tells_how_far_it_is_and_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file:
        file.truncate(40 << 30)
    reading, heard = opened(path), asyncio.Event()
    seeking = asyncio.create_task(reading.find(Wanted("x"), 0, lambda _: heard.set(), forward=True, here=True))
    await heard.wait()
    seeking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await seeking
    await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread: it ended by itself
    assert reading.place.bytes_read < 4 << 30


def test_a_file_that_grew_was_cut_replaced_or_rewritten_is_said(log: Path) -> None:
    reading = opened(log)
    reading.window_now(0, 5, CLOSED)
    with log.open("ab") as file:
        file.write(call(501, "more"))
    assert reading.window_now(None, 5, CLOSED).notice == ""
    log.write_bytes(story(3))
    assert reading.window_now(10**9, 5, CLOSED).notice == "it was cut short since; this is what is left"
    log.write_bytes(b"#" + story(4))
    assert reading.window_now(0, 5, CLOSED).notice == "it was rewritten since; this is what stands there now"
    other = log.with_name("other")
    other.write_bytes(story(5))
    other.rename(log)
    assert reading.window_now(0, 5, CLOSED).notice == "another file stands in its place now; this is that one"
    assert reading.window_now(0, 5, CLOSED).notice == ""


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda path: None, "the log cannot be read: it is no longer there"),
        (lambda path: os.mkfifo(path), "the log cannot be read: a FIFO stands in its place"),
        (lambda path: path.symlink_to("/etc/hostname"), "the log cannot be read: a symbolic link stands in its place"),
    ],
)
def test_a_log_that_cannot_be_read_is_said(tmp_path: Path, made: object, sentence: str) -> None:
    path = tmp_path / "log.jsonl"
    made(path)  # type: ignore[operator]
    reading = opened(path)
    assert reading.window_now(0, 5, CLOSED) == LogWindow(problem=sentence)
    assert reading.place.grown() is not None


def test_an_empty_log_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").touch()
    assert opened(tmp_path / "log.jsonl").window_now(None, 5, CLOSED) == LogWindow()


def test_the_rows_of_a_database_are_read_as_a_log_and_what_comes_is_there(tmp_path: Path) -> None:
    database = Database(tmp_path / "opencode.db")
    database.session("ses_1")
    database.prompt("ses_1", NOW, "Fix it")
    reading = LogFiles({}).open(f"{database.path}#ses_1", "opencode")
    assert "Fix it" in texts(reading.window_now(None, 20, CLOSED))
    grown = reading.place.grown()
    message = database.answer("ses_1", NOW + 1000)
    database.call("ses_1", message, NOW + 2000, "bash", status="running", input={"command": "make test"})
    assert reading.place.grown() != grown
    window = reading.window_now(None, 20, CLOSED)
    assert "make test" in texts(window)
    assert (window.first, window.last, reading.file) == (True, True, None)
    database.close()


def test_a_document_is_read_message_by_message(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    said = {"id": "1", "type": "user", "timestamp": "2026-05-12T10:00:00Z", "content": "Explain it"}
    path.write_text(json.dumps({"sessionId": "s", "messages": [said]}, indent=2))
    reading = LogFiles({}).open(str(path), "gemini-cli")
    assert texts(reading.window_now(0, 20, CLOSED))[-1] == "Explain it"
    path.write_text("{")
    assert reading.window_now(0, 20, CLOSED).problem == "the log cannot be read: it is no whole JSON document"
