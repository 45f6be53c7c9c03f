"""The words of a denied plan go to a session that nobody waits in, once, and no further than a correction may."""

from dataclasses import replace

import pytest

from state.control import delivery
from state.control.messenger import Resumed, Way
from state.control.replying import FRESH_SECONDS, Replying, reply_of
from state.control.sending import Sending
from state.gates.book import Book
from state.gates.request import Decision, Request
from state.runs.run import Ask, Process, Run, Turn
from tests.desktop import KEY, RUN, Desktop, Messages

NO = Decision("plan-1", "deny", "ana", 990.0, "leave the lexer alone")
ASKED = Request("plan-1", KEY, "plan", "approve its plan", "5a", 980.0, "denied", decision=NO)
OVER = replace(
    RUN,
    agent="codex",
    process=Process(77, alive=False),
    turn=Turn(False, 970.0, "done"),
    asks=(Ask("plan", "its plan", None, 970.0),),
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "WAIT_SECONDS", 0.0)


def place(run: Run, request: Request = ASKED) -> Desktop:
    begins = Resumed(88, 5, "/l", "codex")
    desktop = Desktop(run, Messages(back=Way("codex exec resume"), begins=begins), state="waiting")
    sending = Sending(desktop.desk)
    desktop.desk = replace(desktop.desk, book=lambda: Book(requests={request.id: request}), order=sending.carry_out)
    desktop.duty = Replying(desktop.desk)
    return desktop


def did(desktop: Desktop) -> list[object]:
    messages = desktop.desk.hands.messenger
    assert isinstance(messages, Messages)
    return messages.did


async def test_a_denied_plan_is_answered_by_a_resume_in_the_humans_words_and_once() -> None:
    desktop = place(OVER)
    for _ in range(3):
        await desktop.duty.look()
    mark = reply_of(ASKED)[:8]
    told = f"[headgate {mark}] The plan is denied, so change nothing yet. leave the lexer alone"
    assert did(desktop) == [("resume", told, None)]
    act = desktop.acts.by_id[reply_of(ASKED)]
    assert (act.kind, act.by, act.facts["way"]) == ("send", "ana", "resume")


@pytest.mark.parametrize(
    ("run", "request_"),
    [
        (OVER, replace(ASKED, id="by-a-hook")),
        (OVER, replace(ASKED, state="approved")),
        (OVER, replace(ASKED, decision=replace(NO, at=1000.0 - FRESH_SECONDS - 1))),
        (replace(OVER, turn=Turn(True, 995.0)), ASKED),
        (replace(OVER, turn=Turn(False, 995.0, "done")), ASKED),
    ],
    ids=["its hook answered", "approved", "long ago", "it works again", "it went on"],
)
async def test_nothing_is_sent_where_nobody_needs_the_words(run: Run, request_: Request) -> None:
    desktop = place(run, request_)
    await desktop.duty.look()
    assert did(desktop) == [] and not desktop.recorded


async def test_words_that_cannot_be_sent_are_said_on_the_row_and_not_tried_again() -> None:
    # A client that lives may show a dialog of its own: no correction answers that.
    desktop = place(replace(OVER, process=Process(77, alive=True)))
    for _ in range(2):
        await desktop.duty.look()
    (act,) = desktop.recorded
    assert did(desktop) == [] and act.state == "failed"
    assert act.text.startswith("the words of its denial were not sent: it waits for leave")
