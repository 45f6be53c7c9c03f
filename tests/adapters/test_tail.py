"""Complete lines of a growing file, and everything that is no line and no file."""

import os
import socket
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import blocks, tail
from adapters.anchor import held_in, same_beginning
from adapters.opening import Unreadable
from adapters.tail import Chunk, Restarted, Skipped, first_lines, read_on
from state.ports import LogMark
from tests.adapters.plain_agent import close
from tests.promises import attacks

pytestmark = attacks("once")

MIB = 1 << 20


def fresh(path: Path) -> LogMark:
    return LogMark(str(path), "plain")


def chunk_of(path: Path, mark: LogMark | None = None, before: Chunk | None = None) -> Chunk:
    outcome = read_on(str(path), mark or (before.mark if before else fresh(path)), before and before.unfinished)
    assert isinstance(outcome, Chunk), outcome
    return outcome


def lines_of(chunk: Chunk) -> list[bytes]:
    return [piece[1] for piece in chunk.pieces if not isinstance(piece, Skipped)]


def unreadable(path: Path) -> Unreadable:
    outcome = read_on(str(path), fresh(path))
    assert isinstance(outcome, Unreadable), outcome
    return outcome


def restarted(path: Path, mark: LogMark) -> str:
    outcome = read_on(str(path), mark)
    assert isinstance(outcome, Restarted), outcome
    return outcome.why


def test_a_half_written_line_waits_until_its_newline_is_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b'{"a":')
    first = chunk_of(path)
    assert (first.pieces, first.mark.offset) == ((), 0)
    with path.open("ab") as file:
        file.write(b"1}\n")
    second = chunk_of(path, before=first)
    assert second.pieces == ((0, b'{"a":1}'),)
    assert chunk_of(path, before=second).pieces == ()


def test_lines_keep_their_bytes_and_lose_one_carriage_return(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\xff\xfe\0A\r\n\nb\r\r\n")
    assert chunk_of(path).pieces == ((0, b"\xff\xfe\0A"), (6, b""), (7, b"b\r"))


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")), max_size=12),
    cuts=st.lists(st.integers(0, 500), max_size=6),
    block=st.integers(1, 30),
    most=st.integers(1, 60),
)
def test_however_a_file_grows_and_is_read_its_lines_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], cuts: list[int], block: int, most: int
) -> None:
    path = tmp_path_factory.mktemp("grown") / "log"
    whole = b"".join(line + b"\n" for line in lines)
    found: list[tuple[int, bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        patch.setattr(blocks, "SCANNED_AT_ONCE", block + 7)
        last: Chunk | None = None
        mark = fresh(path)
        for cut in [*sorted(cuts), len(whole)]:
            path.open("ab").close()
            with path.open("ab") as file:
                file.write(whole[path.stat().st_size : cut])
            more = True
            while more:
                outcome = read_on(str(path), mark, last and last.unfinished, most)
                assert isinstance(outcome, Chunk)
                found += [piece for piece in outcome.pieces if not isinstance(piece, Skipped)]
                last, mark, more = outcome, outcome.mark, outcome.more
    assert [data for _, data in found] == [line.removesuffix(b"\r") for line in lines]
    assert all(whole[at : at + len(data)] == data for at, data in found)
    assert mark.offset == len(whole)


def test_a_chunk_is_bounded_and_says_that_more_is_waiting(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1023 + b"\n" + (b"y" * 1023 + b"\n") * (6 * 1024))
    first = chunk_of(path)
    assert first.more
    assert 4 * MIB <= first.mark.offset < 6 * MIB
    assert first.mark.size == first.mark.offset != path.stat().st_size
    second = chunk_of(path, before=first)
    assert not second.more
    assert (second.mark.offset, second.mark.size) == (path.stat().st_size, path.stat().st_size)


def test_a_log_cut_short_is_restarted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    mark = chunk_of(path).mark
    os.truncate(path, 4)
    assert restarted(path, mark) == "it was cut short"


def test_a_log_cut_and_grown_beyond_the_offset_is_restarted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    mark = chunk_of(path).mark
    os.truncate(path, 0)
    path.write_bytes(b"three\nfour\nfive\n")
    assert "rewritten" in restarted(path, mark)


def test_another_file_with_the_same_beginning_is_restarted(tmp_path: Path) -> None:
    path, other = tmp_path / "log", tmp_path / "other"
    path.write_bytes(b"one\ntwo\n")
    mark = chunk_of(path).mark
    other.write_bytes(b"one\ntwo\nthree\n")
    other.replace(path)
    assert "another file" in restarted(path, mark)


def test_another_file_with_the_same_inode_is_restarted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    mark = replace(chunk_of(path).mark, inode=path.stat().st_ino)
    path.write_bytes(b"six\nten\nmore\n")
    assert mark.inode == path.stat().st_ino
    assert "rewritten" in restarted(path, mark)


@pytest.mark.parametrize("at", [0, 4000, 49_900], ids=["first bytes", "in the head", "before the offset"])
def test_a_rewrite_in_place_within_the_digests_is_restarted(tmp_path: Path, at: int) -> None:
    path = tmp_path / "log"
    path.write_bytes((b"z" * 99 + b"\n") * 500)
    mark = chunk_of(path).mark
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"!")
    assert "rewritten" in restarted(path, mark)


def test_only_the_device_number_may_change_between_boots(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    mark = chunk_of(path).mark
    assert chunk_of(path, replace(mark, device=mark.device + 1)).mark == mark


def test_a_log_that_was_never_read_is_no_restart(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"half")
    mark = chunk_of(path).mark
    path.unlink()
    (tmp_path / "taken").touch()
    path.write_bytes(b"new\n")
    assert lines_of(chunk_of(path, mark)) == [b"new"]


def test_a_line_that_is_too_long_is_counted_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.write(b"before\n")
        for _ in range(100):
            file.write(b"x" * MIB)
        file.write(b"\nafter\n")
    tracemalloc.start()
    try:
        read = chunk_of(path)
        pieces = list(read.pieces)
        while read.more:
            read = chunk_of(path, before=read)
            pieces += read.pieces
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pieces == [(0, b"before"), Skipped(7, 100 * MIB + 1, "too_long"), (8 + 100 * MIB, b"after")]
    assert peak < 8 * MIB


def test_the_longest_line_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LONGEST", 3 * MIB)
    path = tmp_path / "log"
    path.write_bytes(b"x" * (3 * MIB) + b"\n" + b"y" * (3 * MIB + 1) + b"\n")
    first, second = chunk_of(path).pieces
    assert first == (0, b"x" * (3 * MIB))
    assert second == Skipped(3 * MIB + 1, 3 * MIB + 2, "too_long")


def test_a_long_unfinished_line_is_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (40 * MIB))
    read = chunk_of(path)
    asked: list[int] = []
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: asked.append(len(got := real(fd, size, at))) or got)
    for _ in range(5):
        with path.open("ab") as file:
            file.write(b"x" * 10)
        read = chunk_of(path, before=read)
    assert sum(asked) < 64 * 1024
    assert read.mark.offset == 0


def test_a_newline_that_was_written_over_an_unfinished_line_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "LONGEST", 2 * MIB)
    path = tmp_path / "log"
    path.write_bytes(b"one\n" + b"x" * (3 * MIB))
    read = chunk_of(path)
    assert read.unfinished is not None
    os.truncate(path, 4)
    with path.open("ab") as file:
        file.write(b"two\n" + b"y" * MIB + b"\n" + b"z" * (2 * MIB) + b"\n")
    assert lines_of(chunk_of(path, before=read)) == [b"two", b"y" * MIB, b"z" * (2 * MIB)]


def test_a_hole_at_the_end_is_not_read_and_the_lines_behind_it_are(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    os.truncate(path, 1 << 40)
    read = chunk_of(path)
    assert lines_of(read) == [b"one"]
    assert read.hollow >= (1 << 40) - 2 * MIB
    with path.open("ab") as file:
        file.write(b"two\nthr")
    read = chunk_of(path, before=read)
    assert read.pieces == (Skipped(4, (1 << 40) - 4, "hole"), (1 << 40, b"two"))
    assert read.hollow == 0
    with path.open("ab") as file:
        file.write(b"ee\n")
    assert lines_of(chunk_of(path, before=read)) == [b"three"]


def test_a_hole_takes_the_line_that_it_tore_with_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.write(b"one\nto")
        file.seek(64 * MIB + 5)
        file.write(b"two\n")
    read = chunk_of(path)
    assert read.pieces == ((0, b"one"), Skipped(4, 64 * MIB + 1, "hole"), (64 * MIB + 5, b"two"))


def test_a_file_that_is_all_hole_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    os.truncate(path, 1 << 40)
    read = chunk_of(path)
    assert (read.pieces, read.hollow, read.mark.offset) == ((), 1 << 40, 0)


def test_what_stands_in_a_logs_place_is_named_and_not_read(tmp_path: Path) -> None:
    fifo, link, folder, plug = (tmp_path / name for name in ("fifo", "link", "folder", "plug"))
    (tmp_path / "secret").write_bytes(b"key\n")
    os.mkfifo(fifo)
    link.symlink_to(tmp_path / "secret")
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(plug))
        whys = [unreadable(path) for path in (fifo, link, folder, plug, Path("/dev/null"), Path("/dev/tty"))]
    assert [one.kind for one in whys] == ["not_a_file"] * 6
    assert [one.why.split(" stands")[0] for one in whys[:3]] == ["a FIFO", "a symbolic link", "a directory"]
    assert unreadable(tmp_path / "none").kind == "gone"
    assert unreadable(tmp_path / "secret" / "below").kind == "gone"


def test_a_closed_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    close(path)
    assert unreadable(path).kind == "denied"


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    mark = chunk_of(path).mark
    read_on(str(path), replace(mark, inode=1))
    read_on(str(tmp_path), mark)
    first_lines(str(path))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_first_lines_are_the_complete_ones_within_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\r\ntwo\nthree\n")
    found = first_lines(str(path), 11)
    assert not isinstance(found, Unreadable)
    assert (found.lines, found.heard, found.found.st_size) == ((b"one", b"two"), "all", 15)


def test_of_a_first_line_that_is_too_long_nothing_was_heard_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * MIB)
    found = first_lines(str(path))
    assert not isinstance(found, Unreadable)
    assert (found.lines, found.heard) == ((), "nothing")
    path.write_bytes(b"x" * MIB + b"\nnext\n")
    found = first_lines(str(path))
    assert not isinstance(found, Unreadable)
    assert (found.lines, found.heard) == ((b"x" * MIB,), "all")


def test_a_moved_log_is_known_by_what_was_read_of_it(tmp_path: Path) -> None:
    path, moved, other = (tmp_path / name for name in ("log", "moved", "other"))
    path.write_bytes(b"one\ntwo\n")
    mark = chunk_of(path).mark
    path.rename(moved)
    other.write_bytes(b"one\ntoo\n")
    assert held_in(str(moved), mark) == moved.stat().st_ino
    assert held_in(str(other), mark) is None
    assert held_in(str(path), mark) is None


def test_a_copy_begins_as_its_original_does(tmp_path: Path) -> None:
    one, grown, other, empty = (tmp_path / name for name in ("one", "grown", "other", "empty"))
    one.write_bytes(b"one\n")
    grown.write_bytes(b"one\ntwo\n")
    other.write_bytes(b"two\n")
    empty.touch()
    assert same_beginning(str(one), str(grown))
    assert not same_beginning(str(one), str(other))
    assert not same_beginning(str(one), str(empty))
