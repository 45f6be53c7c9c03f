"""Small files beside the database that remember where the ledger stood: its head, and what was pushed to a remote.

They lie in the same directory, so they witness against accidents (a lost write-ahead log, a database taken from
yesterday's backup) and not against whoever rewrites both. A remote's own branch is the witness against that.
"""

from dataclasses import dataclass
from pathlib import Path

from state.ledger.verifying import Anchor
from state.spool import read_whole, write_whole

HEAD = "ledger-head.json"
PUSHED = "ledger-checkpoint.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that was pushed: `remote` is its name, `commit` holds it there; `at` in seconds since 1970."""

    seq: int
    hash: str
    at: float
    remote: str = ""
    commit: str = ""


def keep_head(folder: Path, seq: int, digest: str) -> None:
    """Remember the head. Raises `OSError` where the file cannot be written."""
    write_whole(folder / HEAD, {"seq": seq, "hash": digest})


def head(folder: Path) -> Anchor | None:
    """Give the head that was remembered last."""
    found = _read(folder / HEAD)
    return None if found is None else Anchor(found.seq, found.hash, "the head noted beside the database")


def keep_pushed(folder: Path, checkpoint: Checkpoint) -> None:
    """Remember what was pushed. Raises `OSError`."""
    told = {"seq": checkpoint.seq, "hash": checkpoint.hash, "at": checkpoint.at}
    write_whole(folder / PUSHED, {**told, "remote": checkpoint.remote, "commit": checkpoint.commit})


def pushed(folder: Path) -> Checkpoint | None:
    """Give the checkpoint that was pushed last."""
    return _read(folder / PUSHED)


def pushed_anchor(folder: Path) -> Anchor | None:
    """Give the same as an anchor."""
    found = pushed(folder)
    return None if found is None else Anchor(found.seq, found.hash, f"the checkpoint last pushed to {found.remote}")


def _read(path: Path) -> Checkpoint | None:
    found = read_whole(path) or {}
    seq, digest, at = found.get("seq"), found.get("hash"), found.get("at", 0.0)
    if not isinstance(seq, int) or not isinstance(digest, str) or not isinstance(at, int | float):
        return None
    return Checkpoint(seq, digest, float(at), str(found.get("remote") or ""), str(found.get("commit") or ""))
