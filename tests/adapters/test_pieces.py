"""Bytes parted at their newlines: the same pieces from every place and in both directions."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.log_seeking import place_of_words
from adapters.pieces import Pieces
from state.reading import Wanted

BLOCK = 8
TEXTS = st.lists(st.sampled_from([b"a", b"\n", b"bcd", b"\r\n", b"x" * 7, b"y" * 30, b"\0\xff"]), max_size=40).map(
    b"".join
)


def pieces_of(data: bytes, block: int = BLOCK) -> Pieces:
    return Pieces(lambda at, length: data[at : at + length], len(data), block)


def forward(pieces: Pieces) -> list[int]:
    begins, at = [], 0
    while at < pieces.size:
        begins.append(at)
        at = pieces.end_of(at)
    return begins


@given(TEXTS)
def test_every_byte_is_in_the_piece_that_is_met_from_above(data: bytes) -> None:
    pieces = pieces_of(data)
    begins = forward(pieces)
    for at in range(len(data)):
        assert pieces.begin_of(at) == max(begin for begin in begins if begin <= at)


@given(TEXTS)
def test_going_back_finds_what_going_on_found(data: bytes) -> None:
    pieces = pieces_of(data)
    found, at = [], len(data)
    while at > 0:
        at = pieces.begin_of(at - 1)
        found.append(at)
    assert found[::-1] == forward(pieces)


@given(TEXTS)
def test_lines_are_whole_unless_they_are_long_and_no_piece_is_longer_than_two_blocks(data: bytes) -> None:
    pieces = pieces_of(data)
    begins = [*forward(pieces), len(data)]
    parts = [data[begin:end] for begin, end in pairwise(begins)]
    assert b"".join(parts) == data
    assert all(len(part) <= 2 * BLOCK for part in parts)
    assert all(b"\n" not in part[:-1] for part in parts)
    at = 0
    for line in data.splitlines(keepends=True) if b"\r" not in data else ():
        if len(line) <= BLOCK:
            assert at in begins
            assert at + len(line) in begins
        at += len(line)


@given(TEXTS, TEXTS)
def test_what_is_appended_moves_no_piece_that_ended(data: bytes, more: bytes) -> None:
    whole = forward(pieces_of(data + more))
    assert [one for one in forward(pieces_of(data)) if one < len(data)] == [one for one in whole if one < len(data)]


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_bytes_are_those_of_the_file(data: bytes, begin: int, length: int) -> None:
    assert pieces_of(data).bytes_of(begin, begin + length) == data[begin : begin + length]


def test_one_line_of_gigabytes_costs_a_few_blocks() -> None:
    pieces = Pieces(lambda at, length: b"x" * length, 5 << 30, block=1 << 16)
    begin = pieces.begin_of(3 << 30)
    assert pieces.end_of(begin) - begin <= 2 << 16
    assert pieces.bytes_read <= 6 << 16


@given(st.text("abAB\n", max_size=40), st.text("abA", min_size=1, max_size=4), st.booleans(), st.integers(1, 9))
def test_words_are_found_wherever_a_block_ends(text: str, words: str, forward: bool, block: int) -> None:
    wanted, data = Wanted(words), text.encode()
    expected = (text.lower() if wanted.folds else text).encode()
    found = expected.find(words.encode()) if forward else expected.rfind(words.encode())
    got = place_of_words(pieces_of(data), wanted, 0, len(data), lambda _: True, forward=forward, block=block)
    assert (-1 if got is None else got) == found
