"""Where an escalation goes, what is refused, what is said to be lost, and what stands on the run until it is over."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from state.control import delivery, escalating
from state.control.act import Act
from state.control.advice import Advice, advice_in
from state.control.escalated import OVERDUE, REVIEW, TAKEN_BACK, WAITING, counts, findings_of
from state.control.escalating import Escalating
from state.control.handover import LONGEST, handover
from state.control.hands import Hands, Rescue
from state.control.launching import Begun, Client, Ground, Wanted
from state.control.messenger import Resumed, Way
from state.control.shown import failed
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Plan, Process, Run, RunKey, Step, Turn
from state.runs.run import Tests as Ran
from state.settings import Person, shipped
from state.spool import Order
from tests.desktop import KEY, RUN, Desktop, Messages

GONE = replace(RUN, process=Process(77, alive=False), worktree="/w/a")


def order(to: str, reason: str = "it goes in circles", name: str = "0a1b2c3d4e5f") -> Order:
    return Order(name, "escalate_run", {"run": KEY, "to": to, "reason": reason, "by": "ana"})


class Calls:
    """A notifier that keeps what it was to tell."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, tuple[str, ...]]] = []

    async def tell(self, title: str, text: str, command: Sequence[str] = ()) -> str:
        self.told.append((title, text, tuple(command)))
        return "told"


class Launches:
    """A launcher in which every client lives at once; `missing` agents are not on this machine."""

    def __init__(self, *missing: str) -> None:
        self.missing, self.wanted = missing, list[Wanted]()

    async def place(self, wanted: Wanted) -> Ground:
        if wanted.agent in self.missing:
            raise ValueError(f"{wanted.agent} is not on PATH")
        return Ground("/w/new", wanted.branch, wanted.base, "/bin/x")

    async def plant(self, ground: Ground) -> tuple[str, ...]:
        return ()

    async def take_back(self, ground: Ground) -> str:
        return "nothing was made"

    async def begin(self, wanted: Wanted, ground: Ground) -> Begun:
        self.wanted.append(wanted)
        return Begun()

    async def client(self, label: str) -> Client | None:
        return Client(5, 6) if self.wanted else None

    async def last_words(self, label: str) -> str:
        return ""


class Rescues:
    async def keep(self, worktree: str, name: str) -> Rescue | str | None:
        return Rescue(f"refs/headgate/rescue/{name}", "c" * 40, 2)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "WAIT_SECONDS", 0.0)


def place(run: Run, messages: Messages | None = None, **hands: Any) -> Desktop:
    found = Desktop(run, None, head="a" * 40, base_head="b" * 40, changed_files=2, branch="feat/a", owner="eve")
    found.hands(Hands(messenger=messages, **hands), Escalating)
    return found


async def test_a_stopped_run_goes_on_under_the_lanes_model_and_its_log_confirms_it() -> None:
    messages = Messages(back=Way("x"), begins=Resumed(88, 5, "/l", "claude", "its mode is not given again"))
    at = place(GONE, messages)
    act = await at.duty.carry_out(order("lane:top"))
    ((what, prompt, model),) = messages.did
    assert (what, model) == ("resume", "opus") and prompt.startswith("[headgate 0a1b2c3d] You go on under opus")
    assert (act.kind, act.facts["to"], act.facts["lane"], act.facts["model"]) == ("escalate", "lane:top", "top", "opus")
    assert act.text.startswith("its mode is not given again"), "what is lossy is said first"
    messages.reached_at = 1003.0
    await at.duty.look()
    assert at.acts.by_id[act.id].state == "confirmed"


@pytest.mark.parametrize(
    ("to", "run", "why"),
    [
        ("lane:top", RUN, "it works: stop it first"),
        ("lane:top", replace(GONE, process=None), "nobody can tell"),
        ("lane:gold", GONE, "is no lane: it is one of cheap"),
        ("lane:top", replace(GONE, agent="copilot-cli"), "names no model for copilot-cli"),
        ("lane:", GONE, "escalate to lane:NAME"),
        ("boss", GONE, "escalate to lane:NAME"),
        ("answered", GONE, "nobody is waited for"),
        ("reviewer:opencode", GONE, "not surely of another model family"),
    ],
)
async def test_what_cannot_be_done_is_said_and_nothing_was(to: str, run: Run, why: str) -> None:
    messages = Messages(back=Way("x"))
    at = place(run, messages, start=Launches())
    with pytest.raises(ValueError, match=why):
        await at.duty.carry_out(order(to))
    assert (messages.did, at.recorded) == ([], [])


async def test_where_the_session_cannot_be_taken_up_a_fresh_run_has_a_hand_over() -> None:
    launches = Launches()
    at = place(GONE, Messages(back="no way is known"), start=launches, rescue=Rescues())
    act = await at.duty.carry_out(order("lane:top"))
    assert act.text.startswith("its conversation is lost")
    (wanted,) = launches.wanted
    assert (wanted.agent, wanted.model, wanted.base) == ("claude-code", "opus", "c" * 40)
    assert "You take over from claude-code" in wanted.prompt and "it goes in circles" in wanted.prompt
    assert "refs/headgate/rescue" in act.facts["note"]
    started = at.acts.by_id[act.facts["started"]]
    assert started.kind == "start"
    await at.record(replace(started, state="confirmed", run=RunKey("9999999999")))
    await at.duty.look()
    assert at.acts.by_id[act.id].state == "confirmed" and "run 9999999999 took it over" in at.acts.by_id[act.id].text


async def test_a_run_whose_worktree_is_gone_is_handed_over_from_its_branch() -> None:
    launches = Launches()
    at = place(replace(GONE, branch="feat/a"), Messages(back="the directory that it worked in is gone"), start=launches)
    at.cards = {KEY: replace(at.cards[KEY], head=None, changed_files=None)}
    act = await at.duty.carry_out(order("lane:top"))
    (wanted,) = launches.wanted
    assert wanted.base == "refs/heads/feat/a" and "its worktree is gone" in act.text


async def test_a_reviewer_is_of_another_family_may_only_read_and_its_findings_are_claims() -> None:
    messages, launches = Messages(), Launches("codex")
    at = place(GONE, messages, start=launches)
    act = await at.duty.carry_out(order("reviewer"))
    assert act.facts["reviewer"] == "gemini-cli", "codex is not on this machine, and claude is of the same family"
    (wanted,) = launches.wanted
    assert (wanted.mode, wanted.terminal, wanted.base) == ("plan", "detached", "a" * 40)
    assert "FINDING high|medium|low PATH:LINE" in wanted.prompt and "Change no file" in wanted.prompt
    assert "what it has not committed is not in it" in act.text
    reviewer = Run(RunKey("9999999999"), "gemini-cli", "s-2", log="/logs/two.jsonl", turn=Turn(end="done"))
    at.more = {reviewer.key: reviewer}
    started = at.acts.by_id[act.facts["started"]]
    await at.record(replace(started, state="confirmed", run=reviewer.key))
    messages.said = "I looked.\nFINDING high a.py:3 it divides by zero\nFINDING low b.py:1 a typo\n"
    await at.duty.look()
    seen = at.acts.by_id[act.id]
    assert (seen.state, seen.text) == ("confirmed", "gemini-cli claims 2 findings")
    found = findings_of([seen])[KEY]
    assert [(one.kind, one.severity) for one in found] == [(REVIEW, "warn"), (REVIEW, "note")]
    assert found[0].text == "gemini-cli claims: high, a.py:3: it divides by zero"
    assert found[0].evidence[0].log == "/logs/two.jsonl"


async def test_a_person_is_told_reminded_once_overdue_once_and_red_until_a_human_answers() -> None:
    calls = Calls()
    settings = replace(shipped(), people={"eve": Person("eve", ("page", "{text}"), 3600.0)})
    at = place(RUN, notify=calls, settings=lambda: settings)
    act = await at.duty.carry_out(order("person:eve"))
    assert (act.state, act.facts["owner"], act.facts["deadline"]) == ("under_way", "eve", "1970-01-01T01:16:40.000Z")
    assert calls.told[0][2] == ("page", "{text}") and "it goes in circles" in calls.told[0][1]
    assert [one.kind for one in findings_of([act])[KEY]] == [WAITING]
    for now, told in ((2000.0, 1), (2900.0, 2), (2950.0, 2), (4600.0, 3), (9000.0, 3)):
        at.now = now
        await at.duty.look()
        assert len(calls.told) == told, now
    late = at.acts.by_id[act.id]
    (found,) = findings_of([late])[KEY]
    assert (found.kind, found.severity, found.since) == (OVERDUE, "stop", 4600.0)
    assert counts(at.acts.by_id.values()) == {"person": 1, "all": 1, "answered": 0, "overdue": 1, "failed": 0}
    over = await at.duty.carry_out(order("answered", "let it go on", "ffff"))
    assert over.id == act.id and over.state == "confirmed" and "let it go on" in over.text
    assert findings_of(at.acts.by_id.values()) == {}
    assert counts(at.acts.by_id.values())["answered"] == 1


async def test_an_escalation_to_a_person_is_taken_back_while_nobody_has_answered() -> None:
    at = place(RUN, notify=Calls())
    act = await at.duty.carry_out(order("person:eve"))
    over = await at.duty.carry_out(order(TAKEN_BACK, "", "ffff"))
    assert (over.id, over.state) == (act.id, "failed") and "eve is waited for no more" in over.text
    assert findings_of(at.acts.by_id.values()) == {} and not failed(over, at.now), "the row is not red for it"
    assert counts(at.acts.by_id.values()) == {"person": 1, "all": 1, "answered": 0, "overdue": 0, "failed": 0}
    with pytest.raises(ValueError, match="nobody is waited for"):
        await at.duty.carry_out(order(TAKEN_BACK, "", "eeee"))


async def test_one_whom_nobody_set_up_has_four_hours_and_an_order_counts_once() -> None:
    calls = Calls()
    at = place(RUN, notify=calls)
    first = await at.duty.carry_out(order("person:bob"))
    assert first.facts["deadline"] == "1970-01-01T04:16:40.000Z"
    assert await at.duty.carry_out(order("person:bob")) == first and len(calls.told) == 1
    with pytest.raises(ValueError, match="say why"):
        await at.duty.carry_out(order("person:bob", " ", "ffff"))


def test_a_hand_over_has_every_part_in_its_order_and_says_what_is_missing_and_what_is_claimed() -> None:
    bare = handover(Run(KEY, "codex", "s"), None, "")
    titles = [line[3:] for line in bare.splitlines() if line.startswith("## ")]
    assert titles == [
        "Task",
        "Why you take it over",
        "Plan of the run before you (claimed)",
        "Its change (observed)",
        "Its tests (claimed)",
        "What was tried (observed in its log)",
        "What is not handed over",
    ]
    assert bare.count("(missing)") == 6
    tests = Ran("failed", "pytest", 3, 1, None, ("test_x",), "s", "pytest -q", "", attempts=4, repeats=3)
    run = Run(
        KEY,
        "codex",
        "s",
        prompt="mend the parser",
        worktree="/w/a",
        edited=("/w/a/src/p.py",),
        plan=Plan("approved", "1. read⏎2. mend", (Step("read", "completed"), Step("mend", "in_progress"))),
        tests=tests,
        compactions=2,
    )
    card = Card(KEY, "codex", "s", "stopped", "", 0, changed_files=1, added=5, deleted=2, branch="feat/p")
    told = handover(run, card, "three times the same failure")
    for part in ("mend the parser", "three times the same", "1. read", "- [x] read", "- [~] mend", "+5 -2, on feat/p"):
        assert part in told
    for part in (
        "- src/p.py",
        "failed: pytest -q (3 passed, 1 failed)",
        "failing: test_x",
        "summed up 2 times",
        "4 test runs",
    ):
        assert part in told
    assert len(handover(replace(run, prompt="x" * 20_000), card, "why")) <= LONGEST


def test_advice_is_read_in_its_form_alone() -> None:
    words = "- **FINDING** high x\n> FINDING Medium `src/a.py:10` it *leaks*\nFINDING grave a.py:1 no\nFINDINGS none"
    assert advice_in(words) == (Advice("medium", "src/a.py:10", "it *leaks"),)
    assert advice_in("FINDINGS none.") == ()
    assert advice_in("looks good to me") is None
    assert advice_in("FINDING low a\x1b.py:1 odd\x07 text") == (Advice("low", "a␛.py:1", "odd␇ text"),)
    many = "\n".join(f"FINDING low a.py:{at} it is odd" for at in range(50))
    assert len(advice_in(many) or ()) == 20


def test_a_failed_start_fails_the_escalation() -> None:
    act = Act("a", KEY, "escalate", "ana", 1.0, "why", "failed", facts={"to": "lane:top"})
    assert counts([act]) == {"lane": 1, "all": 1, "answered": 0, "overdue": 0, "failed": 1}
    assert escalating.ANSWERED == "answered" and Fleet().runs == {}
