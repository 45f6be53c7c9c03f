"""Looks at a worktree for the authority: what is uncommitted in it, seen through a private index and no one's settings.

The index, the files and the configuration of the worktree are not touched.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.git import door, failure, questions
from adapters.git.command import Place
from adapters.git.porcelain import Status
from adapters.git.registered import Registered, head_of, not_plain, registered, why_elsewhere
from adapters.git.repository import Repository
from adapters.git.shadow import Shadow
from adapters.git.tastes import tastes
from state.text import clean


def found(repository: Repository, worktree: str) -> Registered | None:
    """Find a worktree by its path as shown, None if it is gone. Raises `GitFailed` and `ValueError` for an odd one."""
    place = next((one for one in _all(repository) if clean(one.path) == worktree), None)
    if place is None or not Path(place.path).is_dir():
        return None
    _refuse_odd(repository, place)
    return place


def checked_out(repository: Repository, ref: str) -> list[Registered]:
    """Name the worktrees that have a branch checked out and are there. Raises `GitFailed` and `ValueError`."""
    places = [one for one in _all(repository) if head_of(one.git_dir) == ref and Path(one.path).is_dir()]
    for place in places:
        _refuse_odd(repository, place)
    return places


def _all(repository: Repository) -> tuple[Registered, ...]:
    return registered(repository.git_dir, repository.root)


def _refuse_odd(repository: Repository, place: Registered) -> None:
    if odd := not_plain(place.git_dir) or not_plain(repository.git_dir):
        raise failure.odd_file(odd)
    if elsewhere := why_elsewhere(place.path, place.git_dir):
        raise ValueError(elsewhere)


@asynccontextmanager
async def seen(repository: Repository, folder: Path, place: Registered, head: str) -> AsyncGenerator[Place]:
    """Give a place in which git compares a worktree with the commit `head`, made for this once. Raises `OSError`."""
    with tempfile.TemporaryDirectory(prefix="seen-", dir=folder) as made:
        shadow = Shadow(Path(made), repository, place.path, place.git_dir)
        obeyed = await tastes(repository.git_dir, door.LIMIT)
        yield await asyncio.to_thread(shadow.refresh, head, None, obeyed)


async def status(repository: Repository, folder: Path, place: Registered, head: str) -> Status:
    """Say what of a worktree differs from the commit `head`. Raises `GitFailed` and `OSError`."""
    async with seen(repository, folder, place, head) as shadow:
        return await questions.status(shadow, door.LIMIT)


async def uncommitted(repository: Repository, folder: Path, place: Registered, head: str) -> tuple[str, ...]:
    """Name what is changed or untracked in a worktree, raw and sorted; other worktrees in it are left out."""
    told = await status(repository, folder, place, head)
    others = {f"{one.path}/" for one in _all(repository)}
    loose = (path for path in told.untracked if f"{place.path}/{path}" not in others)
    return tuple(sorted({*told.changed, *loose}))
