"""One sentence of an agent's, taken apart as far as claims need it, and what a claim in it comes to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from state.evidence.package import Verdict
from state.runs.run import Origin

WORST_FIRST: Mapping[Verdict, int] = {"contradicted": 0, "unverifiable": 1, "verified": 2}
_CODE = re.compile(r"`([^`]{2,300})`")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The text without what it quotes. `hoped`: it says what should be; `denied`: that something is not so.

    `excepted`: it names exceptions, or speaks of failures.
    """

    text: str
    hoped: bool = False
    denied: bool = False
    excepted: bool = False

    @property
    def code(self) -> tuple[str, ...]:
        """What stands between backticks: command lines, paths and names."""
        return tuple(found.strip() for found in _CODE.findall(self.text))


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a claim, and what it was held to.

    `spoken`: of a claim about the change, the pattern of the words that were judged; "" of one about a run.
    """

    verdict: Verdict
    against: str
    origin: Origin | None = None
    spoken: str = ""
