"""Text that attacks: in every field it is text, and nothing of it acts."""

import unicodedata
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from state.board import CallLine, Detail
from state.ports import Problem
from state.runs.card import Blocker, Card
from state.runs.run import Origin, Step
from state.runs.worktree import ChangedFile, Worktree
from tests.promises import attacks
from tests.tui.on_screen import Screen
from tui.terminal import SafeText, crash_report, titled

pytestmark = attacks("terminal")

PAYLOADS = [
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x1bP1;2|x\x1b\\",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\u202eexe.txt\u202c",
    "a\u2066b\u2069",
    "zero\u200bwidth\ufeff",
    "line\r\nbreak\u2028and\u2029par",
    "[@click=app.quit]x[/]",
    "[@click=screen.command('quit')]x[/]",
    "[link=http://evil]x[/link]",
    "[/nope]",
    "[bold red]x",
    "\x00\x07\x08\x7f",
    "e" + "\u0301" * 50,
    "tag\U000e0041\U000e007f",
    "\ud800",
    "x" * 9000,
]
HOSTILE = "".join(PAYLOADS[:-1])
UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def hostile_card(text: str = HOSTILE) -> Card:
    """A card with the text in every field that holds text."""
    plain = Card(id="9c1f04ab27", agent="a", session_id="s", state="waiting", because="b", need=90)
    typed = {field.name: field.type for field in fields(Card)}
    texts = {name: text for name, kind in typed.items() if kind in (str, "str", str | None) and name != "id"}
    listed = {"models": (text, text), "blockers": (Blocker(text, text, None),)}
    return replace(plain, **{**texts, **listed, "certain": False, "changed_files": 3})  # type: ignore[arg-type]


def hostile_detail(card: Card, text: str = HOSTILE) -> Detail:
    tree = Worktree(
        text, text, branch=text, base_ref=text, files=(ChangedFile(text, "modified", 1, 2),), locked=text, problem=text
    )
    story = tuple(CallLine(None, kind, text, log=text) for kind in ("prompt", "tool", "result", "unheard of", text))
    names = ("asks", "title", "model", "usage", "version", "branch", "process", "context_used")
    return Detail(card, tree, (Step(text, "pending"),), (text, text), story, {name: Origin(text, 1) for name in names})


def assert_harmless(screen: Screen) -> None:
    for strip in screen.app.screen._compositor.render_strips():
        for segment in strip:
            bad = [letter for letter in segment.text if unicodedata.category(letter) in UNSAFE]
            assert bad == [], f"{segment.text!r}"
            meta = segment.style.meta if segment.style else {}
            assert "@click" not in meta and not (segment.style and segment.style.link), segment


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=str)
async def test_hostile_text_in_every_field_is_only_text(open_board: Callable, size: tuple[int, int]) -> None:
    problems = (Problem(HOSTILE, HOSTILE, HOSTILE),)
    async with open_board(
        [hostile_card()], size, detail_of=hostile_detail, problems=problems, looked_in=(HOSTILE,)
    ) as screen:
        for keys in ("1", "2", "3", "4", "5", "enter", "enter", "j", "y", "escape", "escape", "exclamation_mark"):
            await screen.press(keys)
            assert_harmless(screen)
        assert "␛" in screen.text(), "what was hidden is seen"


async def test_each_payload_alone_breaks_nothing(open_board: Callable) -> None:
    async with open_board([hostile_card(PAYLOADS[0])]) as screen:
        for payload in PAYLOADS:
            screen.reader.detail_of = lambda card, payload=payload: hostile_detail(card, payload)
            await screen.changed(hostile_card(payload))
            assert screen.app.pump.cards["9c1f04ab27"].because == payload
            assert_harmless(screen)
            assert screen.lines()[-1].rstrip().endswith("q quit"), payload
            assert all(cell_len(line) <= 120 for line in screen.lines()), payload


async def test_hostile_words_where_no_run_is(open_board: Callable) -> None:
    async with open_board([], looked_in=(HOSTILE, "[/nope]")) as screen:
        assert_harmless(screen)
        assert "[/nope]" in screen.text()


async def test_a_hostile_filter_is_only_text(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.press("slash")
        screen.app.screen.focused.value = "[/nope]\x1b[2J\u202e"
        await screen.settled()
        assert_harmless(screen)
        await screen.press("enter")
        assert_harmless(screen)


async def test_a_click_on_markup_does_nothing(open_board: Callable) -> None:
    text = "[@click=app.quit]xxxxxxxxxxxxxxx[/]"
    async with open_board([hostile_card(text)], detail_of=lambda one: hostile_detail(one, text)) as screen:
        for offset in ((20, 1), (60, 1)):
            await screen.pilot.click("#runs", offset=offset)
            await screen.pilot.click("#pane", offset=offset)
        await screen.settled()
        assert screen.app.is_running and text in screen.text()


async def test_simulated_keys_press_nothing(open_board: Callable) -> None:
    async with open_board() as screen:
        await screen.app.run_action("app.simulate_key('j')")
        await screen.settled()
        assert "Retry a failed" in screen.selected()


async def test_a_deciding_command_is_not_done_by_its_name(
    open_board: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.screens import commanded

    done: list[str] = []
    async with open_board() as screen:
        decides = replace(commanded.command("down"), id="approve", danger="decides")
        monkeypatch.setattr(commanded, "command", lambda name: decides)
        screen.app.screen.deeds["approve"] = lambda: done.append("approved")
        await screen.app.run_action("screen.command('approve')")
        assert done == []


@pytest.mark.parametrize("payload", PAYLOADS[:-1], ids=range(len(PAYLOADS) - 1))
def test_the_last_door_lets_nothing_through(payload: str) -> None:
    out = SafeText().apply([Segment(payload), Segment("plain")], Color(0, 0, 0))
    assert not [letter for segment in out for letter in segment.text if unicodedata.category(letter) in UNSAFE]
    assert out[1].text == "plain"


def test_the_last_door_leaves_good_text_alone() -> None:
    segments = [Segment("plain ▲ 日本 é")]
    assert SafeText().apply(segments, Color(0, 0, 0)) is segments


async def test_the_last_door_stands_before_every_screen(open_board: Callable) -> None:
    async with open_board() as screen:
        assert any(isinstance(one, SafeText) for one in screen.app.get_line_filters())


def test_a_crash_report_holds_no_locals_and_no_raw_bytes() -> None:
    secret = "tok-" + "en-of-a-stranger"
    try:
        raise ValueError(f"bad {HOSTILE}")
    except ValueError as error:
        report = crash_report(error).plain
    assert secret not in report and "\x1b" not in report and "test_hostile.py" in report
    assert all(line.isprintable() for line in report.splitlines())


@pytest.mark.parametrize("title", ["a\x1b[2J", "a\x07", "é", "a\nb"])
def test_a_title_that_is_not_plain_is_refused(title: str) -> None:
    with pytest.raises(ValueError, match="not a safe title"):
        titled(title)
