"""Tells whether a branch only follows what was fetched: then the remote has let it in, and not this machine.

The reflog of a remote-tracking branch says what moved it (git-reflog(1)). Anybody who may write there can put the word
`fetch` into it: it keeps mistakes apart from fetches, and is no wall.
"""

from pathlib import Path

from adapters.git import door
from adapters.git.command import Place
from adapters.git.verification import Verification
from adapters.small_file import read_small

_MOST = 1 << 22
_WORDS = ("fetch", "pull", "clone")


async def fetched_from(verification: Verification, place: Place, ref: str, old: str, new: str) -> str:
    """Name the remote-tracking branch that holds `new` by a fetch, where that continues `old`; "" where none does."""
    short = ref.removeprefix("refs/heads/")
    answer = await door.ask(place, "for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/")
    for line in answer.out.decode("utf-8", "replace").splitlines():
        tip, _, name = line.partition(" ")
        if name.removeprefix("refs/remotes/").partition("/")[2] != short or not was_fetched(place.directory, name, tip):
            continue
        if await verification.before(new, tip) and await verification.before(old, new):
            return name
    return ""


def was_fetched(git_dir: str, name: str, tip: str) -> bool:
    """Say whether the last line of a ref's reflog is a fetch to `tip`; a clone writes none, so that none will do."""
    last = last_of(git_dir, name)
    return last is None or (last[0] == tip and last[2].startswith(_WORDS))


def last_of(git_dir: str, name: str) -> tuple[str, str, str] | None:
    """Give the newest line of a reflog: the commit, who moved it there, and with what words; None without one."""
    data = read_small(str(Path(git_dir) / "logs" / name), _MOST) or b""
    lines = data.decode("utf-8", "replace").splitlines()
    if not lines:
        return None
    head, _, words = lines[-1].partition("\t")
    told = head.split(" ", 2)
    if len(told) < 3:
        return None
    return told[1], told[2].rpartition(" ")[0].rpartition(" ")[0], words
