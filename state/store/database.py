"""Open the state database: its mode, its pragmas, its version, and what happens when it is damaged.

No other module opens this file. Opening and closing it a second time in one process would drop SQLite's POSIX locks
(https://www.sqlite.org/howtocorrupt.html, section 2.2), and a second process would then corrupt it.
"""

import os
import sqlite3
import time
from pathlib import Path

from state.problem import Problem
from state.store.version import VERSION

SCHEMA = Path(__file__).with_name("schema.sql")
READ_AGAIN = "UPDATE log SET head = 'read again' WHERE offset > 0;"
"""Makes every log that is still there be read from its beginning, so that old runs get the facts of a newer version."""
MIGRATIONS: dict[int, str] = {
    1: f"""
ALTER TABLE run ADD COLUMN risk_level TEXT;
ALTER TABLE run ADD COLUMN risk_rules TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN risk_reasons TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
ALTER TABLE usage ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN owner_from TEXT;
ALTER TABLE run ADD COLUMN role_from TEXT;
ALTER TABLE run ADD COLUMN context_changes INTEGER;
CREATE TABLE assigned (
    asked TEXT NOT NULL, run TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (asked, what)
);
CREATE INDEX assigned_run ON assigned (run, what, at);
CREATE TABLE request (id TEXT PRIMARY KEY, run TEXT NOT NULL, gate TEXT NOT NULL, text TEXT NOT NULL, sha TEXT NOT
    NULL, opened REAL NOT NULL, state TEXT NOT NULL, deadline REAL, tool TEXT NOT NULL, call TEXT, input TEXT NOT
    NULL, cwd TEXT NOT NULL, effects TEXT NOT NULL, hits TEXT NOT NULL, severity TEXT NOT NULL, policy TEXT,
    context_version TEXT, listening INTEGER NOT NULL, advice TEXT, plan TEXT, repeats INTEGER NOT NULL, agent TEXT
    NOT NULL, session TEXT NOT NULL, rev INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX request_run ON request (run, opened);
CREATE INDEX request_state ON request (state);
CREATE TABLE decision (seq INTEGER PRIMARY KEY, asked TEXT NOT NULL UNIQUE, request TEXT NOT NULL, run TEXT NOT
    NULL, answer TEXT NOT NULL, by TEXT NOT NULL, account TEXT NOT NULL, at REAL NOT NULL, reason TEXT NOT NULL,
    via TEXT NOT NULL, shown_sha TEXT NOT NULL, dwell REAL, opened INTEGER NOT NULL, late INTEGER NOT NULL);
CREATE UNIQUE INDEX decision_once ON decision (request) WHERE answer <> 'escalate';
CREATE INDEX decision_request ON decision (request, seq);
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE freeze (seq INTEGER PRIMARY KEY, asked TEXT NOT NULL UNIQUE, run TEXT NOT NULL, frozen INTEGER NOT
    NULL, by TEXT NOT NULL, at REAL NOT NULL, reason TEXT NOT NULL);
CREATE TRIGGER freeze_stays BEFORE UPDATE ON freeze BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER freeze_is_kept BEFORE DELETE ON freeze BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE hook_call (file TEXT NOT NULL, inode INTEGER NOT NULL, offset INTEGER NOT NULL, next INTEGER NOT NULL,
    run TEXT NOT NULL, at REAL NOT NULL, event TEXT NOT NULL, call TEXT, tool TEXT NOT NULL, sha TEXT NOT NULL,
    verdict TEXT NOT NULL, rule TEXT, request TEXT, outcome TEXT NOT NULL, ms REAL NOT NULL, PRIMARY KEY (file,
    inode, offset)) WITHOUT ROWID;
CREATE INDEX hook_call_run ON hook_call (run, call);
CREATE TABLE unhooked (run TEXT NOT NULL, call TEXT NOT NULL, tool TEXT NOT NULL, text TEXT NOT NULL, log TEXT
    NOT NULL, offset INTEGER NOT NULL, at REAL, PRIMARY KEY (run, call)) WITHOUT ROWID;
CREATE TABLE gated (run TEXT PRIMARY KEY, phase TEXT NOT NULL, why TEXT NOT NULL, since REAL, plan TEXT,
    plan_request TEXT, policy TEXT NOT NULL, rev INTEGER NOT NULL) WITHOUT ROWID;
ALTER TABLE log ADD COLUMN skimmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN depth TEXT NOT NULL DEFAULT 'read';
ALTER TABLE run ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sign (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX log_seen ON log (path, inode, size, modified_ns, belongs, cwd);
{READ_AGAIN}
""",
    2: """
ALTER TABLE run ADD COLUMN act_kind TEXT;
ALTER TABLE run ADD COLUMN act_state TEXT;
ALTER TABLE run ADD COLUMN act_text TEXT;
ALTER TABLE run ADD COLUMN act_at REAL;
ALTER TABLE run ADD COLUMN frozen TEXT;
ALTER TABLE run ADD COLUMN assurance TEXT;
ALTER TABLE run ADD COLUMN assurance_why TEXT;
ALTER TABLE decision ADD COLUMN assurance TEXT;
ALTER TABLE run ADD COLUMN terminal TEXT;
ALTER TABLE run ADD COLUMN cache_until REAL;
ALTER TABLE run ADD COLUMN conflicts INTEGER;
ALTER TABLE run ADD COLUMN stale TEXT NOT NULL DEFAULT '[]';
CREATE TABLE act (id TEXT PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL, at REAL NOT NULL,
    reason TEXT NOT NULL, state TEXT NOT NULL, text TEXT NOT NULL, steps TEXT NOT NULL, "left" TEXT NOT NULL, facts
    TEXT NOT NULL, ended REAL, rev INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX act_run ON act (run, at);
CREATE TABLE pair (a TEXT NOT NULL, b TEXT NOT NULL, files TEXT NOT NULL, kinds TEXT NOT NULL, uncommitted INTEGER NOT
    NULL, a_commit TEXT NOT NULL, b_commit TEXT NOT NULL, problem TEXT, at REAL, rev INTEGER NOT NULL,
    PRIMARY KEY (a, b)) WITHOUT ROWID;
ALTER TABLE run ADD COLUMN evidence_state TEXT;
ALTER TABLE run ADD COLUMN evidence_missing TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN verified_state TEXT;
ALTER TABLE run ADD COLUMN verified_passed INTEGER;
ALTER TABLE run ADD COLUMN verified_failed INTEGER;
ALTER TABLE run ADD COLUMN verified_skipped INTEGER;
ALTER TABLE run ADD COLUMN verified_at REAL;
ALTER TABLE run ADD COLUMN verified_tree TEXT;
ALTER TABLE run ADD COLUMN approved_by TEXT;
CREATE TABLE package ( seq INTEGER PRIMARY KEY, sha TEXT NOT NULL UNIQUE, run TEXT NOT NULL, head TEXT NOT NULL, tree
    TEXT, document TEXT NOT NULL, facts TEXT NOT NULL, built REAL NOT NULL, rev INTEGER NOT NULL );
CREATE INDEX package_run ON package (run, seq);
CREATE TRIGGER package_stays BEFORE UPDATE ON package BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER package_is_kept BEFORE DELETE ON package BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE check_result ( key TEXT PRIMARY KEY, tree TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, facts
    TEXT NOT NULL, rev INTEGER NOT NULL ) WITHOUT ROWID;
CREATE TABLE approval ( id TEXT PRIMARY KEY, run TEXT NOT NULL, request TEXT NOT NULL, statement TEXT NOT NULL,
    signature TEXT NOT NULL, level TEXT NOT NULL, by TEXT NOT NULL, at REAL NOT NULL, expires REAL NOT NULL, "key"
    TEXT NOT NULL, counter INTEGER, "merge" TEXT, void TEXT NOT NULL, rev INTEGER NOT NULL ) WITHOUT ROWID;
CREATE INDEX approval_run ON approval (run, at);
CREATE TRIGGER approval_stays BEFORE UPDATE OF statement, signature, by, at, run, request ON approval BEGIN SELECT
    RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER approval_is_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE item ( id TEXT PRIMARY KEY, run TEXT NOT NULL, "merge" TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT
    NULL, state TEXT NOT NULL, by TEXT NOT NULL, at REAL NOT NULL, source TEXT NOT NULL, rev INTEGER NOT NULL )
    WITHOUT ROWID;
CREATE INDEX item_run ON item (run, at);
CREATE TABLE ledger ( seq INTEGER PRIMARY KEY, ts_ms INTEGER NOT NULL, actor_kind TEXT NOT NULL, actor TEXT NOT NULL,
    kind TEXT NOT NULL, run TEXT NOT NULL, body TEXT NOT NULL, once TEXT NOT NULL, prev TEXT
    NOT NULL, hash TEXT NOT NULL UNIQUE );
CREATE UNIQUE INDEX ledger_once ON ledger (once) WHERE once <> '';
CREATE INDEX ledger_run ON ledger (run, seq);
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_chains BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'gap') WHERE NEW.seq <> 1 +
    COALESCE((SELECT max(seq) FROM ledger), 0); SELECT RAISE(ABORT, 'chain') WHERE NEW.prev <> COALESCE((SELECT hash
    FROM ledger ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000'); END;
CREATE TABLE seen_hunk ( run TEXT NOT NULL, hunk TEXT NOT NULL, by TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (run,
    hunk) ) WITHOUT ROWID;
""",
    3: """
ALTER TABLE run ADD COLUMN hooked INTEGER;
CREATE INDEX run_seen ON run (seen);
CREATE INDEX run_task ON run (task_id);
CREATE INDEX ledger_kind ON ledger (kind, ts_ms);
CREATE INDEX usage_run ON usage (run);
CREATE TABLE spending ( run TEXT NOT NULL, hour INTEGER NOT NULL, model TEXT NOT NULL, side INTEGER NOT NULL,
    fresh_input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER
    NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL, requests INTEGER NOT NULL, usd_e12 INTEGER NOT
    NULL, list_e12 INTEGER NOT NULL, net_e12 INTEGER NOT NULL, listed_e12 INTEGER NOT NULL, unlisted INTEGER NOT NULL,
    searches INTEGER NOT NULL, tools_e12 INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL, priced INTEGER NOT NULL,
    plan INTEGER NOT NULL, assumed INTEGER NOT NULL, lower_bound INTEGER NOT NULL, unpriced INTEGER NOT NULL, PRIMARY
    KEY (run, hour, model, side) ) WITHOUT ROWID;
CREATE INDEX spending_hour ON spending (hour);
CREATE TABLE spending_day ( days INTEGER NOT NULL, day INTEGER NOT NULL, agent TEXT NOT NULL, role TEXT NOT NULL, lane
    TEXT NOT NULL, owner TEXT NOT NULL, model TEXT NOT NULL, begun INTEGER NOT NULL, fresh_input INTEGER NOT NULL,
    cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, output INTEGER NOT
    NULL, reasoning INTEGER NOT NULL, requests INTEGER NOT NULL, usd_e12 INTEGER NOT NULL, list_e12 INTEGER NOT NULL,
    net_e12 INTEGER NOT NULL, listed_e12 INTEGER NOT NULL, unlisted INTEGER NOT NULL, searches INTEGER NOT NULL,
    tools_e12 INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL, priced INTEGER NOT NULL, plan INTEGER NOT NULL,
    assumed INTEGER NOT NULL, lower_bound INTEGER NOT NULL, unpriced INTEGER NOT NULL, PRIMARY KEY (days, day, agent,
    role, lane, owner, model) ) WITHOUT ROWID;
CREATE TABLE spending_run ( run TEXT NOT NULL, day INTEGER NOT NULL,
    usd_e12 INTEGER NOT NULL, task TEXT NOT NULL, agent TEXT NOT NULL, role TEXT NOT NULL, lane TEXT NOT NULL, owner
    TEXT NOT NULL, PRIMARY KEY (run, day) ) WITHOUT ROWID;
CREATE INDEX spending_task ON spending_run (task, day, usd_e12);
CREATE TABLE spending_time ( hour INTEGER PRIMARY KEY, usd_e12 INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL,
    priced INTEGER NOT NULL, plan INTEGER NOT NULL, assumed INTEGER NOT NULL, lower_bound INTEGER NOT NULL, unpriced
    INTEGER NOT NULL );
CREATE TABLE attention (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    task TEXT NOT NULL,
    surface TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    keys INTEGER NOT NULL,
    by TEXT NOT NULL,
    idle REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX attention_since ON attention (since);
CREATE TABLE intervention (
    run TEXT NOT NULL,
    log TEXT NOT NULL,
    offset INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at REAL,
    text TEXT NOT NULL,
    PRIMARY KEY (run, log, offset, kind)
) WITHOUT ROWID;
CREATE TABLE route (
    run TEXT NOT NULL,
    at REAL NOT NULL,
    chosen_by TEXT NOT NULL,
    role TEXT,
    lane TEXT,
    model TEXT,
    effort TEXT,
    why TEXT NOT NULL,
    spent TEXT,
    edits INTEGER NOT NULL,
    PRIMARY KEY (run, at, chosen_by)
) WITHOUT ROWID;
CREATE TABLE estimate (
    run TEXT PRIMARY KEY,
    at REAL NOT NULL,
    n INTEGER NOT NULL,
    basis TEXT NOT NULL,
    usd_low TEXT,
    usd_high TEXT,
    seconds_low REAL,
    seconds_high REAL,
    unpriced INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE budget (
    name TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    of TEXT NOT NULL,
    since REAL,
    until REAL,
    ceiling TEXT NOT NULL,
    spent TEXT NOT NULL,
    guess TEXT,
    step TEXT NOT NULL,
    text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE ceiling (
    asked TEXT PRIMARY KEY,
    budget TEXT NOT NULL,
    usd TEXT NOT NULL,
    by TEXT NOT NULL,
    at REAL NOT NULL,
    reason TEXT NOT NULL,
    until REAL
) WITHOUT ROWID;
CREATE TABLE alarm (name TEXT PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, severity TEXT NOT NULL, text TEXT
    NOT NULL, since REAL NOT NULL, holds INTEGER NOT NULL, peak TEXT NOT NULL, quiet REAL NOT NULL, below REAL)
    WITHOUT ROWID;
CREATE TRIGGER ceiling_stays BEFORE UPDATE ON ceiling BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ceiling_is_kept BEFORE DELETE ON ceiling BEGIN SELECT RAISE(ABORT, 'append-only'); END;
""",
}
"""For each version below `VERSION` the SQL that leads to the next one; each runs in a transaction of its own.

A column that is added has a default: the core writes every row anew when it begins.
"""


class DatabaseTooNew(Exception):
    """The database was written by a later Headgate; it is never downgraded."""


class StoreUnwilling(Exception):
    """The database takes nothing now: it is locked, the disk is full, or a write failed. It may be tried again."""


class StoreDamaged(Exception):
    """The file itself is broken."""


class StoreTampered(Exception):
    """Somebody else changed what guards the rows, so that nothing can be written; the text says what."""


def open_writer(path: Path) -> tuple[sqlite3.Connection, tuple[Problem, ...]]:
    """Open the database for the one writer, making or migrating it; a damaged one is set aside and begun anew.

    What agents' logs told is read again from them. Raises `DatabaseTooNew`, and `OSError` or `sqlite3.Error` where
    the directory does not take a file.
    """
    try:
        return _connected(path), ()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        aside = set_aside(path)
        text = f"{path.name} was damaged ({error}) and is kept as {aside.name}"
        return _connected(path), (Problem(str(path), text, "the runs are read again from the agents' logs"),)


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether the error means that the file itself is broken, not that it is locked, full or asked wrongly."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _connected(path: Path) -> sqlite3.Connection:
    # SQLite gives -wal and -shm the mode of the database file, so that file must be born 0600.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("PRAGMA journal_size_limit = 67108864").fetchall()
        # Keys of calls are random, so a batch of them touches pages everywhere; with the defaults (2 MB, 4 MB of log)
        # a first index would write most pages many times over.
        connection.execute("PRAGMA cache_size = -24576").fetchall()
        connection.execute("PRAGMA wal_autocheckpoint = 8192").fetchall()
        _bring_up_to_date(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise DatabaseTooNew(
            f"the state database is of version {version}, this Headgate knows {VERSION}: update Headgate, or set "
            "HEADGATE_STATE_DIR to another directory"
        )
    if version == 0:
        _run_script(connection, SCHEMA.read_text(), VERSION)
        return
    for step in range(version, VERSION):
        _run_script(connection, MIGRATIONS[step], step + 1)


def _run_script(connection: sqlite3.Connection, script: str, version: int) -> None:
    """Run a script and note the version in one transaction, so that a kill leaves the old schema or the new one."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """Split a script whose statements end at a line's end; `executescript` would commit before it begins."""
    found: list[str] = []
    begun = ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


def set_aside(path: Path) -> Path:
    """Keep a damaged database and its side files under another name, never deleted."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.name}.corrupt-{stamp}-{os.getpid()}")
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    return aside


def identity(path: Path) -> tuple[int, int] | None:
    """Give what tells one file from another of the same name, or None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
