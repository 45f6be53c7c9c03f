"""The duty that raises alarms on spending, and says when they are over."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from state.control.act import Act
from state.control.desk import Desk
from state.money.accounts import Accounted, BudgetStands
from state.money.alarm import FLEET, Alarm, Found, after
from state.money.alarm_settings import MOST_HOURS, AlarmSetting
from state.money.alarms import LATELY, burning, fanning, nearing, per_minute, using_up
from state.money.cost import BUCKET_SECONDS, HOUR_SECONDS
from state.money.progress import flat
from state.money.spending import Cost
from state.money.spread import guess, spent, spread, without
from state.ports import Problem
from state.runs.event import Event, UsageCounted
from state.runs.roles import owner_of, role_of
from state.runs.run import Run, RunKey
from state.spool import Order

EVERY = 5.0
"""Seconds between two looks at the least, however much is written meanwhile."""
ANEW = 60.0
"""Seconds after which the sums of hours are read again, and a standing alarm says its amounts anew."""
ABOUT = "alarm"
"""How the name of a problem begins that is an alarm; its severity follows."""
REMEDY = "`headgate usage --by session` shows who spends; docs/attention.md explains each alarm"
_MOST_CALLS = 1000


class Alarming:
    """Looks at spending. Beside the alarms it only keeps each run's last ten minutes, which pass by themselves."""

    verbs = frozenset[str]()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._calls: defaultdict[RunKey, deque[tuple[float, Decimal]]] = defaultdict(lambda: deque(maxlen=_MOST_CALLS))
        self._files: dict[RunKey, tuple[int, float]] = {}
        self._hours: Mapping[int, Cost] | None = None
        self._read: float | None = None
        self._looked: float | None = None
        self._spent: dict[int, Cost] = {}
        self._ahead: dict[int, Cost] = {}
        self._shown: dict[str, Problem] = {}
        self._written: dict[str, float] = {}
        self._telling: set[asyncio.Task[str]] = set()
        self._news = True

    async def carry_out(self, order: Order) -> Act:
        """Carry out nothing: there is no order of it."""
        raise ValueError(f"nobody here carries out {order.verb}; nothing was done")

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of calls by their own times."""
        for event in events:
            if isinstance(event, UsageCounted):
                self._news = True
                if (at := event.origin.at) is not None and at > self._desk.clock() - LATELY:
                    self._calls[event.run].append((at, guess(event.cost, self._desk.dearest())))

    async def look(self) -> None:
        """Look whether any condition holds, or holds no more."""
        now = self._desk.clock()
        if self._looked is not None and 0 <= now - self._looked < EVERY:
            return
        if self._looked is not None and now < self._looked:
            # A clock that was set back: what is ahead of it now was spent, and told of, before.
            newest = int(now // BUCKET_SECONDS)
            self._ahead = {number: cost for number, cost in self._spent.items() if number > newest}
        self._looked = now
        budgets, standing = self._desk.accounts().budgets, self._desk.accounts().alarms
        found = {one.name: one for one in await self._found(budgets, now)}
        changed: list[Alarm] = []
        for name in {**found, **self._judged(standing)}:
            alarm, raised = after(standing.get(name), found.get(name), now)
            if alarm is not None and alarm != standing.get(name) and self._due(standing.get(name), alarm, now):
                changed.append(alarm)
                self._written[name] = now
                if raised and alarm.kind in FLEET and alarm.severity != "note":
                    self._tell(alarm)
        if changed:
            await self._desk.account(Accounted(alarms=tuple(changed)))
        await self._report({**standing, **{one.name: one for one in changed}})

    def _due(self, before: Alarm | None, alarm: Alarm, now: float) -> bool:
        """Say whether an alarm is written anew: at once where it stands otherwise, for its amounts now and then."""
        if before is None or replace(alarm, text=before.text) != before:
            return True
        return not 0 <= now - self._written.get(alarm.name, 0.0) < ANEW

    async def _found(self, budgets: Mapping[str, BudgetStands], now: float) -> list[Found]:
        setting, dearest = self._desk.hands.settings().alarms, self._desk.dearest()
        month = next((one for one in budgets.values() if one.scope == "envelope"), None)
        active = [run for run in self._desk.fleet().runs.values() if _active(run, now)]
        self._forget(active, now)
        found: list[Found] = []
        hours = None if month is None else await self._sums(now)
        if month is not None and hours is not None:
            self._spent = without(spread(hours, (run.burn for run in active), now), self._ahead)
            burns = burning(month, self._spent, now, setting, dearest)
            found += [burns] if burns is not None else []
        lately = {run.key: guess(spent(dict(run.burn), now, HOUR_SECONDS), dearest) for run in active}
        rates = _rates(active, lately)
        for budget in budgets.values():
            told = any(one.about == budget.name for one in found)
            near = None if told else nearing(budget, rates.get((budget.scope, _of(budget)), Decimal(0)), setting)
            found += [near] if near is not None else []
        for run in active:
            found += self._of_run(run, budgets.get(f"run:{run.key}"), month, now, setting)
        return found

    async def _sums(self, now: float) -> Mapping[int, Cost] | None:
        """Give the sums of the hours, read again at most once a minute, and only where anything was counted.

        Where they cannot be read the older ones serve, and it is asked again at the next look; None: never read yet.
        """
        if self._read is None or (self._news and not 0 <= now - self._read < ANEW):
            hours = await self._desk.hours(now - (MOST_HOURS + 1) * HOUR_SECONDS)
            if hours is not None:
                self._hours, self._read, self._news = hours, now, False
        return self._hours

    def _judged(self, standing: Mapping[str, Alarm]) -> Mapping[str, Alarm]:
        """Give the alarms that a look can end: not the month's burn where its sums were never read."""
        return {name: one for name, one in standing.items() if one.kind != "burn" or self._hours is not None}

    def _of_run(
        self, run: Run, budget: BudgetStands | None, month: BudgetStands | None, now: float, setting: AlarmSetting
    ) -> Iterator[Found]:
        calls = self._calls.get(run.key, ())
        files, since = self._files.get(run.key, (-1, now))
        if files != len(run.edited):
            files, since = self._files[run.key] = len(run.edited), now
        if budget is not None:
            found = using_up(budget, list(calls), now, setting, flat(run, since, now, LATELY))
            yield from [found] if found is not None else []
        rate = per_minute(list(calls), now)
        if month is not None and rate is not None:
            fans = fanning(run.key, len(run.subagents), rate * 60, month.ceiling, setting)
            yield from [fans] if fans is not None else []

    def _forget(self, active: Sequence[Run], now: float) -> None:
        """Let go of what is older than a window."""
        alive = {run.key for run in active}
        for key in [key for key in self._calls if key not in alive]:
            del self._calls[key]
        for key in [key for key in self._files if key not in alive]:
            del self._files[key]
        oldest = int(now // BUCKET_SECONDS) - (MOST_HOURS + 1) * HOUR_SECONDS // BUCKET_SECONDS
        self._ahead = {number: cost for number, cost in self._ahead.items() if number >= oldest}

    async def _report(self, alarms: Mapping[str, Alarm]) -> None:
        """Show what stands of the whole repository as a problem, and take back what is over."""
        stands = [one for one in alarms.values() if one.holds and one.kind in FLEET]
        wanted = {one.name: Problem(f"{ABOUT} {one.severity} {one.name}", one.text, REMEDY) for one in stands}
        before, self._shown = self._shown, wanted
        fresh = [one for name, one in wanted.items() if before.get(name) != one]
        solved = {one.about for one in before.values()} - {one.about for one in wanted.values()}
        if fresh or solved:
            await self._desk.report(fresh, sorted(solved))

    def _tell(self, alarm: Alarm) -> None:
        """Tell the human beside the screen, once a cause, without waiting for it."""
        if (notify := self._desk.hands.notify) is not None:
            task = asyncio.create_task(notify.tell("Headgate: spending", alarm.text))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)


def _active(run: Run, now: float) -> bool:
    return bool(run.burn) and run.burn[-1][0] > now // BUCKET_SECONDS - HOUR_SECONDS // BUCKET_SECONDS


def _of(budget: BudgetStands) -> str:
    return "" if budget.scope == "envelope" else budget.of


def _rates(active: Sequence[Run], lately: Mapping[RunKey, Decimal]) -> Mapping[tuple[str, str], Decimal]:
    """Give what the runs of each role, person and of all cost in the last hour, in USD."""
    rates: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for run in active:
        usd, role, owner = lately[run.key], role_of(run)[0], owner_of(run)[0]
        named = (("envelope", ""), ("role", role), ("person", owner))
        for scope, of in named:
            if of is not None:
                rates[scope, of] += usd
    return rates
