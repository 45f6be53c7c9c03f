"""Tells whether a branch only follows what was fetched: then the remote has let it in, and not this machine.

The reflog of a remote-tracking branch says what moved it (git-reflog(1)). Anybody who may write there can put the word
`fetch` into it: it keeps mistakes apart from fetches, and is no wall.
"""

from dataclasses import dataclass
from pathlib import Path

from adapters.git import door
from adapters.git.command import Place
from adapters.git.objects import Objects
from adapters.small_file import read_small
from state.text import clean

_MOST = 1 << 22
_WORDS = ("fetch", "pull", "clone")


async def fetched_from(objects: Objects, place: Place, ref: str, old: str, new: str) -> str:
    """Name the remote-tracking branch that holds `new` by a fetch, where that continues `old`; "" where none does."""
    short = ref.removeprefix("refs/heads/")
    answer = await door.ask(place, "for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/")
    for line in answer.out.decode("utf-8", "replace").splitlines():
        tip, _, name = line.partition(" ")
        if name.removeprefix("refs/remotes/").partition("/")[2] != short or not was_fetched(place.directory, name, tip):
            continue
        if await objects.before(new, tip) and await objects.before(old, new):
            return name
    return ""


def was_fetched(git_dir: str, name: str, tip: str) -> bool:
    """Say whether the last line of a ref's reflog is a fetch to `tip`; a clone writes none, so that none will do."""
    last = last_of(git_dir, name)
    return last is None or (last.new == tip and last.words.startswith(_WORDS))


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of a reflog: the commit that a ref came to, who moved it as `NAME <ADDRESS>`, when, and in what words."""

    new: str
    who: str
    at: int
    words: str


def last_of(git_dir: str, name: str) -> Logged | None:
    """Give the newest line of a reflog, None where there is none that can be read."""
    lines = (read_small(str(Path(git_dir) / "logs" / name), _MOST) or b"").decode("utf-8", "replace").splitlines()
    head, _, words = lines[-1].partition("\t") if lines else ("", "", "")
    told = head.split(" ")
    if len(told) < 5 or not told[-2].isdecimal():
        return None
    return Logged(told[1], clean(" ".join(told[2:-2]), 120), int(told[-2]), clean(words, 200))
