"""What a line downloads into a file and then runs."""

import posixpath
from collections.abc import Iterator

from state.policy.command import SHELLS, Command
from state.policy.followed import resolved

_RUN = ("python", "node", "perl", "ruby", "php", "deno", "bun", "source", ".", "pwsh")


def loaded(one: Command) -> Iterator[str]:
    """Give the files that a download writes, as paths from where the line began."""
    words = one.words
    told = [to for at, to in enumerate(words) if at and _names(words[at - 1])]
    joined = [word.partition("=")[2] for word in words if word.startswith(("--output=", "--output-document="))]
    short = [word[2:] for word in words if word.startswith(("-o", "-O")) and len(word) > 2]
    last = [word.rpartition("/")[2] for word in words if "://" in word]
    for path in (*told, *joined, *short, *last, *one.written):
        yield _plain(one, path)


def runs_loaded(one: Command, files: set[str]) -> bool:
    """Say whether a command is one of these files, or an interpreter told to run one."""
    if not one.words:
        return False
    if one.program in files or _plain(one, one.program) in files:
        return True
    if one.name not in SHELLS and not one.name.startswith(_RUN):
        return False
    told = (*(word for word in one.words[1:] if word[:1] != "-"), *one.read)
    return any(_plain(one, word) in files for word in told)


def _names(option: str) -> bool:
    """Say whether the next word is a file that is written: `-o`, and last in a cluster as in `wget -qO`."""
    short = option[:1] == "-" and option[1:2] != "-" and option.endswith(("o", "O"))
    return short or option in ("--output", "--output-document")


def _plain(one: Command, path: str) -> str:
    return posixpath.normpath(resolved(one.place, path))
