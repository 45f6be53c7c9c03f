"""The port `CheckRunner`: a fresh export, walls, a run, a verdict, and the log that shows it."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from adapters.checks.ground import Ground, exported, fresh, remove
from adapters.checks.leftovers import end_all
from adapters.checks.output import written
from adapters.checks.running import Ended, Limits, ran
from adapters.checks.verdict import Verdict, against_base, verdict
from adapters.checks.walls import Kind, Walled, kinds, walled
from state.checks.check import Check, CheckResult
from state.evidence.proposal import Authority, Proposal
from state.text import clean

_TRY_SECONDS = 10.0
_TRIED = Check("trial", "true", _TRY_SECONDS, 256, tests=False)
Told = Callable[[str], None]
_TOKEN = re.compile(r"[0-9a-f]{32}")


class CheckRuns:
    """Runs the checks of one repository, whose state lies in `house`; `clock` gives seconds since 1970."""

    def __init__(self, house: Path, environment: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self._house, self._environment, self._clock = house, environment, clock
        self._kind: tuple[Kind, str] | None = None
        self._of_bases: dict[tuple[str, Check], Verdict] = {}

    async def run(self, check: Check, proposal: Proposal, authority: Authority, told: Told) -> CheckResult:
        """Run a check to its end, on the base branch first where the policy wants both; cancelling ends all of it."""
        began, tree = self._clock(), proposal.tree or ""
        result = CheckResult(check.name, check.command, tree, "", check.grade, "broken", began)
        try:
            base = await self._of_base(check, proposal, authority, told) if check.compare_base else None
            found, ended, walls = await self._judged(check, tree, proposal.base_tree, authority, told)
            log, sha = await asyncio.to_thread(written, self._house, _log_name(result), _log(result, ended, walls))
        except (OSError, ValueError) as failed:
            return replace(result, ended=self._clock(), why=clean(f"it could not be run: {failed}", 400))
        found = against_base(found, base) if check.junit else found
        return replace(
            result,
            state=found.state,
            ended=self._clock(),
            exit=ended.status if not ended.cut else None,
            passed=found.passed,
            failed=found.failed,
            skipped=found.skipped,
            failing=found.failing,
            walls=walls.told,
            log=log,
            log_sha=sha,
            why=found.why,
        )

    async def end_left(self) -> int:
        """End what an earlier life of the core left running, and remove where it ran."""
        folders = [one for one in (self._house / "checks").glob("*") if _TOKEN.fullmatch(one.name)]
        # Each process has a folder for as long as it lives, and most starts of a core need not look at any process.
        found = await end_all(self._house.name) if folders else 0
        for folder in folders:
            await asyncio.to_thread(remove, folder)
        return found

    async def _of_base(self, check: Check, proposal: Proposal, authority: Authority, told: Told) -> Verdict:
        """Give what a check comes to on the base branch itself; run once for each of its trees."""
        key = proposal.base_tree, check
        if key not in self._of_bases:
            told("on the base branch")
            found = (await self._judged(check, proposal.base_tree, proposal.base_tree, authority, told))[0]
            if found.ran is None:
                return found
            self._of_bases[key] = found
        return self._of_bases[key]

    async def _judged(
        self, check: Check, tree: str, base_tree: str, authority: Authority, told: Told
    ) -> tuple[Verdict, Ended, Walled]:
        kind, why = await self._strongest()
        ground = fresh(self._house)
        try:
            await exported(ground, tree, base_tree, check, authority)
            walls = walled(kind, check, ground, ("sh", "-c", check.command), self._environment, why)
            ended = await ran(walls, Limits(check.seconds, check.megabytes, self._house), told)
            return await asyncio.to_thread(verdict, check, ended, ground.tree), ended, walls
        finally:
            await asyncio.to_thread(remove, ground.folder)

    async def _strongest(self) -> tuple[Kind, str]:
        """Try what may hold on this machine with a command that does nothing, once in a core's life."""
        why = "bubblewrap is not installed"
        for kind in kinds(self._environment) if self._kind is None else ():
            if kind == "none":
                self._kind = kind, why
                break
            ground = fresh(self._house)
            try:
                said = await self._tried(kind, ground)
            finally:
                await asyncio.to_thread(remove, ground.folder)
            if not said:
                self._kind = kind, why
                break
            why = said
        return self._kind or ("none", why)

    async def _tried(self, kind: Kind, ground: Ground) -> str:
        """Give why walls of this kind do not hold, "" where they do."""
        walls = walled(kind, _TRIED, ground, ("true",), self._environment)
        try:
            ended = await ran(walls, Limits(_TRY_SECONDS, 4096, self._house), lambda line: None)
        except OSError as failed:
            return clean(f"{kind} cannot be tried: {failed.strerror}", 200)
        return "" if ended.status == 0 else clean(ended.output.last or f"{kind} ended without a word", 200)


def _log_name(result: CheckResult) -> str:
    return f"{result.name}-{result.tree[:12]}-{round(result.began * 1000)}"


def _log(result: CheckResult, ended: Ended, walls: Walled) -> str:
    """Give the log: what was run on which tree, between which walls, and all that it printed."""
    head = [f"check {result.name} on tree {result.tree}", f"$ {result.command}", walls.told]
    tail = f"[headgate: exit status {ended.status}" + (f", ended for its {ended.cut}]" if ended.cut else "]")
    return "\n".join([*(clean(line) for line in head), "", ended.output.text().rstrip("\n"), tail, ""])
