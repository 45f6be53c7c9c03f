"""Introduces the database and the settings to `headgate report`: outcomes of a window, and of the one before it."""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from adapters.settings_file import SettingsFile
from state.money.wrong_routes import Lanes
from state.outcomes.figure import Outcomes
from state.outcomes.outcomes import WINDOW, outcomes, whole_hours
from state.outcomes.period import Measure
from state.places import config_root
from state.settings import FILE, Settings
from state.store.journal import read_journal
from state.text import clean
from tui.verbs.report import print_figure, print_report
from tui.verbs.usage import moment
from tui.wiring import House, Refused, house_at, step


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the report, or one figure of it. Raises `Refused`."""
    now = time.time()
    since = _since(arguments.since, now)
    house = house_at(arguments.repo, environment)
    asyncio.run(step(house))
    found = _outcomes(house, *whole_hours(since, now))
    if arguments.html:
        raise Refused("this Headgate writes no page yet; leave --html out, or use --markdown")
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


def measure_of(settings: Settings) -> Measure:
    """Give what figures are measured with where these settings hold."""
    lanes = Lanes(tuple(settings.lanes), {name: lane.max_risk for name, lane in settings.lanes.items()})
    return Measure(lanes=lanes)


def _since(text: str | None, now: float) -> float:
    if text is None:
        return now - WINDOW
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
    return outcomes(journal, since, until, measure_of(settings))
