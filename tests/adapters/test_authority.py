"""What is shown of a change is what merging it would change: all of it, from a store of Headgate's own."""

import hashlib
from pathlib import Path

import pytest

from adapters.git import authority_diff
from state.evidence.proposal import Proposal
from state.text import clean
from tests.adapters.authority_world import RUN, Ground, git, ground

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def world(tmp_path: Path) -> Ground:
    return ground(tmp_path)


async def test_a_proposal_names_the_tree_of_the_merge_and_all_that_it_stands_on(world: Ground) -> None:
    fork = world.at(world.main)
    world.commit(world.tree, {"a.txt": "line 1\nnew\n", "n.txt": "n"}, "one")
    head = world.commit(world.tree, {"b.txt": None}, "two")
    base = world.commit(world.main, {"m.txt": "main's\n"})
    (world.tree / "loose.txt").write_text("x")
    (world.tree / "n.txt").write_text("changed")
    found = await world.authority.propose(RUN, str(world.tree), "agent")
    assert isinstance(found, Proposal)
    assert (found.base, found.fork, found.head, found.commits) == (base, fork, head, 2)
    assert (found.target, found.branch) == ("refs/heads/main", "agent")
    assert found.tree is not None and found.tree == git(world.main, "merge-tree", "--write-tree", base, head)
    assert found.base_tree == world.at(world.main, f"{base}^{{tree}}")
    assert found.head_tree == world.at(world.main, f"{head}^{{tree}}")
    shown = [(one.path, one.status, one.added, one.deleted) for one in found.files]
    assert shown == [("a.txt", "modified", 1, 8), ("b.txt", "deleted", 0, 1), ("n.txt", "added", 1, 0)]
    assert (found.uncommitted, found.uncommitted_count) == (("loose.txt", "n.txt"), 2)
    text = git(world.main, "diff", "--text", "--no-renames", "--full-index", base, found.tree) + "\n"
    assert found.diff_sha == hashlib.sha256(text.encode()).hexdigest()
    patch = git(world.main, "diff", "--binary", "--full-index", "--no-renames", fork, head) + "\n"
    assert found.patch_id == git(world.main, "patch-id", "--verbatim", feed=patch.encode()).split()[0]


async def test_the_worktree_and_the_repository_are_left_as_they_were(world: Ground) -> None:
    world.commit(world.tree, {"a.txt": "x\n"})
    index = world.main / ".git/worktrees/tree/index"
    before = (index.read_bytes(), index.stat().st_mtime_ns, git(world.main, "for-each-ref"))
    objects = sorted((world.main / ".git/objects").rglob("*"))
    await world.proposal()
    assert (index.read_bytes(), index.stat().st_mtime_ns, git(world.main, "for-each-ref")) == before
    assert sorted((world.main / ".git/objects").rglob("*")) == objects


async def test_what_is_there_is_not_fetched_again(world: Ground, heard: Path) -> None:
    world.commit(world.tree, {"a.txt": "x\n"})
    authority = world.authority
    for _ in range(2):
        assert isinstance(await authority.propose(RUN, str(world.tree), "agent"), Proposal)
    fetched = [line for line in heard.read_text().splitlines() if "upload-pack" in line]
    assert len(fetched) == 2  # git fetch, and the sender that it starts


async def test_a_commit_that_no_branch_holds_can_be_proposed(world: Ground) -> None:
    git(world.tree, "switch", "-q", "--detach")
    head = world.commit(world.tree, {"a.txt": "x\n"})
    assert (await world.proposal(None)).head == head


async def test_a_branch_outlives_its_worktree(world: Ground) -> None:
    head = world.commit(world.tree, {"a.txt": "x\n"})
    git(world.main, "worktree", "remove", str(world.tree))
    assert (await world.proposal()).head == head


async def test_conflicts_are_named_and_there_is_no_tree(world: Ground) -> None:
    world.commit(world.tree, {"b.txt": "agent\n", "n.txt": "n\n"})
    world.commit(world.main, {"b.txt": "main\n"})
    found = await world.proposal()
    assert (found.tree, found.conflicts) == (None, ("b.txt",))
    assert [one.path for one in found.files] == ["b.txt", "n.txt"]
    assert [one.change.path for one in await world.authority.diff(found)] == ["b.txt", "n.txt"]


async def test_what_cannot_be_proposed_is_one_sentence(world: Ground) -> None:
    for branch, words in (("agent", "nothing to merge"), ("nowhere", "no branch nowhere"), ("a..b", "no branch")):
        told = await world.authority.propose(RUN, str(world.tree), branch)
        assert isinstance(told, str) and words in told
    told = await world.authority.propose(RUN, str(world.main), None)
    assert told == "the run works on main itself, so there is nothing to merge into it"


async def test_a_base_on_a_remote_stands_for_the_local_branch(world: Ground) -> None:
    world.commit(world.tree, {"a.txt": "x\n"})
    git(world.main, "update-ref", "refs/remotes/origin/trunk", "main")
    git(world.main, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    told = await world.authority.propose(RUN, str(world.tree), "agent")
    assert told == "the base is origin/trunk, which has no branch here to merge into: git branch trunk origin/trunk"
    git(world.main, "branch", "trunk", "main")
    assert (await world.proposal()).target == "refs/heads/trunk"


async def test_one_byte_changes_the_id_and_a_clean_rebase_does_not(world: Ground) -> None:
    text = "".join(f"line {n}\n" for n in range(1, 10))
    world.commit(world.tree, {"a.txt": text.replace("line 5", "if safe:\n    grant()")})
    first = await world.proposal()
    world.commit(world.main, {"a.txt": "before\n" + text, "m.txt": "m"})
    git(world.tree, "rebase", "-q", "main")
    rebased = await world.proposal()
    assert (rebased.patch_id, rebased.head == first.head) == (first.patch_id, False)
    hunks = [[hunk.id for file in await world.authority.diff(one) for hunk in file.hunks] for one in (first, rebased)]
    assert hunks[0] == hunks[1] and len(hunks[0]) == 1
    assert len(await world.authority.since(first, rebased)) == 1
    (world.tree / "a.txt").write_text("before\n" + text.replace("line 5", "if safe:\ngrant()"))
    git(world.tree, "commit", "-q", "-a", "--amend", "-m", "work")
    spaced = await world.proposal()
    assert spaced.patch_id != first.patch_id
    lines = [line.text for hunk in (await world.authority.diff(spaced))[0].hunks for line in hunk.lines]
    assert "grant()" in lines
    assert any("grant()" in line for line in await world.authority.since(rebased, spaced))


async def test_a_diff_is_safe_text_with_numbers_and_says_where_white_space_differs(world: Ground) -> None:
    world.commit(world.main, {"t.txt": "a b\nsame\n"})
    git(world.tree, "reset", "-q", "--hard", "main")
    world.commit(world.tree, {"t.txt": b"a\tb\nsame\n\x1b[31mred\r\n\xff\xe2\x80\xae", "long": "x" * 5000})
    found = await world.proposal()
    long, text = await world.authority.diff(found)
    assert long.left_out == "1 changed lines are cut at 2000 characters"
    (hunk,) = text.hunks
    assert (hunk.header, text.left_out) == ("@@ -1,2 +1,4 @@", "")
    assert [(line.kind, line.old, line.new, line.text) for line in hunk.lines] == [
        ("note", None, None, "white space is all that differs in 1 of these lines"),
        ("note", None, None, "1 of these changed lines end in a carriage return, others do not"),
        ("deleted", 1, None, "a b"),
        ("added", None, 1, "a   b"),
        ("same", 2, 2, "same"),
        ("added", None, 3, "␛[31mred"),
        ("added", None, 4, "⦃U+DCFF⦄⦃U+202E⦄"),
        ("note", None, None, "No newline at end of file"),
    ]
    assert [one.change.path for one in await world.authority.diff(found, ["t.txt"])] == ["t.txt"]


async def test_what_is_too_long_is_counted(world: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority_diff, "MOST_LINES", 3000)
    world.commit(world.tree, {"big.txt": "".join(f"{n}\n" for n in range(3500)), "z.txt": "z\n"})
    big, small = await world.authority.diff(await world.proposal())
    assert (big.left_out, sum(len(hunk.lines) for hunk in big.hunks)) == ("500 changed lines are not shown", 3000)
    assert (small.left_out, len(small.hunks)) == ("", 1)


async def test_a_tree_is_read_and_written_out_byte_for_byte(world: Ground, tmp_path: Path) -> None:
    (world.tree / "in").symlink_to("sub/../a.txt")
    (world.tree / "sub" / "out").symlink_to("../../secret")
    (world.tree / "by").symlink_to("far/x")
    (world.tree / "far").symlink_to("/etc")
    (world.tree / "run.sh").write_text("#!/bin/sh\n")
    (world.tree / "run.sh").chmod(0o755)
    world.commit(world.tree, {"crlf.txt": b"a\r\n$Id$\n", "odd\n\\name": "odd\n"})
    rules = b"* text=auto eol=crlf ident filter=evil working-tree-encoding=UTF-16\n"
    (world.tree / ".gitattributes").write_bytes(rules)
    blob = git(world.tree, "hash-object", "-w", "--stdin", feed=rules)
    git(world.tree, "update-index", "--add", "--cacheinfo", f"100644,{blob},.gitattributes")
    git(world.tree, "commit", "-q", "-m", "rules")
    found = await world.proposal()
    tree, authority, out = found.tree or "", world.authority, tmp_path / "out"
    names = await authority.paths(tree)
    assert {"odd\\x0a\\\\name", "in", "sub/out", "sub/c.txt"} <= set(names)
    assert await authority.content(tree, "odd\\x0a\\\\name") == b"odd\n"
    assert await authority.content(tree, "a.txt", 4) == b"line"
    assert [await authority.content(tree, path) for path in ("in", "sub", "nothing", "*")] == [None] * 4
    with pytest.raises(ValueError, match=r"^git ls-tree failed in [^\n]+$"):
        await authority.content("1" * 40, "a.txt")
    out.mkdir()
    await authority.export(tree, out)
    assert (out / "crlf.txt").read_bytes() == b"a\r\n$Id$\n"
    assert [(out / name).is_symlink() for name in ("in", "sub/out", "by", "far")] == [True, False, False, False]
    assert (out / "sub/out").read_text() == "../../secret"
    assert [oct((out / name).stat().st_mode & 0o777) for name in ("run.sh", "a.txt")] == ["0o755", "0o644"]
    assert len(names) == sum(1 for path in out.rglob("*") if not path.is_dir())
    with pytest.raises(OSError, match="not an empty folder"):
        await authority.export(tree, out)


async def test_a_branch_whose_name_holds_what_cannot_be_seen_is_found_by_its_worktree(world: Ground) -> None:
    name = "feat/a\u202eb"
    git(world.tree, "checkout", "-q", "-b", name)
    world.commit(world.tree, {"a.txt": "x\n"})
    assert (await world.proposal(clean(name))).branch == "feat/a⦃U+202E⦄b"
