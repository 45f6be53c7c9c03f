"""The duty that raises alarms: what it commits, reports and tells, on a desk without a core."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from state.control.desk import Desk
from state.control.hands import Hands
from state.findings.judged import judged
from state.money.accounts import Accounted, Accounts, BudgetStands
from state.money.alarm_findings import alarm_findings
from state.money.alarming import Alarming
from state.money.spending import Cost
from state.ports import Problem
from state.runs.event import UsageCounted
from state.runs.fleet import Fleet
from state.runs.run import Origin, Repeat, Run, Turn, Usage, run_key
from state.store.hours import hours_of

NOW = 1_781_517_600.0
KEY = run_key("claude-code", "one")
MONTH = BudgetStands("envelope", "envelope", "", 0.0, 9e9, Decimal(6500), Decimal(100), None, "ok", "")


@dataclass
class World:
    """A core's desk: one run, budgets, a clock, and what the duty did."""

    now: float = NOW
    run: Run = field(default_factory=lambda: Run(KEY, "claude-code", "one", turn=Turn(open=True)))
    accounts: Accounts = field(default_factory=lambda: Accounts(budgets={"envelope": MONTH}))
    told: list[str] = field(default_factory=list[str])
    problems: dict[str, str] = field(default_factory=dict[str, str])
    hours: Mapping[int, Cost] | None = field(default_factory=dict[int, Cost])
    asked: int = 0

    async def account(self, news: Accounted) -> None:
        self.accounts = self.accounts.after(news)
        self.told += [f"{one.severity if one.holds else 'over'} {one.kind}" for one in news.alarms]

    async def report(self, problems: Sequence[Problem], solved: Sequence[str]) -> None:
        for about in solved:
            del self.problems[about]
        self.problems |= {one.about: one.text for one in problems}

    async def earlier(self, since: float) -> Mapping[int, Cost] | None:
        self.asked += 1
        return self.hours

    def duty(self) -> Alarming:
        async def nothing(*_: object) -> None: ...

        return Alarming(
            Desk(
                fleet=lambda: Fleet({KEY: self.run}),
                cards=dict,
                acts=lambda: None,  # type: ignore[arg-type, return-value]
                clock=lambda: self.now,
                record=nothing,
                freeze=nothing,  # type: ignore[arg-type]
                hands=Hands(),
                report=self.report,
                accounts=lambda: self.accounts,
                account=self.account,
                hours=self.earlier,
            )
        )

    def spend(self, usd: int, at: float | None = None) -> UsageCounted:
        """Let the run spend, as the fold does."""
        event = UsageCounted(KEY, Origin("log", 0, at or self.now), Usage(requests=1), Cost(Decimal(usd), priced=1))
        self.run = Fleet({KEY: self.run}).folded((event,))[KEY]
        return event


async def test_an_alarm_is_shown_while_it_holds_and_taken_back() -> None:
    world = World()
    duty = world.duty()
    world.spend(200)
    await duty.look()
    assert world.told == ["warn burn"] and list(world.problems) == ["alarm warn burn envelope 0"]
    world.now += 3
    await duty.look()
    assert world.told == ["warn burn"]
    world.now += 15 * 60
    await duty.look()
    # The five minutes are over; nothing was spent for as long as the month's note would want.
    assert world.told == ["warn burn", "over burn"] and not world.problems


async def test_a_restart_raises_nothing_again_and_shows_what_stands() -> None:
    world = World()
    world.spend(200)
    await world.duty().look()
    since = world.accounts.alarms["burn envelope 0"].since
    world.now, world.problems = world.now + 60, {}
    await world.duty().look()
    assert world.accounts.alarms["burn envelope 0"].since == since and len(world.problems) == 1


async def test_a_clock_that_is_set_back_does_not_raise_the_same_money_twice() -> None:
    world = World()
    duty = world.duty()
    world.spend(200)
    await duty.look()
    world.now -= 2 * 3600
    await duty.look()
    assert not world.problems
    for _ in range(30):
        world.now += 300
        await duty.look()
    assert world.told.count("warn burn") == 1


async def test_without_a_months_budget_nothing_is_said_of_it() -> None:
    world = World(accounts=Accounts())
    world.spend(900)
    await world.duty().look()
    assert not world.told


async def test_a_run_that_burns_and_gets_nowhere_has_a_finding() -> None:
    again = Repeat("d", "pytest", (1, 2, 3), (Origin("log", 0, NOW),))
    envelope = BudgetStands(f"run:{KEY}", "run", KEY, None, None, Decimal(25), Decimal(20), None, "warn", "")
    world = World(accounts=Accounts(budgets={envelope.name: envelope}))
    world.run = replace(world.run, repeats=(again,))
    duty = world.duty()
    await duty.look()
    for _ in range(12):
        world.now += 60
        duty.hear([world.spend(1)])
        await duty.look()
    (found,) = alarm_findings(world.accounts.alarms, world.run)
    assert world.told[0] == "warn envelope" and found.kind == "budget" and found.severity == "warn"
    assert found.text.startswith("its envelope is used up in 5m:") and "2 calls only repeated others" in found.text
    world.run = replace(world.run, edited=("a.py",))
    world.now += 60
    await duty.look()
    assert world.told[-1] == "over envelope" and not list(alarm_findings(world.accounts.alarms, world.run))


async def test_subagents_that_burn_are_said_once_beside_their_number() -> None:
    world = World()
    world.run = replace(world.run, subagents=tuple("abcde"))
    duty = world.duty()
    for _ in range(4):
        world.now += 60
        duty.hear([world.spend(5)])
        await duty.look()
    across = tuple(alarm_findings(world.accounts.alarms, world.run))
    found = [one for one in judged(world.run, None, world.now, across).findings if one.kind == "fan_out"]
    assert [one.severity for one in found] == ["warn"] and found[0].text.startswith("5 subagents burn $300 an hour")


async def test_sums_that_cannot_be_read_end_no_alarm_and_are_asked_for_at_the_next_look() -> None:
    hour = int(NOW // 3600)
    world = World(hours={hour - 3: Cost(Decimal(2000), priced=1)})
    duty = world.duty()
    await duty.look()
    (raised,) = world.accounts.alarms.values()
    world.hours = None
    duty.hear([world.spend(1)])
    for _ in range(3):
        world.now += 60
        await duty.look()
    assert set(world.told) == {"note burn"} and world.asked == 4, "the older sums serve, and each look asks again"
    world.hours = {hour - 3: Cost(Decimal(2000), priced=1)}
    for seconds in (60, 6):
        world.now += seconds
        await duty.look()
    assert set(world.told) == {"note burn"} and world.asked == 5
    assert [one.since for one in world.accounts.alarms.values()] == [raised.since]


async def test_a_core_that_cannot_read_the_sums_yet_judges_no_burn_and_ends_none() -> None:
    world = World()
    world.spend(200)
    await world.duty().look()
    began = World(accounts=world.accounts, hours=None, now=world.now + 3600)
    duty = began.duty()
    await duty.look()
    assert not began.told and list(began.problems) == ["alarm warn burn envelope 0"]
    began.now += 60
    began.hours = {}
    await duty.look()
    assert began.told == ["over burn"] and not began.problems


def test_a_database_that_cannot_be_read_has_unknown_hours(tmp_path: Path) -> None:
    assert hours_of(tmp_path / "none.db", 0.0) is None
