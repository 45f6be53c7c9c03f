"""Introduces to the board what shows a change, says what it lacks, signs its approval, and reads the ledger.

A change is shown from the authority store of its own repository, never from the agent's. Everything here may take its
time and does so in threads or in processes; only signing blocks, on the terminal that the board has let go of.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from pathlib import Path

from adapters.git.authority import GitAuthority
from adapters.git.failure import GitFailed
from adapters.git.live_diff import GitLive
from adapters.git.policy import policies_of
from adapters.settings_file import SettingsFile
from adapters.signing import SshSigner
from state.approval.invariants import Case, unmet
from state.board import ChangeDetail
from state.evidence.diffs import LiveDiff
from state.evidence.package import Package
from state.evidence.proposal import FileChange, FileDiff
from state.ledger.anchors import of_approvals
from state.ledger.entry import Entry
from state.ledger.shown import shown_text
from state.ledger.story import body_of, line_of, story_of
from state.places import config_root
from state.runs.card import Card
from state.settings import FILE, ApproveSetting, shipped
from state.store.ledger_file import LedgerFile, NoLedger, ledger_at
from state.store.reader import StoreReader
from state.text import clean
from tui import wording_ledger as words
from tui.ledgers import LedgerUnreadable, Soundness
from tui.review_tools import ReviewTools
from tui.wiring_board import names_of
from tui.wiring_moneys import moneys_of
from tui.wiring_open import House
from tui.wording_review import NO_AUTHORITY, NO_CONTENT

MOST_OPENED = 16 * 2**20
"""Bytes of a file that an editor is given."""
Houses = Sequence[tuple[House, StoreReader]]


def tools_of(houses: Sequence[House], readers: Sequence[StoreReader], environment: Mapping[str, str]) -> ReviewTools:
    """Give the tools of a board on these houses."""
    both = tuple(zip(houses, readers, strict=True))
    try:
        settings = SettingsFile(config_root(environment) / FILE)()
    except ValueError:
        settings = shipped()
    approve, idle_cutoff = settings.approve, settings.attention.idle_cutoff
    sign = signing(approve, environment) if approve.key else None
    known = HousesLedgers(both, names_of(houses)), approve.principal or "", moneys_of(houses, environment)
    tools = ReviewTools(HousesDiffs(both), Lacks(both).unmet, sign, *known)
    return replace(tools, idle_cutoff=idle_cutoff)


def signing(approve: ApproveSetting, environment: Mapping[str, str]) -> Callable[[bytes], Mapping[str, str] | str]:
    """Give what signs with the human's key."""
    signer, key = SshSigner(environment), str(Path(approve.key or "").expanduser())

    def sign(statement: bytes) -> Mapping[str, str] | str:
        made = signer.sign(statement, key)
        return made if isinstance(made, str) else {"signature": made.decode("ascii", "replace"), "key": key}

    return sign


async def _house_of(houses: Houses, run: str) -> House | None:
    for house, reader in houses:
        if len(houses) == 1 or await reader.run(run) is not None:
            return house
    return None


class HousesDiffs:
    """The `Diffs` port over the authority stores of several repositories."""

    def __init__(self, houses: Houses) -> None:
        self._houses = houses

    async def diff_of(self, package: Package) -> tuple[FileDiff, ...] | str:
        """Give every path that differs, with its text; a sentence says why not."""
        authority = await self._authority(package)
        try:
            return NO_AUTHORITY if authority is None else await authority.diff(package.proposal)
        except (GitFailed, OSError, ValueError) as failed:
            return clean(f"its text cannot be shown: {failed}", 300)

    async def since(self, before: Package, now: Package) -> tuple[str, ...] | str:
        """Give `git range-diff` between two states of a change; a sentence says why not."""
        authority = await self._authority(now)
        try:
            return NO_AUTHORITY if authority is None else await authority.since(before.proposal, now.proposal)
        except (GitFailed, OSError, ValueError) as failed:
            return clean(f"the two cannot be compared: {failed}", 300)

    async def live(self, run: str, worktree: str) -> LiveDiff | str:
        """Give how a run's worktree differs from its base just now; a sentence says why not."""
        house = await _house_of(self._houses, run)
        return NO_AUTHORITY if house is None else await GitLive(house.repository, house.spool.folder).diff(worktree)

    async def content(self, run: str, change: FileChange, *, live: bool) -> bytes | str:
        """Give a file as it is after a change, as it was before where it is gone; a sentence says why not."""
        house, blob = await _house_of(self._houses, run), change.new_blob or change.old_blob
        if house is None:
            return NO_AUTHORITY
        if change.nature == "submodule" or not blob:
            return NO_CONTENT
        if live:
            return await GitLive(house.repository, house.spool.folder).content(blob, MOST_OPENED)
        return await GitAuthority(house.repository, house.spool.folder).blob(blob, MOST_OPENED)

    async def _authority(self, package: Package) -> GitAuthority | None:
        house = await _house_of(self._houses, package.run)
        return GitAuthority(house.repository, house.spool.folder) if house is not None else None


class Lacks:
    """Says what a change lacks, by the base branch's policy as this board reads it; the core decides it once more."""

    def __init__(self, houses: Houses) -> None:
        self._houses = houses

    async def unmet(self, change: ChangeDetail, card: Card | None) -> Sequence[tuple[str, str]]:
        """Give each thing that is not met, in a sentence, and what would meet it."""
        house, package = await _house_of(self._houses, change.run), change.package
        if house is None or package is None:
            return ()
        policies = policies_of(house.repository, house.spool.folder)
        await policies.look(publish=False)
        policy = policies.in_force.policy
        case = Case(package, policy, card, change.results, change.requests, change.gated, change.minutes)
        return tuple((one.text, one.remedy) for one in unmet(case))


class HousesLedgers:
    """The ledgers of several repositories as one: each is read in a thread, in a snapshot of its own.

    Where one of several cannot be read the others are, and verifying says so.
    """

    def __init__(self, houses: Houses, names: Sequence[str] = ()) -> None:
        self._databases = tuple(house.spool.database for house, _ in houses)
        self._names = tuple(names) or tuple(database.parent.name for database in self._databases)
        self._of: dict[str, int] = {}
        """Whose an entry is that was given, by its hash."""
        self._bounds: dict[str, tuple[int | None, ...]] = {}
        """Down to which number each was given when an entry stood last."""

    async def entries(self, wanted: str, before: Entry | None, limit: int) -> tuple[Entry, ...]:
        """Give the newest entries; of several ledgers those of all, by their time."""
        return await asyncio.to_thread(self._entries, wanted, before, limit)

    async def story(self, entry: Entry) -> tuple[str, ...]:
        """Tell an entry, and all that belongs to its request."""
        return await asyncio.to_thread(self._story, entry)

    async def verified(self) -> Soundness:
        """Verify each ledger; those that are not intact speak for all."""
        if len(self._databases) == 1:
            return await asyncio.to_thread(_verified, self._databases[0])
        found = [await asyncio.to_thread(self._verified_of, at) for at in range(len(self._databases))]
        if bad := [one for one in found if not one.sound]:
            return Soundness(False, bad[0].text, tuple(more for one in bad for more in (one.text, *one.more)))
        return Soundness(True, words.all_intact(len(found)), tuple(one.text for one in found))

    def repository_of(self, entry: Entry) -> str:
        """Name the repository of an entry that was given, "" where there is one only."""
        at = self._of.get(entry.hash)
        return self._names[at] if at is not None and len(self._names) > 1 else ""

    def _entries(self, wanted: str, before: Entry | None, limit: int) -> tuple[Entry, ...]:
        known = self._bounds.get(before.hash) if before else None
        bounds = known or (before.seq if before else None,) * len(self._databases)
        pages, why = list[list[tuple[int, Entry]]](), list[LedgerUnreadable]()
        for at, bound in enumerate(bounds):
            try:
                pages.append([(at, one) for one in _read(self._databases[at], wanted, bound, limit)])
            except LedgerUnreadable as unread:
                why.append(unread)
        if why and not pages:
            raise why[0]
        merged = merge(*pages, key=lambda one: -one[1].ts_ms)
        taken = list(islice(merged, limit)) if known or before is None else list(merged)
        self._of.update({entry.hash: at for at, entry in taken})
        if taken:
            last = {at: entry.seq for at, entry in taken}
            self._bounds[taken[-1][1].hash] = tuple(last.get(at, bound) for at, bound in enumerate(bounds))
        return tuple(entry for _, entry in taken)

    def _verified_of(self, at: int) -> Soundness:
        """Verify one of several, and say which it is."""
        try:
            found = _verified(self._databases[at])
        except LedgerUnreadable as why:
            found = Soundness(False, str(why))
        return replace(found, text=f"{self._names[at]}: {found.text}")

    def _story(self, entry: Entry) -> tuple[str, ...]:
        at = self._of.get(entry.hash)
        for database in self._databases if at is None else self._databases[at : at + 1]:
            with _opened(database) as file:
                kept = file.at(entry.seq)
                if kept is not None and kept.hash == entry.hash:
                    return (line_of(entry), "", *_told(file, entry))
        return (line_of(entry),)


def _opened(database: Path) -> "_Opened":
    return _Opened(database)


class _Opened:
    """Opens a ledger, and says in the screen's own words why it cannot be read."""

    def __init__(self, database: Path) -> None:
        self._way = ledger_at(database)

    def __enter__(self) -> LedgerFile:
        try:
            return self._way.__enter__()
        except NoLedger as why:
            raise LedgerUnreadable(str(why)) from why

    def __exit__(self, *error: object) -> None:
        try:
            self._way.__exit__(*error)  # pyright: ignore[reportArgumentType] - Python gives the three that it takes
        except NoLedger as why:
            raise LedgerUnreadable(str(why)) from why


def _read(database: Path, wanted: str, before: int | None, limit: int) -> tuple[Entry, ...]:
    with _opened(database) as file:
        return file.searched(wanted, before, limit)


def _told(file: LedgerFile, entry: Entry) -> tuple[str, ...]:
    body = body_of(entry)
    request = body.get("request")
    if not isinstance(request, str) or not request:
        return tuple(f"{name}: {clean(str(value), 2000)}" for name, value in body.items())
    kept = next((one for one in file.requests(request) if one.id == request), None)
    return story_of(request, file.of_run(entry.run), shown_text(kept) if kept else None, file.package).lines


def _verified(database: Path) -> Soundness:
    with _opened(database) as file:
        verdict = file.verified(of_approvals(file.approvals()))
    if not verdict.intact:
        faults = tuple(one.text for one in verdict.faults)
        return Soundness(False, words.broken(faults[0], len(faults) - 1), (*faults, *verdict.notes))
    anchored = verdict.anchored.seq if verdict.anchored else None
    witnessed = verdict.witnessed.seq if verdict.witnessed else None
    return Soundness(True, words.intact(verdict.entries, anchored, witnessed), verdict.notes)
