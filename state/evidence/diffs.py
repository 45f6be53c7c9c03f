"""The port that shows the text of a change, for screens: it loads neither the core nor what the core works with."""

from typing import Protocol

from state.evidence.package import Package
from state.evidence.proposal import FileDiff


class Diffs(Protocol):
    """Shows a change from the authority store of its own repository. It blocks nobody, and says in words why not."""

    async def diff_of(self, package: Package) -> tuple[FileDiff, ...] | str:
        """Give every path that differs, with its text."""
        ...

    async def since(self, before: Package, now: Package) -> tuple[str, ...] | str:
        """Give `git range-diff` between two states of a change, as safe lines."""
        ...
