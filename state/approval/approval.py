"""A human's approval of one change: a statement of what it is bound to, and how surely the human said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Level = Literal["declared", "signed", "touched", "verified"]
"""Shown as what they are (research/control.md 7.2): a row, a key with a passphrase, a touch, a touch and a PIN."""
LEVELS: tuple[Level, ...] = ("declared", "signed", "touched", "verified")


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved. `id` is the SHA-256 of `statement`, which is canonical JSON (docs/approval.md).

    `signature` is the armoured SSHSIG over it, "" where it is only declared. `merge` is the commit that used it up;
    `void` says why it counts no more. Times are seconds since 1970.
    """

    id: str
    run: str
    request: str
    statement: str
    level: Level
    by: str
    at: float
    expires: float
    signature: str = ""
    key: str = ""
    """The fingerprint of the key that signed."""
    counter: int | None = None
    merge: str | None = None
    void: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as the verifier found it: by whom, with which key, and how surely. `counter` is the key's own."""

    principal: str
    key: str
    level: Level
    counter: int | None = None


class Signer(Protocol):
    """Signs with a human's key and verifies; the terminal is the key's own while it asks."""

    def sign(self, statement: bytes, key: str) -> bytes | str:
        """Sign with the key file `key`; gives the armoured signature, or a sentence why not. Blocks for a human."""
        ...

    async def verify(self, statement: bytes, signature: bytes, allowed: bytes, at: float) -> Signed | str:
        """Hold a signature against allowed signers, as they are on the base branch, at a time."""
        ...

    async def usable_by_agents(self, key: str, runs: Sequence[int]) -> str:
        """Say why a key can be used by an agent without its human (no passphrase, held by an ssh-agent), "" if not."""
        ...
