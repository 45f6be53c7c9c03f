"""The only writer of the state database: one transaction a batch, so that events, counts and checkpoints agree."""

import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from state.control.act import Act, Acts
from state.evidence.review import Review, Reviewed
from state.findings.conflict import Matrix
from state.gates.book import Book, Change
from state.ledger.entry import Draft, Entry
from state.money import rollup
from state.money.accounts import Accounted, Accounts
from state.money.fresh_calls import Fresh
from state.money.meter import Metered
from state.money.spending import Cost
from state.ports import LogMark, Problem
from state.runs.card import Card
from state.runs.event import Event
from state.runs.run import Assigned, Run, RunKey
from state.runs.worktree import Worktree
from state.store import (
    accounts,
    acts,
    continuing,
    gates,
    ledger,
    month,
    pairs,
    recounting,
    review,
    rows,
    totals,
    triggers,
    witness,
)
from state.store.database import (
    StoreDamaged,
    StoreTampered,
    StoreUnwilling,
    identity,
    is_damage,
    open_writer,
    set_aside,
)

_LOOKED_UP_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier life left: all runs, log marks and worktrees."""

    runs: tuple[Run, ...]
    marks: tuple[LogMark, ...]
    worktrees: tuple[Worktree, ...]
    book: Book = field(default_factory=Book)
    acts: Acts = field(default_factory=Acts)
    matrix: Matrix = field(default_factory=Matrix)
    review: Review = field(default_factory=Review)
    accounts: Accounts = field(default_factory=Accounts)


def _insert(table: str, columns: Sequence[str], or_what: str = "REPLACE") -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT OR {or_what} INTO {table} ({', '.join(columns)}) VALUES ({marks})"


_EVENT_COLUMNS = ("log", "generation", "offset", "seq", "run", "at", "kind", "text", "failed")
_RUN = _insert("run", (*rows.CARD_COLUMNS, "facts"))
_MARK = _insert("log", rows.MARK_FIELDS)
_METERED = _insert("usage", rows.METERED_COLUMNS)
_EVENT = _insert("event", _EVENT_COLUMNS, "IGNORE")
_WORKTREE = _insert("worktree", ("path", "facts", "here", "rev"))
_ASSIGNED = _insert("assigned", ("asked", "run", "what", "value", "by", "at"), "IGNORE")
_PROBLEM = (
    "INSERT INTO problem (about, text, remedy, since) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (about) DO UPDATE SET text = excluded.text, remedy = excluded.remedy"
)


class Store:
    """The open database. Its methods run in one thread at a time; `transaction` encloses all that one batch changes."""

    def __init__(self, path: Path) -> None:
        """Open the database at `path`; `opened_with` holds what was wrong with it.

        Raises `DatabaseTooNew`, `StoreUnwilling` where it may be tried again, and `OSError`.
        """
        self.path = path
        try:
            self._connection, self.opened_with = open_writer(path)
        except sqlite3.Error as error:
            raise StoreUnwilling(f"{path} cannot be opened: {error}") from error
        self._connection.row_factory = sqlite3.Row
        self._identity = identity(path)

    def begin(self, now: float) -> None:
        """Begin a life: without problems, and with the ledger taken up; what is wrong with it joins `opened_with`.

        Raises `StoreDamaged` where the tables hold something else than we wrote, and `StoreUnwilling`.
        """
        try:
            with self.transaction(beginning=True) as transaction:
                transaction.forget_problems()
                alive = transaction.said("alive") or ""
                self.opened_with += continuing.taken_up(self._connection, self.path, alive, now)
                self.opened_with += triggers.recorded(self._connection, transaction.put_right, now)
                self.opened_with += recounting.agreed(self._connection, unclean=bool(alive))
                transaction.recorded = ledger.last(self._connection)
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise StoreDamaged(str(error).split("\n")[0]) from error

    def close(self) -> None:
        """End writing; the write-ahead log is folded into the database."""
        # A database that takes no word any more was not left in order, and the next life says so.
        with suppress(sqlite3.Error):
            self._connection.execute("UPDATE meta SET value = '' WHERE key = 'alive'")
        self._connection.close()

    def condemn(self) -> None:
        """Close a damaged database and keep it aside under another name."""
        self._connection.close()
        set_aside(self.path)

    def entry(self, seq: int | None) -> Entry | None:
        """Read an entry of the ledger by its number, or the last one, past whatever transaction is open."""
        return ledger.looked_up(self.path, seq)

    def ledger_fault(self, seq: int) -> str | None:
        """Say what is wrong with the ledger up to an entry, past an open transaction; None where nothing is."""
        return ledger.fault_up_to(self.path, seq)

    def _wrong_triggers(self) -> str:
        return "; ".join(told for _, told in triggers.wrong_triggers(self._connection))

    def spent_since(self, since: float) -> dict[tuple[RunKey, int], Cost]:
        """Read what each run's calls cost by the hour, from a time on."""
        return month.spent_since(self._connection, since)

    def still_there(self) -> bool:
        """Say whether the file is still the one that was opened; SQLite in WAL mode writes on into a deleted one."""
        return identity(self.path) == self._identity

    def load(self) -> Loaded:
        """Read what an earlier life left. Raises `StoreDamaged` where the tables hold something else than we wrote."""
        try:
            return self._loaded()
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise StoreDamaged(str(error).split("\n")[0]) from error

    def _loaded(self) -> Loaded:
        run = self._connection.execute
        for row in run("SELECT value FROM meta WHERE key = 'rev'"):
            int(row[0])
        runs = tuple(rows.RUN.validate_json(row["facts"]) for row in run("SELECT facts FROM run"))
        words = rows.words_said(run(rows.WORDS_KEPT))
        runs = tuple(replace(one, assigned=words.get(one.key, ())) for one in runs)
        marks = tuple(rows.mark_of_row(dict(row)) for row in run("SELECT * FROM log"))
        found = run("SELECT facts FROM worktree WHERE here")
        trees = tuple(rows.WORKTREE.validate_json(row["facts"]) for row in found)
        book, matrix = gates.read(self._connection), pairs.read(self._connection)
        known = review.read(self._connection)
        money = accounts.read(self._connection)
        return Loaded(runs, marks, trees, book, acts.read(self._connection), matrix, known, money)

    @contextmanager
    def transaction(self, *, beginning: bool = False) -> Generator["Transaction"]:
        """Give a transaction that is committed at the end and undone by an exception; `beginning`: a life's first.

        Raises `StoreUnwilling` where it may be tried again, `StoreTampered` where a life must begin anew, and
        `StoreDamaged`.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                put_right = triggers.put_right(self._connection) if beginning else None
                yield (transaction := Transaction(self._connection, put_right))
                transaction.settle()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            if is_damage(error):
                raise StoreDamaged(str(error)) from error
            if isinstance(error, sqlite3.OperationalError):
                raise StoreUnwilling(str(error)) from error
            if isinstance(error, sqlite3.IntegrityError) and (wrong := self._wrong_triggers()):
                raise StoreTampered(f"{wrong}; it is put right when a core begins") from error
            raise
        if (newest := transaction.recorded) is not None:
            # What is committed stands: where the disk is full, its head is noted with the next one.
            with suppress(OSError):
                witness.keep_head(self.path.parent, newest.seq, newest.hash)


class Transaction:
    """Changes that hold together or not at all. `rev` is the number of this commit.

    `put_right` is what was wrong with the database's triggers when a life began, None where nothing was.
    """

    def __init__(self, connection: sqlite3.Connection, put_right: Mapping[str, Any] | None = None) -> None:
        self._connection, self.put_right = connection, put_right
        row = connection.execute("SELECT value FROM meta WHERE key = 'rev'").fetchone()
        self.rev = int(row[0]) + 1 if row else 1
        self.recorded: Entry | None = None
        """The newest entry of the ledger, where this transaction wrote any."""
        self._before: dict[str, Metered] = {}
        self._looked_up: set[str] = set()
        self._sums: rollup.Sums = {}
        self._labels: dict[str, totals.Label] = {}
        self.say("rev", str(self.rev))

    def say(self, key: str, value: str) -> None:
        """Keep a value that the board's header shows."""
        self._connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def metered(self, keys: Iterable[str]) -> dict[str, Metered]:
        """Look up calls that were counted before."""
        wanted = list(keys)
        found: dict[str, Metered] = {}
        for begin in range(0, len(wanted), _LOOKED_UP_AT_ONCE):
            some = wanted[begin : begin + _LOOKED_UP_AT_ONCE]
            marks = ", ".join("?" * len(some))
            for row in self._connection.execute(f"SELECT * FROM usage WHERE key IN ({marks})", some):
                found[row["key"]] = rows.metered_of_row(dict(row))
        self._looked_up.update(wanted)
        self._before |= found
        return found

    def count(self, calls: Iterable[Metered]) -> None:
        """Write calls as they are now known, and what sums change by that."""
        calls = list(calls)
        self.metered(call.key for call in calls if call.key not in self._looked_up)
        rollup.merged(self._sums, rollup.changed(self._before, calls))
        self._before |= {call.key: call for call in calls}
        self._connection.executemany(_METERED, [rows.row_of_metered(call) for call in calls])

    def count_fresh(self, logs: Iterable[Fresh]) -> None:
        """Write the calls of logs, none of which was known, and what sums change by that."""
        logs = list(logs)
        for log in logs:
            rollup.merged(self._sums, rollup.of_fresh(log))
        # In the order of their keys, so that neighbours of one page come together.
        self._connection.executemany(
            _METERED, sorted((row for log in logs for row in rows.rows_of_fresh(log)), key=itemgetter(0))
        )

    def counted(self, *, lacking: bool) -> list[Metered]:
        """Give every call, or those `lacking` a price for some of their tokens, each run's newest last."""
        where = "WHERE unpriced_tokens > 0" if lacking else ""
        found = self._connection.execute(f"SELECT * FROM usage {where} ORDER BY run, at")
        calls = {row["key"]: rows.metered_of_row(dict(row)) for row in found}
        self._looked_up.update(calls)
        self._before |= calls
        return list(calls.values())

    def settle(self) -> None:
        """Keep the sums of calls with the calls: the last thing that a transaction does."""
        totals.settle(self._connection, self._sums, self._labels)

    def said(self, key: str) -> str | None:
        """Give a value that `say` kept."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def show(self, shown: Iterable[tuple[Run, Card]]) -> None:
        """Write runs and what is shown of them."""
        rev_at = rows.CARD_COLUMNS.index("rev")
        written: list[tuple[object, ...]] = []
        for run, card in shown:
            self._labels[card.id] = totals.label_of(card)
            values = list(rows.row_of_card(card))
            values[rev_at] = self.rev
            written.append((*values, rows.RUN.dump_json(run).decode()))
        self._connection.executemany(_RUN, written)

    def mark(self, marks: Iterable[LogMark]) -> None:
        """Write how far logs were read."""
        self._connection.executemany(_MARK, [rows.row_of_mark(mark) for mark in marks])

    def tell(self, events: Iterable[Event], generations: Mapping[str, int]) -> None:
        """Write the events that a human may want to read again."""
        written: list[tuple[object, ...]] = []
        last, seq = None, 0
        for event in events:
            told = rows.told(event)
            if told is None:
                continue
            origin = event.origin
            seq = seq + 1 if (origin.log, origin.offset) == last else 0
            last = (origin.log, origin.offset)
            place = (origin.log, generations.get(origin.log, 0), origin.offset, seq)
            kind, text, failed = told
            written.append((*place, event.run, origin.at, kind, text, failed))
        self._connection.executemany(_EVENT, written)

    def assign(self, asked: str, run: RunKey, words: Iterable[Assigned]) -> None:
        """Write what a human said of a run in the order `asked`; the same order twice stands once."""
        said = [(asked, run, word.what, word.value, word.by, word.at) for word in words]
        self._connection.executemany(_ASSIGNED, said)

    def gate(self, change: Change) -> None:
        """Write what one step at the gates changes, and tell the boards to read the requests again."""
        gates.write(self._connection, change, self.rev)
        if change.requests:
            self.say("requests", str(self.rev))

    def act(self, done: Iterable[Act]) -> None:
        """Write what humans asked of runs, as it stands now."""
        acts.write(self._connection, done, self.rev)

    def review(self, news: Reviewed | None) -> None:
        """Write what is new at the merge gate."""
        if news is not None:
            review.write(self._connection, news, self.rev)

    def account(self, news: Accounted | None) -> None:
        """Write what is new of money and attention."""
        if news is not None:
            accounts.write(self._connection, news)

    def record(self, drafts: Iterable[Draft], now: float | None = None) -> None:
        """Append to the ledger what this transaction does; `now` is when this life was last seen at work."""
        self.recorded = next(reversed(ledger.append(self._connection, drafts)), self.recorded)
        if now is not None:
            self.say("alive", f"{now:.3f}")

    def pair(self, matrix: Matrix | None) -> None:
        """Write which worktrees do not merge, where that was compared."""
        if matrix is not None:
            pairs.write(self._connection, matrix, self.rev)

    def place(self, worktrees: Iterable[Worktree]) -> None:
        """Write what git said of worktrees."""
        values = [(tree.path, rows.WORKTREE.dump_json(tree).decode(), 1, self.rev) for tree in worktrees]
        self._connection.executemany(_WORKTREE, values)

    def sign(self, stamps: Mapping[str, str]) -> None:
        """Write down how folders stood when everything in them was read, in place of what stood there before."""
        if dict(self._connection.execute("SELECT path, stamp FROM sign").fetchall()) != stamps:
            self._connection.execute("DELETE FROM sign")
            self._connection.executemany("INSERT INTO sign (path, stamp) VALUES (?, ?)", stamps.items())

    def remove_worktrees(self, paths: Iterable[str]) -> None:
        """Note that git no longer lists these worktrees; what was known of them stays."""
        gone = [(self.rev, path) for path in paths]
        self._connection.executemany("UPDATE worktree SET here = 0, rev = ? WHERE path = ?", gone)

    def forget_problems(self) -> None:
        """Begin without problems: what still is wrong is met again."""
        self._connection.execute("DELETE FROM problem")

    def report(self, problems: Iterable[Problem], solved: Iterable[str], now: float) -> None:
        """Write problems and take back those that are solved."""
        self._connection.executemany("DELETE FROM problem WHERE about = ?", [(about,) for about in solved])
        rows_of = [(problem.about, problem.text, problem.remedy, now) for problem in problems]
        self._connection.executemany(_PROBLEM, rows_of)
