"""Plans, writes and undoes the guards in a repository's folder of hooks: `headgate init --enforce`.

`core.hooksPath` is obeyed, from whichever settings it comes. A hook that is there is never laid over: it is kept beside
ours, byte for byte and with its mode, and ours hands on to it what it hears.
"""

import os
import stat
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapters.git import door
from adapters.git.command import Place
from adapters.git.repository import Repository
from adapters.guard.hook_text import BEFORE, HOOKS, command, is_ours, text_of
from adapters.guard.house import FILE, PATTERNS, Guard, guard_of
from adapters.install.change import FileChange, Registration
from adapters.install.files import read, write
from adapters.install.json_scan import Unsure
from adapters.install.own_file import json_bytes
from adapters.install.plan import Plan
from adapters.install.record import Record

AGENT = "git hooks"
_MODE = 0o755


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """Where git looks for hooks. `shared`: other repositories may use it as well; `inside` a work tree it lies."""

    path: Path
    shared: bool = False
    inside: bool = False


class GitHooks:
    """The guards of one repository; `house` is its state directory, `patterns` what is protected."""

    def __init__(self, repository: Repository, house: Path, patterns: tuple[str, ...]) -> None:
        self._repository, self._house, self._patterns = repository, house, patterns
        self.record = Record(house)

    @property
    def installed(self) -> bool:
        """Whether the record says that guards stand in this repository."""
        return AGENT in self.record.agents

    def plan(self) -> Plan:
        """Plan to put the guards in."""
        return self._planned(putting=True)

    def plan_removal(self) -> Plan:
        """Plan to take them out, wherever they were put."""
        return self._planned(putting=False)

    def carry_out(self, plan: Plan) -> None:
        """Write what was planned: copies, the record, what the guards go by, then each hook. Raises `Unsure`."""
        told = {"command": list(plan.command), "at": time.time(), "version": None}
        self.record.keep(plan.changes, plan.originals)
        pairs = list(zip(plan.changes, plan.originals, strict=True))
        self.record.remember(AGENT, pairs, told, "user")
        for change in plan.changes:
            self._write(change, _executable(change))

    def undo(self, plan: Plan) -> None:
        """Write what was planned, and forget the guards."""
        modes = {change.path: _mode(change.path.with_name(change.path.name + BEFORE)) for change in plan.changes}
        for change in plan.changes:
            self._write(change, modes[change.path] or _MODE)
        self.record.forget(AGENT)

    def _write(self, change: FileChange, mode: int) -> None:
        if not change.changes:
            return
        try:
            write(change, mode)
        except Unsure as unsure:
            raise Unsure(f"{change.path}: {unsure}") from None
        if change.after is not None:
            change.path.chmod(mode)

    def _planned(self, *, putting: bool) -> Plan:
        changes, originals, notes = list[FileChange](), list[bytes | None](), list[str]()
        try:
            found = folder_of(self._repository)
            notes += _notes(found) if putting else ()
            for registration in self._registrations(found, putting=putting):
                current = read(registration.path)
                original, exact = self.record.before(registration, registration.path, current)
                after = registration.put(current) if putting else original
                if not (putting or exact or original == current or registration.path.name in (FILE, PATTERNS)):
                    notes.append(f"{registration.path} changed since: only Headgate's own part is taken out")
                changes.append(FileChange(AGENT, registration.path, registration.path, current, after))
                originals.append(original)
        except Unsure as unsure:
            return Plan(AGENT, "user", tuple(command()), refusal=str(unsure))
        return Plan(AGENT, "user", tuple(command()), tuple(changes), tuple(originals), tuple(notes))

    def _registrations(self, found: HooksFolder, *, putting: bool) -> list[Registration]:
        """Give the files in the order of writing: what the guards go by, what was there before ours, then ours.

        Undoing goes the other way round, so that neither a hook nor what it hands on to is ever nowhere.
        """
        known = [path for path in self.record.files(AGENT) if path.name in HOOKS] if not putting else []
        patterns = "".join(f"{one}\n" for one in self._patterns).encode()
        made = [self._own(FILE, self._document(found) if putting else b""), self._own(PATTERNS, patterns)]
        for hook in known or [found.path / name for name in HOOKS]:
            if hook.is_symlink():
                raise Unsure(f"{hook} is a link: what it names would be changed; put a file in its place")
            own = Registration(AGENT, hook, "user", partial(self._ours, hook), partial(_without, hook))
            made += [_kept(hook), own]
        return made if putting else made[::-1]

    def _own(self, name: str, content: bytes) -> Registration:
        return Registration(AGENT, self._house / name, "user", lambda _: content, lambda _: None)

    def _document(self, found: HooksFolder) -> bytes:
        """Give what the guards go by; what was approved from when on stays as it was told first."""
        base, kept = self._repository.base_ref or "", guard_of(self._house)
        since = (kept.since if kept else "") or self._tip(base)
        return json_bytes(Guard(self._house, self._repository.git_dir, base, since, found.shared).document())

    def _ours(self, hook: Path, _found: bytes | None) -> bytes:
        return text_of(hook.name, hook.parent, self._house, self._patterns)

    def _tip(self, base: str) -> str:
        if not base:
            return ""
        place = Place(self._repository.git_dir, {"GIT_DIR": self._repository.git_dir})
        asked = door.ask_now(place, "rev-parse", "--verify", "--quiet", base, fine=(0, 1))
        return asked.out.decode("ascii", "replace").strip()


def folder_of(repository: Repository) -> HooksFolder:
    """Find the folder in which git looks for the repository's hooks. Raises `GitFailed`."""
    place = Place(repository.git_dir, {"GIT_DIR": repository.git_dir}, user=True)
    asked = ("config", "--null", "--show-scope", "--get-all", "--type=path", "core.hooksPath")
    words = os.fsdecode(door.ask_now(place, *asked, fine=(0, 1)).out).split("\0")[:-1]
    # What the door itself sets, so that no hook runs for Headgate, is of the scope `command`.
    told = [pair for pair in zip(words[::2], words[1::2], strict=False) if pair[0] != "command"]
    if not told:
        return HooksFolder(Path(repository.git_dir) / "hooks")
    scope, named = told[-1][0], Path(told[-1][1])
    path = Path(os.path.realpath(named if named.is_absolute() else Path(repository.root) / named))
    inside = path.is_relative_to(repository.root) and not path.is_relative_to(repository.git_dir)
    return HooksFolder(path, scope not in ("local", "worktree") or not inside, inside)


def _notes(found: HooksFolder) -> list[str]:
    notes = [f"core.hooksPath names {found.path}"] if found.shared or found.inside else []
    if found.inside:
        notes.append(
            "it lies in the work tree: linked worktrees have a folder of that name of their own, in which no guard "
            "stands, and git may see the files as changes; a folder outside guards them all"
        )
    elif found.shared:
        notes.append("other repositories may use that folder too: in them the guards do nothing")
    return notes


def _kept(hook: Path) -> Registration:
    """Register the copy of the hook that was there before ours."""

    def put(found: bytes | None) -> bytes | None:
        before = read(hook)
        return found if before is None or is_ours(before) else before

    def take(found: bytes | None) -> bytes | None:
        return None if is_ours(read(hook)) else found

    path = hook.with_name(hook.name + BEFORE)
    # It also takes the words that only a client's settings need.
    return Registration(AGENT, path, "user", put, take)  # type: ignore[arg-type]


def _without(hook: Path, found: bytes | None) -> bytes | None:
    """Give a hook as it was before ours: what lies beside it; one that somebody put in our place stays."""
    return read(hook.with_name(hook.name + BEFORE)) if is_ours(found) else found


def _executable(change: FileChange) -> int:
    """Give the mode of what is written: ours runs, and what was there before keeps the mode that it had."""
    if change.path.name in (FILE, PATTERNS):
        return 0o600
    if change.path.name.endswith(BEFORE):
        return _mode(change.path.with_name(change.path.name.removesuffix(BEFORE))) or _MODE
    return _MODE


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
