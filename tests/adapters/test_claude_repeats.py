"""A row that repeats the row before it is known by its bytes; any other is decoded."""

import json

import pytest

from adapters.agents.claude_record import read_row
from adapters.agents.claude_repeats import PARENT_SIZE, Repeats

UUID = "69800e80-1111-4222-8333-44444444444"
USAGE = {"input_tokens": 3, "cache_creation": {"ephemeral_5m_input_tokens": 9}, "output_tokens": 2}


def line(
    number: int, words: str, *, call: str = "msg_1", branch: str = "b", more: int = 0, stop: str | None = None
) -> bytes:
    message = {"model": "m", "id": call, "type": "message", "role": "assistant", "content": [{"text": words}]}
    message |= {"stop_reason": stop, "stop_sequence": None, "usage": {**USAGE, "output_tokens": 2 + more}}
    row = {"parentUuid": f"{UUID}{number - 1}", "isSidechain": False, "gitBranch": branch, "message": message}
    row |= {"requestId": "req_1", "type": "assistant", "uuid": f"{UUID}{number}"}
    row |= {"timestamp": "2026-02-02T02:40:01.000Z"}
    return json.dumps(row, separators=(",", ":")).encode()


def again(first: bytes, second: bytes) -> str | None:
    repeats, block = Repeats(), first + b"\n" + second + b"\n"
    repeats.decoded(block, 0, len(first), read_row(first) or False)
    assert block.startswith(repeats.model, len(first) + 1 + PARENT_SIZE) == (b'"gitBranch":"b"' in second)
    return repeats.again(block, len(first) + 1, len(block) - 1)


def test_a_row_with_other_words_alone_repeats() -> None:
    assert again(line(1, "one"), line(2, "two and more")) == f"{UUID}2"


@pytest.mark.parametrize(
    "second",
    [
        line(2, "two", call="msg_2"),
        line(2, "two", branch="c"),
        line(2, "two", more=1),
        line(2, "two", stop="end_turn"),
        line(2, "two") + b" ",
        line(2, "two")[:-40],
        b"x" * 52 + line(2, "two")[52:],
    ],
)
def test_a_row_that_may_tell_more_is_decoded(second: bytes) -> None:
    assert again(line(1, "one"), second) is None
