"""Word of an approval is left as an ordinary git note, beside what others left, and for the guards."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.git.failure import GitFailed
from adapters.git.notes import MERGES
from state.approval.noting import Note
from state.spool import read_whole
from tests.approved_world import ApprovedWorld


@pytest.fixture
def world(tmp_path: Path) -> ApprovedWorld:
    made = ApprovedWorld(tmp_path.resolve())
    made.change()
    return made


async def test_a_note_is_gits_own_and_joins_what_stands_there(world: ApprovedWorld) -> None:
    commit, note = world.merge(signed=False)
    notes = world.notes()
    assert await notes.of(commit) == ()
    world.git("notes", "--ref=headgate", "add", "-m", "a word of somebody else", commit)
    assert await notes.note(note) == "" and await notes.note(note) == "", "twice is as good as once"
    other = replace(note, level="signed", signature="x")
    assert await notes.note(other) == ""
    assert await notes.of(commit) == (note, other)
    shown = world.git("notes", "--ref=headgate", "show", commit)
    assert shown.count("headgate/note/1") == 2 and shown.startswith("a word of somebody else\n")
    world.git("fsck", "--strict")
    assert len(world.git("rev-list", "refs/notes/headgate").split()) == 3


async def test_notes_in_gits_folders_are_found_and_kept(world: ApprovedWorld) -> None:
    commit, note = world.merge(signed=False)
    blob = world.git("hash-object", "-w", "a.py").strip()
    leaf = world.tree(f"100644 blob {blob}\t{'0' * 36}")
    inner = world.tree(f"040000 tree {leaf}\tbb")
    root = world.tree(f"040000 tree {inner}\taa")
    world.git("update-ref", "refs/notes/headgate", world.git("commit-tree", root, "-m", "n").strip())
    assert await world.notes().note(note) == "" and await world.notes().of(commit) == (note,)
    listed = world.git("notes", "--ref=headgate", "list").split()
    assert set(listed[1::2]) == {commit, f"aabb{'0' * 36}"}


async def test_the_guards_find_which_branch_may_move_and_only_the_owner_reads_it(world: ApprovedWorld) -> None:
    commit, note = world.merge(signed=False)
    await world.notes().note(note)
    file = world.house() / MERGES / f"{commit}.json"
    told = {"commit": commit, "target": "refs/heads/main", "base": world.id("main"), "approval": note.approval}
    assert read_whole(file) == told and file.stat().st_mode & 0o777 == 0o600


async def test_no_hook_and_no_key_of_the_repository_has_a_say(world: ApprovedWorld) -> None:
    hook, trace = world.repository / ".git" / "hooks" / "reference-transaction", world.folder / "ran"
    hook.write_text(f"#!/bin/sh\ntouch {trace}\nexit 1\n")
    hook.chmod(0o755)
    world.git("config", "commit.gpgSign", "true")
    world.git("config", "gpg.program", str(hook))
    commit, note = world.merge(signed=False)
    assert await world.notes().note(note) == "" and not trace.exists()
    assert await world.notes().of(commit) == (note,)


async def test_two_writers_lose_nothing_and_what_cannot_be_left_is_said(world: ApprovedWorld) -> None:
    commit, note = world.merge(signed=False)
    many = [replace(note, signature=str(number)) for number in range(3)]
    assert await asyncio.gather(*(world.notes().note(one) for one in many)) == ["", "", ""]
    assert set(await world.notes().of(commit)) == set(many)
    assert "was not left" in await world.notes().note(Note(commit, "{}", "", "", "declared"))
    lock = world.repository / ".git" / "refs" / "notes" / "headgate.lock"
    os.close(os.open(lock, os.O_CREAT))
    assert "was not left" in await world.notes().note(replace(note, signature="late"))


async def test_notes_that_are_too_long_are_refused_and_left_as_they_are(world: ApprovedWorld) -> None:
    commit, note = world.merge(signed=False)
    long = world.repository / "long"
    long.write_text("x" * (1 << 20) + "\nthe end\n")
    world.git("notes", "--ref=headgate", "add", "-F", str(long), commit)
    before = world.git("rev-parse", "refs/notes/headgate")
    with pytest.raises(GitFailed, match="longer than 1024 KB"):
        await world.notes().of(commit)
    assert "longer than 1024 KB" in await world.notes().note(note)
    assert world.git("rev-parse", "refs/notes/headgate") == before
