"""Damages good inputs as chance and malice do: the same damage for the same seed."""

import random
import re
from collections.abc import Sequence

NUMBERS = (
    *(
        b"-1",
        b"0",
        b"1e999",
        b"-1e999",
        b"1e308",
        b"NaN",
        b"-Infinity",
        b"18446744073709551616",
        b"9223372036854775808",
    ),
    *(b"9" * 400, b"9" * 5000, b"0.0000000000001", b"-0", b"1E-999", b"253402300800000", b"1e18", b"null", b'"7"'),
)
TEXTS = (
    *(b"\\ud800", b"\\u0000", b"\\u001b]52;c;ZXZpbA==\\u0007", b"\\u202e", b"\\u2066", b"\\u200b", b"\\udb40\\udc41"),
    *(b"\x1b[2J", b"\x9b31m", b"\xc2\x9b31m", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"[@click=app.quit]x[/]", b"[/x]"),
    *(b"../../../etc/passwd", b"/dev/tty", b"-rf", b"--output=x", b"\xff\xfe", b"\xed\xa0\x80", b"$(id)", b"';--"),
    *(b"e" + "\u0301".encode() * 40, b"x" * 9000, b"\\", b'\\"', b"9999-99-99T99:99:99Z", b"0001-01-01T00:00:00Z"),
)
RAW = (
    *(b"\0", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\n", b"\xff", b"\xc3", b"\x1b", b"\x85", b"\xe2\x80\xa8", b'"', b"{"),
    *(
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\t",
        b"#",
        b"=",
        b"<",
        b">",
        b"&",
        b"[" * 3000,
        b'{"a":' * 3000,
        b"\0" * 70,
    ),
    *(b"<a>" * 300, b"a=" * 300, b"((((" * 200, b"#!" * 100, b"\x1e", b"\x0c"),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


def damaged(samples: Sequence[bytes], seed: int) -> bytes:
    """Give one of the samples after one to four damages."""
    chance = random.Random(seed)
    data = chance.choice(samples) if samples else b""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_WAYS)(data, chance, samples)
    return data[: 1 << 18]


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = chance.randint(0, len(data))
    return begin, min(len(data), begin + chance.choice((0, 1, 2, 8, 64, 512)))


def _flipped(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    made = bytearray(data)
    for _once in range(chance.randint(1, 3) if made else 0):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _cut(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _span(data, chance)
    return data[:begin] if chance.random() < 0.3 else data[:begin] + data[end:]


def _doubled(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _span(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 1, 2, 50)) + data[end:]


def _spliced(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _span(data, chance)
    return data[:begin] + chance.choice((*RAW, *TEXTS)) + data[chance.choice((begin, end)) :]


def _counted(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return _one_replaced(_NUMBER, data, chance, chance.choice(NUMBERS))


def _worded(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    values = (b'"%s"' % chance.choice(TEXTS), *NUMBERS[:6], b"null", b"true", b"[]", b"{}", b'[{"a":1}]', b'{"a":[]}')
    return _one_replaced(_TEXT, data, chance, chance.choice((values[0], values[0], *values)))


def _one_replaced(pattern: re.Pattern[bytes], data: bytes, chance: random.Random, by: bytes) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data + by
    one = chance.choice(found)
    return data[: one.start()] + by + data[one.end() :]


def _mixed(data: bytes, chance: random.Random, samples: Sequence[bytes]) -> bytes:
    """Put the lines in another order, some twice, with lines of another sample among them."""
    lines = data.split(b"\n") + chance.choice(samples or (b"",)).split(b"\n")[:20]
    chance.shuffle(lines)
    return b"\n".join(lines)


def _transposed(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Put the text at one place in the place of another."""
    found = [one.span() for one in _TEXT.finditer(data)]
    if len(found) < 2:
        return data[::-1] if chance.random() < 0.1 else data
    (begin, end), (other, last) = chance.sample(found, 2)
    return data[:begin] + data[other:last] + data[end:]


_WAYS = (_flipped, _cut, _doubled, _spliced, _spliced, _counted, _worded, _worded, _mixed, _transposed)


def pumped(sample: bytes, size: int) -> dict[str, bytes]:
    """Give inputs of about `size` bytes that would show work that grows faster than what is read."""
    whole = sample or b"x"
    return {
        "again": (whole.rstrip(b"\n") + b"\n") * max(1, size // (len(whole) + 1)),
        "one long line": whole.replace(b"\n", b" ") * max(1, size // len(whole)),
        "deep lists": b"[" * size,
        "deep objects": b'{"a":' * (size // 5),
        "brackets": b"(" * size,
        "quotes": b'"' * size,
        "blanks": b" " * size,
        "empty lines": b"\n" * size,
        "words": b"a " * (size // 2),
        "equals": b"a=b\n" * (size // 4),
        "nothings": b"\0" * size,
    }
