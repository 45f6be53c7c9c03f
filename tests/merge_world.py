"""The merge gate's protocol without a disk: real duties and a real gatekeeper, with what a core commits in memory.

`Disk` is what outlives a core. A core dies by `Died`, which is raised before an effect: what was committed stays, and
everything else of that core is gone.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from state.approval.approving import Approving
from state.approval.merging import Merging
from state.approval.voiding import Voiding
from state.beside import Beside
from state.checks.check import CheckResult
from state.control.act import Act, Acts
from state.control.desk import Desk
from state.control.hands import Hands
from state.evidence.document import sealed
from state.evidence.package import PARTS, Package, Part
from state.evidence.requesting import request_of
from state.evidence.review import Review, Reviewed
from state.findings.finding import RiskLevel
from state.gate_publishing import Place
from state.gate_spool import GateSpool
from state.gatekeeper import Around, Gatekeeper
from state.gates.book import Book, Change
from state.gates.request import Request
from state.ledger.chain import chained
from state.ledger.entry import Entry
from state.ledger.recording import drafts_of
from state.ledger.verifying import verified
from state.policy.document import PATH
from state.policy.rule import DEFAULT, Policy
from state.policy.shipped import own_policy
from state.ports import Problem
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Run, RunKey
from state.spool import Order, Spool
from tests.fake_git import FakeGit, FakeSigner

RUN = RunKey("0a1b2c3d4e")
OWNER = "cy"
SIGNERS = ".headgate/allowed_signers"
WORKTREE = "/w/a"


class Died(BaseException):
    """The core is killed here."""


@dataclass
class Disk:
    """What outlives a core."""

    git: FakeGit
    now: float = 1_790_000_000.0
    book: Book = field(default_factory=Book)
    acts: Acts = field(default_factory=Acts)
    review: Review = field(default_factory=Review)
    ledger: list[Entry] = field(default_factory=list)
    risk: RiskLevel = "low"
    left: int = 0
    """Effects until the core dies; 0 is never."""
    effects: int = 0

    def effect(self, what: str) -> None:
        """Die here where this is the effect that is not to happen."""
        self.effects += 1
        if self.left:
            self.left -= 1
            if self.left == 0:
                raise Died(what)

    def entries(self, kind: str) -> list[Entry]:
        return [one for one in self.ledger if one.kind == kind]


class Core:
    """One life."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self.disk = disk
        disk.git.effect = disk.effect
        self.run = Run(RUN, "claude-code", "s-1", worktree=WORKTREE, started=disk.now - 60, seen=disk.now)
        self.gates = Gatekeeper(
            GateSpool(Spool(folder)), lambda: disk.now, self._around, self._gate, Place("repo", "refs/heads/main")
        )
        self.gates.book = disk.book
        self.desk = Desk(
            fleet=lambda: Fleet({RUN: self.run}),
            cards=lambda: {RUN: self.card()},
            acts=lambda: disk.acts,
            clock=lambda: disk.now,
            record=lambda act: self.commit(Beside(acts=(act,))),
            freeze=self._freeze,
            hands=Hands(authority=disk.git, signer=FakeSigner()),
            review=lambda: disk.review,
            keep=lambda news: self.commit(Beside(review=news)),
            ask=lambda request: self.gates.ask(request),
            policy=self.policy,
            book=lambda: self.gates.book,
            ledger=self._ledger,
            ledger_fault=self._ledger_fault,
            order=self._order,
        )
        self.approving, self.merging, self.voiding = Approving(self.desk), Merging(self.desk), Voiding(self.desk)
        self.sent: list[Order] = []

    async def commit(self, beside: Beside) -> None:
        """Take over all of it or nothing, as one transaction does."""
        disk = self.disk
        disk.effect("commit")
        known = {one.once for one in disk.ledger if one.once}
        fresh = [one for one in drafts_of(beside, disk.now) if not one.once or one.once not in known]
        disk.ledger += chained(fresh, disk.ledger[-1] if disk.ledger else None)
        disk.acts, disk.review = disk.acts.after(beside.acts), disk.review.after(beside.review)
        if beside.gates is not None:
            disk.book = disk.book.after(beside.gates)

    def card(self) -> Card:
        behind = len(self.disk.git.history()) - 1
        return Card(str(RUN), "claude-code", "s-1", "done", "", 0, worktree=WORKTREE, branch="feat/a",
                    head=self.disk.git.head, behind=behind, base_head=self.disk.git.fork)  # fmt: skip

    def policy(self) -> Policy:
        held = self.disk.git.files(self.disk.git.main).get(PATH)
        return Policy(DEFAULT) if held is None else own_policy(held[1].decode(), PATH, self.disk.git.policy())

    async def begin(self) -> "Core":
        """Do what a core does first: take up what was left, and look at what counts no more."""
        await self.look()
        return self

    async def look(self) -> None:
        await self.merging.look()
        await self.voiding.look()

    async def gather(self) -> Package | None:
        """Gather the evidence and ask, as the duty of evidence does."""
        disk = self.disk
        change = await disk.git.propose(RUN, WORKTREE, "feat/a")
        if isinstance(change, str) or not change.files:
            raise ValueError("there is no change")
        parts = tuple(Part(name, "claimed") for name in PARTS)
        facts = {"base_head": disk.git.fork, "behind": self.card().behind}
        package = sealed(
            Package(
                str(RUN),
                "mend it",
                OWNER,
                change,
                parts,
                disk.risk,
                self.policy().blob,
                None,
                disk.now,  # type: ignore[arg-type]
                models=("m-1",),
                reviews=("gpt: fine",),
                facts=facts,
            )
        )
        known = disk.review.packages.get(str(RUN))
        if known is not None and replace(known, built=0.0, sha="") == replace(package, built=0.0, sha=""):
            package = known
        else:
            await self.commit(Beside(review=Reviewed(packages=(package,))))
        wanted = request_of(package)
        for one in self.gates.book.of(RUN):
            if one.gate == "merge" and one.state == "open" and one.id != wanted.id:
                await self.gates.ask(replace(one, state="moot"))
        if wanted.id not in self.gates.book.requests:
            await self.gates.ask(wanted)
        return package

    async def check(self, name: str, state: str = "passed") -> None:
        change = await self.disk.git.propose(RUN, WORKTREE, "feat/a")
        assert not isinstance(change, str)
        result = CheckResult(name, name, change.tree or "", self.policy().blob, "E1", state, self.disk.now)  # type: ignore[arg-type]
        await self.commit(Beside(review=Reviewed(results=(result,))))

    def waiting(self) -> Request | None:
        return next((one for one in self.gates.book.of(RUN) if one.state == "open" and one.gate == "merge"), None)

    async def state(self, request: Request, who: str = "ana", level: str = "declared") -> str:
        words = {"request": request.id, "principal": who, "level": level, "via": "headgate approve", "reason": "read"}
        return await self.gates.state(Order("state", "state", words), self.approving)

    async def approve(self, request: Request, statement: str, name: str = "o-1", **words: str) -> str:
        told = {"request": request.id, "answer": "approve", "sha": request.sha, "dwell": "5", "opened": "yes",
                "reason": "read", "statement": statement, "via": "headgate approve", "by": "ana"}  # fmt: skip
        return await self.gates.decide(Order(name, "decide", {**told, **words}), self.approving)

    async def merge(self, name: str = "m-1") -> Act:
        return await self.merging.carry_out(Order(name, "merge", {"run": RUN, "by": "ana"}))

    async def _gate(self, change: Change, problems: tuple[Problem, ...]) -> None:
        await self.commit(Beside(gates=change, review=change.review))

    async def _ledger(self, seq: int | None) -> Entry | None:
        entries = self.disk.ledger
        if seq is None:
            return entries[-1] if entries else None
        return entries[seq - 1] if 0 < seq <= len(entries) else None

    async def _ledger_fault(self, seq: int) -> str | None:
        found = verified([asdict(one) for one in self.disk.ledger if one.seq <= seq])
        return found.faults[0].text if found.faults else None

    async def _order(self, order: Order) -> Act:
        self.sent.append(order)
        if order.verb == "evidence":
            await self.gather()
        return Act(order.id, RUN, "send", "ana", self.disk.now, text="done")

    async def _freeze(self, order: Order) -> str:
        return "frozen"

    def _around(self) -> Around:
        return Around(self.desk.fleet(), self.desk.cards(), self.disk.acts)


FILES = {"a.py": ("100644", b"print(1)\n"), SIGNERS: ("100644", b"ana lock\nbo bolt\n")}


def new_disk() -> Disk:
    """Make a repository with one change on a run's branch."""
    git = FakeGit(FILES)
    git.work({"a.py": ("100644", b"print(2)\n")})
    return Disk(git)
