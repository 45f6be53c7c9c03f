"""A required check: a command of the base branch's policy, and what running it on the merge tree came to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from state.evidence.proposal import Authority, Proposal

Grade = Literal["E1", "E2"]
"""E0 is what the agent says and never a check. E1: run again on the tree. E2: with the base branch's tests and
configuration in place of the change's own. None is proof against hostile code (research/reliability.md 4d)."""
CheckState = Literal["waiting", "running", "passed", "failed", "none_ran", "timed_out", "cancelled", "broken"]
"""`none_ran`: it ended well and no test ran, or no report tells. `broken`: it could not be run at all."""


@dataclass(frozen=True, slots=True)
class Check:
    """One `[[check]]` of the policy. `command` is a shell line. `seconds` and `megabytes` are its limits.

    `junit` is the path of the report that it writes, below the tree, None where its output is read. `base_paths` are
    globs that are taken from the base branch (grade E2). `tests`: it must have run at least one test. `compare_base`:
    it is run on the base branch too, and must have run every test there that it runs there.
    """

    name: str
    command: str
    seconds: float = 900.0
    megabytes: int = 4096
    network: bool = False
    junit: str | None = None
    base_paths: tuple[str, ...] = ()
    tests: bool = True
    compare_base: bool = False

    @property
    def grade(self) -> Grade:
        """How much its result is worth."""
        return "E2" if self.base_paths else "E1"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of a check on one tree. Counts are None where nothing tells them.

    `policy` is the blob that named it; with name and tree it is what a result is kept by. `walls` says what stood
    around it (network, memory, ...), `log` the file that holds its whole output, `why` one sentence on the state.
    `required` names all checks that the policy wants before a merge, `earlier` what other runs on this very tree said.
    """

    name: str
    command: str
    tree: str
    policy: str
    grade: Grade
    state: CheckState
    began: float
    ended: float | None = None
    exit: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    failing: tuple[str, ...] = ()
    walls: str = ""
    log: str = ""
    log_sha: str = ""
    why: str = ""
    required: tuple[str, ...] = ()
    earlier: tuple[CheckState, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in ("waiting", "running")

    @property
    def told(self) -> bool:
        """Whether it says something of the tree: a limit, a cancel or a fault of the machine does not."""
        return self.state in ("passed", "failed", "none_ran")

    @property
    def key(self) -> str:
        """What a result is kept by: the same check of the same policy on the same tree."""
        return f"{self.tree}:{self.policy}:{self.name}"


class CheckRunner(Protocol):
    """Runs checks in a clean checkout, between walls."""

    async def run(
        self, check: Check, proposal: Proposal, authority: Authority, told: Callable[[str], None]
    ) -> CheckResult:
        """Run one to its end; `told` hears a line of progress now and then. Cancelling the task ends all of it."""
        ...

    async def end_left(self) -> int:
        """End what an earlier life of the core left running, and give how many processes that were."""
        ...
