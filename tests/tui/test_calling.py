"""The board calls at its own terminal once for each escalation to a person, and sends nothing but its own sequences."""

import pytest

from state.control.escalated import OVERDUE, WAITING
from state.findings.finding import Finding
from state.runs.card import Card
from tui.calling import BELL, Caller, notice


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
