"""Introduces the ledger, the merges that name its heads, and a remote's checkpoints to `headgate audit`."""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Mapping

from adapters.git.failure import GitFailed
from adapters.git.ledger_heads import heads_in
from state.ledger.anchors import of_approvals, of_merge
from state.ledger.story import body_of
from state.ledger.verifying import Anchor
from state.store.ledger_file import LedgerFile, NoLedger, ledger_at
from state.text import clean
from tui.verbs import audit
from tui.wiring import House, Refused, house_at


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of these verbs and give its exit status. Raises `Refused`."""
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
    with ledger_at(house.spool.database) as file:
        return audit.print_verdict(file.verified(_anchors(file, merges)), as_json=arguments.json)


def _anchors(file: LedgerFile, merges: Mapping[str, str]) -> Iterator[Anchor]:
    """Give every head that approvals and merge commits name; a merge that the ledger tells of was made by it."""
    yield from of_approvals(file.approvals())
    told = {str(body_of(one).get("commit")) for one in file.told_before(("merge",))}
    for commit, message in merges.items():
        yield from of_merge(commit, message, commit in told)


def _export(house: House, arguments: argparse.Namespace) -> int:
    with ledger_at(house.spool.database) as file:
        return audit.print_export(file)


VERBS: dict[str, Callable[[House, argparse.Namespace], int]] = {"show": _show, "verify": _verify, "export": _export}
