"""The end of a file without a newline: half a record waits, a whole one counts once."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adapters.tail import Chunk, Line, is_object, read_on
from state.ports import LogMark


def read(path: Path, mark: LogMark) -> tuple[list[Line], LogMark]:
    chunk = read_on(str(path), mark)
    assert isinstance(chunk, Chunk)
    return [piece for piece in chunk.pieces if isinstance(piece, tuple)], chunk.mark


def test_a_whole_record_at_the_end_counts_and_its_newline_adds_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b'{"a": 1}\n{"b": 2}')
    lines, mark = read(log, LogMark(str(log), "x"))
    assert lines == [(0, b'{"a": 1}'), (9, b'{"b": 2}')]
    with log.open("ab") as file:
        file.write(b'\n{"c": 3}\n')
    lines, mark = read(log, mark)
    assert [(at, line) for at, line in lines if line] == [(18, b'{"c": 3}')]
    assert mark.offset == log.stat().st_size


def test_half_a_record_waits_at_every_byte_and_counts_once(tmp_path: Path) -> None:
    log, record = tmp_path / "log", json.dumps({"a": {"b": "}"}, "c": ["{", 1]}).encode()
    log.touch()
    mark, told = LogMark(str(log), "x"), []
    for at in range(len(record)):
        with log.open("ab") as file:
            file.write(record[at : at + 1])
        lines, mark = read(log, mark)
        told += lines
        assert bool(told) == (at == len(record) - 1)
    with log.open("ab") as file:
        file.write(b"\n")
    lines, mark = read(log, mark)
    assert [line for _, line in told + lines if line] == [record]


@given(
    st.dictionaries(
        st.text(max_size=3), st.recursive(st.none() | st.text(max_size=4) | st.integers(), st.lists), max_size=3
    )
)
def test_no_beginning_of_a_whole_object_is_a_whole_object(document: dict[str, object]) -> None:
    line = json.dumps(document).encode()
    assert is_object(line)
    assert not any(is_object(line[:end]) for end in range(len(line)))
