"""Read the state database for boards and verbs: always read-only, in a thread of its own, in short transactions.

The database may be replaced under a reader (a damaged one is set aside and begun anew): its identity is looked at
before each reading, and a new one is read from its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Generator, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiosqlite

from state.board import BoardUnreadable, CallLine, Detail, OrderRefused, Snapshot
from state.gates.queue import in_order_of_need
from state.problem import Problem
from state.spool import Order, Spool, hang_bell, hush, read_whole, ring
from state.store import card_rows as rows
from state.store import request_rows as asking
from state.store.damaged import UNSOUND, Damaged
from state.store.database import VERSION, identity
from state.store.ground import ground_trouble
from state.store.readings import Readings
from state.text import clean, lines_of

if TYPE_CHECKING:
    from state.gates.request import Request
    from state.money.accounts import Estimated
    from state.money.spent import PriceUsed, Spent
    from state.runs.card import Card
    from state.runs.run import Assigned, Run
    from state.runs.worktree import Worktree
    from state.store.paid import Paid

STORY_LINES = 200
ANSWER_SECONDS = 3.0
"""How long a board waits for the core's own answer to what a human typed."""
ACT_SECONDS = 60.0
"""How long it waits for what was observed of an order of control, while a core works; it blocks nobody meanwhile."""
_ANSWER_STEP = 0.02
_ANSWERED = frozenset(
    {"assign", "decide", "approve", "deny", "escalate", "freeze", "thaw"}
    | {"stop", "hold", "resume", "send", "start", "escalate_run", "end_left"}
    | {"seen", "state", "refused", "evidence", "check", "cancel_check", "merge", "checkpoint"}
)
_SLOW = frozenset(
    {"stop", "hold", "resume", "send", "start", "escalate_run", "end_left"}
    | {"evidence", "cancel_check", "merge", "checkpoint"}
)
_CARD = ", ".join(f'"{name}"' for name in rows.CARD_COLUMNS)
LISTEN_SECONDS = 2.0
"""How long a board sleeps at the most before it looks whether a core still works for it."""


def words_said(root: Path) -> dict[str, tuple[Assigned, ...]]:
    """Give what humans said of runs in every repository whose state lies below `root`, by run.

    A database that cannot be read now, or of an older Headgate, says nothing.
    """
    from state.store.rows import WORDS_SAID
    from state.store.rows import words_said as words_of

    words: dict[str, tuple[Assigned, ...]] = {}
    for path in sorted(root.glob("*/state.db")):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(_read_only(path)) as database:
            words |= words_of(database.execute(WORDS_SAID))
    return words


def _read_only(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)
    database.row_factory = sqlite3.Row
    return database


class StoreReader(Readings):
    """A `BoardReader` on one repository's store. `keep` is called whenever no core listens; it starts one."""

    def __init__(self, spool: Spool, keep: Callable[[], Problem | None] | None = None) -> None:
        self._spool, self._keep = spool, keep
        self._database: aiosqlite.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._known: set[str] = set()
        self._anew = True
        self._kept: Problem | None = None
        self._ground: Problem | None = None
        self._requests: tuple[str | None, tuple[Request, ...]] = (None, ())
        self._unread, self._unasked = Damaged("run"), Damaged("request")
        self._bell: int | None = None
        self._bell_file = spool.boards / f"{uuid4().hex}.bell"
        self._rung = asyncio.Event()
        self._paid_by: Paid | None = None

    async def changes(self, since: int) -> Snapshot:
        """Give what changed after revision `since`; everything when the database is not the one read before."""
        self._hang()
        database = await self._opened()
        if database is None:
            return self._nothing_yet()
        # A row that somebody mends by hand has no new revision: while one is damaged, all are read.
        since, self._anew = (0 if self._anew or self._unread.rows else since), False
        told = await self._all(database, _HEADER)
        header = {str(row["a"]): str(row["b"]) for row in told if row["what"] == "meta"}
        found = await self._all(database, f"SELECT {_CARD} FROM run WHERE rev > ? ORDER BY id", since)
        if since == 0:
            self._unread = Damaged("run")
        cards = self._sound_cards(found, self._unread)
        now = {card.id for card in cards} if since == 0 else self._known - self._unread.rows.keys()
        gone = tuple(self._known - now)
        self._known = now | {card.id for card in cards}
        indexing = header.get("indexing")
        requests = await self._asked(database, header.get("requests"))
        return Snapshot(
            rev=int(header.get("rev", "0")),
            cards=cards,
            gone=gone,
            problems=(*self._problems(told), *self._unread.problem(), *self._unasked.problem()),
            repository=header.get("repository", ""),
            base=header.get("base") or None,
            unassigned=next((int(row["a"]) for row in told if row["what"] == "unassigned"), 0),
            looked_in=tuple(header.get("looked_in", "").splitlines()),
            indexing=float(indexing) if indexing else None,
            requests=requests,
            estimates=await self._at_gates(database, requests),
            frozen=next((str(row["a"]) for row in told if row["what"] == "frozen" and row["b"]), None),
        )

    async def _at_gates(self, database: aiosqlite.Connection, requests: tuple[Request, ...]) -> dict[str, Estimated]:
        if not requests:
            return {}
        from state.store import estimates

        return await estimates.at_gates(partial(self._all, database), requests)

    async def detail(self, run: str) -> Detail | None:
        """Give all that is known of one run."""
        acts, estimates, run_facts = await asyncio.to_thread(_of_detail)
        database = await self._opened()
        found = await self._all(database, "SELECT * FROM run WHERE id = ?", run)
        if database is None or not found:
            return None
        with _sound():
            card, facts = rows.card_of_row(dict(found[0])), run_facts(found[0]["facts"])
        story = await self._all(database, _STORY, run, STORY_LINES)
        done = await self._all(database, "SELECT * FROM act WHERE run = ? ORDER BY at", run)
        paid, prices = await self._paid(card)
        return Detail(
            card=card,
            worktree=await self._worktree(database, card),
            steps=facts.plan.steps,
            plan_text=lines_of(facts.plan.text),
            story=tuple(_line(row) for row in reversed(story)),
            origins=facts.origins,
            context=facts.context,
            assigned=facts.assigned,
            acts=tuple(acts.act_of_row(dict(row)) for row in done),
            estimated=(await estimates.estimates(partial(self._all, database), (run,))).get(run),
            began=facts.started,
            paid=paid,
            prices=prices,
        )

    async def _paid(self, card: Card) -> tuple[Spent | None, tuple[PriceUsed, ...]]:
        from state.store import spending
        from state.store.paid import Paid

        self._paid_by = self._paid_by or Paid(self._spool.database)
        try:
            return await asyncio.to_thread(self._paid_by.of, card.id, card.usage.requests)
        except spending.HistoryUnreadable:
            return None, ()

    async def cards(self) -> tuple[Card, ...]:
        """Give every run, the one that needs the human most first."""
        found = await self._all(await self._opened(), f"SELECT {_CARD} FROM run ORDER BY need DESC, seen DESC, id")
        return self._sound_cards(found, Damaged("run"))

    def _sound_cards(self, found: Iterable[aiosqlite.Row], damaged: Damaged) -> tuple[Card, ...]:
        read = (damaged.read(row["id"], partial(rows.card_of_values, row)) for row in found)
        return tuple(card for card in read if card is not None)

    async def rung(self) -> None:
        """Return when the core rings. While it sleeps it sees to it that there is a core."""
        self._hang()
        while not self._rung.is_set():
            try:
                # Python 3.11's wait_for loses a cancellation that comes together with the ring.
                async with asyncio.timeout(LISTEN_SECONDS):
                    await self._rung.wait()
            except TimeoutError:
                if self._core_kept():
                    break
        self._rung.clear()

    async def order(self, verb: str, **words: str) -> str:
        """Put an order into the inbox; it waits there until a core carries it out.

        Of an order that a human waits for, the core's own answer is given where it comes soon.
        """
        try:
            order = self._spool.order(verb, **words)
        except OSError as error:
            raise BoardUnreadable(f"the order was not kept: {error}") from error
        if verb in _ANSWERED and (answer := await self._answered(order)):
            if "error" in answer:
                raise OrderRefused(str(answer["error"]))
            return str(answer.get("text", "done"))
        return "asked" if ring(self._spool.bell_file, softly=True) else "asked; no core works yet"

    async def _answered(self, order: Order) -> dict[str, Any] | None:
        began = asyncio.get_running_loop().time()
        while (waited := asyncio.get_running_loop().time() - began) < ACT_SECONDS:
            if (answer := self._spool.take_answer(order)) is not None:
                return answer
            if waited > ANSWER_SECONDS and not (order.verb in _SLOW and ring(self._spool.bell_file, softly=True)):
                return None
            await asyncio.sleep(_ANSWER_STEP if waited < ANSWER_SECONDS else 10 * _ANSWER_STEP)
        return None

    async def close(self) -> None:
        """Let go of the database and the bell."""
        await self._let_go()
        self._drop_bell()

    def _drop_bell(self) -> None:
        if self._bell is not None:
            asyncio.get_running_loop().remove_reader(self._bell)
            hush(self._bell)
            os.close(self._bell)
            self._bell = None
            with contextlib.suppress(OSError):  # its directory is gone, or may not be entered any more
                self._bell_file.unlink(missing_ok=True)

    def _hang(self) -> None:
        """Hang the bell before anything is read, so that no change falls between a reading and the first sleep.

        Where no bell can be hung, everything is read again at each look for a core, and a bell is tried again.
        """
        if self._bell is None:
            with contextlib.suppress(OSError):
                self._bell = hang_bell(self._bell_file)
                asyncio.get_running_loop().add_reader(self._bell, self._heard, self._bell)

    def _heard(self, bell: int) -> None:
        """Take the ring off the bell at once: a loop asks again and again after a bell that still rings."""
        hush(bell)
        self._rung.set()

    def _nothing_yet(self) -> Snapshot:
        problems = tuple(one for one in (self._ground, self._kept) if one)
        return Snapshot(0, (), (), problems, "", None, 0, (), indexing=0.0)

    def _core_kept(self) -> bool:
        """See to it that a core works; say whether that changed what there is to show."""
        before = self._kept, self._ground
        self._kept, self._ground = None, ground_trouble(self._spool.folder)
        if self._keep is not None and not self._core_listens():
            self._kept = self._keep()
        return (self._kept, self._ground) != before or self._moved() or self._lost_bell()

    def _core_listens(self) -> bool:
        try:
            return ring(self._spool.bell_file, softly=True)
        except OSError:  # a directory that nobody may enter: what is wrong with it is told already
            return False

    def _lost_bell(self) -> bool:
        """Say whether no bell hangs, and let go of one that was taken away, so that it is hung again."""
        if self._bell is not None and os.path.lexists(self._bell_file):
            return False
        self._drop_bell()
        return True

    def _moved(self) -> bool:
        return self._identity is not None and identity(self._spool.database) != self._identity

    async def _opened(self) -> aiosqlite.Connection | None:
        """Give the open database; None while no core has made it."""
        if self._database is not None and not self._moved():
            return self._database
        await self._let_go()
        path = self._spool.database
        if not path.exists():
            return None
        try:
            database = await aiosqlite.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)
            database.row_factory = aiosqlite.Row
            self._database, self._identity = database, identity(path)
            await database.execute("PRAGMA query_only = 1")
            version = list(await database.execute_fetchall("PRAGMA user_version"))
        except sqlite3.Error as error:
            await self._let_go()
            raise BoardUnreadable(f"the state database cannot be read yet: {error}") from error
        if version[0][0] >= VERSION:
            return database
        await self._let_go()
        return None

    async def _let_go(self) -> None:
        database, self._database, self._anew = self._database, None, True
        self._requests = (None, ())
        if database is not None:
            await database.close()

    async def _all(self, database: aiosqlite.Connection | None, query: str, *values: Any) -> list[aiosqlite.Row]:
        if database is None:
            return []
        try:
            return list(await database.execute_fetchall(query, values))
        except sqlite3.Error as error:
            await self._let_go()
            raise BoardUnreadable(f"the state database cannot be read: {error}") from error

    def _problems(self, told: Iterable[aiosqlite.Row]) -> tuple[Problem, ...]:
        found = sorted((row["since"], *tuple(row)[1:4]) for row in told if row["what"] == "problem")
        problems = [Problem(about, text, remedy) for _, about, text, remedy in found]
        distress = read_whole(self._spool.distress_file)
        if distress is not None:
            problems.append(Problem("database", str(distress.get("text")), str(distress.get("remedy"))))
        return (*problems, *(one for one in (self._ground, self._kept) if one))

    async def _asked(self, database: aiosqlite.Connection, rev: str | None) -> tuple[Request, ...]:
        """Give the requests, read again only where one of them has changed since."""
        if rev != self._requests[0] or self._unasked.rows:
            found = [await self._all(database, query, *values) for query, values in asking.board_queries()]
            self._unasked = Damaged("request")
            waiting, earlier = asking.board_requests([[dict(row) for row in some] for some in found], self._unasked)
            told = sorted(earlier, key=lambda one: one.decision.at if one.decision else 0.0, reverse=True)
            self._requests = rev, (*in_order_of_need(waiting), *told)
        return self._requests[1]

    async def requests(self) -> tuple[Request, ...]:
        """Give the open requests in the order of need, and the last answered ones of each run.

        Raises `BoardUnreadable` where there is no database: nobody knows then what waits.
        """
        told = await self.changes(0)
        if self._database is None:
            raise BoardUnreadable("what waits is unknown: the state database is gone, or no core has made it yet")
        return told.requests

    async def _worktree(self, database: aiosqlite.Connection, card: Card) -> Worktree | None:
        from state.store.rows import WORKTREE

        found = await self._all(database, "SELECT facts FROM worktree WHERE path = ? AND here", card.worktree)
        return WORKTREE.validate_json(found[0]["facts"]) if found else None


_HEADER = """
SELECT 'meta' AS what, key AS a, value AS b, NULL AS c, NULL AS since FROM meta
UNION ALL SELECT 'unassigned', count(*), NULL, NULL, NULL FROM log WHERE NOT belongs AND inode
UNION ALL SELECT 'problem', about, text, remedy, since FROM problem
UNION ALL SELECT 'frozen', by, frozen, NULL, seq FROM freeze WHERE seq = (SELECT max(seq) FROM freeze WHERE run = '')
"""
"""What holds for the whole board, in one question: each way to the database and back wakes two threads."""
_STORY = """
SELECT event.at, event.kind, event.text, event.failed, event.log, event.offset
FROM event JOIN log ON log.path = event.log AND log.generation = event.generation
WHERE event.run = ? AND event.kind <> 'tests' ORDER BY event.at DESC, event.offset DESC, event.seq DESC LIMIT ?
"""


@contextlib.contextmanager
def _sound() -> Generator[None]:
    """Say of a run whose row is not as the core writes it that it cannot be read, and not that the board broke."""
    try:
        yield
    except UNSOUND as error:
        told = f"a row of the table run is not as the core writes it: {clean(str(error), 200)}"
        raise BoardUnreadable(f"{told}; close every board: the core of the next one writes it anew") from error


def _line(row: aiosqlite.Row) -> CallLine:
    return CallLine(row["at"], row["kind"], row["text"], bool(row["failed"]), row["log"], row["offset"])


def _of_detail() -> tuple[Any, Any, Callable[[str], Run]]:
    """Load what only details need; it validates the facts of a run, and rows do without."""
    from state.store import acts, estimates
    from state.store.rows import RUN

    return acts, estimates, RUN.validate_json
