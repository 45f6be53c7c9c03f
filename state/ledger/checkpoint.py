"""Checkpoints: heads of the ledger that somebody else holds, on a branch of the remote (docs/ledger.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from state.ledger.anchors import TRAILER, told
from state.ledger.story import instant
from state.ledger.verifying import Anchor

BRANCHES = "refs/heads/headgate-ledger/"
"""Branches, because a remote's `receive.denyNonFastForwards` guards nothing else (research/reliability.md 3, A3)."""
REWOUND = "the remote was rewound"
"""How the sentence begins that says so: somebody took checkpoints away there."""
LIMIT = 500
"""Entries without a witness from which on a screen shows that in red (research/reliability.md A9)."""
_HELD = re.compile(
    rf"^{TRAILER}: ([1-9][0-9]{{0,15}}):([0-9a-f]{{64}})$.*^Repository: (\S+)$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that was pushed: `remote` is its name, `commit` holds it there; `at` in seconds since 1970."""

    seq: int
    hash: str
    at: float
    remote: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Unwitnessed:
    """How much of the ledger nobody else holds: entries, and since when in seconds since 1970, None for ever.

    `text` says it in one line; `red` where it is too much.
    """

    count: int
    since: float | None
    red: bool
    text: str


def unwitnessed(head: int, pushed: Checkpoint | None, limit: int = LIMIT) -> Unwitnessed:
    """Say how much of a ledger that reaches entry `head` stands behind the checkpoint that was pushed last."""
    count = head - (pushed.seq if pushed and pushed.seq <= head else 0)
    since = pushed.at if pushed else None
    if not count:
        return Unwitnessed(0, since, False, "every entry is witnessed")
    when = ": nothing was ever pushed" if pushed is None else f" since {instant(round(pushed.at * 1000))}"
    return Unwitnessed(
        count, since, count >= limit, f"unwitnessed{when} ({count:,} entr{'y' if count == 1 else 'ies'})"
    )


def message(checkpoint: Checkpoint, repository: str, host: str) -> str:
    """Give the message of the commit that holds a checkpoint."""
    lines = (
        f"Ledger head {checkpoint.seq}",
        "",
        f"{TRAILER}: {told(checkpoint.seq, checkpoint.hash)}",
        f"Repository: {repository}",
        f"Host: {host}",
        f"At: {instant(round(checkpoint.at * 1000))}",
    )
    return "\n".join(lines)


def anchors_of(messages: Iterator[tuple[str, str]], repository: str, remote: str) -> Iterator[Anchor]:
    """Give the anchors of a checkpoint branch by commits and messages; those of other repositories are left out."""
    for commit, text in messages:
        if (found := _HELD.search(text)) and found[3] == repository:
            where = f"checkpoint {commit[:12]} of {remote}"
            yield Anchor(int(found[1]), found[2], where, outside=True)


class Witness(Protocol):
    """Leaves checkpoints on a remote and reads them again. A sentence says why not."""

    async def push(self, remote: str, checkpoint: Checkpoint) -> Checkpoint | str:
        """Put a checkpoint on this machine's branch of the remote, never by force; gives it with its commit."""
        ...

    async def anchors(self, remote: str) -> tuple[Anchor, ...] | str:
        """Fetch what the remote holds of this repository's checkpoints, from this machine's branch."""
        ...
