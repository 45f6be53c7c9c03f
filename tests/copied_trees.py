"""A repository and its worktrees that git makes once in a test process; each test has a copy of its own.

To make one takes git half a dozen processes, and hundreds of tests need one. No index has seen the files of a copy, so
the first that asks git for a status refreshes it, as after any `cp -a`.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

_MODELS: dict[Hashable, Path] = {}


def copied(kind: Hashable, make: Callable[[Path], None], folder: Path) -> None:
    """Put a copy of what `make` makes in an empty folder, the first time for this `kind`, into `folder`."""
    if kind not in _MODELS:
        model = Path(tempfile.mkdtemp(prefix="headgate-model-")).resolve()
        atexit.register(shutil.rmtree, model, ignore_errors=True)
        make(model)
        _MODELS[kind] = model
    shutil.copytree(_MODELS[kind], folder, symlinks=True, dirs_exist_ok=True)


def rejoined(repository: Path, trees: Mapping[str, Path]) -> None:
    """Have copied worktrees and their repository name each other, by the names that git gave to the worktrees."""
    for name, tree in trees.items():
        own = repository / ".git" / "worktrees" / name
        (own / "gitdir").write_text(f"{tree / '.git'}\n")
        (tree / ".git").write_text(f"gitdir: {own}\n")
