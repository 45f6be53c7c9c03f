"""What each duty of control works with: what is known now, a way to record an act, and the hands."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from state.control.act import Act, Acts
from state.control.hands import Hands
from state.evidence.review import Review, Reviewed
from state.gates.book import Book
from state.gates.request import Request
from state.ledger.entry import Entry
from state.money.accounts import Accounted, Accounts
from state.money.month import Months
from state.money.spending import Cost, Rates
from state.policy.rule import Policy
from state.ports import Problem
from state.runs.card import Card
from state.runs.event import Event
from state.runs.fleet import Fleet
from state.runs.run import Run, RunKey
from state.spool import Order
from state.text import clean


async def _untold(events: Sequence[Event]) -> None:
    """Tell nobody: where there is no store, as in tests."""


async def _unkept(news: Reviewed) -> None:
    """Keep nothing: where there is no store, as in tests."""


async def _unaccounted(news: Accounted) -> None:
    """Keep nothing: where there is no store, as in tests."""


async def _unreported(problems: Sequence[Problem], solved: Sequence[str]) -> None:
    """Report nothing: where there is no board, as in tests."""


async def _unasked(request: Request) -> None:
    """Ask nobody: where there are no gates, as in tests."""


async def _no_ledger(seq: int | None) -> Entry | None:
    """Know no entry: where there is no store, as in tests."""


async def _no_fault(seq: int) -> str | None:
    """Find nothing wrong: where there is no store, as in tests."""


async def _nobody(order: Order) -> Act:
    raise ValueError(f"nobody here carries out {order.verb}; nothing was done")


async def _no_hours(since: float) -> Mapping[int, Cost]:
    """Know of nothing spent: where there is no store, as in tests."""
    return {}


async def _unrecalled() -> None:
    """Recall nothing: where there is no store, as in tests."""


def _no_policy() -> Policy:
    return Policy("default", ())


@dataclass(frozen=True, slots=True)
class Desk:
    """What a duty sees and may do. `record` commits an act and shows its run; `freeze` is the gates' own.

    `tell` commits what a duty itself observed, so that it shows before a log or the next walk of processes says so.
    `review` is what is known for the merge gate, `keep` commits what is new of it. `ask` puts a request before the
    human, or says how one that was put before them stands now. `policy` is the base branch's, as it is in force.
    `book` is what the gates know, `ledger` gives an entry by its number or the last one, `order` has another duty carry
    out an order. Raises `ValueError` with its sentence.
    `report` shows problems on the boards and takes back those about what is `solved`. `accounts` is what is known of
    money and attention, `account` commits what is new of it.
    `hours` gives what each hour since a time cost (hours since 1970), None where it cannot be read now; `dearest` USD
    per million tokens at the dearest rate seen.
    `freeze` takes an order of verb freeze or thaw and says what holds now. Raises `ValueError` with the sentence why.
    """

    fleet: Callable[[], Fleet]
    cards: Callable[[], Mapping[RunKey, Card]]
    acts: Callable[[], Acts]
    clock: Callable[[], float]
    record: Callable[[Act], Awaitable[None]]
    freeze: Callable[[Order], Awaitable[str]]
    hands: Hands
    tell: Callable[[Sequence[Event]], Awaitable[None]] = _untold
    review: Callable[[], Review] = Review
    keep: Callable[[Reviewed], Awaitable[None]] = _unkept
    ask: Callable[[Request], Awaitable[None]] = _unasked
    policy: Callable[[], Policy] = _no_policy
    book: Callable[[], Book] = Book
    ledger: Callable[[int | None], Awaitable[Entry | None]] = _no_ledger
    ledger_fault: Callable[[int], Awaitable[str | None]] = _no_fault
    """Says what is wrong with the ledger up to the entry of this number, each digest made again."""
    order: Callable[[Order], Awaitable[Act]] = _nobody
    report: Callable[[Sequence[Problem], Sequence[str]], Awaitable[None]] = _unreported
    accounts: Callable[[], Accounts] = Accounts
    account: Callable[[Accounted], Awaitable[None]] = _unaccounted
    months: Callable[[], Months] = Months
    rates: Callable[[], Mapping[str, Rates]] = dict[str, Rates]
    """What calls cost by the hour, and the dearest rates seen of each model."""
    recall: Callable[[], Awaitable[None]] = _unrecalled
    """Takes up from the database what budgets count at this time and `months` does not hold."""
    hours: Callable[[float], Awaitable[Mapping[int, Cost] | None]] = _no_hours
    dearest: Callable[[], Decimal | None] = lambda: None

    def run(self, named: str) -> Run:
        """Find a run by its id or the beginning of it. Raises `ValueError` with the sentence why not."""
        runs = self.fleet().runs
        found = [key for key in runs if named and key.startswith(named)]
        if len(found) == 1:
            return runs[found[0]]
        several = f"{len(found)} runs begin with" if found else "there is no run"
        remedy = "give more of its id" if found else "`headgate status` lists them"
        raise ValueError(f"{several} {clean(named, 40) or 'without an id'} here: {remedy}; nothing was done")


class Duty(Protocol):
    """One kind of control, such as stopping. A duty keeps nothing of its own that an act does not hold."""

    @property
    def verbs(self) -> frozenset[str]:
        """The verbs of the orders that it carries out."""
        ...

    async def carry_out(self, order: Order) -> Act:
        """Do what the order asks, to its end, and give the act as it was recorded.

        An order may come twice, where the core was killed in between: what its act says was done is not done again.
        Raises `ValueError` with the sentence why nothing was done.
        """
        ...

    def hear(self, events: Sequence[Event]) -> None:
        """Take what was read of the logs, for what is still to be observed."""
        ...

    async def look(self) -> None:
        """Look at what is under way, at each news and by the clock."""
        ...
