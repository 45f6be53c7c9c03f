"""The evidence package: the twelve parts of the essay in their fixed order, and who says each."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from state.evidence.proposal import Proposal
from state.findings.finding import RiskLevel
from state.runs.run import Origin

Mark = Literal["observed", "verified", "claimed", "human", "missing"]
"""Who says so: Headgate saw it, Headgate ran it, the agent says it, a human said it, nobody does."""
PartName = Literal[
    "plan",
    "diff_summary",
    "tests_run",
    "failing_tests",
    "unresolved_questions",
    "risk",
    "security",
    "performance",
    "rollout",
    "rollback",
    "model_and_context",
    "tool_actions",
]
PARTS: tuple[PartName, ...] = get_args(PartName)
Verdict = Literal["verified", "contradicted", "unverifiable"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a part: what is said, who says so, and where it was read."""

    text: str
    mark: Mark
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the twelve. `mark` is that of its weakest line, `missing` where there is none."""

    name: PartName
    mark: Mark
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What the agent says it did, and what its own log or a check says of that. `against` names what it was held to."""

    text: str
    verdict: Verdict
    against: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """What is known of one change. `sha` is the SHA-256 of its canonical JSON, which is the truth.

    `untouched` was planned and not changed, `unplanned` the other way round. `test_changes` are sentences on tests that
    were changed, deleted, skipped or weakened. `required` are the parts that policy wants for its risk, `lacking` those
    of them that are missing. `policy` is the blob of the base branch's policy, `built` seconds since 1970.
    """

    run: str
    task: str
    owner: str | None
    proposal: Proposal
    parts: tuple[Part, ...]
    risk: RiskLevel
    policy: str
    context_version: str | None
    built: float
    sha: str = ""
    claims: tuple[Claim, ...] = ()
    untouched: tuple[str, ...] = ()
    unplanned: tuple[str, ...] = ()
    test_changes: tuple[str, ...] = ()
    required: tuple[PartName, ...] = ()
    lacking: tuple[PartName, ...] = ()
    risk_reasons: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    """The families of models that wrote the change: anthropic, openai, google, ..."""
    reviews: tuple[str, ...] = ()
    """What reviewers of another family said, as claimed advice."""
    cost: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else is kept with it, as JSON values."""

    @property
    def complete(self) -> bool:
        """Whether every part that policy wants is there."""
        return not self.lacking
