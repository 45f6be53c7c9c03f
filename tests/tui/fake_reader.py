"""Fakes of the ports that the board stands on: a store in memory, a clipboard that remembers, a clock that stands."""

import asyncio
from collections.abc import Callable, Iterable

from state.board import ChangeDetail, Detail, Snapshot
from state.findings.conflict import Matrix, Pair
from state.gates.request import Request
from state.ports import Problem
from state.runs.card import Card
from tests.tui.fleet import NOW, detail_of


class FakeReader:
    """A store in memory: `put` changes it, `ring` is the core's bell."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.cards = {card.id: card for card in cards}
        self.revs = dict.fromkeys(self.cards, 1)
        self.rev = 1
        self.gone: list[str] = []
        self.problems: tuple[Problem, ...] = ()
        self.looked_in: tuple[str, ...] = ("/home/ada/.claude/projects", "/home/ada/.codex/sessions")
        self.indexing: float | None = None
        self.unassigned = 0
        self.requests: tuple[Request, ...] = ()
        self.frozen: str | None = None
        self.repositories: dict[str, str] = {}
        self.matrix = Matrix()
        self.changed: dict[str, ChangeDetail] = {}
        self.answers: dict[str, str | Exception] = {}
        self.orders: list[tuple[str, dict[str, str]]] = []
        self.details: list[str] = []
        self.detail_of: Callable[[Card], Detail] = detail_of
        self.closed = False
        self._bell = asyncio.Event()

    def put(self, *cards: Card) -> None:
        self.rev += 1
        for card in cards:
            self.cards[card.id] = card
            self.revs[card.id] = self.rev

    def drop(self, run: str) -> None:
        self.rev += 1
        del self.cards[run]
        self.gone.append(run)

    def ring(self) -> None:
        self._bell.set()

    async def changes(self, since: int) -> Snapshot:
        changed = tuple(card for run, card in self.cards.items() if self.revs[run] > since)
        return Snapshot(
            rev=self.rev,
            cards=changed,
            gone=tuple(self.gone),
            problems=self.problems,
            repository="/home/ada/shop",
            base="refs/heads/main",
            unassigned=self.unassigned,
            looked_in=self.looked_in,
            indexing=self.indexing,
            requests=self.requests,
            frozen=self.frozen,
            repositories=self.repositories,
        )

    async def detail(self, run: str) -> Detail | None:
        self.details.append(run)
        return self.detail_of(self.cards[run]) if run in self.cards else None

    async def change(self, run: str) -> ChangeDetail:
        return self.changed.get(run, ChangeDetail(run))

    async def pairs(self) -> tuple[Pair, ...]:
        return self.matrix.pairs

    async def matrices(self) -> tuple[Matrix, ...]:
        return (self.matrix,)

    async def rung(self) -> None:
        await self._bell.wait()
        self._bell.clear()

    async def order(self, verb: str, **words: str) -> str:
        self.orders.append((verb, words))
        answer = self.answers.get(verb, "asked")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, *requests: Request) -> None:
        """Let these requests be what is known, as a change of the store."""
        self.rev += 1
        self.requests = requests

    async def close(self) -> None:
        self.closed = True


class FakeClipboard:
    """Keeps what was copied."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def copy(self, text: str) -> str:
        self.texts.append(text)
        return "sent to the terminal's clipboard"


class Clock:
    """A time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time
