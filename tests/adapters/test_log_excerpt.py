"""The record behind a fact, read again: exactly that one, or a sentence that says why not."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.log_excerpt import LONGEST, LogExcerpts, excerpt_of
from state.runs.run import Origin

FIRST = {"n": 1, "timestamp": "2026-06-01T10:00:00Z"}
SECOND = {"n": 2, "said": "one\ntwo\\n \x1b[31m", "timestamp": "2026-06-01T10:00:05Z"}
THIRD = {"n": 3}
AT = 1780308005.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in (FIRST, SECOND, THIRD)))
    return path


def second(log: Path) -> int:
    return len(json.dumps(FIRST)) + 1


async def test_a_record_is_laid_out_between_its_neighbours(log: Path) -> None:
    shown = await LogExcerpts().excerpt(Origin(str(log), second(log), AT))
    assert shown.lines == (
        "{",
        '  "n": 2,',
        '  "said": "one',
        '      two\\n \\u001b[31m",',
        '  "timestamp": "2026-06-01T10:00:05Z"',
        "}",
    )
    assert shown.before == json.dumps(FIRST) and shown.after == '{"n": 3}' and shown.problem is None


def test_the_first_and_the_last_record_have_one_neighbour(log: Path) -> None:
    first = excerpt_of(Origin(str(log), 0))
    last = excerpt_of(Origin(str(log), log.stat().st_size - len('{"n": 3}\n')))
    assert (first.before, first.after is None, last.after) == (None, False, None) and last.lines[1] == '  "n": 3'


def test_a_log_that_was_rewritten_or_is_gone_says_so(log: Path) -> None:
    inside = excerpt_of(Origin(str(log), second(log) + 3, AT))
    behind = excerpt_of(Origin(str(log), 10_000, AT))
    assert inside.problem == behind.problem == "it was rewritten since: no record begins at that byte any more"
    assert inside.lines == ()
    other = excerpt_of(Origin(str(log), second(log), AT + 60))
    assert other.problem == "it was rewritten since: the record that stands there now claims another time"
    log.unlink()
    assert excerpt_of(Origin(str(log), 0)).problem == "it is gone by now; what was read of it is kept"


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, log: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(log)
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name, why in (("link", "a symbolic link"), ("pipe", "a FIFO")):
        problem = excerpt_of(Origin(str(tmp_path / f"{name}.jsonl"), 0)).problem
        assert problem == f"it cannot be read now: {why} stands in its place"


def test_a_line_of_a_source_file_is_shown_with_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("one = 1\ntwo = 2\nthree = 3\n")
    assert excerpt_of(Origin(str(path), 12)).lines[:2] == ("two = 2", "three = 3")


def test_a_database_is_not_shown_as_text(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 100)
    assert excerpt_of(Origin(str(path), 20)).problem == "it is a database, of which no record is shown here"


def test_a_huge_record_is_shown_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"text": "x" * (2 * LONGEST)}) + "\n")
    cut = excerpt_of(Origin(str(path), 0))
    assert cut.problem == "the record is longer than is shown here" and sum(map(len, cut.lines)) <= 400
    path.write_text(json.dumps({"text": "x" * 20_000}) + "\n")
    assert "… 14,000 characters …" in "".join(excerpt_of(Origin(str(path), 0)).lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), offset=st.integers(0, 310))
def test_any_bytes_give_safe_lines_or_a_sentence(tmp_path: Path, data: bytes, offset: int) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(data)
    shown = excerpt_of(Origin(str(path), offset, 1.0))
    assert all(line.isprintable() for line in (*shown.lines, shown.before or "", shown.after or ""))
    assert shown.lines or shown.problem
