"""What a start was told stands with its run, and a plan that waits is estimated once, by what is over here."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from state.board import Detail
from state.control.act import Act
from state.control.estimating import ESTIMATED, Estimating, of_act
from state.gates.book import Book
from state.gates.request import Request
from state.money.accounts import Accounted, Accounts, Estimated
from state.money.estimate import Likely
from state.money.past import history_of
from state.money.preferring import Choice
from state.ports import Batch
from state.runs import event as ev
from state.runs.card import Card
from state.runs.run import Origin, Run, RunKey, Usage
from tests.control_desk import desk_of
from tests.state.test_starting import ScriptedLauncher, StartHouse
from tui.panes.facts import facts
from tui.panes.request import request_lines
from tui.spans import plain
from tui.wording_estimates import NO_HISTORY, came_to, chosen, likely, rests_on

TOLD = Estimated("r", 1.0, 12, "fix tasks", Decimal("0.4"), Decimal("2.1"), 360.0, 1500.0)


def card(name: str, usd: str | None = "3", **also: object) -> Card:
    base = Card(name, "codex", name, "done", "", 0, role="implementer", lane_effective="standard", seen=700.0)
    spent = replace(base, task_title="Fix it", usage=Usage(requests=2), cost_usd=usd, cost_state="priced")
    return replace(spent, **also)  # type: ignore[arg-type]


def run(name: str, started: float = 100.0) -> Run:
    return Run(RunKey(name), "codex", name, started=started)


def test_history_is_the_runs_that_are_over_and_no_subagents() -> None:
    cards = (
        card("over"),
        card("works", state="working", seen=999.0),
        card("silent", state="idle", seen=-90_000.0, lane_effective=None, lane_asked="top"),
        card("child", parent="over"),
        card("idle", usage=Usage()),
    )
    found = history_of(cards, {RunKey(one.id): run(one.id) for one in cards}, 1000.0)
    assert [(one.run, one.lane, one.seconds) for one in found.past] == [
        ("over", "standard", 600.0),
        ("silent", "top", None),
    ]


async def test_a_start_keeps_what_it_was_told_and_its_run_has_it_once(tmp_path: Path) -> None:
    house = StartHouse(tmp_path, ScriptedLauncher())
    await house.core.begin()
    await house.core.take(Batch(events=_over("before")))
    await house.order(prefer="cheap", task="Fix it")
    told = house.act().facts
    assert (told["lane"], told["lane_by"], told["envelope"], told["prefer"]) == ("cheap", "prefer", "2.0", "cheap")
    await house.appears()
    await house.core.controls.look()
    (kept,) = house.core.accounts.estimated.values()
    assert kept == of_act(house.act())
    assert (kept.n, kept.basis, kept.usd_low, kept.unpriced) == (1, "every run here", None, 1)
    (first, *_) = house.core.accounts.routed[house.act().run]
    assert (first.lane, first.chosen_by, first.why) == ("cheap", "human", "cheap is lane cheap")
    detail = await house.reader.detail(house.act().run)
    assert detail is not None and detail.estimated == kept
    assert [one.run for one in (await house.reader.history(house.now)).past] == ["old"]
    await house.close()


def _over(session: str) -> tuple[ev.Event, ...]:
    """Tell of a run that ended before, by records of its own."""
    key, at = RunKey("old"), Origin("/logs/old", 0, 10.0)
    used = Usage(output=5, requests=1)
    return (
        ev.RunFound(key, at, "codex", session),
        ev.PlaceEntered(key, at, "/w/repo-x", None),
        ev.RequestMetered(key, at, "call", "m", used),
        ev.RunEnded(key, replace(at, offset=9, at=70.0), "quit"),
    )


async def test_a_plan_that_waits_is_estimated_once_by_the_others() -> None:
    waiting = run("waits")
    desk, _ = desk_of([waiting, *(run(f"r{number}") for number in range(6))], hands=None)  # type: ignore[arg-type]
    news: list[Accounted] = []
    cards = [card(f"r{number}", str(number)) for number in range(6)] + [card("waits", "100", state="waiting")]
    known = Accounts()

    async def account(one: Accounted) -> None:
        nonlocal known
        known = known.after(one)
        news.append(one)

    asked = Request("q", RunKey("waits"), "plan", "plan", "sha", 50.0, plan="do it")
    desk = replace(
        desk,
        cards=lambda: {RunKey(one.id): one for one in cards},
        book=lambda: Book(requests={"q": asked}),
        accounts=lambda: known,
        account=account,
        clock=lambda: 1000.0,
    )
    duty = Estimating(desk)
    await duty.look()
    await duty.look()
    (told,) = news
    (kept,) = told.estimated
    assert (kept.run, kept.at, kept.n, kept.usd_low, kept.usd_high) == (
        "waits",
        50.0,
        6,
        Decimal("1.25"),
        Decimal("3.75"),
    )


def test_an_act_without_an_estimate_tells_none() -> None:
    assert of_act(Act("a", RunKey("r"), "start", "ana", 1.0)) is None
    assert ESTIMATED not in Act("a", RunKey("r"), "start", "ana", 1.0).facts


def test_what_is_likely_is_said_with_its_number_and_what_it_lacks() -> None:
    assert likely(TOLD) == "$0.40 to $2.10, 6m to 25m"
    assert rests_on(TOLD) == "the middle half of 12 runs (fix tasks)"
    few = replace(TOLD, n=3, unpriced=1)
    assert likely(few) == "≥ $0.40 to $2.10, 6m to 25m"
    assert rests_on(few) == "the middle half of 3 runs, 1 of them not wholly priced (fix tasks): too few to go by"
    assert (likely(Likely().of("r", 1.0)), rests_on(Likely().of("r", 1.0))) == (NO_HISTORY, "")
    assert likely(replace(TOLD, usd_low=None, usd_high=None)).startswith("cost ?: none of them has a price")
    assert chosen(Choice("top", "prefer", "fast is lane top", Decimal(60))).endswith("; its envelope is $60.00")


def test_how_far_off_is_said_once_the_run_is_over_and_before_that_what_it_came_to_so_far() -> None:
    done = card("r", "2.5")
    assert came_to(TOLD, done, 100.0, 1000.0) == (
        "it came to $2.50 (2.0× the middle, outside the range), 10m (0.6× the middle, inside the range)"
    )
    assert came_to(TOLD, replace(done, state="working"), 100.0, 1000.0) == "so far $2.50, 10m"
    assert came_to(TOLD, card("r", None, cost_state="unpriced"), None, 1000.0) == "it came to ?"
    assert came_to(Estimated("r", 1.0, 0, ""), done, 100.0, 1000.0) == ""


def test_the_plan_gate_and_the_detail_say_what_is_likely() -> None:
    asked = Request("q", RunKey("r"), "plan", "plan", "sha", 50.0, plan="do it")

    def page(*lines: object) -> str:
        return "\n".join(f"{plain(one.label)} {plain(one.body)}" for one in lines)  # type: ignore[attr-defined]

    shown = page(*request_lines(asked, card("r"), (), 1000.0, TOLD))
    assert "$0.40 to $2.10, 6m to 25m" in shown and "12 runs (fix tasks)" in shown
    merging = request_lines(replace(asked, gate="merge", plan=None), card("r"), (), 1000.0, TOLD)
    assert "likely" not in page(*merging)
    detail = Detail(card("r", "1"), None, (), (), (), {}, estimated=TOLD, began=100.0)
    assert "$0.40 to $2.10" in page(*facts(detail, 1000.0)) and "0.8× the middle" in page(*facts(detail, 1000.0))
