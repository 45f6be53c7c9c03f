"""The fresh folder of a check: the tree's files, the base branch's tests where the policy says so, nothing else.

Nothing that lies in the tree is followed: a change may put a link where a folder was.
"""

import os
import shutil
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from state.checks.check import Check
from state.evidence.proposal import Authority
from state.policy.glob import globs
from state.spool import make_private


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one check runs. `house` is the repository's state directory, `folder` this check's own within it."""

    house: Path
    folder: Path

    @property
    def tree(self) -> Path:
        """Where the exported files lie."""
        return self.folder / "tree"


def fresh(house: Path) -> Ground:
    """Make an empty ground. Raises `OSError`, and `ValueError` where its place is unsafe."""
    folder = house / "checks" / uuid.uuid4().hex
    for one in (folder.parent, folder, folder / "tree", folder / "home", folder / "tmp"):
        make_private(one)
    return Ground(house, folder)


async def exported(ground: Ground, tree: str, base_tree: str, check: Check, authority: Authority) -> None:
    """Fill a ground: the tree, then what grade E2 takes of the base. Raises `OSError`."""
    await authority.export(tree, ground.tree)
    if check.base_paths and tree != base_tree:
        aside = ground.folder / "base"
        make_private(aside)
        await authority.export(base_tree, aside)
        _lay_over(ground.tree, aside, check.base_paths)
        remove(aside)
    if check.junit:
        _take_out(ground.tree, check.junit)


def _lay_over(tree: Path, base: Path, patterns: Sequence[str]) -> None:
    """Put the base's files that match in place of the tree's own, and take out those that the base does not have."""
    wanted = globs(patterns)
    for path in [one for one in _files(tree) if wanted.match(one)]:
        (tree / path).unlink()
    for path in [one for one in _files(base) if wanted.match(one)]:
        _take_out(tree, path)
        for parent in reversed(Path(path).parents[:-1]):
            if not (tree / parent).is_dir() or (tree / parent).is_symlink():
                (tree / parent).unlink(missing_ok=True)
                (tree / parent).mkdir(mode=0o755)
        (base / path).rename(tree / path)


def _files(folder: Path) -> Iterator[str]:
    """Give every path that is no directory, links to directories too, with slashes."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*files, *links):
            yield (Path(place) / name).relative_to(folder).as_posix()


def _take_out(tree: Path, path: str) -> None:
    """Remove what stands at a path, unless a link leads there: what is behind it is not the tree's."""
    if any((tree / one).is_symlink() for one in Path(path).parents[:-1]):
        return
    if (tree / path).is_dir() and not (tree / path).is_symlink():
        remove(tree / path)
    with suppress(FileNotFoundError, NotADirectoryError):
        (tree / path).unlink()


def remove(folder: Path) -> None:
    """Remove a folder with all that a check left in it, also where it took its own rights away."""
    for place, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(place) / name
            with suppress(OSError):
                if not inner.is_symlink() and inner.stat().st_mode & 0o700 != 0o700:
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def report_bytes(tree: Path, path: str, most: int) -> bytes | str | None:
    """Read a file below a tree without following anything; None where there is none, a sentence where it is no report.

    The check has ended, but what it left may be a link or a FIFO.
    """
    folder = os.open(tree, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        *parents, name = path.split("/")
        for parent in parents:
            inner = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"its report cannot be read: {error.strerror}"
    finally:
        os.close(folder)
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return "its report is no plain file"
        content = file.read(most + 1)
    return content if len(content) <= most else f"its report is longer than {most >> 20} MiB"
