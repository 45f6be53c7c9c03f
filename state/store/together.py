"""Several repositories on one board: many readers that look like one."""

import asyncio
import json
from collections.abc import Iterable, Sequence

from state.board import BoardReader, ChangeDetail, Detail, OrderRefused, Snapshot
from state.findings.conflict import Matrix, Pair
from state.gates.queue import in_order_of_need
from state.gates.request import Request


class ReadersTogether:
    """A `BoardReader` over others. Its revision counts its own readings; each reader keeps its own."""

    def __init__(self, readers: Sequence[BoardReader]) -> None:
        self._readers = tuple(readers)
        self._revs = [0] * len(self._readers)
        self._count = 0
        self._owner: dict[str, BoardReader] = {}

    async def changes(self, since: int) -> Snapshot:
        """Give what changed on any of them since the last reading; everything for 0."""
        if since == 0:
            self._revs = [0] * len(self._readers)
        shown = [await reader.changes(rev) for reader, rev in zip(self._readers, self._revs, strict=True)]
        self._revs = [one.rev for one in shown]
        for reader, one in zip(self._readers, shown, strict=True):
            self._owner.update({card.id: reader for card in one.cards})
            self._owner.update({request.id: reader for request in one.requests})
        self._count += 1
        indexing = [one.indexing for one in shown if one.indexing is not None]
        return Snapshot(
            rev=self._count,
            cards=tuple(card for one in shown for card in one.cards),
            gone=tuple(gone for one in shown for gone in one.gone),
            problems=tuple(problem for one in shown for problem in one.problems),
            repository=f"{len(shown)} repositories",
            base=None,
            unassigned=sum(one.unassigned for one in shown),
            looked_in=tuple(dict.fromkeys(place for one in shown for place in one.looked_in)),
            indexing=min(indexing, default=None),
            requests=_merged(one.requests for one in shown),
            frozen=next((one.frozen for one in shown if one.frozen), None),
            estimates={run: told for one in shown for run, told in one.estimates.items()},
        )

    async def detail(self, run: str) -> Detail | None:
        """Give all that is known of one run, from the reader that showed it."""
        owner = self._owner.get(run)
        return await owner.detail(run) if owner is not None else None

    async def change(self, run: str) -> ChangeDetail:
        """Give what the merge gate knows of one run's change, from the reader that showed the run."""
        owner = self._owner.get(run)
        return await owner.change(run) if owner is not None else ChangeDetail(run)

    async def pairs(self) -> tuple[Pair, ...]:
        """Give the pairs of each, one repository after the other."""
        return tuple([pair for reader in self._readers for pair in await reader.pairs()])

    async def matrices(self) -> tuple[Matrix, ...]:
        """Give the matrix of each repository."""
        return tuple([matrix for reader in self._readers for matrix in await reader.matrices()])

    async def rung(self) -> None:
        """Return when any of them is rung."""
        waiting = [asyncio.ensure_future(reader.rung()) for reader in self._readers]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def order(self, verb: str, **words: str) -> str:
        """Give the order to each, or to the one that showed the run or the request that it is about.

        `beside` names a run of the repository that is meant, where the order is about no run yet.
        """
        if verb == "attended" and len(self._readers) > 1:
            return await self._attended(words)
        owner = self._owner.get(words.get("request", "") or words.get("run", "") or words.get("beside", ""))
        if owner is None and verb == "start" and len(self._readers) > 1:
            raise OrderRefused("select a run of the repository in which it is to start")
        readers = self._readers if owner is None else (owner,)
        answers = [await reader.order(verb, **words) for reader in readers]
        return "; ".join(dict.fromkeys(answers))

    async def _attended(self, words: dict[str, str]) -> str:
        """Give each repository what was attended of its runs; what was of no run stands with the first."""
        rows: dict[int, list[object]] = {}
        for row in json.loads(words["stretches"]):
            owner = self._owner.get(row["run"], self._readers[0])
            rows.setdefault(next(at for at, one in enumerate(self._readers) if one is owner), []).append(row)
        for at, mine in rows.items():
            await self._readers[at].order("attended", **{**words, "stretches": json.dumps(mine)})
        return "asked"

    async def close(self) -> None:
        """Close each."""
        for reader in self._readers:
            await reader.close()


def _merged(several: Iterable[tuple[Request, ...]]) -> tuple[Request, ...]:
    """Put several queues into one order of need."""
    every = [request for some in several for request in some]
    return (*in_order_of_need(every), *(request for request in every if request.state != "open"))
