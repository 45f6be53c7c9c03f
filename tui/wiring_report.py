"""Introduces the database and the settings to `headgate report`: outcomes of a window, and of the one before it."""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from adapters.settings_file import SettingsFile
from state.outcomes.figure import Outcomes
from state.outcomes.measuring import measure_of
from state.outcomes.outcomes import outcomes, whole_hours
from state.outcomes.windows import USUAL_DAYS, last_days
from state.places import config_root
from state.settings import FILE
from state.store.journal import read_journal
from state.text import clean
from tui.html.report import Told, page
from tui.html.writing import NotWritten, write_page
from tui.moneys import MoneyUnreadable
from tui.verbs.printing import print_lines
from tui.verbs.report import print_figure, print_report
from tui.verbs.usage import moment
from tui.wiring import House, Refused, house_at, step
from tui.wiring_moneys import moneys_of

STRETCH_HOURS = 24
"""How long each column of the page's chart is."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the report, or one figure of it. Raises `Refused`."""
    now = time.time()
    window = whole_hours(*_window(arguments.since, now))
    house = house_at(arguments.repo, environment)
    asyncio.run(step(house))
    found = _outcomes(house, *window)
    if arguments.html:
        return _write(house, found, now, Path(arguments.html))
    if not arguments.figure:
        name = clean(Path(house.repository.root).name)
        print_report(found, house.described, name, now, as_json=arguments.json, as_markdown=arguments.markdown)
        return 0
    try:
        one = found.figure(arguments.figure)
    except KeyError:
        names = ", ".join(figure.name for figure in found.figures)
        raise Refused(f"there is no figure {clean(arguments.figure, 60)}: there are {names}") from None
    print_figure(one, as_json=arguments.json, as_markdown=arguments.markdown)
    return 0


def _write(house: House, found: Outcomes, now: float, path: Path) -> int:
    """Write the page, and say where it is. Raises `Refused`."""
    try:
        told = asyncio.run(_told(house, found, now))
        write_page(path, page(told))
    except (MoneyUnreadable, NotWritten) as why:
        raise Refused(clean(str(why), 400)) from why
    print_lines([f"{clean(str(path), 400)} opens in any browser, without a network"])
    return 0


async def _told(house: House, found: Outcomes, now: float) -> Told:
    moneys, window = moneys_of([house], house.environment), (found.since, found.until)
    times = await moneys.over_time(*window, STRETCH_HOURS)
    roles, models = await moneys.spent("role", *window), await moneys.spent("model", *window)
    return Told(house.repository.root, now, found, times, roles, models, await moneys.purse())


def _window(text: str | None, now: float) -> tuple[float, float]:
    """Give what is asked for: the four weeks that the money screen shows, or from a time on. Raises `Refused`."""
    return last_days(USUAL_DAYS, now) if text is None else (_since(text, now), now)


def _since(text: str, now: float) -> float:
    try:
        since = moment(text, now)
    except (ValueError, OverflowError):
        raise Refused(f"--since {clean(text)} is no time: try 2026-11-01, 24h or 7d") from None
    if not 0 < since < now:
        raise Refused(f"--since {clean(text)} is no time before now")
    return since


def _outcomes(house: House, since: float, until: float) -> Outcomes:
    settings = SettingsFile(config_root(house.environment) / FILE)()
    try:
        journal = read_journal(house.spool.database, since, until)
    except sqlite3.Error as error:
        raise Refused(f"the state database cannot be read: {clean(str(error))}; try again") from error
    return outcomes(journal, since, until, measure_of(settings), time.time())
