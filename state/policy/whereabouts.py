"""Where the git commands of a line work: in the run's own work tree, in another one, or in another repository."""

import posixpath
from collections.abc import Callable, Sequence
from typing import Literal

from state.policy.command import Command
from state.policy.git import GIT_VALUES
from state.policy.wrappers import past

Common = Callable[[str], str | None]
"""Gives the git directory that all work trees of the repository at a place share, None where there is none."""
_MAKES, _ALIASES = frozenset({"init", "clone"}), frozenset({"ln", "cp", "mv", "rsync", "mount"})


class Whereabouts:
    """Follows the commands of one line from `cwd`, for a run whose work tree is `top`."""

    def __init__(self, cwd: str, top: str | None, common: Common | None) -> None:
        """`common` looks at the disk; without it every other place may be a work tree of the run's repository."""
        self._cwd, self._top, self._common = cwd, top, common
        self._makes = self._aliases = False

    def of(self, one: Command) -> Literal["own", "beside", "foreign"]:
        """Say where git works; `beside` is another work tree of the run's repository, or where only a shell knows."""
        if self._top is None:
            return "own"
        top = posixpath.realpath(self._top)
        away = [place for place in self._places(one) if not self._inside(place, top)]
        if not away:
            return "own"
        return "foreign" if all(self._foreign(place, top) for place in away) else "beside"

    def note(self, one: Command) -> None:
        """Note what makes a place that is not there yet: another repository, or a way into this one."""
        self._makes |= one.name == "git" and bool(_MAKES & {*one.words[1:6]})
        self._aliases |= one.opaque or one.name in _ALIASES or (one.name == "git" and "worktree" in one.words[1:6])

    def _inside(self, place: str, top: str) -> bool:
        """Say whether a place lies in the run's own work tree; what the line itself may have linked there does not."""
        if "$" in place or "`" in place or not f"{place}/".startswith(f"{top}/"):
            return False
        return not self._aliases or place in (top, self._cwd) or posixpath.isdir(place)

    def _foreign(self, place: str, top: str) -> bool:
        if "$" in place or "`" in place or self._common is None:
            return False
        found = self._common(place)
        if found is None:
            return posixpath.isdir(place) or (self._makes and not self._aliases)
        return found != self._common(top)

    def _places(self, one: Command) -> Sequence[str]:
        """Give each place that git is told to work in: where it runs, and what its options name from there."""
        here, named = posixpath.join(self._cwd, one.place), list[str]()
        words = one.words[: past(one.words, 1, GIT_VALUES)]
        for at, word in enumerate(words[1:], 1):
            option, sign, value = word.partition("=")
            told = value if sign else "".join(words[at + 1 : at + 2])
            if word == "-C":
                here = posixpath.join(here, told)
            elif option in ("--git-dir", "--work-tree"):
                named.append(told)
        places = [here, *(posixpath.join(here, path) for path in named)]
        return [one if "$" in one or "`" in one else posixpath.realpath(posixpath.expanduser(one)) for one in places]
