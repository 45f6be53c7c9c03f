"""The ground of a run: a new worktree on a new branch, made and taken back without running what a repository names.

Hooks are off, and so are the filters that the repository's own settings define: files that they would have changed
(Git LFS where it is set up in the repository) stand in the worktree as they are committed.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.git import door
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import head_of, is_ref, registered
from adapters.git.repository import Repository
from state.control.launching import Ground, Wanted
from state.text import clean

_MOST_TRIES = 99


@dataclass(frozen=True, slots=True)
class Grounds:
    """Makes ground in one repository."""

    repository: Repository

    async def place(self, wanted: Wanted, program: str) -> Ground:
        """Find a branch and a path that are free. Raises `ValueError` with one sentence, and nothing was touched."""
        place = git_directory(self.repository.git_dir)
        try:
            commit = await self._commit(place, wanted.base)
            why = ""
            for number in range(1, 2 if wanted.exact else _MOST_TRIES):
                name = wanted.branch if number == 1 else f"{wanted.branch}-{number}"
                why, path = await self._free(place, name, wanted.worktrees)
                if why is None:
                    return Ground(path, name, commit, program)
                if number == 1 and not is_ref(f"refs/heads/{name}"):
                    break
        except GitFailed as failed:
            raise ValueError(f"{failed.text}: {failed.remedy}; nothing was touched") from failed
        raise ValueError(f"{why}; nothing was touched")

    async def plant(self, ground: Ground) -> tuple[str, ...]:
        """Add the worktree with its branch; one that is there as it would be made is taken as made. Gives notes."""
        if self._stands(ground):
            return ()
        place = git_directory(self.repository.git_dir)
        try:
            quiet, filters = await self._without_filters(place)
            await door.plant(
                quiet, "worktree", "add", "--no-track", "-b", ground.branch, ground.worktree, ground.commit
            )
        except GitFailed as failed:
            raise ValueError(f"the worktree could not be made: {failed.text}") from failed
        if not filters:
            return ()
        return (f"filters of the repository's settings were not run in the new worktree: {', '.join(filters)}.",)

    async def take_back(self, ground: Ground) -> str:
        """Remove worktree and branch where they are as they were made; says what was done."""
        place, path = git_directory(self.repository.git_dir), ground.worktree
        if not self._stands(ground):
            return "nothing was made"
        try:
            listed = await door.ask(place, "ls-tree", "-r", "-z", "--name-only", ground.commit)
            if not _as_committed(path, listed.out) or await self._tip(place, ground.branch) != ground.commit:
                return f"{path} and its branch hold something by now and are kept"
            quiet, _ = await self._without_filters(place)
            await door.plant(quiet, "worktree", "remove", path)
            await door.plant(place, "update-ref", "-d", f"refs/heads/{ground.branch}", ground.commit)
            self._tidy(ground.branch)
        except GitFailed as failed:
            return f"{path} is kept: {failed.text}"
        return "its worktree and branch, which held nothing, are removed"

    def _tidy(self, branch: str) -> None:
        """Take away the empty directories of its own that a branch leaves, as a sandbox marked them."""
        for top in ("refs/heads", "logs/refs/heads"):
            folder = (Path(self.repository.git_dir) / top / branch).parent
            with suppress(OSError):
                (folder / ".headgate").unlink(missing_ok=True)
                while folder.name != "heads":
                    folder.rmdir()
                    folder = folder.parent

    def _stands(self, ground: Ground) -> bool:
        """Say whether the worktree is registered at its path and has its branch checked out."""
        for one in registered(self.repository.git_dir, self.repository.root):
            if one.path == ground.worktree:
                return head_of(one.git_dir) == f"refs/heads/{ground.branch}"
        return False

    async def _commit(self, place: Place, base: str) -> str:
        """Resolve where the branch begins. Raises `ValueError`."""
        ref = base or self.repository.base_ref
        if ref is None:
            raise ValueError(
                "the repository has no base branch to begin from: name one with --base; nothing was touched"
            )
        asked = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        answer = await door.ask(place, "rev-parse", *asked, fine=(0, 1, 128))
        if answer.status != 0:
            why = "names no commit" if base else "has no commit yet, and a worktree needs one to begin from"
            raise ValueError(f"{clean(ref.removeprefix('refs/heads/'), 100)} {why}; nothing was touched")
        return answer.out.decode("ascii", "replace").strip()

    async def _tip(self, place: Place, branch: str) -> str | None:
        asked = ("--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
        answer = await door.ask(place, "rev-parse", *asked, fine=(0, 1, 128))
        return answer.out.decode("ascii", "replace").strip() if answer.status == 0 else None

    async def _free(self, place: Place, branch: str, root: str | None) -> tuple[str | None, str]:
        """Say why a branch of this name and a worktree for it cannot be made, and where that would be."""
        shown = clean(branch, 100)
        if not is_ref(f"refs/heads/{branch}") or branch.startswith("-") or clean(branch) != branch:
            return f"{shown} is no name for a branch", ""
        path = self.path_for(branch, root)
        if clean(path) != path:
            return f"{clean(path)} has a name that is not plain text", path
        if await self._tip(place, branch) is not None:
            return f"the branch {shown} exists", path
        if above := await self._in_the_way(place, branch):
            return f"the branch {above} exists, so that none can be called {shown}", path
        if os.path.lexists(path):
            return f"{path} is taken", path
        known = registered(self.repository.git_dir, self.repository.root)
        if any(one.path == path for one in known):
            return f"{path} is registered for a worktree that is gone: run git worktree prune", path
        return None, path

    async def _in_the_way(self, place: Place, branch: str) -> str | None:
        """Name a branch that stands where a directory of this one would, or below this one."""
        parts = branch.split("/")
        for count in range(1, len(parts)):
            above = "/".join(parts[:count])
            if await self._tip(place, above) is not None:
                return above
        answer = await door.ask(
            place, "for-each-ref", "--count=1", "--format=%(refname:short)", f"refs/heads/{branch}/"
        )
        return clean(os.fsdecode(answer.out).strip(), 100) or None

    def path_for(self, branch: str, root: str | None) -> str:
        """Give the worktree's path: `<repository>-<branch>` beside the repository, or in the directory that was set."""
        here = Path(self.repository.root)
        try:
            folder = Path(root).expanduser() if root else here.parent
        except RuntimeError as error:
            named = f"the settings name {clean(root or '', 100)} for worktrees"
            raise ValueError(f"{named}, and there is no such home; nothing was touched") from error
        if not folder.is_absolute():
            folder = here / folder
        # The name itself is not followed: a link of that name, wherever it leads, takes the place.
        return f"{os.path.realpath(folder).rstrip('/')}/{self.name_for(branch)}"

    def name_for(self, branch: str) -> str:
        """Give the name of the worktree's own directory."""
        name = Path(self.repository.root).name.removesuffix(".git") or "repository"
        return f"{name}-{branch.replace('/', '-')}"

    async def _without_filters(self, place: Place) -> tuple[Place, tuple[str, ...]]:
        """Give the place with every filter that the repository's settings define switched off, and their names."""
        asked = ("--null", "--show-scope", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$")
        answer = await door.ask(place, "config", *asked, fine=(0, 1))
        words = os.fsdecode(answer.out).split("\0")[1::2]
        keys = sorted({word.split("\n", 1)[0] for word in words})
        off = [f"{key}={'false' if key.endswith('.required') else ''}" for key in keys]
        names = sorted({clean(key.split(".", 1)[1].rpartition(".")[0], 60) for key in keys})
        return replace(place, settings=(*place.settings, "submodule.recurse=false", *off)), tuple(names)


def _as_committed(path: str, listed: bytes) -> bool:
    """Say whether a worktree holds no other file than those that its commit lists; git itself asks what is in them."""
    names = set(listed.split(b"\0")) - {b""}
    top = os.fsencode(path)
    for folder, _, files in os.walk(top):
        for file in files:
            name = os.path.relpath(os.path.join(folder, file), top)  # noqa: PTH118 - names of files are bytes
            if name != b".git" and name not in names:
                return False
    return True
