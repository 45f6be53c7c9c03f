"""Introduces the ledger, the merges that name its heads, and a remote's checkpoints to `headgate audit`."""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from adapters.git.failure import GitFailed
from adapters.git.ledger_heads import heads_in
from adapters.git.witness import GitWitness
from state.control.act import Act
from state.ledger.anchors import of_approvals, of_merge
from state.ledger.checkpoint import REWOUND
from state.ledger.story import body_of
from state.ledger.verifying import Anchor, Fault, Verdict
from state.store import witness
from state.store.ledger_file import LedgerFile, NoLedger, ledger_at
from state.text import clean
from tui import wiring_after
from tui.verbs import audit, control, decide
from tui.verbs.printing import say
from tui.wiring import House, Refused, house_at, reading
from tui.wiring_gates import ordered

PUSH_SECONDS = 150.0
"""How long a verb waits for a push: a fetch and a push of a minute each."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
    if arguments.audit_verb == "push" and (why := decide.agents_shell(environment)):
        raise Refused(why)
    if arguments.audit_verb in wiring_after.VERBS:
        return wiring_after.run(arguments, environment)
    house = house_at(arguments.repo, environment)
    try:
        return VERBS[arguments.audit_verb](house, arguments)
    except (NoLedger, audit.Unnamed) as error:
        raise Refused(clean(str(error), 400)) from error
    except GitFailed as failed:
        raise Refused(f"{failed.text}: {failed.remedy}") from failed


def _show(house: House, arguments: argparse.Namespace) -> int:
    with ledger_at(house.spool.database) as file:
        return audit.print_entries(file, arguments.what, as_json=arguments.json)


def _verify(house: House, arguments: argparse.Namespace) -> int:
    merges = asyncio.run(heads_in(house.repository))
    held, rewound = _witnessed(house, arguments.against) if arguments.against else ((), ())
    if not house.spool.database.exists() and (gone := _gone(house, held)):
        return audit.print_verdict(Verdict(0, None, None, None, (gone, *rewound)), as_json=arguments.json)
    with ledger_at(house.spool.database) as file:
        verdict = file.verified((*_anchors(file, merges), *held))
    return audit.print_verdict(replace(verdict, faults=(*verdict.faults, *rewound)), as_json=arguments.json)


def _gone(house: House, held: Iterable[Anchor]) -> Fault | None:
    """Say that there was a ledger here, where a note or a witness of it is left; merges may name a colleague's."""
    noted = (witness.head(house.spool.folder), witness.pushed_anchor(house.spool.folder))
    last = max((*held, *(one for one in noted if one)), key=lambda one: one.seq, default=None)
    told = "the state database is gone, and the ledger with it"
    return None if last is None else Fault(f"{told}: {last.where} names entry {last.seq} of it")


def _witnessed(house: House, remote: str) -> tuple[tuple[Anchor, ...], tuple[Fault, ...]]:
    """Ask a remote what it holds. Raises `Refused` where it cannot be asked."""
    found = asyncio.run(GitWitness(house.repository, house.spool.folder).anchors(remote))
    if not isinstance(found, str):
        return found, ()
    if found.startswith(REWOUND):
        return (), (Fault(found),)
    raise Refused(f"{found}; without it only what lies here was looked at: leave --against out")


def _push(house: House, arguments: argparse.Namespace) -> int:
    words = {"remote": arguments.remote, "via": "headgate audit push"}
    answer = asyncio.run(ordered(house, "checkpoint", words, PUSH_SECONDS))
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    return control.print_act(asyncio.run(_act(house, str(answer["act"]))), as_json=arguments.json)


async def _act(house: House, name: str) -> Act:
    async with reading(house) as reader:
        found = await reader.act(name)
    if found is None:
        raise Refused("the push was recorded and is not in the database any more; see `headgate audit show`")
    return found


def _anchors(file: LedgerFile, merges: Mapping[str, str]) -> Iterator[Anchor]:
    """Give every head that approvals and merge commits name; a merge that the ledger tells of was made by it."""
    yield from of_approvals(file.approvals())
    told = {str(body_of(one).get("commit")) for one in file.told_before(("merge",))}
    for commit, message in merges.items():
        yield from of_merge(commit, message, commit in told)


def _export(house: House, arguments: argparse.Namespace) -> int:
    with ledger_at(house.spool.database) as file:
        return audit.print_export(file)


VERBS: dict[str, Callable[[House, argparse.Namespace], int]] = {
    "show": _show,
    "verify": _verify,
    "export": _export,
    "push": _push,
}
