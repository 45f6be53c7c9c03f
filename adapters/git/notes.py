"""Reads and writes `refs/notes/headgate`: the port `state.approval.noting.Noter`, and what verification reads.

Notes are ordinary git notes (git-notes(1)): a commit whose tree holds one file for each commit, named by its id, the
first digits of which may be folders. They are written with plumbing alone and moved by compare-and-swap, so that
neither a hook nor a setting of the repository has a say and two writers lose nothing.
"""

import re
from pathlib import Path

from adapters.git import door
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.objects import Entry, Objects
from adapters.git.registered import is_object_id
from adapters.git.repository import Repository
from state.approval.noting import NOTES, Note, line_of, notes_in
from state.approval.statement import StatementInvalid, parsed
from state.spool import make_private, read_whole, write_whole
from state.text import clean

_FAN = re.compile(rb"[0-9a-f]{2}")
_ATTEMPTS = 5
_MOST = 1 << 20
MERGES = "merges"
"""The folder of the state directory in which guards find what was approved: `<commit>.json`."""


class GitNotes:
    """The notes of one repository; `folder` is its state directory, None where only reading is meant."""

    def __init__(self, repository: Repository, folder: Path | None = None, limit: float = door.LIMIT) -> None:
        self._place, self._folder, self._limit = git_directory(repository.git_dir), folder, limit
        self._zero = "0" * (64 if repository.object_format == "sha256" else 40)
        self._objects = Objects(self._place, limit)

    async def of(self, commit: str) -> tuple[Note, ...]:
        """Read the notes on a commit. Raises `GitFailed`."""
        tip = await self._tip()
        content = await self._content(tip, commit) if tip else None
        return notes_in(content.decode("utf-8", "replace"), commit) if content else ()

    async def note(self, note: Note) -> str:
        """Leave word of an approval for the guards and in the notes; "", or a sentence why not."""
        try:
            if self._folder is not None:
                _leave(self._folder, note)
            for _ in range(_ATTEMPTS):
                if await self._written(note):
                    return ""
            return f"{NOTES} is being written by somebody else: the note on {note.commit[:12]} was not left"
        except (StatementInvalid, GitFailed) as failed:
            return f"the note on {note.commit[:12]} was not left: {failed}"
        except (OSError, ValueError) as error:
            return clean(f"the note on {note.commit[:12]} was not left: {error}", 300)

    async def _tip(self) -> str | None:
        asked = ("rev-parse", "--verify", "--quiet", NOTES)
        answer = await door.ask(self._place, *asked, limit=self._limit, fine=(0, 1))
        found = answer.out.decode("ascii", "replace").strip()
        return found if answer.status == 0 and is_object_id(found) else None

    async def _content(self, tip: str, commit: str) -> bytes | None:
        """Find the note of a commit whichever way git spread the names over folders."""
        at, left = (await self._objects.commit(tip)).tree, commit.encode()
        while True:
            entries = {one.name: one for one in await self._objects.tree(at)}
            if (found := entries.get(left)) is not None:
                return self._whole(await self._objects.raw("blob", found.id), commit)
            if (folder := entries.get(left[:2])) is None or folder.mode != b"40000":
                return None
            at, left = folder.id, left[2:]

    def _whole(self, content: bytes, commit: str) -> bytes:
        """Refuse what is too long to be read whole: cut short, it would be written back without its end."""
        if len(content) > _MOST:
            text = f"the notes on {commit[:12]} are longer than {_MOST // 1024} KB, and nothing of them is believed"
            remedy = f"look at them with `git notes --ref={NOTES} show {commit[:12]}`, and remove what is foreign"
            raise GitFailed("too_much", self._place.directory, text, remedy)
        return content

    async def _written(self, note: Note) -> bool:
        """Write the note behind what stands there; False where somebody moved the notes meanwhile."""
        tip, line = await self._tip(), line_of(note).encode()
        before = await self._content(tip, note.commit) if tip else None
        if before is not None and line in before.splitlines(keepends=True):
            return True
        told = (before or b"") + (b"\n" if before and not before.endswith(b"\n") else b"") + line
        blob = await self._made("hash-object", "-w", "--no-filters", "--stdin", feed=told)
        tree = (await self._objects.commit(tip)).tree if tip else None
        tree = await self._with(tree, note.commit.encode(), blob)
        parent = ("-p", tip) if tip else ()
        words = f"Note of the approval of {note.commit}"
        commit = await self._made("commit-tree", tree, *parent, "-m", words)
        try:
            await door.note(self._place, "update-ref", NOTES, commit, tip or self._zero)
        except GitFailed:
            if await self._tip() == tip:
                raise
            return False
        return True

    async def _with(self, tree: str | None, name: bytes, blob: str) -> str:
        """Give the tree with a note in it, in a folder where git made folders."""
        entries = {one.name: one for one in await self._objects.tree(tree)} if tree else {}
        folders = [one for one in entries.values() if one.mode == b"40000" and _FAN.fullmatch(one.name)]
        if folders and name not in entries:
            inner = entries.get(name[:2])
            inside = await self._with(inner.id if inner else None, name[2:], blob)
            entries[name[:2]] = Entry(b"40000", name[:2], inside)
        else:
            entries[name] = Entry(b"100644", name, blob)
        kinds = {b"40000": b"tree", b"160000": b"commit"}
        lines = [
            b"%s %s %s\t%s\0" % (one.mode.rjust(6, b"0"), kinds.get(one.mode, b"blob"), one.id.encode(), one.name)
            for one in entries.values()
        ]
        return await self._made("mktree", "-z", "--missing", feed=b"".join(lines))

    async def _made(self, *args: str, feed: bytes | None = None) -> str:
        found = (await door.note(self._place, *args, feed=feed)).out.decode("ascii", "replace").strip()
        if not is_object_id(found):
            raise ValueError("git named no object")
        return found


def _leave(folder: Path, note: Note) -> None:
    """Write the word for the guards, for the owner alone. Raises `StatementInvalid`, `OSError`, `ValueError`."""
    if not is_object_id(note.commit):
        raise ValueError("it names no whole commit")
    one = parsed(note.statement.encode())
    make_private(folder / MERGES)
    told = {"commit": note.commit, "target": one.target, "base": one.base, "approval": note.approval}
    file = folder / MERGES / f"{note.commit}.json"
    if read_whole(file) != told:
        write_whole(file, told)
