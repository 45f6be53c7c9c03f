"""A move of a protected branch, and whether anything explains it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from state.ports import Problem
from state.text import clean


@dataclass(frozen=True, slots=True)
class Move:
    """A protected branch that is elsewhere than where it last stood with an explanation.

    Commits are whole ids; `new` is None where the branch is gone. `merges` are the commits on its first-parent line
    from `old` to `new`, empty where that line does not come to `old` (then it was `rewritten`). `commits` counts all
    that came, None where that is unknown. `fetched` names the remote-tracking branch that it only follows. `who`,
    `words` and `at` (seconds since 1970) are what the reflog says, `worktree` whose HEAD says the same.
    """

    ref: str
    old: str
    new: str | None
    merges: tuple[str, ...] = ()
    rewritten: bool = False
    commits: int | None = None
    fetched: str = ""
    who: str = ""
    words: str = ""
    at: int | None = None
    worktree: str = ""


class Refs(Protocol):
    """The protected branches of one repository."""

    async def enforced(self) -> bool:
        """Whether `headgate init --enforce` put guards into the repository."""
        ...

    async def tips(self, protected: Sequence[str]) -> Mapping[str, str] | Problem:
        """Give where each protected branch of the repository is now, by its full ref, and tell the guards of them."""
        ...

    async def move(self, ref: str, old: str, new: str | None) -> Move | Problem:
        """Give what is known of a move."""
        ...

    async def patches(self, old: str, new: str) -> Mapping[str, str]:
        """Give the commits that came with a move by their patch ids; empty where git cannot tell."""
        ...


def about(ref: str) -> str:
    """Give what the problem of a branch is about, so that a later one takes its place."""
    return f"protected branch {clean(ref, 200)}"


def explained(move: Move, merged: Collection[str]) -> str:
    """Say what explains a move: merges that were approved here (`merged`), or a fetch; "" where nothing does."""
    if move.fetched:
        return f"it follows {move.fetched}"
    if move.merges and all(one in merged for one in move.merges):
        return "approved merges"
    return ""


def told(move: Move, runs: Sequence[str]) -> Problem:
    """Say on the board that a branch was moved and nobody knows why; `runs` work in the worktree that did it."""
    short, old = clean(move.ref.removeprefix("refs/heads/"), 100), move.old[:7]
    if move.new is None:
        text, look = (
            f"{short} was deleted outside Headgate: it was at {old}",
            f"git branch {short} {old} brings it back",
        )
    else:
        came = "" if move.commits is None else f", {move.commits} commit{'s' * (move.commits != 1)}"
        how = "rewritten" if move.rewritten else "moved"
        text, look = (
            f"{short} was {how} outside Headgate: {old}..{move.new[:7]}{came}",
            f"git log {old}..{move.new[:7]}",
        )
    if move.who or move.words:
        text += f"; its reflog says: {', '.join(one for one in (move.who, move.words) if one)}"
    if move.worktree:
        text += f", in {move.worktree}" + (f", where run {', '.join(runs)} works" if runs else "")
    why = f'headgate audit explain {short} --reason "…"'
    remedy = f"look at it ({look}) and say why it is right ({why}); nothing was changed"
    return Problem(about(move.ref), text, remedy)
