"""Reads the journal of outcomes out of the state database."""

from pathlib import Path

from state.outcomes.journal import Journal


def read_journal(database: Path, since: float, until: float) -> Journal:
    """Read what the figures of `since` to `until`, and of as long a time before that, are made of.

    It blocks on the disk. Raises `sqlite3.Error` where the database cannot be read.
    """
    raise NotImplementedError
