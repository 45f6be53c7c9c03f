"""The word on an approval that travels with its merge commit, so that a colleague can verify it without a database."""

import json
from dataclasses import dataclass
from typing import Any, Protocol, cast

from state.ledger.canonical import canonical

NOTES = "refs/notes/headgate"
"""Where the words travel through the git remote that colleagues have already (git-notes(1))."""
SCHEMA = "headgate/note/1"
_WORDS = ("statement", "signature", "approval", "level")


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one merge commit. `statement` is canonical JSON and `approval` its SHA-256.

    `signature` is the armoured SSHSIG over it, "" where the approval was only declared. `level` is what the writer
    took it for: a verifier finds that out anew.
    """

    commit: str
    statement: str
    signature: str
    approval: str
    level: str


class Noter(Protocol):
    """Leaves word of an approval beside the merge commit."""

    async def note(self, note: Note) -> str:
        """Leave it for the guards of this repository and in its notes, before the branch moves to the commit.

        Gives "", or a sentence why not. What stands there already is not written twice.
        """
        ...


def line_of(note: Note) -> str:
    """Give a note as one line; two lines of two writers are joined by git's own `cat_sort_uniq`."""
    told = {name: getattr(note, name) for name in _WORDS}
    return canonical({"schema": SCHEMA, **told}).decode() + "\n"


def notes_in(text: str, commit: str) -> tuple[Note, ...]:
    """Read the notes on a commit, one a line; what is none is passed over, because anybody may write there."""
    return tuple(note for line in text.splitlines() if (note := _note(line, commit)) is not None)


def _note(line: str, commit: str) -> Note | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    words = cast(dict[str, Any], told)
    if words.get("schema") != SCHEMA or not all(isinstance(words.get(name), str) for name in _WORDS):
        return None
    if any("\ud800" <= letter <= "\udfff" for name in _WORDS for letter in words[name]):
        return None
    return Note(commit, *(words[name] for name in _WORDS))
