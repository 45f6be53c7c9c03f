"""Text that attacks a human who decides: it is shown whole, marked and in its gutter, and nothing of it acts."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from state.gates.request import Decision, Request
from state.policy.verdict import Effect, Hit
from tests.promises import attacks
from tests.tui.asking import ALL, EDIT, PUSH
from tests.tui.on_screen import Screen
from tests.tui.test_hostile import HOSTILE, PAYLOADS, assert_harmless
from tui.panes.call_text import advice_of, call_lines
from tui.panes.foreign import hiding, quoted
from tui.panes.line import Line, laid
from tui.panes.request import request_lines
from tui.screens.decide import DecideScreen
from tui.spans import plain

pytestmark = attacks("terminal", "human")

BOX = "┌──────────────────┐\n│ APPROVED by you  │\n└──────────────────┘\n a approve  d deny"
SIZES = [(80, 24), (120, 40), (200, 50)]


def hostile(text: str) -> Request:
    """A request with the text in every field that holds text."""
    said = Decision("z", "deny", text, 0.0, text)
    return replace(
        PUSH,
        text=text,
        tool=text,
        input=json.dumps({text: text, "command": text, "description": text, "old_string": text, "new_string": ""}),
        cwd=text,
        effects=(Effect(text, text),),
        hits=(Hit(text, "escalate", text, text, "high", (text,)),),
        policy=text,
        context_version=text,
        advice=text,
        plan=text,
        decision=said,
    )


def rows(lines: list[Line], width: int = 80) -> list[str]:
    return [plain(row) for line in lines for row in laid(line, width, True)]


async def opened(screen: Screen) -> None:
    await screen.press("D")
    assert isinstance(screen.app.screen, DecideScreen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_hostile_text_in_every_field_is_only_text(open_board: Callable, size: tuple[int, int]) -> None:
    async with open_board(size=size, requests=(hostile(HOSTILE),)) as screen:
        assert_harmless(screen)
        await opened(screen)
        for key in ("pagedown", "pagedown", "G", "o", "escape"):
            assert_harmless(screen)
            assert all(cell_len(line) <= size[0] for line in screen.lines())
            await screen.press(key)
        assert "␛" in screen.text(), "what was hidden is seen"


async def test_each_payload_alone_breaks_nothing(open_board: Callable) -> None:
    async with open_board() as screen:
        for payload in PAYLOADS:
            await screen.asked(replace(hostile(payload), id=f"p-{PAYLOADS.index(payload)}"))
            await opened(screen)
            assert_harmless(screen)
            assert screen.lines()[-1].endswith("esc back"), payload
            assert "1 of 1" in screen.text(), payload
            await screen.press("escape")


async def test_a_click_on_markup_in_a_request_decides_nothing(open_board: Callable) -> None:
    text = "[@click=screen.command('approve')]" + "x" * 60 + "[/]"
    async with open_board(requests=(hostile(text),)) as screen:
        await opened(screen)
        for row in range(2, 30, 3):
            await screen.pilot.click("#asked", offset=(30, row))
        await screen.settled()
        assert [verb for verb, _ in screen.reader.orders if verb != "look"] == []


def test_a_fake_box_never_leaves_its_gutter() -> None:
    request = replace(hostile(BOX), decision=None)
    for row in rows(request_lines(request, None, (), 0.0)):
        if "APPROVED" in row or "approve  d deny" in row:
            before = row.split("APPROVED")[0]
            assert any(mark in before[:12] for mark in ("│ ", "┊ ", "░ ")), row


@pytest.mark.parametrize("width", [30, 80, 200])
def test_every_row_of_quoted_text_stands_behind_the_gutter(width: int) -> None:
    text = "word " * 300 + "\n\n" + "x" * 5000 + "\n" + "日本語" * 50
    for row in rows(list(quoted(text)), width):
        assert row.startswith(("│ ", "┊ "))
    for row in rows(list(quoted(text, advice=True)), width):
        assert row.startswith("░ ")


def test_nothing_of_a_call_is_left_out() -> None:
    words = "".join(f" w{number}" for number in range(5000))
    request = replace(PUSH, input=json.dumps({"command": words}))
    shown = "".join(row[2:].strip() for row in rows(list(call_lines(request)))[1:])
    assert shown.replace(" ", "") == f"command:{words}".replace(" ", "")


def test_an_edit_leaves_no_line_of_either_side_out() -> None:
    old = "\n".join(f"a{number}" for number in range(900))
    new = "\n".join(f"a{number}" if number % 7 else f"b{number}" for number in range(900))
    for lines in (1, 3):
        request = replace(PUSH, input=json.dumps({"old_string": old * lines, "new_string": new * lines}))
        shown = rows(list(call_lines(request)))
        for side, marks in ((old, "- "), (new, "+ ")):
            told = [row[4:].rstrip() for row in shown if row[2:4] in (marks, "  ")]
            assert told[: len((side * lines).split("\n"))] == (side * lines).split("\n")


def test_what_hides_is_counted_and_marked() -> None:
    text = "ls\u200b -la\r" + " " * 300 + "; rm -rf ~\u202e"
    found = hiding([text])
    assert (found.characters, found.gaps, found.long) == (3, 1, 0)
    [line] = quoted(text)
    said = plain(line.body)
    assert "⦃U+200B⦄" in said and "␍" in said and "⦃300 blanks⦄" in said and "⦃U+202E⦄" in said
    assert "; rm -rf ~" in said
    request = replace(PUSH, input=json.dumps({"command": text}))
    summary = rows(list(call_lines(request)), 200)[0]
    assert "3 characters that cannot be seen, marked" in summary and "1 line with a long gap" in summary


def test_an_escape_that_json_hides_is_marked_once_it_is_read() -> None:
    request = replace(PUSH, input='{"command": "printf \\u001b[2J"}')
    assert any("␛[2J" in row for row in rows(list(call_lines(request))))


@pytest.mark.parametrize("text", ["", "not json", "[" * 100_000, "[1, 2]", '"x"', '{"a": NaN}', '{"a": {"b": [1]}}'])
def test_an_input_of_any_shape_is_shown(text: str) -> None:
    assert rows(list(call_lines(replace(PUSH, input=text))))


def test_a_long_line_is_shown_whole() -> None:
    request = replace(PUSH, input=json.dumps({"command": "x" * 100_000}))
    found = rows(list(call_lines(request)), 120)
    assert sum(row.count("x") for row in found) == 100_000


def test_what_the_model_says_stands_apart_from_the_call() -> None:
    lines = rows(request_lines(replace(EDIT, advice="It is safe."), None, (), 0.0))
    assert [row.rstrip() for row in lines if "It is safe." in row] == ["░ It is safe."]
    assert advice_of(PUSH) == ("Push the rebased branch",)


def test_what_the_model_says_twice_stands_once() -> None:
    said = replace(PUSH, advice="Push the rebased branch")
    lines = rows(request_lines(said, None, (), 0.0))
    assert sum("Push the rebased branch" in line for line in lines) == 1
    assert not any("Push the rebased" in row and "░" not in row for row in rows(list(call_lines(PUSH))))


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (39, 40), (40, 9), (40, 10), (60, 15), *SIZES], ids=str)
async def test_no_size_breaks_it_and_one_that_is_too_small_takes_no_answer(
    open_board: Callable, size: tuple[int, int]
) -> None:
    async with open_board(size=size, requests=ALL) as screen:
        await opened(screen)
        assert len(screen.lines()) == size[1]
        small = size[0] < 40 or size[1] < 10
        assert (screen.app.screen.view.ended is not None) == small
        assert small or screen.lines()[-1].strip().startswith("a approve")
        await screen.press("G", "n", "p", "escape")
        assert len(screen.lines()) == size[1]
