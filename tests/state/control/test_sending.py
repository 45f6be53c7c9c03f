"""Which way a correction takes, what is refused, and what its act says of how far it came."""

from dataclasses import replace

import pytest

from state.control import delivery
from state.control.corrections import LONGEST, told_beside, waiting, worded
from state.control.hands import Crew, Hands, Member
from state.control.messenger import Resumed, Way
from state.control.sending import Sending
from state.runs.run import Ask, OpenCall, Process, Run, Turn
from tests.desktop import KEY, ORDER, PANE, RUN, Desktop, Messages, Procs


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "WAIT_SECONDS", 0.0)


async def test_a_run_in_a_pane_of_its_own_is_pasted_to_and_its_log_confirms_it() -> None:
    messages = Messages(PANE)
    place = Desktop(RUN, messages)
    act = await place.duty.carry_out(ORDER)
    assert messages.did == [("paste", "%3", "use pytest", "0a1b2c3d")]
    assert (act.state, act.by, act.reason, act.facts["way"]) == ("under_way", "ana", "use pytest", "pane")
    assert place.recorded[0].steps[0].confirmed is None, "what is asked is written before it is done"
    assert act.steps[0].confirmed == 1000.0
    messages.reached_at, place.now = 1004.0, 1006.0
    await place.duty.look()
    seen = place.acts.by_id[act.id]
    assert (seen.state, seen.ended, seen.text) == ("confirmed", 1006.0, "it reached the model 4 s after it was asked")
    assert seen.steps[-1].what == "reach the model" and seen.steps[-1].confirmed == 1004.0


async def test_what_a_pane_does_not_take_is_not_sent_and_says_why() -> None:
    act = await Desktop(RUN, Messages(PANE, refuses="the pane is gone")).duty.carry_out(ORDER)
    assert (act.state, act.text) == ("failed", "not sent: the pane is gone")


@pytest.mark.parametrize(
    ("run", "card"),
    [
        (replace(RUN, process=Process(77, alive=True, status="waiting")), {}),
        (replace(RUN, asks=(Ask("permission", "rm", "c1", 1.0),)), {}),
        (RUN, {"state": "waiting"}),
        (RUN, {"next_request": "r1"}),
    ],
)
async def test_a_run_that_waits_for_leave_is_not_written_to(run: Run, card: dict[str, str]) -> None:
    messages = Messages(PANE)
    place = Desktop(run, messages, **card)
    with pytest.raises(ValueError, match="must not answer a dialog"):
        await place.duty.carry_out(ORDER)
    assert (messages.did, place.recorded) == ([], [])


async def test_where_a_dialog_may_be_open_unseen_the_hook_tells_it_and_no_key_is_pressed() -> None:
    call = OpenCall("c1", "exec_command", "make", 990.0, waits=True)
    run = replace(RUN, agent="codex", process=Process(77, alive=True), turn=Turn(True, 980.0), calls=(call,))
    messages = Messages(PANE)
    act = await Desktop(run, messages).duty.carry_out(ORDER)
    assert (messages.did, act.facts["way"]) == ([], "hook")


async def test_a_run_of_which_no_process_lives_is_resumed_with_it() -> None:
    gone = replace(RUN, process=Process(77, alive=False))
    messages = Messages(back=Way("claude -p ... --resume s-1"), begins=Resumed(88, 5, "/l", "claude", "a lossy thing"))
    place = Desktop(gone, messages)
    act = await place.duty.carry_out(ORDER)
    assert messages.did == [("resume", "[headgate 0a1b2c3d] use pytest", None)]
    assert (act.facts["way"], act.facts["pid"], act.facts["lossy"]) == ("resume", "88", "a lossy thing")
    assert "a lossy thing" in act.text
    messages.alive = False
    await place.duty.look()
    assert place.acts.by_id[act.id].text == "not sent: the client ended before the model was given it: no credit"


async def test_a_client_that_does_not_start_is_said_and_nothing_waits() -> None:
    gone = replace(RUN, process=Process(77, alive=False))
    act = await Desktop(gone, Messages(back=Way("x"), begins="claude is missing")).duty.carry_out(ORDER)
    assert (act.state, act.text) == ("failed", "not sent: claude is missing")


@pytest.mark.parametrize("crew", [Crew(doubt="two processes claim it"), Crew((Member(5, 1, "sleep", "label"),))])
async def test_where_any_process_may_live_nothing_is_resumed(crew: Crew) -> None:
    messages = Messages(back=Way("x"), begins=Resumed(88, 5, "/l", "claude"))
    place = Desktop(replace(RUN, process=None), messages)
    place.duty = Sending(replace(place.desk, hands=Hands(processes=Procs(crew), messenger=messages)))  # pyright: ignore[reportArgumentType]
    act = await place.duty.carry_out(ORDER)
    assert (messages.did, act.facts["way"]) == ([], "hook")


async def test_else_it_waits_for_the_hook_is_handed_out_and_then_seen_in_the_log() -> None:
    messages = Messages()
    place = Desktop(RUN, messages)
    act = await place.duty.carry_out(ORDER)
    assert act.text.startswith("queued: its hook")
    (left,) = waiting(place.acts.under_way())[KEY]
    assert left["id"] == act.id and left["text"] == told_beside(act) and "use pytest" in left["text"]
    await place.duty.look()
    assert place.acts.by_id[act.id] == act
    messages.handed_at = 1010.0
    await place.duty.look()
    assert place.acts.by_id[act.id].steps[0].confirmed == 1010.0
    assert waiting(place.acts.under_way()) == {}, "no hook is told of it again"
    messages.reached_at = 1011.0
    await place.duty.look()
    assert place.acts.by_id[act.id].state == "confirmed"


async def test_without_a_hook_it_is_queued_and_said_so_and_taken_back_after_a_day() -> None:
    place = Desktop(RUN, Messages(hook=False))
    act = await place.duty.carry_out(ORDER)
    assert "once the hook is installed" in act.text and act.state == "under_way"
    place.now += delivery.OVER_SECONDS + 1
    await place.duty.look()
    assert place.acts.by_id[act.id].state == "failed" and waiting(place.acts.under_way()) == {}


async def test_an_order_that_comes_twice_is_carried_out_once() -> None:
    messages = Messages(PANE)
    place = Desktop(RUN, messages)
    first = await place.duty.carry_out(ORDER)
    assert await place.duty.carry_out(ORDER) == first
    assert len(messages.did) == 1


async def test_odd_text_is_refused_and_control_characters_do_not_pass() -> None:
    for text in ("", " \n\t ", "x" * (LONGEST + 1)):
        with pytest.raises(ValueError, match="nothing was sent"):
            worded(text)
    assert worded("a\x1b[31mb\x07\nsecond\u202e") == "a␛[31mb␇\nsecond⦃U+202E⦄"
    with pytest.raises(ValueError, match="no way to write"):
        await Desktop(RUN, None).duty.carry_out(ORDER)
