"""Introduces to the core what humans say of merges and branches: `audit explain`, `items`, `item` and `defect`."""

import argparse
import asyncio
import sqlite3
from collections.abc import Mapping

from adapters.git.protected_refs import GitRefs
from state.ports import Problem
from state.release.item import Item
from state.store.ledger_file import ledger_at
from state.text import clean
from tui.verbs.printing import print_json, print_lines, say
from tui.wiring import House, Refused, house_at
from tui.wiring_gates import not_by_a_human, ordered

VERBS = ("explain", "items", "item", "defect")


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    house, verb = house_at(arguments.repo, environment), arguments.audit_verb
    if verb == "items":
        return _print_items(_items(house, arguments.what), as_json=arguments.json)
    if why := not_by_a_human(environment):
        raise Refused(why)
    words = {"by": arguments.by, "via": f"headgate audit {verb}"}
    match verb:
        case "explain":
            return _asked(
                house, "explain_ref", {**words, **_branch(house, arguments.branch), "reason": arguments.reason}
            )
        case "item":
            (item,) = _named(_items(house, ""), arguments.what)
            return _asked(house, "item", {**words, "id": item.id, "state": arguments.state, "text": arguments.reason})
        case _:
            told = {"run": arguments.run, "text": arguments.text, "revert": arguments.revert}
            return _asked(house, "defect", {**words, **told})


def _asked(house: House, verb: str, words: Mapping[str, str]) -> int:
    answer = asyncio.run(ordered(house, verb, words))
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    print_lines([str(answer.get("text", "done"))])
    return 0


def _branch(house: House, named: str) -> dict[str, str]:
    """Give a protected branch and where it is now: what is explained is this move, and no later one."""
    ref = named if named.startswith("refs/") else f"refs/heads/{named}"
    tips = asyncio.run(GitRefs(house.repository, house.spool.folder).tips((ref,)))
    if isinstance(tips, Problem):
        raise Refused(f"{tips.text}: {tips.remedy}")
    return {"ref": ref, "new": tips.get(ref, "")}


def _items(house: House, what: str) -> list[Item]:
    """Read what is kept in sight of merges: of all, or of the runs and commits that begin with `what`."""
    with ledger_at(house.spool.database) as file:
        try:
            found = file.items()
        except sqlite3.Error as error:
            raise Refused(f"the items cannot be read: {clean(str(error), 200)}") from error
    return [one for one in found if one.run.startswith(what) or one.merge.startswith(what) or one.id.startswith(what)]


def _named(items: list[Item], name: str) -> list[Item]:
    found = [one for one in items if name and one.id.startswith(name)]
    if len(found) != 1:
        told = f"{len(found)} items begin with" if found else "there is no item"
        raise Refused(f"{told} {clean(name, 40)}; `headgate audit items` lists them")
    return found


def _print_items(items: list[Item], *, as_json: bool) -> int:
    if as_json:
        print_json({"schema": "headgate/items/1", "items": [_document(one) for one in items]})
    else:
        print_lines(f"{one.id}  {one.kind} {one.state}: {one.text}  (merge {one.merge[:12]})" for one in items)
    return 0


def _document(item: Item) -> dict[str, str | None]:
    told = {name: getattr(item, name) for name in ("id", "run", "merge", "kind", "text", "state", "source")}
    return {**told, "by": item.by or None}
