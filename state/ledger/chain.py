"""The chain of digests that makes each entry of the ledger speak for all before it (docs/ledger.md)."""

import hashlib
from collections.abc import Iterable

from state.ledger.canonical import canonical
from state.ledger.entry import Draft, Entry

FIRST = "0" * 64
_DOMAIN = "headgate/ledger/1"


def chained(drafts: Iterable[Draft], last: Entry | None) -> tuple[Entry, ...]:
    """Give drafts their places behind `last`, None where the ledger is empty."""
    entries: list[Entry] = []
    for draft in drafts:
        before = entries[-1] if entries else last
        seq, prev = (before.seq + 1, before.hash) if before else (1, FIRST)
        told = (draft.actor_kind, draft.actor, draft.kind, draft.run, canonical(dict(draft.body)).decode(), draft.once)
        ts_ms = round(draft.at * 1000)
        entries.append(Entry(seq, ts_ms, *told, prev=prev, hash=hash_of(seq, ts_ms, *told, prev)))
    return tuple(entries)


def hash_of(seq: int, ts_ms: int, *words: str) -> str:
    """Give an entry's digest: SHA-256 over its fields in their order, each behind its length in eight bytes."""
    raws = [word.encode() for word in (_DOMAIN, str(seq), str(ts_ms), *words)]
    return hashlib.sha256(b"".join(part for raw in raws for part in (len(raw).to_bytes(8, "big"), raw))).hexdigest()
