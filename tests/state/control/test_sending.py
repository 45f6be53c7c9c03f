"""Which way a correction takes, what is refused, and what its act says of how far it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from state.control import delivery
from state.control.act import Act, Acts
from state.control.corrections import LONGEST, told_beside, waiting, worded
from state.control.desk import Desk
from state.control.hands import Crew, Hands, Member
from state.control.messenger import Pane, Resumed, Way
from state.control.sending import Sending
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Ask, OpenCall, Process, Run, RunKey, Turn
from state.spool import Order

KEY = RunKey("0123456789")
RUN = Run(KEY, "claude-code", "s-1", log="/logs/one.jsonl", process=Process(77, alive=True, status="busy"))
PANE = Pane("%3", "/tmp/t", 77)
ORDER = Order("0a1b2c3d4e5f", "send", {"run": "01234", "text": "use pytest", "by": "ana"})


@dataclass
class Messages:
    """A messenger of which the test says what it can."""

    pane: Pane | None = None
    refuses: str = ""
    back: Way | str = "no way"
    begins: Resumed | str = "no"
    hook: bool = True
    handed_at: float | None = None
    reached_at: float | None = None
    alive: bool = True
    did: list[Any] = field(default_factory=list[Any])

    async def pane_of(self, run: Run, clients: Sequence[int]) -> Pane | None:
        return self.pane if tuple(clients) == (77,) else None

    async def paste(self, run: Run, pane: Pane, text: str, mark: str) -> str:
        self.did.append(("paste", pane.id, text, mark))
        return self.refuses

    def way_back(self, run: Run, model: str | None = None) -> Way | str:
        return self.back

    async def resume(self, run: Run, act: str, text: str, model: str | None = None) -> Resumed | str:
        self.did.append(("resume", text, model))
        return self.begins

    def lives(self, pid: int, start: int) -> bool:
        return self.alive

    def last_words(self, log: str) -> str:
        return "no credit"

    def hooked(self, agent: str) -> bool:
        return self.hook

    def handed(self, act: str) -> float | None:
        return self.handed_at

    def written(self, run: Run) -> int:
        return 512

    async def reached(self, run: Run, mark: str, since: int) -> float | None:
        assert (mark, since) == ("0a1b2c3d", 512)
        return self.reached_at


class Procs:
    """Processes of which the test says which there are."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def crew(self, run: Run, label: str | None = None) -> Crew:
        return self._crew


class Desktop:
    """A desk with one run on it, which keeps every act that was recorded."""

    def __init__(self, run: Run, messages: Messages | None, **card: Any) -> None:
        self.run, self.now, self.acts, self.recorded = run, 1000.0, Acts(), list[Act]()
        shown = {"state": "working", "because": "", "need": 0, **card}
        self.cards: Mapping[RunKey, Card] = {run.key: Card(run.key, run.agent, run.session, **shown)}
        self.desk = Desk(
            lambda: Fleet({self.run.key: self.run}),
            lambda: self.cards,
            lambda: self.acts,
            lambda: self.now,
            self.record,
            self.freeze,
            Hands(messenger=messages),
        )
        self.duty = Sending(self.desk)

    async def record(self, act: Act) -> None:
        self.recorded.append(act)
        self.acts = self.acts.after([act])

    async def freeze(self, order: Order) -> str:
        raise AssertionError("a correction freezes nothing")


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
