"""Which files a call would read, change or delete, as far as its words say so. Standard library only.

A shell line names most of them: targets of redirections, and the words behind programs that are known to write, move,
remove or show files. What a script or a build does to files no line tells; that is seen afterwards, in the worktree.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from state.policy.call import Call
from state.policy.command import Command, commands
from state.policy.followed import resolved
from state.policy.rule import Touch
from state.policy.scripted import writes
from state.policy.targets import targets
from state.policy.wrappers import past


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_EDIT: Touch = "edit"
_READ: Touch = "read"
_DELETE: Touch = "delete"
_ELSEWHERE = ("~", "$", "`")
"""How a path begins that only a shell can resolve."""
_SHOWS = _set(
    "cat less more head tail bat grep egrep fgrep rg ag awk sed cut sort uniq nl tac rev base64 base32 xxd od hexdump"
    " strings source . tar zip gzip scp openssl jq yq diff cmp python python3 node ruby perl vi vim nano code"
)
_SCRIPTED = _set("grep egrep fgrep rg ag sed awk jq yq perl")
"""Those whose first word is no file but what they look for or do."""
_REMOVES = _set("rm unlink shred srm rmdir trash")
_CHANGES = _set("touch tee truncate chmod chown chgrp chattr setfacl patch ed ex vi vim nano")
_PUTS = _set("cp mv ln install rsync ditto")
_IN_PLACE = _set("sed gsed perl ruby")
_PATCHED = re.compile(r"^\*\*\* (Add|Update|Delete|Move to)(?: File)?: (.{1,4096})$", re.MULTILINE)
_GIT_FILES = _set("rm mv restore checkout")


@dataclass(frozen=True, slots=True)
class Touched:
    """One file and what is done to it. `path` is relative to the worktree inside it; `full` is absolute where known."""

    on: Touch
    path: str
    full: str
    inside: bool


def touched(call: Call, real: Callable[[str], str] | None = None) -> tuple[Touched, ...]:
    """Give each file once for each thing that is done to it; `real` follows links, where someone may ask the disk."""
    found: dict[Touched, None] = {}
    for on, path in _named(call):
        one = placed(on, path, call.cwd, call.worktree)
        found[one] = None
        if real is not None and one.full.startswith("/") and (there := real(one.full)) != one.full:
            found[placed(on, there, call.cwd, call.worktree)] = None
    return tuple(found)


def placed(on: Touch, path: str, cwd: str, worktree: str | None) -> Touched:
    """Give a path as it is meant from `cwd`, relative to the worktree where it lies inside."""
    full = path if path.startswith(_ELSEWHERE) else posixpath.normpath(path if path[:1] == "/" else f"{cwd}/{path}")
    top = (worktree or "").rstrip("/")
    if top and f"{full}/".startswith(f"{top}/"):
        return Touched(on, full[len(top) + 1 :] or ".", full, inside=True)
    return Touched(on, full, full, inside=False)


def _named(call: Call) -> Iterator[tuple[Touch, str]]:
    if call.kind == "edit":
        yield from _each(_EDIT, call.paths)
    elif call.kind == "read":
        yield from _each(_READ, call.paths)
    elif call.command is not None:
        links: dict[str, str] = {}
        for one in commands(call.command):
            for on, path in _of(one):
                there = resolved(one.place, path)
                yield on, there
                if led := _led(there, links):
                    yield on, led
            links.update(_links(one))
    else:
        yield from _each(_EDIT, call.paths)


def _links(one: Command) -> Iterator[tuple[str, str]]:
    """Give the links that a command makes, by where they stand and where they lead."""
    if one.name == "ln" and len(plain := [*_plain(one.words)]) == 2:
        yield resolved(one.place, plain[1]).rstrip("/"), resolved(one.place, plain[0]).rstrip("/")


def _led(path: str, links: dict[str, str]) -> str | None:
    """Give where a path leads through a link that the same line made before."""
    return next((to + path[len(name) :] for name, to in links.items() if f"{path}/".startswith(f"{name}/")), None)


def _of(one: Command) -> Iterator[tuple[Touch, str]]:
    yield from _each(_EDIT, (path for path in one.written if not path.startswith("&")))
    yield from _each(_READ, one.read)
    if one.opaque or not one.words:
        return
    name, words = one.name, one.words
    plain = [*_plain(words)]
    if name in _REMOVES:
        yield from _each(_DELETE, plain)
    elif name in _PUTS:
        yield from _put(words, plain)
    elif name in _CHANGES or (name in _IN_PLACE and _in_place(words)):
        yield from _each(_EDIT, plain)
    elif name in ("apply_patch", "applypatch"):
        yield from patched(one.fed or " ".join(words[1:]))
    elif name == "git":
        yield from _git(words)
    elif name == "find" and "-delete" in words:
        yield from _each(_DELETE, words[1:2])
    elif name == "dd":
        yield from _each(_EDIT, (word[3:] for word in words if word.startswith("of=")))
        yield from _each(_READ, (word[3:] for word in words if word.startswith("if=")))
    elif name == "find":
        yield from _each(_EDIT, targets(one))
    yield from _each(_EDIT, writes(one))
    yield from _each(_READ, _read(name, words, plain))


def _read(name: str, words: tuple[str, ...], plain: list[str]) -> Iterator[str]:
    if name in _SHOWS:
        told = any(word.startswith(("-e", "-f", "--regexp", "--file", "--expression")) for word in words[1:])
        yield from plain[1:] if name in _SCRIPTED and not told else plain
    elif name in ("cp", "rsync", "scp", "install"):
        yield from plain[:-1]
    elif name in ("curl", "wget", "http"):
        yield from (word.partition("@")[2] for word in words[1:] if "@" in word)


def _each(on: Touch, paths: Iterable[str]) -> Iterator[tuple[Touch, str]]:
    for path in paths:
        yield on, path


def _in_place(words: tuple[str, ...]) -> bool:
    return any(word.startswith(("-i", "-pi", "-ni", "--in-place")) for word in words[1:])


def patched(text: str) -> Iterator[tuple[Touch, str]]:
    """Give the files of a patch in the form that Codex's `apply_patch` takes."""
    for found in _PATCHED.finditer(text):
        yield from _each(_DELETE if found[1] == "Delete" else _EDIT, [found[2].strip()])


def _plain(words: tuple[str, ...]) -> Iterator[str]:
    """Give the words that are no options and no options' values."""
    at = 1
    while at < len(words):
        if words[at] == "--":
            yield from words[at + 1 :]
            return
        if words[at].startswith("-") and words[at] != "-":
            at += 2 if words[at] in ("-t", "--target-directory", "-m", "--mode", "--reference") else 1
            continue
        yield words[at]
        at += 1


def _put(words: tuple[str, ...], plain: list[str]) -> Iterator[tuple[Touch, str]]:
    """Give where files are put, whether the target is a file or a directory; what is linked to may be changed there."""
    aimed = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-t", "--target-directory")]
    aimed += [word.partition("=")[2] for word in words if word.startswith("--target-directory=")]
    sources, target = (plain, aimed[0]) if aimed else (plain[:-1], plain[-1] if plain else "")
    if not target:
        return
    yield _EDIT, target
    for source in sources:
        yield _EDIT, f"{target.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}"
        if words[0] == "mv":
            yield _DELETE, source
        elif words[0] == "ln":
            yield _EDIT, source


def _git(words: tuple[str, ...]) -> Iterator[tuple[Touch, str]]:
    at = past(words, 1, _set("-C -c --git-dir --work-tree --namespace"))
    verb, rest = (words[at], words[at + 1 :]) if at < len(words) else ("", ())
    if verb not in _GIT_FILES:
        return
    named = rest[rest.index("--") + 1 :] if "--" in rest else rest if verb != "checkout" else ()
    on = _DELETE if verb == "rm" else _EDIT
    yield from _each(on, (word for word in named if not word.startswith("-")))
