"""Files that a line runs: what the same line wrote into them, or what stands in them where somebody may look.

Only text is read, never run. A file that the line itself wrote is judged like the line; one that was there before gives
its certain effects alone, because a repository's own scripts are full of words that only a run decides.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from state.policy.followed import resolved

Load = Callable[[str], str | None]
"""Gives a file's text; "" where there is none or it is a program; None where it cannot be read as text."""
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash"})
LONGEST = 256 * 1024
"""Characters of a script that are looked at."""
INTERPRETERS = ("python", "pypy", "node", "deno", "bun", "ruby", "perl", "php", "tsx", "ts-node", "lua")
_SOURCES = frozenset({".", "source"})
_MAKES = frozenset({"make", "gmake"})
_MADE = re.compile(r"\$\([^()]{0,200}\)|\$\{[^{}]{0,200}\}|\$[@<^*?]")


class Scripts:
    """What a line has written so far, by path, and how other files are read (None: nobody may look)."""

    __slots__ = ("_load", "_written")

    def __init__(self, load: Load | None) -> None:
        """Begin with nothing written."""
        self._load = load
        self._written: dict[str, str] = {}

    def note(self, place: str, targets: Sequence[str], text: str | None) -> None:
        """Keep what a command writes into files, where that can be known."""
        if text is not None:
            self._written.update((_plain(place, target), text) for target in targets)

    def lines(
        self, words: Sequence[str], program: str, place: str, read: Sequence[str] = ()
    ) -> tuple[str, str, bool] | None:
        """Give the file that a command runs, its text, and whether this line wrote it; None where it runs none.

        Text that cannot be read is a `\\0`, which no line may hold.
        """
        path = _run(words, program)
        if path is None and read and (words[0] in SHELLS or words[0].startswith(INTERPRETERS)):
            path = read[0]
        if path is None or path[:1] == "<":
            return None
        plain = _plain(place, path)
        if (text := self._written.get(plain)) is not None:
            return plain, text, True
        if self._load is None or plain.startswith(("$", "`")):
            return None
        text = self._load(plain)
        if text is None:
            return (plain, "\0", True) if words[0] in SHELLS or words[0] in _SOURCES else None
        return (plain, text, False) if text else None


def as_lines(words: Sequence[str], text: str) -> tuple[str, bool]:
    """Give a script's text as it is read, and whether it is code of another language than a shell's."""
    name = words[0]
    first = text[:120].split("\n", 1)[0]
    if name in _MAKES:
        return "\n".join(_recipes(text)), False
    if name.startswith(INTERPRETERS):
        return text, True
    return text, first.startswith("#!") and not any(first.rstrip().endswith(shell) for shell in SHELLS)


def _recipes(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.startswith("\t"):
            yield _MADE.sub("made", line.lstrip("\t@-+ ")).replace("$$", "$")
        elif (rule := line.partition(":"))[1] and ";" in rule[2]:
            yield _MADE.sub("made", rule[2].partition(";")[2].lstrip("@-+ ")).replace("$$", "$")


def _run(words: Sequence[str], program: str) -> str | None:
    """Give the file that a command is told to run."""
    name = words[0]
    if name in _MAKES:
        return next(
            (words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-f", "--file", "--makefile")), None
        )
    if name in SHELLS or name in _SOURCES or name.startswith(INTERPRETERS):
        at = 1
        while at < len(words) and words[at].startswith(("-", "+")):
            if _tells(words[at], name in SHELLS):
                return None
            at += 2 if words[at] in ("-o", "-O", "+o", "+O", "--rcfile", "-W", "-X", "--import", "--require") else 1
        at += name in ("deno", "bun") and words[at : at + 1] == ("run",)
        return words[at] if at < len(words) and words[at][:1] != "<" else None
    return program if "/" in program and not program.startswith(("/usr/", "/bin/", "/sbin/", "/opt/")) else None


def _tells(option: str, shell: bool) -> bool:
    """Say whether an option gives a shell or an interpreter its text, so that no file is run."""
    if option in ("-", "-s", "--command"):
        return True
    if shell:
        return option[:1] == "-" and option[1:2] != "-" and "c" in option
    return option in ("-c", "-m", "-e", "--eval", "-p", "--print", "-pe", "-ne", "-i")


def _plain(place: str, path: str) -> str:
    return posixpath.normpath(resolved(place, path))
