"""Undo: what it takes back, what it says first, and where it does nothing because the world moved on."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from state.runs.card import Card
from tests.tui.at_control import FIRST, Controlled, orders, pressed
from tests.tui.fleet import fleet
from tui import wording_undo as words
from tui.undoing import Back, Stood, can_be_taken_back, way_back

RUN = replace(fleet()[0], id=FIRST, state="working", alive=True, task_title="Retry", task_from="prompt", branch="fix")
EDITED = replace(RUN, task_title="Retry twice", task_from="human")
SAID = Stood("assign", FIRST, {"task": "Retry twice"}, RUN)
WAITS = {"act_kind": "escalate", "act_state": "under_way"}


@pytest.mark.parametrize(
    ("stood", "now", "verb", "given"),
    [
        (Stood("freeze", FIRST), replace(RUN, frozen="sam"), "thaw", {}),
        (Stood("thaw", FIRST), RUN, "freeze", {}),
        (Stood("hold", FIRST), replace(RUN, state="held"), "resume", {}),
        (Stood("resume", FIRST), RUN, "hold", {}),
        (SAID, EDITED, "assign", {"task": ""}),
        (replace(SAID, card=replace(EDITED, task_title="Try")), EDITED, "assign", {"task": "Try"}),
        (Stood("assign", FIRST, {"task": ""}, EDITED), RUN, "assign", {"task": "Retry twice"}),
        (
            Stood("escalate_run", FIRST, {"to": "person:ada"}),
            replace(RUN, **WAITS),
            "escalate_run",
            {"to": "withdrawn", "reason": ""},
        ),
    ],
)
def test_the_inverse_is_an_ordinary_order_about_the_same_run(
    stood: Stood, now: Card, verb: str, given: Mapping[str, str]
) -> None:
    back = way_back(stood, now, False)
    assert isinstance(back, Back) and (back.verb, back.run, back.given) == (verb, FIRST, given)
    assert f"{FIRST} (" in back.does, "it names what it is about"


@pytest.mark.parametrize(
    ("stood", "now", "why"),
    [
        (None, RUN, words.NOTHING),
        (Stood("freeze", FIRST), None, words.gone(FIRST)),
        (Stood("freeze", FIRST), RUN, words.NOT_FROZEN),
        (Stood("thaw", FIRST), replace(RUN, frozen="ada"), words.frozen_by("ada")),
        (Stood("thaw", FIRST), replace(RUN, state="done"), "it is done"),
        (Stood("hold", FIRST), RUN, words.NOT_HELD),
        (Stood("hold", FIRST), replace(RUN, state="stopped"), "it is stopped"),
        (Stood("resume", FIRST), replace(RUN, state="held"), words.HELD_AGAIN),
        (Stood("resume", FIRST), replace(RUN, alive=False), "its process has ended"),
        (SAID, replace(EDITED, task_title="Wait"), words.said_since("task", "Wait")),
        (Stood("assign", FIRST, {"task": ""}, RUN), EDITED, words.said_since("task", "Retry twice")),
        (Stood("escalate_run", FIRST, {"to": "lane:top"}), RUN, words.RUN_TOOK_IT),
        (Stood("escalate_run", FIRST, {"to": "person:ada"}), RUN, words.NOBODY_WAITED_FOR),
    ],
)
def test_where_the_world_moved_on_it_says_how(stood: Stood | None, now: Card | None, why: str) -> None:
    assert way_back(stood, now, False) == why


def test_every_run_is_thawed_as_one() -> None:
    back = way_back(Stood("freeze", ""), None, True)
    assert isinstance(back, Back) and (back.verb, back.run, back.does) == ("thaw", "", "thaw every run")
    assert way_back(Stood("freeze", ""), None, False) == words.NOT_FROZEN
    assert way_back(Stood("thaw", ""), None, True) == words.FROZEN_AGAIN


def test_no_decision_and_no_undoing_of_an_escalation_is_taken_back() -> None:
    known = ("freeze", "thaw", "hold", "resume", "assign", "escalate_run")
    assert all(can_be_taken_back(verb, {}) for verb in known)
    assert not any(can_be_taken_back(verb, {}) for verb in ("approve", "deny", "escalate", "merge", "stop", "send"))
    assert not can_be_taken_back("escalate_run", {"to": "withdrawn"})


async def test_u_says_what_it_takes_back_and_does_it_at_the_second_press(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        await pressed(screen, ticks, "u")
        assert f"undo: {words.NOTHING}" in screen.status()
        await pressed(screen, ticks, "f", "f", "u")
        assert words.NOT_FROZEN in screen.status(), "the core has not told of the freeze, or it was thawed since"
        await screen.changed(replace(fleet()[0], frozen="sam"))
        await pressed(screen, ticks, "j", "u")
        assert f"u again: thaw {FIRST} (Retry" in screen.status(), "of the run that was frozen, wherever the cursor is"
        await pressed(screen, ticks, "u")
        assert [(verb, given["run"]) for verb, given in orders(screen)] == [("freeze", FIRST), ("thaw", FIRST)]


async def test_an_edit_is_taken_back(controlled: Controlled) -> None:
    async with controlled() as (screen, ticks):
        screen.reader.answers["assign"] = "task: Wait"
        await screen.press("e", "ctrl+u", *"Wait", "enter")
        await screen.changed(replace(fleet()[0], task_title="Wait", task_from="human"))
        await pressed(screen, ticks, "u")
        assert "u again: your task taken back" in screen.status()
        await pressed(screen, ticks, "u")
        assert orders(screen)[-1] == ("assign", {"task": "", "run": FIRST, "via": "board"})
