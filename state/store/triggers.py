"""The triggers of the state database: which are ours, which are not, and how they are put right.

They keep rows of humans from being changed. One that somebody else planted could refuse or change what is recorded, so
a core that begins takes it out, puts back what is missing, and leaves an entry with its text.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from state.ledger.entry import TOOL, Draft
from state.ports import Problem
from state.store import ledger
from state.store.database import SCHEMA, statements
from state.text import clean

_REMEDY = "somebody wrote into the state database with another program: read `headgate audit verify`"
_MOST = 2000


def wrong_triggers(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Name each trigger that is gone, changed or none of ours, with a sentence on it."""
    found, ours = _found(connection), our_triggers()
    for name, text in ours.items():
        if name not in found:
            yield name, f"the trigger {name}, which keeps rows from being changed, is gone"
        elif _plain(found[name]) != text:
            yield name, f"the trigger {name} is not the one that Headgate made"
    yield from ((name, f"the trigger {clean(name, 80)} is none of Headgate's") for name in found if name not in ours)


def put_right(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """Take out what is none of ours and put back what is; gives the body of the entry on it, None where all is right.

    To be done before anything else is written: what was planted could refuse even that.
    """
    wrong, found = list(wrong_triggers(connection)), _found(connection)
    for name, _ in wrong:
        if name in found:
            connection.execute(f"DROP TRIGGER {_quoted(name)}")
        if name in our_triggers():
            connection.execute(our_triggers()[name])
    texts = {clean(name, 80): clean(found[name], _MOST) for name, _ in wrong if name in found}
    return {"found": [told for _, told in wrong], "taken_out": texts} if wrong else None


def recorded(connection: sqlite3.Connection, body: Mapping[str, Any] | None, now: float) -> tuple[Problem, ...]:
    """Leave the entry on what was put right, and give what the human must know."""
    if body is None:
        return ()
    ledger.append(connection, [Draft("tool", TOOL, "triggers", now, body=body)])
    return (Problem("triggers", f"{'; '.join(body['found'][:3])}: put right", _REMEDY),)


@cache
def our_triggers() -> Mapping[str, str]:
    """Give the triggers of the schema by name, each on one line without comments."""
    made = (_plain(text) for text in statements(SCHEMA.read_text()))
    return {text.split()[2]: text for text in made if text.startswith("CREATE TRIGGER")}


def _found(connection: sqlite3.Connection) -> dict[str, str]:
    asked = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    return {str(name): str(text or "") for name, text in connection.execute(asked)}


def _plain(text: str | None) -> str:
    """Give SQL without comments, its blanks made one, so that only what it does is compared."""
    lines = (line for line in (text or "").splitlines() if not line.startswith("--"))
    return " ".join(" ".join(lines).split()).removesuffix(";").strip()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
