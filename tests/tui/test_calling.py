"""The board calls at its own terminal once a cause, and sends nothing but its own sequences."""

from dataclasses import replace

import pytest

from state.board_setting import Call
from state.control.escalated import OVERDUE, WAITING
from state.findings.finding import Finding
from state.runs.card import Card
from tests.tui.asking import EDIT, PUSH
from tests.tui.fleet import NOW, fleet
from tui.calling import BELL, Caller, notice
from tui.needs import needs


def card(*texts: str, kind: str = WAITING) -> Card:
    return Card("r", "codex", "s", "idle", "", 0, findings=tuple(Finding(kind, "warn", text) for text in texts))


def test_each_escalation_is_called_once_and_none_of_before_the_board() -> None:
    caller = Caller({"TERM": "xterm"})
    assert caller.news([card("waits for eve")]) == ""
    assert caller.news([card("waits for eve")]) == ""
    assert caller.news([card("waits for eve (reminded)")]) == f"{BELL}\x1b]9;Headgate: waits for eve (reminded)\x07"
    assert caller.news([card("late", kind=OVERDUE)]).startswith(BELL)
    assert caller.news([card("late", kind="doom_loop")]) == ""


@pytest.mark.parametrize(
    ("environment", "sequence"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]99;;Headgate: a; b\x1b\\"),
        ({"TERM": "foot"}, "\x1b]777;notify;Headgate;Headgate: a, b\x07"),
        ({"TERM": "xterm-256color"}, "\x1b]9;Headgate: a; b\x07"),
        ({"TERM": "screen", "TMUX": "/tmp/x,1,0"}, "\x1bPtmux;\x1b\x1b]9;Headgate: a; b\x07\x1b\\"),
        ({}, "\x1b]9;Headgate: a; b\x07"),
    ],
)
def test_one_sequence_that_the_terminal_knows(environment: dict[str, str], sequence: str) -> None:
    assert notice("a; b", environment) == sequence


def test_foreign_text_ends_no_sequence() -> None:
    told = notice("x\x07\x1b]52;c;eA==\x07\x9c\u202e é" + "y" * 500, {})
    assert told.count("\x07") == 1 and told.count("\x1b") == 1 and told.isascii() and len(told) < 200


WAITS, BLOCKED = (one for one in fleet() if one.id in ("2be77d0c5e", "f00d5a11e7"))


@pytest.mark.parametrize(
    ("call", "sent"),
    [("off", ""), ("bell", BELL), ("notice", f"{BELL}\x1b]9;Headgate: {WAITS.because}\x07")],
)
def test_what_begins_to_need_a_human_is_called_as_it_was_set(call: Call, sent: str) -> None:
    caller = Caller({}, call)
    assert caller.needed(needs([BLOCKED], (), NOW), "") == "", "nothing of before the board is called"
    assert caller.needed(needs([BLOCKED, WAITS], (), NOW), "") == sent
    again = [replace(BLOCKED, because="rate limit: resets at 16:00"), replace(WAITS, because="asks: which one?")]
    assert caller.needed(needs(again, (), NOW), "") == "", "the same causes in other words"


def test_a_request_is_called_once_and_a_question_each_time_that_it_is_asked() -> None:
    caller = Caller({}, "bell")
    caller.needed((), "")
    assert caller.needed(needs([], (PUSH,), NOW), "") == BELL
    assert caller.needed((), "") == "" and caller.needed(needs([], (PUSH,), NOW), "") == ""
    assert caller.needed(needs([WAITS], (PUSH, EDIT), NOW), "") == BELL
    assert caller.needed(needs([replace(WAITS, since=NOW)], (), NOW), "") == BELL


def test_what_the_human_looks_at_and_what_the_first_reading_finds_is_not_called_then_or_later() -> None:
    caller = Caller({}, "bell")
    caller.needed((), "")
    assert caller.needed(needs([WAITS], (), NOW), WAITS.id) == "" == caller.needed(needs([WAITS], (), NOW), "")
    assert caller.needed(needs([WAITS, BLOCKED], (), NOW), "", beginning=True) == ""
    assert caller.needed(needs([WAITS, BLOCKED], (), NOW), "") == ""
