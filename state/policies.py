"""Keeps the policy in force: read from the base branch, compiled for hooks, and never loosened by a mistake.

A file that is refused changes nothing: the last good one stays in force, across restarts too, and the board says which
line is wrong. Only a base branch that truly holds no policy brings the shipped one into force. Beside each compiled
policy lies its text, so that a newer Headgate can compile it again.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from state.policy.compiled import from_document, to_document
from state.policy.document import PATH
from state.policy.rule import DEFAULT, Policy
from state.policy.shipped import default_policy, default_text, guarded, own_policy
from state.policy.wrong import PolicyInvalid
from state.ports import PolicyFound, PolicySource, Problem
from state.spool import make_private, read_whole, write_whole

ABOUT = PATH
"""What problems of the policy are about, so that a later one replaces an earlier one."""
IN_FORCE = "in-force.json"
_MOST_COMPILED = 900_000
"""Bytes of a compiled policy, so that `state.spool.read_whole` reads all of it."""
_KEPT = 200
"""Compiled policies that are kept, the newest, beside those that a run's file pins it to."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy in force, the text that it was read from, and how that file is called.

    `problem` says why a newer file is not in force.
    """

    policy: Policy
    text: str
    name: str
    problem: Problem | None = None

    @property
    def blob(self) -> str:
        """The git blob id, or `default`."""
        return self.policy.blob


class Policies:
    """The policies of one repository, in `folder`/policy. `own` are directories that agents must keep out of."""

    def __init__(self, folder: Path, source: PolicySource | None = None, own: Sequence[str] = ()) -> None:
        self.folder = folder / "policy"
        self._source, self._own = source, tuple(own)
        self._now: InForce | None = None
        self._refused: tuple[str, PolicyInvalid] | None = None

    @property
    def in_force(self) -> InForce:
        """The policy in force: what `look` found last, else the last good one of an earlier life."""
        if self._now is None:
            self._now = self._last_good() or self._shipped()
        return self._now

    async def look(self, *, publish: bool = True) -> bool:
        """Ask the base branch, and write what hooks read. Says whether the policy or its problem changed.

        Only the core writes (`publish`). Raises `OSError` where the folder cannot be written.
        """
        before = self.in_force
        found = await self._source.read(before.blob) if self._source else None
        now = await asyncio.to_thread(self._taken, before, found)
        if publish:
            await asyncio.to_thread(self._publish, now)
        self._now = now
        return now.problem != before.problem or now.blob != before.blob

    def problems(self) -> tuple[Problem, ...]:
        """Give what is to be said on the board."""
        return (self.in_force.problem,) if self.in_force.problem else ()

    def _taken(self, before: InForce, found: PolicyFound | Problem | None) -> InForce:
        if found is None:
            return self._shipped()
        if isinstance(found, Problem):
            return replace(before, problem=_kept(before, replace(found, about=ABOUT)))
        if found.text is None:
            return replace(before, problem=None)
        wrong = self._refused[1] if self._refused and self._refused[0] == found.blob else None
        try:
            if wrong is None:
                return InForce(self._compiled(found.text, found.name, found.blob), found.text, found.name)
        except PolicyInvalid as invalid:
            self._refused, wrong = (found.blob, invalid), invalid
        return replace(before, problem=_kept(before, Problem(ABOUT, wrong.text, wrong.remedy)))

    def _compiled(self, text: str, name: str, blob: str) -> Policy:
        policy = guarded(own_policy(text, name, blob), self._own)
        if len(json.dumps(to_document(policy))) > _MOST_COMPILED:
            raise PolicyInvalid(name, 0, "its rules are too long for hooks to load", "name fewer paths")
        return policy

    def _shipped(self) -> InForce:
        return InForce(guarded(default_policy(), self._own), default_text(), "the shipped policy")

    def _publish(self, now: InForce) -> None:
        """Write the policy in force, the shipped one, and which is in force; each only where it differs."""
        make_private(self.folder)
        shipped = self._shipped()
        for one in (shipped, now):
            _write(self.folder / f"{one.blob}.json", to_document(one.policy))
        if now.blob != DEFAULT:
            _write(self.folder / f"{now.blob}.text.json", {"text": now.text, "name": now.name})
        _write(self.folder / IN_FORCE, {"blob": now.blob})
        self._forget()

    def _forget(self) -> None:
        """Remove the oldest compiled policies beyond those that are kept, unless a run began with one."""
        found = sorted(self.folder.glob("*.text.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        if len(found) <= _KEPT:
            return
        runs = (self.folder.parent / "runs").glob("*.json")
        pinned = {(read_whole(run) or {}).get("policy") for run in runs}
        for path in found[_KEPT:]:
            blob = path.name.removesuffix(".text.json")
            if blob not in pinned:
                (self.folder / f"{blob}.json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)

    def _last_good(self) -> InForce | None:
        """Take up the policy that an earlier life left in force, compiled again from its text."""
        blob = str((read_whole(self.folder / IN_FORCE) or {}).get("blob") or "")
        kept = read_whole(self.folder / f"{blob}.text.json") if blob.isalnum() else None
        if kept is None or not isinstance(text := kept.get("text"), str) or not _is_blob(blob, text):
            return None
        name = str(kept.get("name") or PATH)
        try:
            return InForce(self._compiled(text, name, blob), text, name)
        except PolicyInvalid as wrong:
            return self._older(blob, text, name, wrong)

    def _older(self, blob: str, text: str, name: str, wrong: PolicyInvalid) -> InForce | None:
        """Take the compiled form of a text that this Headgate refuses: it was good when it came into force."""
        try:
            policy = from_document(read_whole(self.folder / f"{blob}.json") or {})
        except ValueError:
            return None
        now = InForce(policy, text, name)
        return replace(now, problem=_kept(now, Problem(ABOUT, wrong.text, wrong.remedy)))


def _kept(now: InForce, problem: Problem) -> Problem:
    """Say in the remedy what holds meanwhile."""
    held = "the shipped policy" if now.blob == DEFAULT else f"the policy {now.blob[:8]}"
    if held in problem.remedy:
        return problem
    return replace(problem, remedy=f"{problem.remedy}; until then {held} stays in force")


def _is_blob(blob: str, text: str) -> bool:
    data = text.encode("utf-8", "surrogatepass")
    form = "sha1" if len(blob) == 40 else "sha256"
    return hashlib.new(form, b"blob %d\0" % len(data) + data).hexdigest() == blob


def _write(path: Path, document: dict[str, object]) -> None:
    """Write a file unless it stands there so; its time then says when it was last wanted."""
    if read_whole(path) == json.loads(json.dumps(document)):
        os.utime(path)
    else:
        write_whole(path, document)
