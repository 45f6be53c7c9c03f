"""What git prints is taken apart without losing a name, whatever bytes it holds."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.git import porcelain
from adapters.git.porcelain import Difference, Listed

OID = "a" * 40
ZERO = "0" * 40

nasty = st.sampled_from(
    [b"\n", b"\x1b[2J", b"\xe2\x80\xae", b"\xff\xfe", b" ", b"\t", b":", b"? ", b"1 ", b"\r", b"\x7f"]
)
names = st.lists(st.one_of(nasty, st.binary(min_size=1, max_size=6)), min_size=1, max_size=4).map(
    lambda parts: b"".join(parts).replace(b"\0", b"x")
)
counts = st.one_of(st.none(), st.integers(0, 10**6))
letters = st.sampled_from(sorted(set("AMDTU")))


def numbered(count: int | None) -> bytes:
    return b"-" if count is None else str(count).encode()


@given(st.lists(st.tuples(st.sampled_from("12u?"), names, names), max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_a_status_keeps_every_name(records: list[tuple[str, bytes, bytes]], ahead: int, behind: int) -> None:
    out = f"# branch.oid {OID}\0# branch.ab +{ahead} -{behind}\0".encode()
    changed: set[str] = set()
    unmerged: set[str] = set()
    untracked: list[str] = []
    modes = b"N... 100644 100644 100644"
    for kind, name, origin in records:
        match kind:
            case "1":
                out += b"1 .M %s %s %s %s\0" % (modes, OID.encode(), OID.encode(), name)
            case "2":
                out += b"2 R. %s %s %s R100 %s\0%s\0" % (modes, OID.encode(), OID.encode(), name, origin)
                changed.add(os.fsdecode(origin))
            case "u":
                oids = b" ".join([OID.encode()] * 3)
                out += b"u UU N... 100644 100644 100644 100644 %s %s\0" % (oids, name)
                unmerged.add(os.fsdecode(name))
            case _:
                out += b"? %s\0" % name
        if kind == "?":
            untracked.append(os.fsdecode(name))
        else:
            changed.add(os.fsdecode(name))
    status = porcelain.status(out)
    assert (status.changed, status.unmerged, list(status.untracked)) == (changed, unmerged, untracked)
    assert (status.ahead, status.behind) == (ahead, behind)


def test_a_status_without_an_upstream_does_not_know_the_distance() -> None:
    status = porcelain.status(b"# branch.oid (initial)\0# branch.head head\0")
    assert (status.ahead, status.behind) == (None, None)


@given(st.dictionaries(names, st.tuples(letters, counts, counts), max_size=8), st.booleans())
def test_a_difference_keeps_every_name(files: dict[bytes, tuple[str, int | None, int | None]], counted: bool) -> None:
    raw = b"".join(
        b":100644 100644 %s %s %s\0%s\0" % (OID.encode(), ZERO.encode(), kind.encode(), name)
        for name, (kind, _, _) in files.items()
    )
    stat = b"".join(
        b"%s\t%s\t%s\0" % (numbered(added), numbered(deleted), name) for name, (_, added, deleted) in files.items()
    )
    found = porcelain.difference(raw + (stat if counted else b""))
    kinds = {"A": "added", "M": "modified", "D": "deleted", "T": "type_changed", "U": "unmerged"}
    assert [(one.path, one.kind) for one in found] == [
        (os.fsdecode(name), kinds[kind]) for name, (kind, _, _) in files.items()
    ]
    assert [(one.added, one.deleted) for one in found] == [
        (added, deleted) if counted else (None, None) for _, added, deleted in files.values()
    ]


def test_an_unmerged_path_is_printed_twice_and_told_once() -> None:
    raw = f":000000 100644 {ZERO} {ZERO} U\0a\0:100644 100644 {OID} {ZERO} M\0a\0" + "1\t0\ta\0"
    assert porcelain.difference(raw.encode()) == (Difference("a", "unmerged", 1, 0),)


@given(st.lists(st.tuples(names, st.booleans(), st.one_of(st.none(), names)), min_size=1, max_size=5))
def test_a_list_of_worktrees_keeps_every_path(trees: list[tuple[bytes, bool, bytes | None]]) -> None:
    out = b""
    expected: list[Listed] = []
    for name, detached, reason in trees:
        path = b"/" + name
        state = b"detached" if detached else b"branch refs/heads/x"
        lock = b"" if reason is None else b"locked " + reason + b"\0"
        out += b"worktree " + path + b"\0HEAD " + OID.encode() + b"\0" + state + b"\0" + lock + b"\0"
        branch = None if detached else "refs/heads/x"
        why = None if reason is None else os.fsdecode(reason)
        expected.append(Listed(os.fsdecode(path), OID, branch, locked=why))
    assert porcelain.worktrees(out) == tuple(expected)


def test_bare_prunable_and_unborn_worktrees_are_told_apart() -> None:
    out = (
        "worktree /store\0bare\0\0"
        f"worktree /new\0HEAD {ZERO}\0branch refs/heads/new\0locked\0\0"
        f"worktree /gone\0HEAD {OID}\0detached\0prunable gitdir file points to non-existent location\0\0"
    )
    store, new, gone = porcelain.worktrees(out.encode())
    assert store.bare
    assert (new.head, new.branch, new.locked) == (None, "refs/heads/new", "")
    assert gone.prunable == "gitdir file points to non-existent location"


def test_settings_have_a_scope_and_a_key_without_a_value_is_true() -> None:
    out = b"global\0core.excludesfile\n~/a\nb\0local\0core.filemode\0"
    assert porcelain.settings(out) == (("global", "core.excludesfile", "~/a\nb"), ("local", "core.filemode", "true"))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_value_error(out: bytes) -> None:
    for read in (porcelain.status, porcelain.difference, porcelain.worktrees, porcelain.settings):
        try:
            read(out)
        except ValueError as refused:
            assert str(refused)


@pytest.mark.parametrize("out", [b"? a", b"1 .M N... short\0", b"x y\0", b"? \0"])
def test_a_status_that_is_not_understood_is_not_half_believed(out: bytes) -> None:
    with pytest.raises(ValueError, match="git"):
        porcelain.status(out)


@pytest.mark.parametrize("out", [b"1\t2\tunnamed\0", b":100644 100644 a b Z\0x\0", b"1\t2\0", b":1 2 3 4 M\0"])
def test_a_difference_that_is_not_understood_is_not_half_believed(out: bytes) -> None:
    with pytest.raises(ValueError, match="git"):
        porcelain.difference(out)
