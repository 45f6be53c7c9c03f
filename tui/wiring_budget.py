"""Introduces `headgate budget` to the core: how budgets stand, and a human's word that raises one or opens a window."""

import argparse
import asyncio
import time
from collections.abc import Mapping

from adapters.settings_file import SettingsFile
from state.money.budget import zone_name
from state.money.budget_document import budget_documents
from state.places import config_root
from state.settings import FILE, Settings
from state.store.budgets import budgets_at
from state.text import clean
from tui.verbs import decide
from tui.verbs.budget import budget_lines
from tui.verbs.printing import print_json, print_lines, say
from tui.wiring import Refused, house_at, step
from tui.wiring_gates import by_a_human, ordered

_WORDS = ("budget", "usd", "reason", "until", "by", "name", "roles")


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out the verb and give its exit status. Raises `Refused`."""
    if arguments.budget_verb is None:
        return asyncio.run(_shown(arguments, environment))
    by_a_human(environment)
    words = {name: str(getattr(arguments, name)) for name in _WORDS if getattr(arguments, name, "")}
    if decide.confirmed([_asked(arguments.budget_verb, words)]) is None:
        return 1
    return asyncio.run(_ordered(arguments, environment, words))


async def _shown(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    await step(house)
    now, budgets = time.time(), _settings(environment).budgets
    stands = budgets_at(house.spool.database, now)
    if stands is None:
        raise Refused("how budgets stand is unknown: the state database cannot be read; run `headgate doctor`")
    if arguments.json:
        document = {"schema": "headgate/budget/1", "currency": budgets.currency, "zone": zone_name(now)}
        print_json({**document, "budgets": budget_documents(stands, budgets)})
    else:
        print_lines(budget_lines(stands, budgets))
    return 0


async def _ordered(arguments: argparse.Namespace, environment: Mapping[str, str], words: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    verb = "open_window" if arguments.budget_verb == "window" else "raise_budget"
    answer = await ordered(house, verb, {**words, "via": f"headgate budget {arguments.budget_verb}"})
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    print_lines([str(answer.get("text", "done"))])
    return 0


def _asked(verb: str, words: Mapping[str, str]) -> str:
    until = f" until {words['until']}" if "until" in words else ""
    if verb == "window":
        what = f"the window {words['name']} for {words['roles']}: ${words['usd']}{until}"
    else:
        what = f"the budget {words['budget']} to ${words['usd']}{until}"
    return clean(f"{'open' if verb == 'window' else 'raise'} {what}: {words['reason']}", 1000)


def _settings(environment: Mapping[str, str]) -> Settings:
    try:
        return SettingsFile(config_root(environment) / FILE)()
    except ValueError as error:
        raise Refused(str(error)) from error
