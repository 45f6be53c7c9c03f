"""A ledger on a real database, with a decision, a freeze, an approval and a package in it, closed in good order."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from state.approval.approval import Approval
from state.beside import Beside
from state.evidence.document import sealed
from state.evidence.package import Package
from state.evidence.proposal import Proposal
from state.evidence.review import Reviewed
from state.gates.book import Change, Freeze
from state.gates.decision import Recorded
from state.gates.request import Decision, Request
from state.ledger.anchors import told
from state.ledger.entry import Draft, Entry
from state.ledger.recording import drafts_of
from state.ledger.verifying import Anchor, Verdict
from state.policy.verdict import Hit
from state.runs.run import RunKey
from state.store import ledger
from state.store.ledger_file import ledger_at
from state.store.writer import Store

RUN = RunKey("run-1")
ASKED = Request("q-1", RUN, "exception", "rm -rf build", "ab" * 32, 1.5, tool="Bash", input='{"command": "é"}',
                hits=(Hit("destructive", "escalate", "because"),), policy="default", advice="only tidying",
                agent="codex")  # fmt: skip
SAID = Decision("q-1", "deny", "ada", 8.0, "not now", "board, declared", "ab" * 32, 2.0, True)
CHANGE = Proposal(RUN, "feat", "refs/heads/main", "b" * 40, "b" * 40, "h" * 40, "t" * 40, "t" * 40, "t" * 40,
                  "p" * 40, "d" * 64)  # fmt: skip
PACKAGE = sealed(Package(RUN, "task", "ada", CHANGE, (), "high", "default", None, 1.0))


def write(store: Store, beside: Beside, now: float) -> None:
    """Write what a core's commit writes of it, in one transaction."""
    with store.transaction() as transaction:
        if beside.gates:
            transaction.gate(beside.gates)
        transaction.review(beside.review)
        transaction.record(drafts_of(beside, now), now)


def decided(number: int = 1) -> Change:
    """Make the denial of a request."""
    request = Request(**{**{name: getattr(ASKED, name) for name in ASKED.__slots__}, "id": f"q-{number}"})
    said = Decision(request.id, "deny", "ada", 8.0, "not now", "board, declared", "ab" * 32, 2.0, True)
    after = Request(**{**{name: getattr(request, name) for name in request.__slots__}, "state": "denied"})
    return Change((after,), ((f"o-{number}", "ada", Recorded(said, after, "denied")),))


def approval(head: Entry, level: str = "signed") -> Approval:
    """Make an approval whose statement names a head of the ledger."""
    statement = f'{{"predicate":{{"ledger_head":"{told(head.seq, head.hash)}"}}}}'
    name = hashlib.sha256(statement.encode()).hexdigest()
    return Approval(name, RUN, "q-1", statement, level, "ada", 9.0, 99.0, "SIG", "key")  # pyright: ignore[reportArgumentType]


def lay(folder: Path) -> Path:
    """Make the database; entry 3 is a decision, 5 what the signed approval names."""
    store = Store(folder / "state.db")
    store.begin(1.0)
    write(store, Beside(gates=Change(requests=(ASKED,))), 2.0)
    write(store, Beside(gates=decided()), 3.0)
    write(store, Beside(gates=Change(frozen=(("o-2", Freeze("", True, "ada", "lunch", 4.0)),))), 4.0)
    write(store, Beside(review=Reviewed((PACKAGE,))), 5.0)
    with closing(sqlite3.connect(store.path)) as reading:
        reading.row_factory = sqlite3.Row
        head = ledger.last(reading)
    assert head is not None and head.seq == 5
    write(store, Beside(review=Reviewed(approvals=(approval(head),))), 6.0)
    write(store, Beside(drafts=tuple(Draft("tool", "headgate", "note", 7.0, body={"n": n}) for n in range(6))), 7.0)
    store.close()
    return store.path


@contextmanager
def attacked(path: Path, *, triggers: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the database as an attacker does, and make the append-only triggers anew at the end unless told not to."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.row_factory = sqlite3.Row
        made = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in made:
            database.execute(f"DROP TRIGGER {name}")
        yield database
        for _, sql in made if not triggers else ():
            database.execute(sql)


def verdict(path: Path, *anchors: Anchor) -> Verdict:
    """Verify the database at `path`, with the anchors that a verb would find and these."""
    from state.ledger.anchors import of_approvals

    with ledger_at(path) as file:
        return file.verified((*of_approvals(file.approvals()), *anchors))
