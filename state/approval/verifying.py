"""Says whether the approval of a merge commit is valid, from what a clone holds: the commit, its note, and its base.

Nothing here trusts where a word lies: the note may have been written by anybody. What counts is that its statement is
the one that the commit names, that it says what the commit is, and that a key signed it which the base branch allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from state.approval.approval import LEVELS, Level, Signed
from state.approval.noting import Note
from state.approval.statement import ALLOWED_SIGNERS, Statement, StatementInvalid, identity, parsed
from state.policy.document import PATH
from state.policy.rule import DEFAULT

DECLARED = "declared, nothing proves it"
FETCH = "git fetch origin refs/notes/headgate:refs/notes/headgate"
"""How a clone gets the notes: git does not fetch them by itself."""
_MOST = 8
TRAILERS = ("Approved-by", "Assisted-by", "Run", "Context-Version", "Evidence", "Approval", "Ledger-Head")


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit and what its first parent holds. `at` is the committer's time in seconds since 1970.

    `target` is the branch that it is held against, as refs/heads/NAME; `on_base` says whether the first parent lies on
    it, None where there is no such branch here. `policy` is the blob of the first parent's policy, `wanted` the level
    that it asks for, `policy_wrong` why it cannot be read. `signers` are the bytes of its allowed signers.
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    at: int
    trailers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    target: str = ""
    on_base: bool | None = None
    policy: str = DEFAULT
    wanted: Level = "declared"
    policy_wrong: str = ""
    signers: bytes | None = None

    @property
    def approval(self) -> str | None:
        """The approval that the commit names, None where it names none or several."""
        named = self.trailers.get("Approval", ())
        return named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it. `reasons` say one by one why it is not valid; `level` is what was proved, None where nothing is.

    `wanted` is what the base branch's policy asks for; `told` is one sentence on the level.
    """

    commit: str
    reasons: tuple[str, ...]
    level: Level | None = None
    wanted: Level = "declared"
    told: str = ""
    statement: Statement | None = None
    key: str = ""
    trailers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def valid(self) -> bool:
        """Whether the approval stands."""
        return not self.reasons


def trailers_of(message: str) -> dict[str, tuple[str, ...]]:
    """Read the trailers of a message: the lines `Key: value` of its last paragraph (git-interpret-trailers(1))."""
    paragraphs = message.rstrip().split("\n\n")
    found: dict[str, tuple[str, ...]] = {}
    for line in paragraphs[-1].split("\n") if len(paragraphs) > 1 else ():
        key, colon, value = line.partition(":")
        if colon and key in TRAILERS:
            found[key] = (*found.get(key, ()), value.strip())
    return found


def chosen(commit: Committed, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Give the notes whose statement is the one that the commit names, at most eight.

    Others may stand beside them, and anybody can put a signature there that does not hold: one that holds is enough.
    """
    return tuple(one for one in notes if identity(one.statement) == commit.approval)[:_MOST]


def unnoted(commit: Committed, notes: tuple[Note, ...]) -> Verified | None:
    """Say what is wrong with a commit to which no note belongs; None where one does."""
    if commit.approval is None:
        several = len(commit.trailers.get("Approval", ()))
        told = f"it names {several} approvals, and one commit has one" if several else "it names no approval"
        return Verified(commit.commit, (told,), wanted=commit.wanted, trailers=commit.trailers)
    if chosen(commit, notes):
        return None
    told = f"no note on it here is the approval {commit.approval[:12]} that it names"
    if not notes:
        told = f"there is no note on it here, so nobody can see what was approved: {FETCH}"
    return Verified(commit.commit, (told,), wanted=commit.wanted, trailers=commit.trailers)


def verified(commit: Committed, note: Note, signed: Signed | str | None) -> Verified:
    """Hold a commit against the note that belongs to it; `signed` is what the verifier of signatures said.

    It is a sentence where the signature does not hold, None where there is none.
    """
    try:
        one = parsed(note.statement.encode())
    except StatementInvalid as wrong:
        told = f"what it names as its approval is no statement: {wrong}"
        return Verified(commit.commit, (told,), wanted=commit.wanted, trailers=commit.trailers)
    level: Level | None = signed.level if isinstance(signed, Signed) else "declared" if signed is None else None
    reasons = (*_bound(commit, one), *_in_time(commit, one), *_by_whom(commit, one, signed, level))
    told = (
        DECLARED if level == "declared" else f"{level} by {one.principal}" if level else "its signature does not hold"
    )
    key = signed.key if isinstance(signed, Signed) else ""
    return Verified(commit.commit, reasons, level, commit.wanted, told, one, key, commit.trailers)


def _bound(commit: Committed, one: Statement) -> list[str]:
    """Say in what the commit is another than the one that was approved."""
    wrong = list[str]()
    if (one.gate, one.decision) != ("merge", "approve"):
        wrong.append(f"the statement is a {one.decision} at the {one.gate} gate, and no approval of a merge")
    if one.tree != commit.tree:
        wrong.append(
            f"its content is another than what was approved: tree {_id(commit.tree)}, approved {_id(one.tree)}"
        )
    if len(commit.parents) != 2:
        wrong.append(f"it has {len(commit.parents)} parents, and a merge that was approved has two")
    for parent, meant, name in zip(commit.parents, (one.base, one.head), ("first", "second"), strict=False):
        if parent != meant:
            wrong.append(f"its {name} parent is {_id(parent)}, and {_id(meant)} was approved")
    if commit.target and one.target != commit.target:
        wrong.append(f"it was approved for {one.target}, and it is held against {commit.target}")
    if commit.on_base is False:
        wrong.append(f"its first parent is not on {commit.target}, so nobody vouches for the signers that it names")
    for name, meant in (("Run", one.run), ("Evidence", one.evidence), ("Context-Version", one.context_version)):
        if (said := commit.trailers.get(name)) is not None and meant is not None and said != (meant,):
            wrong.append(f"its trailer {name} is not what was approved")
    if commit.policy_wrong:
        wrong.append(f"{PATH} of its first parent cannot be read: {commit.policy_wrong}")
    if one.policy != commit.policy:
        wrong.append(
            f"another policy was in force for it: {_id(one.policy)}, and its first parent has {_id(commit.policy)}"
        )
    return wrong


def _in_time(commit: Committed, one: Statement) -> list[str]:
    if commit.at > one.expires_at:
        return ["the approval had expired when the commit was made"]
    return ["the commit is older than its approval"] if commit.at < one.issued_at else []


def _by_whom(commit: Committed, one: Statement, signed: Signed | str | None, level: Level | None) -> list[str]:
    """Say what is wrong with who approved it, and how surely they did."""
    if isinstance(signed, str):
        return [f"its signature does not hold: {signed}"]
    if isinstance(signed, Signed) and signed.principal != one.principal:
        return [f"it was signed by {signed.principal}, and says that {one.principal} approved it"]
    least = max(commit.wanted, one.level, key=LEVELS.index)
    if level is None or LEVELS.index(level) >= LEVELS.index(least):
        return []
    who = "the base branch's policy asks" if least == commit.wanted else "the statement itself asks"
    if level == "declared":
        return [f"it is {DECLARED}, and {who} for {least} (see {ALLOWED_SIGNERS})"]
    return [f"it is {level}, and {who} for {least}"]


def _id(name: str) -> str:
    return name if name == DEFAULT else name[:12]
