"""A long result is decoded by its ends, and nobody who looks at it sees a difference."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from adapters.agents.claude_result import result_text
from adapters.agents.tool_calls import result_line
from tests.tries import tries

TEXTS = st.lists(
    st.text(max_size=40) | st.sampled_from(["\n", "\\n", '"', "日本語", "🚰", "\x00", "abc " * 30]), max_size=90
).map(lambda parts: "".join(parts) * 8)


def raw(content: object, *, plain: bool) -> Raw:
    return Raw(json.dumps(content, ensure_ascii=not plain).encode("utf-8", "surrogatepass"))


@given(TEXTS.filter(lambda text: text.isprintable() or "\ud800" not in text), st.booleans())
@settings(deadline=None, max_examples=tries(40, 1000))
def test_the_line_that_is_shown_is_that_of_the_whole_text(text: str, plain: bool) -> None:
    assert result_line(result_text(raw(text, plain=plain), whole=False)) == result_line(text)
    assert result_text(raw(text, plain=plain), whole=True) == text


def test_two_long_results_that_differ_in_the_middle_only_are_told_apart() -> None:
    one, other = ("a" * 5000 + middle + "b" * 5000 for middle in ("x", "y"))
    first, second = (result_text(raw(text, plain=True), whole=False) for text in (one, other))
    assert first != second
    assert len(first) < 2000 and first[:200] == one[:200] and first[-200:] == one[-200:]


def test_parts_are_joined_and_odd_content_is_no_text() -> None:
    parts = [{"type": "text", "text": "a"}, "b", None, {"type": "image", "source": {"data": "x" * 9000}}]
    assert result_text(raw(parts, plain=True), whole=False) == "a\nb\n"
    assert result_text(raw(7, plain=True), whole=False) == ""
    assert result_text(Raw(b""), whole=False) == ""
    assert result_text(Raw(b'"' + b"\xff" * 10 + b'"'), whole=False) == "�" * 10
