"""Says whether a ledger is what was recorded: each entry held against its own digest, the one before, and anchors.

A chain by itself shows edits, gaps and new orders; it shows neither that its end was cut nor that all of it was made
anew. Only an anchor does: a place and digest that somebody else holds (research/reliability.md 3). So a verdict always
names the newest anchor that it reached, and how much stands behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from state.ledger import canonical
from state.ledger.chain import FIRST, hash_of
from state.ledger.entry import ActorKind

Whose = Literal["ours", "perhaps"]
"""`perhaps`: it may be of another machine's ledger, so that it proves something only where it fits."""
_WORDS = ("actor_kind", "actor", "kind", "run", "body", "once", "prev", "hash")
_HASHED = _WORDS[:-2]
_ACTORS = frozenset(get_args(ActorKind))
_CLOCKS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in the ledger and the digest that stood there, as `where` holds it.

    `outside`: it is held elsewhere than beside the ledger, so that who rewrites the ledger does not rewrite it too.
    One that does not `count` lies where the ledger lies and proves nothing that it says, only what contradicts it.
    """

    seq: int
    hash: str
    where: str
    outside: bool = False
    whose: Whose = "ours"
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in one sentence. `seq` is the entry's number, None where it is about no entry."""

    text: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification came to. `entries` counts those before the first fault, `head` is the last of them.

    `anchored` is the newest anchor that stands among them, `witnessed` the newest that is held outside. `notes` say
    what is odd and proves nothing, such as a clock that ran backwards.
    """

    entries: int
    head: tuple[int, str] | None
    anchored: Anchor | None
    witnessed: Anchor | None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def unanchored(self) -> int:
        """How many entries stand behind the newest anchor."""
        return self.entries - (self.anchored.seq if self.anchored else 0)

    @property
    def unwitnessed(self) -> int:
        """How many entries stand behind the newest anchor that is held outside."""
        return self.entries - (self.witnessed.seq if self.witnessed else 0)


def fault_of(row: Mapping[str, Any], seq: int, prev: str) -> str | None:
    """Say what is wrong with the row that should be entry `seq` and follow the digest `prev`; None where nothing is.

    The row may hold anything: whoever wrote it may have meant to deceive.
    """
    if type(row["seq"]) is not int or type(row["ts_ms"]) is not int:
        return "its number or its time is no whole number"
    if odd := [name for name in _WORDS if not isinstance(row[name], str)]:
        return f"its {odd[0]} is no text"
    if row["seq"] != seq:
        return _out_of_place(row["seq"], seq)
    try:
        made = hash_of(seq, row["ts_ms"], *(row[name] for name in _HASHED), row["prev"])
    except UnicodeEncodeError:
        return "it holds bytes that are no text"
    if row["prev"] != prev:
        return f"it does not follow from entry {seq - 1}" if seq > 1 else "it names an entry before the first"
    return _ill_formed(row) or (None if made == row["hash"] else "what it says is not what its digest was made of")


def _out_of_place(found: int, wanted: int) -> str:
    if found < wanted:
        return f"it stands behind entry {wanted - 1}"
    last = found - 1
    return f"entry {wanted} is missing before it" if last == wanted else f"entries {wanted} to {last} are missing"


def _ill_formed(row: Mapping[str, Any]) -> str | None:
    if row["actor_kind"] not in _ACTORS:
        return "it names no kind of actor"
    try:
        body = canonical.read(row["body"])
    except ValueError as error:
        return f"its body is not as Headgate writes it: {error}"
    if not isinstance(body, dict):
        return "its body is no JSON object"
    # JSON may hold anything.
    if row["actor_kind"] == "human" and not body.get("order"):  # pyright: ignore[reportUnknownMemberType]
        return "it claims a human and names no order of theirs"
    return None


@dataclass(slots=True)
class Verification:
    """Takes rows one after the other and forgets each, so that a long ledger needs no more memory than a short one."""

    anchors: Iterable[Anchor] = ()
    _at: dict[int, list[Anchor]] = field(default_factory=dict[int, list[Anchor]])
    _seq: int = 0
    _hash: str = FIRST
    _ts: int = 0
    _clocks: int = 0
    _reached: list[Anchor] = field(default_factory=list[Anchor])
    _fault: Fault | None = None
    _notes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            self._at.setdefault(anchor.seq, []).append(anchor)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Look at the next row; False where it is wrong, and nothing after it can be trusted."""
        wrong = fault_of(row, self._seq + 1, self._hash) or self._against(row)
        if wrong is not None:
            self.end(f"entry {row['seq']}: {wrong}", self._seq + 1)
            return False
        self._look_at_clock(row)
        self._seq, self._hash, self._ts = row["seq"], row["hash"], row["ts_ms"]
        self._reached += (one for one in self._at.pop(self._seq, ()) if one.hash == self._hash and one.counts)
        return True

    def end(self, text: str, seq: int | None = None) -> None:
        """Note that nothing after this can be trusted, and why."""
        self._fault = self._fault or Fault(text, seq)

    def verdict(self, others: Iterable[Fault] = ()) -> Verdict:
        """Give the verdict; `others` is what is wrong besides the chain."""
        faults = [self._fault] if self._fault else []
        if self._fault is None:
            faults += self._cut()
        newest = max(self._reached, key=lambda one: one.seq, default=None)
        outside = max((one for one in self._reached if one.outside), key=lambda one: one.seq, default=None)
        if self._clocks > _CLOCKS_TOLD:
            self._notes.append(f"the clock ran backwards {self._clocks} times in all; the order is by number")
        head = (self._seq, self._hash) if self._seq else None
        return Verdict(self._seq, head, newest, outside, (*faults, *others), tuple(self._notes))

    def _against(self, row: Mapping[str, Any]) -> str | None:
        """Hold a sound row against the anchors of its place."""
        for anchor in self._at.get(row["seq"], ()):
            if anchor.hash != row["hash"] and anchor.whose == "ours":
                return f"{anchor.where} holds another entry of this number"
            if anchor.hash != row["hash"]:
                self._notes.append(f"{anchor.where} names another entry {anchor.seq}: of another ledger, or of this "
                                   "one before it was made anew")  # fmt: skip
        return None

    def _cut(self) -> Iterable[Fault]:
        """Name the anchors that lie behind the end."""
        for seq, anchors in sorted(self._at.items()):
            for anchor in anchors:
                if seq > self._seq and anchor.whose == "ours":
                    yield Fault(f"the ledger is shorter than {anchor.where}: it ends at entry {self._seq}, and entry "
                                f"{seq} was witnessed", seq)  # fmt: skip
                elif seq > self._seq:
                    self._notes.append(f"{anchor.where} names entry {seq}, which is not here: of another ledger, or "
                                       "the end of this one was cut")  # fmt: skip

    def _look_at_clock(self, row: Mapping[str, Any]) -> None:
        if row["ts_ms"] < self._ts:
            self._clocks += 1
            if self._clocks <= _CLOCKS_TOLD:
                back = (self._ts - row["ts_ms"]) / 1000
                self._notes.append(
                    f"entry {row['seq']}: the clock ran backwards by {back:.3f} s; the order is by number"
                )


def verified(
    rows: Iterable[Mapping[str, Any]], anchors: Iterable[Anchor] = (), others: Iterable[Fault] = ()
) -> Verdict:
    """Verify a whole ledger, in the order of its numbers."""
    verification = Verification(anchors)
    for row in rows:
        if not verification.take(row):
            break
    return verification.verdict(others)
