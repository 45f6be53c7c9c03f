"""Introduces adapters to state to the screen: the one place, with `__main__`, that knows all three rooms."""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.agents.known import agents_of
from adapters.git.merges import GitMerges
from adapters.git.policy import policies_of
from adapters.git.worktrees import GitWorktrees, git_folders, locate
from adapters.hands import hands_of
from adapters.price_file import PricesInvalid
from adapters.prices import OWN_FILE, GenaiPrices
from adapters.settings_file import SettingsFile
from adapters.source import LogSource
from adapters.surroundings import AgentSurroundings
from state.depths import Chosen, at_once, named, no_runs
from state.money.budget_document import budget_documents
from state.places import config_root
from state.ports import Batch, Problem
from state.runs.worktree import Worktree
from state.settings import FILE
from state.spool import take_lock
from state.store.budgets import budgets_at
from state.store.database import DatabaseTooNew, StoreUnwilling
from state.store.reader import StoreReader, words_said
from state.store.writer import Store
from state.supervisor import Header, StoreLost, Supervisor
from state.text import clean
from tui.name_clash import name_clash
from tui.verbs import prices, progress, show, status, usage, watch
from tui.verbs.printing import print_json, print_lines, say
from tui.wiring_open import House as House
from tui.wiring_open import Refused as Refused
from tui.wiring_open import house_at as house_at
from tui.wiring_open import keeper_of as keeper_of
from tui.wiring_open import rooted

SETTLE_SECONDS = 30.0
LONELY_SECONDS = 3.0
"""How long a core that a board started goes on without any board: enough to close one and open the next."""
CORE_LOST = 75
"""Exit status of a core whose database is gone: its keeper starts the next one, which begins anew."""


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one command and give its exit status."""
    if clash := name_clash():
        raise Refused(clash)
    match arguments.verb:
        case "usage":
            return asyncio.run(_usage(arguments, environment))
        case "prices":
            return asyncio.run(_prices(arguments, environment))
        case verb:
            return asyncio.run(_VERBS[verb](house_at(arguments.repo, environment), arguments))


class RepositorySource(LogSource):
    """The logs of one repository, and the folders in which git itself shows that something moved."""

    def locate_in(self, worktrees: Sequence[Worktree]) -> None:
        """Take the worktrees that now exist, and watch the git folders of each."""
        super().locate_in(worktrees)
        self.watch_also({tree.path: git_folders(tree) for tree in worktrees})


def price_book(environment: Mapping[str, str]) -> GenaiPrices:
    """Make the price book with the user's own prices. Raises `Refused` where no place for them can be known."""
    try:
        return GenaiPrices(config_root(environment) / OWN_FILE)
    except ValueError as error:
        raise Refused(str(error)) from error


def every_log(environment: Mapping[str, str], *, skims: bool = True) -> LogSource:
    """Make the source of all agents' logs of all repositories; a skim does not see the edits that tell some roles."""
    return LogSource(agents_of(environment), environment, locate, everything=True, skims=skims)


def supervisor_of(house: House, store: Store) -> Supervisor:
    """Make the core's loop for one repository."""
    source = RepositorySource(agents := agents_of(house.environment), house.environment, locate)
    worktrees, base = GitWorktrees(house.repository, house.spool.folder), house.repository.base_ref
    header = Header(
        repository=clean(Path(house.repository.root).name),
        base=base.removeprefix("refs/heads/").removeprefix("refs/remotes/") if base else None,
        looked_in=tuple(clean(str(root)) for agent in agents for root in agent.roots(house.environment)),
        base_ref=base,
    )
    book, around = price_book(house.environment), AgentSurroundings(agents, house.environment)
    rules = policies_of(house.repository, house.spool.folder)
    hands = hands_of(house.repository, house.spool.folder, agents, house.environment)
    merges = GitMerges(house.repository, house.spool.folder)
    return Supervisor(store, house.spool, source, worktrees, header, time.time, book, around, rules, hands, merges)


@asynccontextmanager
async def writing(house: House) -> AsyncIterator[Supervisor | None]:
    """Be the one writer of a house for a while: gives its supervisor, begun; None when another core is at work."""
    lock = take_lock(house.spool.lock_file)
    if lock is None:
        yield None
        return
    try:
        try:
            store = Store(house.spool.database)
        except (DatabaseTooNew, StoreUnwilling) as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{house.spool.database} cannot be written: {error.strerror}") from error
        try:
            supervisor = supervisor_of(house, store)
            try:
                await supervisor.begin()
                yield supervisor
            except StoreLost as lost:
                raise Refused(f"{lost}; run it again") from lost
            except StoreUnwilling as error:
                where = house.spool.database
                raise Refused(f"{where} cannot be written now: {error}; end the program that holds it") from error
            finally:
                supervisor.close()
        finally:
            store.close()
    finally:
        os.close(lock)


async def step(
    house: House, told: Callable[[Batch], None] | None = None, whole: Chosen = no_runs, *, merge: bool = False
) -> dict[str, int]:
    """Do the core's step, read `whole` runs that were skimmed and `merge`, or ask the core at work. Gives figures."""
    async with writing(house) as supervisor:
        if supervisor is not None:
            await supervisor.once(told)
            await supervisor.read_whole(whole(supervisor.fleet))
            if merge:
                await supervisor.conflicts.finish()
            return supervisor.tally.figures()
    order = house.spool.order("settle")
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        answer = house.spool.take_answer(order)
        if answer is not None:
            return {name: int(figure) for name, figure in answer.items() if isinstance(figure, int)}
        await asyncio.sleep(0.02)
    say("the core at work did not settle within 30 s; what follows may lack its newest records")
    return {}


async def _core(house: House, arguments: argparse.Namespace) -> int:
    """Be the core that a board started: work until no board listens any more."""
    async with writing(house) as supervisor:
        if supervisor is None:
            return 0
        return await _supervised(supervisor, _lonely(house, supervisor.controls.checks))


async def _lonely(house: House, checks: Callable[[], bool] = lambda: False) -> None:
    """Return when no board has listened for a while, and nothing that was ordered is still being carried out."""
    alone = 0.0
    while alone < LONELY_SECONDS:
        await asyncio.sleep(0.5)
        wanted = house.spool.ring_boards(softly=True) or next(house.spool.orders(), None) is not None
        wanted = wanted or checks()
        alone = 0.0 if wanted else alone + 0.5


async def _supervised(supervisor: Supervisor, *others: Awaitable[None]) -> int:
    """Run the core until one of `others` returns or a signal ends it."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    tasks = [asyncio.ensure_future(one) for one in (supervisor.run(), ended.wait(), *others)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except ExceptionGroup as group:
        lost, rest = group.split((StoreLost, OSError))
        if lost is None or rest is not None:
            raise
        say(f"headgate core: {_first(lost)}")
        return CORE_LOST
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return 0


def _first(group: BaseException) -> str:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    if isinstance(group, OSError):
        return clean(f"{group.filename or 'a file'} cannot be used: {group.strerror or group}; see to it, or remove it")
    return clean(str(group))


async def _index(house: House, arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    figures = await step(house, progress.shown_on_terminal())
    document = {**figures, "seconds": round(time.monotonic() - began, 3)}
    if arguments.json:
        print_json(document)
    else:
        print_lines(f"{name.replace('_', ' ')}: {figure:,}" for name, figure in document.items())
    return 0


async def _status(house: House, arguments: argparse.Namespace) -> int:
    await step(house, whole=at_once, merge=True)
    async with reading(house) as reader:
        now = time.time()
        budgets = _budgets(house, now) if arguments.json else None
        await status.print_status(reader, house.described, now, budgets, as_json=arguments.json)
    return 0


def _budgets(house: House, now: float) -> status.Budgets:
    """Give how budgets stand; None where they cannot be read."""
    stands = budgets_at(house.spool.database, now)
    settings = SettingsFile(config_root(house.environment) / FILE)()
    return None if stands is None else budget_documents(stands, settings.budgets)


async def _show(house: House, arguments: argparse.Namespace) -> int:
    await step(house, whole=named(arguments.run))
    async with reading(house) as reader:
        return await show.print_run(reader, arguments.run, as_json=arguments.json)


async def _watch(house: House, arguments: argparse.Namespace) -> int:
    async with writing(house) as supervisor, reading(house, keeper_of(house)) as reader:
        streaming = watch.stream_changes(reader, time.time, as_json=arguments.json)
        if supervisor is not None:
            return await _supervised(supervisor, streaming)
        await streaming
    return 0


@asynccontextmanager
async def reading(house: House, keep: Callable[[], Problem | None] | None = None) -> AsyncIterator[StoreReader]:
    """Read a house; what was opened is closed at the end."""
    reader = StoreReader(house.spool, keep)
    try:
        yield reader
    finally:
        await reader.close()


async def _usage(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    try:
        since = usage.moment(arguments.since, time.time()) if arguments.since else None
    except ValueError:
        raise Refused(f"--since {clean(arguments.since)} is no time: try 2026-11-01, 24h or 7d") from None
    book = _sound(price_book(environment))
    source, words = every_log(environment, skims=arguments.by != "role"), words_said(rooted(environment))
    lanes = SettingsFile(config_root(environment) / FILE)().lanes
    await usage.print_usage(source, book, arguments.by, since, as_json=arguments.json, words=words, lanes=lanes)
    return 0


async def _prices(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    book = _sound(price_book(environment))
    if arguments.prices_verb == "set":
        try:
            prices.set_price(book, arguments)
        except (PricesInvalid, OSError) as error:
            raise Refused(clean(str(error), 400)) from error
        return 0
    await prices.print_prices(every_log(environment), book, time.time(), as_json=arguments.json)
    return 0


def _sound(book: GenaiPrices) -> GenaiPrices:
    """Give the book back, unless the user's own prices cannot be used."""
    if complaint := book.complaint():
        raise Refused(complaint.text)
    return book


_VERBS = {"core": _core, "index": _index, "status": _status, "show": _show, "watch": _watch}
