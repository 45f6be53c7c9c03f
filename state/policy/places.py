"""Where a deletion reaches: inside the directory that a run may change, outside it, or nobody knows where."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from state.policy.command import Command
from state.policy.followed import resolved

_HOMES = ("~", "$HOME", "${HOME}")
_THROWAWAY = ("/tmp/", "/var/tmp/", "/private/tmp/", "/dev/shm/")
_TEMPORARY = re.compile(r"(?i)te?mp|scratch|cache|build|out")
"""Names of variables that say what they hold."""
_LISTS = frozenset({"find", "fd", "fdfind", "git", "rg", "grep"})
_CARRIERS = frozenset(
    {"sudo", "doas", "env", "command", "exec", "nohup", "time", "nice", "setsid", "builtin", "stdbuf", "timeout"}
)
"""Programs that run what stands behind them: with nothing there, only the redirection acts."""
_LOSES = frozenset({"unlink", "truncate", "mv"})
_EVERYTHING = frozenset({".", "*", "./", "./*", ".*", "{*,.*}", ".git", ".git/", "./.git"})


def outside(path: str, top: str | None) -> bool:
    """Say whether a path lies outside `top` for certain: a home, the root, a parent, or another absolute path."""
    if path.startswith(_HOMES):
        return True
    if not path.startswith("/"):
        return posixpath.normpath(path).startswith("..")
    plain = posixpath.normpath(path)
    inside = top is not None and (plain == top or plain.startswith(f"{top.rstrip('/')}/"))
    thrown = f"{plain}/".startswith(_THROWAWAY) and f"{plain}/" not in _THROWAWAY
    return not (inside or thrown)


def deletes(one: Command, top: str | None) -> Iterator[str]:
    """Give the effects of a command that removes files."""
    words, at = one.words, one.place
    if one.name == "find" and ("-delete" in words or any(word in words for word in ("-exec", "-execdir"))):
        ends = "-delete" in words or bool({"rm", "unlink", "shred"} & set(words))
        yield from ("fs.delete.outside" for start in _starts(words) if ends and outside(resolved(at, start), top))
    elif one.name in ("rm", "shred", "srm"):
        recursive = one.name != "rm" or any(_recursive(word) for word in words[1:])
        for word in words[1:]:
            if not word.startswith("-"):
                yield from _reach(resolved(at, word), top, recursive)
    elif one.name in _LOSES or (one.name == "cp" and "/dev/null" in words):
        lost = words[1:-1] if one.name == "mv" and not _aims(words) else words[1:]
        yield from ("fs.lose.outside" for word in lost if word[:1] != "-" and outside(resolved(at, word), top))
    alone = bool(words) and words[0] in _CARRIERS and len(words) < 3
    if not words or alone or words[0] in (":", "true") or words == ("cat", "/dev/null"):
        yield from (
            "fs.lose.outside" for word in one.written if word[:5] != "/dev/" and outside(resolved(at, word), top)
        )


def _reach(path: str, top: str | None, recursive: bool) -> Iterator[str]:
    if outside(path, top):
        yield "fs.delete.outside" if recursive or "*" in path else "fs.lose.outside"
    elif recursive and path.startswith(("$", "`")) and not _TEMPORARY.search(path):
        yield "fs.delete.unknown"
    elif recursive and (path in _EVERYTHING or _from_top(path, top) in _EVERYTHING):
        yield "fs.delete.all"


def gathered(pipeline: Sequence[Command], top: str | None) -> Iterator[str]:
    """Give the effects of deleting, with directories, what an input or a pipe names to `xargs`."""
    for at, one in enumerate(pipeline):
        if (
            one.name not in ("rm", "shred", "srm")
            or not {"xargs", "parallel"} & {*one.carriers}
            or not recursive(one.words)
        ):
            continue
        first = pipeline[0]
        listed = at > 0 and first.name in _LISTS and not first.opaque
        if not listed or any(word.startswith(("$", "`")) for word in first.words):
            yield "fs.delete.unknown"
        elif any(outside(resolved(first.place, word), top) for word in (".", *first.words[1:])):
            yield "fs.delete.outside"


def _from_top(path: str, top: str | None) -> str:
    """Give an absolute path as it is from `top`, and a relative one in its plainest form."""
    return posixpath.relpath(path, top) if top and path.startswith("/") else posixpath.normpath(path)


def _aims(words: Sequence[str]) -> bool:
    """Say whether `mv` is told its target by an option."""
    return any(word.startswith(("-t", "--target-directory")) for word in words)


def recursive(words: Sequence[str]) -> bool:
    """Say whether the words of `rm` make it delete directories."""
    return any(_recursive(word) for word in words[1:])


def _recursive(word: str) -> bool:
    return word == "--recursive" or (
        word.startswith("-") and not word.startswith("--") and bool({"r", "R"} & set(word))
    )


def _starts(words: Sequence[str]) -> Iterator[str]:
    for word in words[1:]:
        if word.startswith(("-", "(", "!")):
            return
        yield word
