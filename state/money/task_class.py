"""Of which class a task is, by its own words: a small table, the same answer each time, and never a model's guess.

Source of the classes: research/economics.md 8, what each lane is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from state.findings.finding import RiskLevel

TaskClass = Literal[
    "security", "migration", "release", "docs", "format", "test", "refactor", "review", "explore", "fix", "feature"
]
CLASSES: tuple[TaskClass, ...] = get_args(TaskClass)
_TELLING: Mapping[TaskClass, str] = {
    "security": "security vulnerability vulnerabilities cve injection xss csrf authentication authorisation "
    "authorization permission permissions secret secrets credential credentials",
    "migration": "migrate migrates migrating migration migrations schema backfill",
    "release": "release releases releasing changelog deploy deploys deployment rollout publish hotfix",
    "docs": "doc docs document documents documenting documentation readme comment comments docstring docstrings guide",
    "format": "format formats formatting lint linting style typo typos spelling whitespace rename renames renaming",
    "test": "test tests testing coverage flaky fixture fixtures",
    "refactor": "refactor refactors refactoring restructure simplify extract split deduplicate cleanup tidy",
    "review": "review reviews reviewing audit",
    "explore": "explore explain explains investigate research map find understand why compare measure profile",
}
"""Words that tell a class wherever they stand; of several the first one in the task counts."""
_WEAK: Mapping[TaskClass, str] = {
    "fix": "fix fixes fixing bug bugs repair broken crash crashes error errors wrong fails failing debug",
    "feature": "add adds adding implement implements build builds make create support allow enable let show introduce "
    "write extend offer",
}
"""Words that tell one only where no other word does: a failing test is about tests, added docs are docs."""


def _by_word(table: Mapping[TaskClass, str]) -> Mapping[str, TaskClass]:
    return {word: name for name, words in table.items() for word in words.split()}


_BY_WORD, _BY_WEAK_WORD = _by_word(_TELLING), _by_word(_WEAK)
WORDS = tuple({kind: tuple(words.split()) for kind, words in table.items()} for table in (_TELLING, _WEAK))
"""The words of each class, those that tell it first; docs/lanes.md lists them."""
AT_LEAST: Mapping[TaskClass, RiskLevel] = {"security": "high", "migration": "high", "release": "high"}
"""The risk that a task of a class has at the least, before there is a change to judge."""
_LONGEST = 2000


def task_class(task: str | None) -> TaskClass | None:
    """Give the class that a task's words tell; None where none of them tells one."""
    words = re.findall(r"[a-z]+", (task or "")[:_LONGEST].casefold())
    for table in (_BY_WORD, _BY_WEAK_WORD):
        for word in words:
            if word in table:
                return table[word]
    return None
