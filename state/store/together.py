"""Several repositories on one board: many readers that look like one.

None of them takes the others away: what cannot be read is said, its rows stay as they were read last, and it is asked
again while the others go on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from state.board import BoardReader, BoardUnreadable, ChangeDetail, Detail, OrderRefused, Snapshot
from state.gates.queue import in_order_of_need
from state.problem import Problem

if TYPE_CHECKING:
    from state.findings.conflict import Matrix, Pair
    from state.gates.request import Request

AGAIN_AFTER = 1.0
"""Seconds after which a repository that could not be read is asked again."""
_NOTHING = Snapshot(0, (), (), (), "", None, 0, (), None)
_Told = TypeVar("_Told")


@dataclass(slots=True, eq=False)
class _Part:
    """One repository of the board, and what was read of it last."""

    reader: BoardReader
    name: str
    rev: int = 0
    last: Snapshot = _NOTHING
    runs: set[str] = field(default_factory=set[str])
    why: str = ""
    """Why it cannot be read now."""


class ReadersTogether:
    """A `BoardReader` over others, each with a name. Its revision counts what it gave; each reader keeps its own."""

    def __init__(self, readers: Sequence[BoardReader], names: Sequence[str] = ()) -> None:
        called = names or [str(number) for number in range(1, len(readers) + 1)]
        self._parts = [_Part(reader, name) for reader, name in zip(readers, called, strict=True)]
        self._count = 0
        self._given: Snapshot | None = None
        self._owner: dict[str, _Part] = {}

    async def changes(self, since: int) -> Snapshot:
        """Give what changed on any of them since the last reading; everything for 0.

        Raises `BoardUnreadable` where none of them can be read.
        """
        for part in self._parts if since == 0 else ():
            part.rev = 0
        shown = [await self._read(part) for part in self._parts]
        if all(part.why for part in self._parts):
            raise BoardUnreadable(self._parts[0].why)
        told = self._together(shown)
        steady = replace(told, cards=(), gone=())
        if told.cards or told.gone or steady != self._given:
            self._count += 1
        self._given = steady
        return replace(told, rev=self._count)

    async def _read(self, part: _Part) -> Snapshot:
        """Read one; a revision below the last one means that its store was made anew: it is read from its beginning."""
        try:
            found = await part.reader.changes(part.rev)
            if found.rev < part.rev:
                found = await part.reader.changes(0)
                found = replace(found, gone=tuple(part.runs - {card.id for card in found.cards}))
        except BoardUnreadable as why:
            part.why = str(why)
            return replace(part.last, cards=(), gone=())
        part.rev, part.last, part.why = found.rev, found, ""
        found = replace(found, gone=tuple(run for run in found.gone if self._owner.get(run) is part))
        part.runs = part.runs.difference(found.gone).union(card.id for card in found.cards)
        self._owner.update({card.id: part for card in found.cards})
        self._owner.update({request.id: part for request in found.requests})
        return found

    def _together(self, shown: Sequence[Snapshot]) -> Snapshot:
        indexing = [one.indexing for one in shown if one.indexing is not None]
        frozen = [one.frozen for one in shown]
        return Snapshot(
            rev=0,
            cards=tuple(card for one in shown for card in one.cards),
            gone=tuple(gone for one in shown for gone in one.gone),
            problems=self._problems(shown),
            repository=f"{len(shown)} repositories",
            base=None,
            unassigned=sum(one.unassigned for one in shown),
            looked_in=tuple(dict.fromkeys(place for one in shown for place in one.looked_in)),
            indexing=min(indexing, default=None),
            requests=_merged(one.requests for one in shown),
            frozen=frozen[0] if all(frozen) else None,
            estimates={run: told for one in shown for run, told in one.estimates.items()},
            repositories={run: part.name for part in self._parts for run in part.runs},
        )

    def _problems(self, shown: Sequence[Snapshot]) -> tuple[Problem, ...]:
        """Give the problems of each with its name, what several of them say alike once, and what holds of some only."""
        every = [(part.name, problem) for part, one in zip(self._parts, shown, strict=True) for problem in one.problems]
        alike = [problem for _, problem in every]
        told = [one if alike.count(one) > 1 else replace(one, text=f"{name}: {one.text}") for name, one in every]
        unread = [_unread(part.name, part.why) for part in self._parts if part.why]
        some = [(part.name, one.frozen) for part, one in zip(self._parts, shown, strict=True) if one.frozen]
        partly = [_frozen(name, by) for name, by in some] if len(some) < len(shown) else []
        return (*dict.fromkeys(told), *unread, *partly)

    async def detail(self, run: str) -> Detail | None:
        """Give all that is known of one run, from the reader that showed it."""
        owner = self._owner.get(run)
        return await owner.reader.detail(run) if owner is not None else None

    async def change(self, run: str) -> ChangeDetail:
        """Give what the merge gate knows of one run's change, from the reader that showed the run."""
        owner = self._owner.get(run)
        return await owner.reader.change(run) if owner is not None else ChangeDetail(run)

    async def pairs(self) -> tuple[Pair, ...]:
        """Give the pairs of each, one repository after the other."""
        return tuple([pair for pairs in await self._each(lambda reader: reader.pairs()) for pair in pairs])

    async def matrices(self) -> tuple[Matrix, ...]:
        """Give the matrix of each repository."""
        return tuple([matrix for found in await self._each(lambda reader: reader.matrices()) for matrix in found])

    async def _each(self, ask: Callable[[BoardReader], Awaitable[_Told]]) -> list[_Told]:
        """Ask all; raises what the first says where none of them can be read."""
        told: list[_Told] = []
        why: BoardUnreadable | None = None
        for part in self._parts:
            try:
                told.append(await ask(part.reader))
            except BoardUnreadable as unreadable:
                why = why or unreadable
        if why is not None and not told:
            raise why
        return told

    async def rung(self) -> None:
        """Return when any of them is rung, and soon where one of them could not be read."""
        waiting = [asyncio.ensure_future(part.reader.rung()) for part in self._parts]
        try:
            again = AGAIN_AFTER if any(part.why for part in self._parts) else None
            done, _ = await asyncio.wait(waiting, timeout=again, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def order(self, verb: str, **words: str) -> str:
        """Give the order to the one that showed the run or the request that it is about, else to each.

        `repo` names the one that is meant where the order is about no run yet, or `beside` a run of it.
        """
        if verb == "attended":
            return await self._attended(words)
        named = words.pop("repo", "")
        owner = self._named(named) if named else self._about(words)
        if owner is None and verb == "start":
            raise OrderRefused("name the repository in which it is to start")
        if owner is None:
            return await self._all_told(verb, words)
        if self._owner.get(words.get("beside", ""), owner) is not owner:
            del words["beside"]
        return await owner.reader.order(verb, **words)

    def _about(self, words: dict[str, str]) -> _Part | None:
        named = (self._owner.get(words.get(key, "")) for key in ("request", "run", "beside"))
        return next((owner for owner in named if owner is not None), None)

    def _named(self, name: str) -> _Part:
        found = next((part for part in self._parts if part.name == name), None)
        if found is None:
            raise OrderRefused(f"no repository here is called that: {', '.join(part.name for part in self._parts)}")
        return found

    async def _all_told(self, verb: str, words: dict[str, str]) -> str:
        """Give an order to each at once; one that refuses it keeps none of the others from it, and is named."""
        answers = await asyncio.gather(
            *(part.reader.order(verb, **words) for part in self._parts), return_exceptions=True
        )
        told, refused = list[tuple[str, str]](), list[tuple[str, BaseException]]()
        for part, answer in zip(self._parts, answers, strict=True):
            if isinstance(answer, BaseException):
                refused.append((part.name, answer))
            else:
                told.append((part.name, answer))
        wrong = next((one for _, one in refused if not isinstance(one, (BoardUnreadable, OrderRefused))), None)
        if wrong is not None or (refused and not told):
            raise wrong or refused[0][1]
        if refused:
            also = f"{', '.join(name for name, _ in told)}: {told[0][1]}"
            raise OrderRefused(f"{'; '.join(f'{name}: {why}' for name, why in refused)}; but {also}")
        return "; ".join(dict.fromkeys(answer for _, answer in told))

    async def _attended(self, words: dict[str, str]) -> str:
        """Give each repository what was attended of its runs; what was of no run stands with the first."""
        rows: dict[int, list[object]] = {}
        for row in json.loads(words["stretches"]):
            owner = self._owner.get(row["run"], self._parts[0])
            rows.setdefault(self._parts.index(owner), []).append(row)
        for at, mine in rows.items():
            await self._parts[at].reader.order("attended", **{**words, "stretches": json.dumps(mine)})
        return "asked"

    async def close(self) -> None:
        """Close each."""
        for part in self._parts:
            await part.reader.close()


def _unread(name: str, why: str) -> Problem:
    remedy = "its rows are as they were read last; the others go on, and it is tried again each second"
    return Problem(f"state database of {name}", f"{name}: {why}", remedy)


def _frozen(name: str, by: str | None) -> Problem:
    remedy = "F freezes every run of all of them; the same key thaws them then"
    return Problem(f"freeze of {name}", f"every run of {name} is frozen, by {by}; not those of the others", remedy)


def _merged(several: Iterable[tuple[Request, ...]]) -> tuple[Request, ...]:
    """Put several queues into one order of need."""
    every = [request for some in several for request in some]
    return (*in_order_of_need(every), *(request for request in every if request.state != "open"))
