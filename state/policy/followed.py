"""Where the commands of a line run: `cd` and its kin are followed as far as their words say where they go."""

from collections.abc import Sequence

from state.policy.wrappers import past

MOVES = frozenset({"cd", "chdir", "pushd", "popd"})
_UNKNOWN = "$OLDPWD"
"""Stands for a directory that nobody can name without running the line."""
_LONGEST = 1024
_WORKTREE = ("$(git rev-parse --show-toplevel)", "`git rev-parse --show-toplevel`")
_SAME = ("$PWD", "${PWD}", "$(pwd)", "`pwd`")
_ELSEWHERE = ("/", "~", "$", "`", "..", "-")


def resolved(place: str, path: str) -> str:
    """Give a path as it is meant where a command runs; `place` is "" for the directory that the run began in."""
    if not place or path.startswith(("/", "~", "$", "`")):
        return path
    return f"{place.rstrip('/')}/{path}"


class Followed:
    """The place of the next command. What is changed inside brackets, in a pipe or in the background does not last."""

    def __init__(self, start: str) -> None:
        self.here = start
        self._before = _UNKNOWN
        self._pushed: list[str] = []
        self._outer: list[str] = []

    def pass_brackets(self, ends: int, begins: int) -> None:
        """Go out of as many brackets and into as many others as stand before a command."""
        for _ in range(min(ends, len(self._outer))):
            self.here = self._outer.pop()
        self._outer += [self.here] * begins

    def follow(self, words: Sequence[str], otherwise: bool) -> None:
        """Go where a command of `MOVES` goes; `otherwise` where it runs only if the one before it failed."""
        there = self._target(words)
        if otherwise:
            there = _UNKNOWN if there.startswith(_ELSEWHERE) else self.here
        self.here, self._before = (there if len(there) <= _LONGEST else _UNKNOWN), self.here

    def _target(self, words: Sequence[str]) -> str:
        at = past(words, 1)
        to = words[at] if at < len(words) else ""
        if words[0] == "popd":
            return self._pushed.pop() if self._pushed and not to else _UNKNOWN
        if words[0] == "pushd":
            self._pushed.append(self.here)
            return _UNKNOWN if not to or to.startswith(("+", "-")) else resolved(self.here, to)
        if to in _SAME:
            return self.here
        if to in _WORKTREE and not self.here:
            return ""
        return self._before if to == "-" else resolved(self.here, to or "~")
