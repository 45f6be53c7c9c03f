"""Loose objects are written whole, whoever else writes the same one at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from adapters.git.loose import write

WRITERS, OBJECTS = 8, 60


def test_worktrees_that_hold_the_same_file_write_it_at_the_same_time(tmp_path: Path) -> None:
    together = Barrier(WRITERS)

    def written(_: int) -> list[str]:
        names: list[str] = []
        for number in range(OBJECTS):
            together.wait(30)
            names.append(write(tmp_path, "blob", b"%d\n" % number * 2000, "sha1"))
        return names

    with ThreadPoolExecutor(WRITERS) as pool:
        first, *rest = pool.map(written, range(WRITERS))
    assert all(one == first for one in rest)
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == OBJECTS
