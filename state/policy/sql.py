"""SQL on a command line: whether a statement throws data away. Words are read, nothing is parsed further."""

import re
from collections.abc import Iterator

from state.policy.command import Command
from state.policy.told_lines import SQL_CLIENTS as SQL_CLIENTS

_ASIDE = re.compile(r"'[^']*'|--[^\n]*|/\*[^*]*\*/")
_DROPS = re.compile(
    r"\b(?:drop\s{1,9}(?:table|database|schema|view|index|column|user|role|materialized)|truncate\b|drop\s{1,9}constraint)",
    re.IGNORECASE,
)
_CHANGES_ALL = re.compile(r"\s{0,99}(?:delete\s{1,9}from|update)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)


def destroys(text: str) -> bool:
    """Say whether some statement drops or truncates, or deletes or updates rows without saying which."""
    for statement in _ASIDE.sub(" ", text).split(";"):
        if _DROPS.search(statement) or (_CHANGES_ALL.match(statement) and not _WHERE.search(statement)):
            return True
    return False


def sql_of(one: Command) -> Iterator[str]:
    """Give the texts that a client is told to run: options, a second argument, its input."""
    yield from (word.partition("=")[2] if word.startswith("--") else word for word in one.words[1:] if " " in word)
    if one.fed is not None:
        yield one.fed
