"""Every path that differs is shown, whatever it is and however it changed: `set(paths shown) == set(paths changed)`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.git.authority_changes import changed, raw
from adapters.git.authority_diff import regions
from adapters.git.authority_store import AuthorityStore
from adapters.git.repository import Repository
from adapters.git.spelling import spelt, unspelt
from tests.adapters.authority_world import git

_MODES = ("100644", "100755", "120000", "160000")
_NAMES = ("a", "a.b", "d/e", "d/f", "é", "\u202e", "new\nline", "back\\x41", 'quo"te', "\udcff", ".gitattributes")
_CONTENTS = (b"", b"x\n", b"x\r\n", b"x", b"\0\1", b"* -diff -text\n", b"--- a/a\n+++ b/a\n@@ -1 +1 @@\n")
_entries = st.tuples(st.sampled_from(_MODES), st.sampled_from(_CONTENTS))
_trees = st.dictionaries(st.sampled_from(_NAMES), _entries, max_size=6)
_Tree = Mapping[str, tuple[str, bytes]]


def made(store: AuthorityStore, tree: _Tree) -> str:
    """Write a tree by git's own fast-import, and give its id."""
    lines = [b"feature done\ncommit refs/heads/x\ncommitter a <a@b> 0 +0000\ndata 0\ndeleteall\n"]
    for name, (mode, content) in tree.items():
        path = b'"' + b"".join(b"\\%03o" % byte for byte in name.encode("utf-8", "surrogateescape")) + b'"'
        if mode == "160000":
            lines.append(b"M 160000 %040x %s\n" % (len(content) + 1, path))
        else:
            lines.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), path, len(content), content))
    git(store.folder, "fast-import", "--quiet", "--force", "--date-format=raw", feed=b"".join([*lines, b"done\n"]))
    return git(store.folder, "rev-parse", "refs/heads/x^{tree}")


def test_every_path_that_differs_is_shown(tmp_path: Path) -> None:
    store = AuthorityStore(Repository("r", "", "", None, "sha1"), tmp_path)
    store.open()

    @settings(max_examples=15, deadline=None)
    @given(before=_trees, after=_trees)
    def shown(before: _Tree, after: _Tree) -> None:
        one, other = made(store, before), made(store, after)
        files = asyncio.run(changed(store, one, other))
        wanted = {name for name in before.keys() | after.keys() if _seen(before, name) != _seen(after, name)}
        assert {file.path for file in files} == {spelt(name.encode("utf-8", "surrogateescape")) for name in wanted}
        for file in files:
            name = unspelt(file.path).decode("utf-8", "surrogateescape")
            assert (file.old_mode, file.new_mode) == tuple(tree.get(name, ("",))[0] for tree in (before, after))
            if file.nature == "symlink" and file.new_mode:
                assert file.target == spelt(after[name][1])

    shown()


def _seen(tree: _Tree, name: str) -> tuple[str, bytes] | None:
    mode, content = tree.get(name, ("", b""))
    return (mode, b"%d" % len(content) if mode == "160000" else content) if mode else None


@given(st.binary(min_size=1, max_size=30))
def test_a_spelling_is_exact_printable_and_json_safe(path: bytes) -> None:
    text = spelt(path)
    assert unspelt(text) == path
    assert text.isprintable() and text.encode("utf-8")


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=3))
def test_what_git_does_not_print_raises_nothing_but_value_errors(words: list[bytes]) -> None:
    try:
        raw(b"\0".join([*words, b""]))
    except ValueError:
        return


_text = st.sampled_from((b"x", b"-- a/x", b"++ b/y", b"@@ -1 +1 @@", b"diff --git a/a b/a", b"\\ No newline", b""))
_lines = st.lists(st.tuples(st.sampled_from((b" ", b"+", b"-")), _text), min_size=1, max_size=8)


@given(st.lists(_lines, min_size=1, max_size=3))
def test_lines_that_look_like_headers_stay_lines(hunks: list[list[tuple[bytes, bytes]]]) -> None:
    out = b"diff --git a/p b/p\n--- a/p\n+++ b/p\n"
    for lines in hunks:
        old, new = (sum(sign in (b" ", one) for sign, _ in lines) for one in (b"-", b"+"))
        out += b"@@ -1,%d +1,%d @@\n" % (old, new) + b"".join(b"%s%s\n" % line for line in lines)
    found = regions(out)
    assert list(found) == [b"p"]
    assert [region.lines for region in found[b"p"]] == hunks
