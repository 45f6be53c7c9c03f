"""Measures the pairs of worktrees against plain git: `python -m tests.bench.conflicts [FOLDER_30 [FOLDER_50]]`.

The folders hold what `shared/tools/gen_repo.py FOLDER --files 20000 --worktrees 30` (and 50) makes, beside this
repository; without them they are made anew, which takes minutes. The reference is one `git status` a worktree and one
`git merge-tree` process a pair, measured in the same round, before ours and after it by turns; a round that warms the
caches goes before and does not count. The median of the rounds' ratios counts, and the ratio of processor times stands
beside it, which other work on the machine hardly moves: ours takes two processors where the reference takes one.
It exits 1 when a limit is broken.
"""

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from adapters.git import door
from adapters.git.merges import GitMerges
from adapters.git.repository import find
from state.conflicts import Conflicts
from state.ports import Batch
from tests.bench.table import Table, made_once, room

GENERATOR = Path(__file__).parents[3] / "shared/tools/gen_repo.py"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
EVENTS = int(os.environ.get("EVENTS", "40"))
FROM_NOTHING, RESTARTED, SAVED_MS = 0.6, 0.2, 300.0


def git(cwd: Path, *args: str, **more: str) -> str:
    who = {f"GIT_{one}_{what}": "b@x" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", **who, **more}
    done = subprocess.run(["git", *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@dataclass(frozen=True, slots=True)
class Took:
    """What some work took, in seconds: by the clock, and of the processors."""

    clock: float
    processor: float

    def of(self, other: "Took") -> "Took":
        """Give the ratios to what other work took."""
        return Took(self.clock / other.clock, self.processor / other.processor)


def measured(work: Callable[[], object]) -> Took:
    """Do some work; gives what it took, its child processes included."""
    began, spent = time.monotonic(), _processor()
    work()
    return Took(time.monotonic() - began, _processor() - spent)


def median(ratios: Iterable[Took]) -> Took:
    """Give the medians of ratios."""
    some = list(ratios)
    return Took(statistics.median(one.clock for one in some), statistics.median(one.processor for one in some))


def reference(repo: Path, trees: list[Path], scratch: Path) -> None:
    """Ask one status a worktree and one merge process a pair, committed work only."""
    heads = [git(tree, "rev-parse", "HEAD").strip() for tree in trees]
    objects = {"GIT_OBJECT_DIRECTORY": str(scratch), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repo / ".git/objects")}
    scratch.mkdir()
    for tree in trees:
        git(tree, "status", "--porcelain")
    for one, other in combinations(heads, 2):
        git(repo, "merge-tree", "--write-tree", one, other, **objects)


def compared(repo: Path, state: Path) -> tuple[int, int]:
    """Compare all pairs in a life of its own; gives the merges that it took, and the pairs that do not merge."""
    matrix = asyncio.run(GitMerges(find(str(repo)), state).compare())
    assert not matrix.left_out, matrix.left_out
    return matrix.merges, len(matrix.pairs)


def one_round(repo: Path, trees: list[Path], *, ours_first: bool) -> tuple[Took, Took, Took]:
    """Give what the reference, ours from nothing, and ours after a restart take, one after another."""
    with tempfile.TemporaryDirectory() as scratch:
        state, objects, found = Path(scratch) / "state", Path(scratch) / "objects", list[tuple[int, int]]()
        state.mkdir()

        def ours() -> None:
            found.append(compared(repo, state))

        def plain() -> None:
            reference(repo, trees, objects)

        if ours_first:
            first, second, base = measured(ours), measured(ours), measured(plain)
        else:
            base, first, second = measured(plain), measured(ours), measured(ours)
    (merges, pairs), (none, same) = found
    assert none == 0 and same == pairs
    every = len(trees) * (len(trees) + 1) // 2
    print(f"reference {base.clock:.2f} s, from nothing {first.clock:.2f} s, restarted {second.clock:.2f} s; of the")
    print(f"  processors {base.processor:.2f} s, {first.processor:.2f} s, {second.processor:.2f} s; {every} pairs,")
    print(f"  {merges} merged, {pairs} do not merge; load {os.getloadavg()[0]:.1f}", flush=True)
    return base, first, second


def whole(folder: Path) -> tuple[Took, Took]:
    """Give the median ratios to the reference: from nothing known, and after a restart."""
    repo, trees = folder / "repo", [folder / "repo", *sorted((folder / "wt").iterdir())]
    one_round(repo, trees, ours_first=False)
    rounds = [one_round(repo, trees, ours_first=number % 2 == 1) for number in range(ROUNDS)]
    return median(first.of(base) for base, first, _ in rounds), median(second.of(base) for base, _, second in rounds)


async def saved(folder: Path, state: Path) -> list[float]:
    """Give the seconds from a file that was saved in one worktree until the matrix is right."""
    room, trees = GitMerges(find(str(folder / "repo")), state), sorted((folder / "wt").iterdir())
    await room.compare()
    took: list[float] = []
    for number in range(EVENTS):
        tree = trees[number * 7 % len(trees)]
        name = git(tree, "diff", "--name-only", "--diff-filter=M", "HEAD~1", "HEAD").split("\n")[0] or "pyproject.toml"
        file = tree / name
        before = file.read_bytes() if file.is_file() else None
        file.write_bytes((before or b"") + b"saved %d\n" % number)
        began = time.monotonic()
        matrix = await room.compare({str(tree)})
        took.append(time.monotonic() - began)
        side = next(side for side in matrix.sides if side.name == str(tree))
        assert name in side.uncommitted
        file.unlink() if before is None else file.write_bytes(before)
    return took


def apart(scratch: Path, count: int) -> int:
    """Give the merges that worktrees take of which no two touch the same file."""
    repo = scratch / "repo"
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main")
    for number in range(count):
        (repo / f"{number}.txt").write_text("one\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "first")
    for number in range(count):
        git(repo, "worktree", "add", "-q", "-b", f"b{number}", str(scratch / f"w{number}"))
        (scratch / f"w{number}/{number}.txt").write_text("two\n")
    (scratch / "state").mkdir()
    return compared(repo, scratch / "state")[0]


async def idle(folder: Path, state: Path) -> tuple[int, float]:
    """Give the processes and the seconds of processor time of five quiet seconds."""
    asked = 0
    real = door.ask

    async def counted(*args, **more):
        nonlocal asked
        asked += 1
        return await real(*args, **more)

    done = asyncio.Event()

    async def commit(batch: Batch, beside: object) -> None:
        done.set()

    loop = Conflicts(GitMerges(find(str(folder / "repo")), state), commit)
    running = asyncio.ensure_future(loop.run())
    loop.stir(["x"])
    await done.wait()
    await asyncio.sleep(0)
    door.ask = counted
    before = _processor()
    await asyncio.sleep(5)
    spent = _processor() - before
    door.ask = real
    running.cancel()
    return asked, spent


def _processor() -> float:
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in both)


def made(count: int, argument: int, scratch: Path) -> Path:
    if len(sys.argv) > argument:
        return Path(sys.argv[argument]).resolve()

    def make(folder: Path) -> None:
        command = [sys.executable, str(GENERATOR), str(folder), "--files", "20000", "--worktrees", str(count)]
        subprocess.run([*command, "--seed", "3"], check=True, capture_output=True)

    return made_once(scratch / f"r{count}", make)


def main() -> int:
    """Measure, print and say whether all holds."""
    table = Table("conflicts")
    if len(sys.argv) < 3 and not GENERATOR.exists():
        table.not_measured("all pairs", "no shared/tools/gen_repo.py beside this repository")
        return table.status
    with room("worktrees") as kept, tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        fresh, again = whole(made(30, 1, kept))
        for what, took, limit in (("from nothing", fresh, FROM_NOTHING), ("after a restart", again, RESTARTED)):
            also = f"of the processors {took.processor:.2f}x"
            table.row(f"all pairs of 30 {what}, to status and a merge each", took.clock, limit, "x", also)
        fifty, state = made(50, 2, kept), scratch / "state"
        state.mkdir()
        times = [1000 * one for one in asyncio.run(saved(fifty, state))]
        also = f"{min(times):.0f} to {max(times):.0f} ms"
        table.row("one file saved in one of 50, median", statistics.median(times), SAVED_MS, "ms", also)
        (scratch / "apart").mkdir()
        table.row("merges of 20 that touch nothing in common", apart(scratch / "apart", 20), 0, "merges")
        asked, spent = asyncio.run(idle(fifty, state))
        table.row("processes of git in five idle seconds", asked, 0, "processes")
        table.row("processor time of five idle seconds", spent, 0.05, "s")
        shutil.rmtree(state)
    return table.status


if __name__ == "__main__":
    sys.exit(main())
