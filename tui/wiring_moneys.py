"""Introduces the stores of a board's repositories to its money screen: what `tui.moneys.Moneys` asks is read here.

Each reading opens the databases anew, read-only and in a thread, so that it blocks nobody and holds nothing open.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import add
from typing import TypeVar

from adapters.settings_file import SettingsFile
from state.money.forecast import Forecast
from state.money.purse import Purse
from state.money.spending import Cost
from state.money.spent import OTHERS, Dimension, Spent, spent_of, sums_of
from state.outcomes.figure import Outcomes
from state.outcomes.journal import Journal, joined
from state.outcomes.measuring import measure_of
from state.outcomes.outcomes import outcomes, whole_hours
from state.places import config_root
from state.settings import FILE, SettingsNow, shipped
from state.store import spending
from state.store.journal import read_journal
from state.store.purse import purse
from state.text import clean
from tui.moneys import MoneyUnreadable
from tui.wiring_board import names_of
from tui.wiring_open import House

_Told = TypeVar("_Told")


class HousesMoneys:
    """Reads the history of these houses; of several the rows of the same name are added up."""

    def __init__(self, houses: Sequence[House], settings: SettingsNow, names: Sequence[str] = ()) -> None:
        self._houses, self._settings = tuple(houses), settings
        self._names = tuple(names) or tuple(house.spool.folder.name for house in houses)

    async def spent(self, by: Dimension, since: float | None, until: float | None) -> tuple[Spent, ...]:
        """Give what calls cost by a dimension, the dearest first. Raises `MoneyUnreadable`."""
        asked, lanes = spending.window(since, until), self._settings().lanes
        return _joined(await self._each(lambda database: spending.spent(database, by, asked, lanes)))

    async def over_time(self, since: float, until: float, hours: int) -> tuple[tuple[float, Cost], ...]:
        """Give what was spent in each stretch of so many hours. Raises `MoneyUnreadable`."""
        asked = spending.window(since, until)
        found = await self._each(lambda database: spending.over_time(database, asked, hours))
        stretches = zip(*found, strict=True)
        return tuple((some[0][0], sum((cost for _, cost in some), Cost())) for some in stretches)

    async def purse(self) -> Purse:
        """Give how money stands now; the month of several houses together is not foreseen. Raises `MoneyUnreadable`."""
        now = time.time()
        if len(self._houses) == 1:
            return (await self._each(lambda database: purse(database, now)))[0]
        return await asyncio.to_thread(self._purses, now)

    async def outcomes(self, since: float, until: float) -> Outcomes:
        """Give every figure on the work's outcome; of several houses all tasks together. Raises `MoneyUnreadable`."""
        window = whole_hours(since, until)
        measure = measure_of(self._settings())
        return await asyncio.to_thread(lambda: outcomes(self._journal(*window), *window, measure, time.time()))

    def _purses(self, now: float) -> Purse:
        """Put the purses of several together; what cannot be read is missing from the figures, and that is an alarm."""
        read, alarms, why = list[tuple[str, Purse]](), list[str](), list[MoneyUnreadable]()
        for name, house in zip(self._names, self._houses, strict=True):
            try:
                one = _asked(house, "", lambda database: purse(database, now))
            except MoneyUnreadable as unread:
                why.append(unread)
                alarms.append(f"{name}: {unread}; what it spent is missing here")
            else:
                read.append((name, one))
                alarms += [f"{name}: {alarm}" for alarm in one.alarms]
        if not read:
            raise why[0]
        named = {f"{name} {one.name}": name for name, kept in read for one in kept.budgets}
        budgets = (replace(one, name=f"{name} {one.name}") for name, kept in read for one in kept.budgets)
        about = {
            f"{name}: {alarm}": f"{name} {what}" if f"{name} {what}" in named else what
            for name, kept in read
            for alarm, what in kept.about.items()
        }
        return Purse(tuple(budgets), Forecast(repositories=len(self._houses)), tuple(alarms), named, about)

    def _journal(self, since: float, until: float) -> Journal:
        try:
            return joined([read_journal(house.spool.database, since, until) for house in self._houses])
        except sqlite3.Error as error:
            raise MoneyUnreadable(f"the state database cannot be read: {clean(str(error))}") from error

    async def _each(self, ask: Callable[[spending.Database], _Told]) -> list[_Told]:
        return await asyncio.to_thread(lambda: [_asked(*each, ask) for each in self._named()])

    def _named(self) -> Iterator[tuple[House, str]]:
        """Give each house with its name, "" where there is one only."""
        for house, name in zip(self._houses, self._names, strict=True):
            yield house, name if len(self._houses) > 1 else ""


def moneys_of(houses: Sequence[House], environment: Mapping[str, str]) -> HousesMoneys:
    """Give what the money screen of a board on these houses asks."""
    try:
        settings = SettingsFile(config_root(environment) / FILE)
    except ValueError:
        return HousesMoneys(houses, shipped, names_of(houses))
    return HousesMoneys(houses, settings, names_of(houses))


def _asked(house: House, name: str, ask: Callable[[spending.Database], _Told]) -> _Told:
    try:
        return spending.asked_of(house.spool.database, ask)
    except spending.HistoryUnreadable as error:
        raise MoneyUnreadable(f"{name}: {error}" if name else str(error)) from error


def _joined(found: Iterable[Sequence[Spent]]) -> tuple[Spent, ...]:
    """Add up the rows of several houses by their names."""
    rows: dict[str, tuple[Spent, list[int]]] = {}
    for row in (one for some in found for one in some):
        key = OTHERS + "\0" if row.others else row.key
        before = rows.get(key)
        sums = sums_of(row)
        if before is None:
            rows[key] = (row, sums)
        else:
            kept = replace(before[0], runs=before[0].runs + row.runs, others=before[0].others + row.others)
            rows[key] = (kept, list(map(add, before[1], sums)))
    made = (spent_of(row.key, sums, runs=row.runs, others=row.others) for row, sums in rows.values())
    return spending.dearest(made)
