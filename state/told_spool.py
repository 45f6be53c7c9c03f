"""What a confined run sees of its repository's state directory: `told/`, laid over that directory inside the sandbox.

A sandbox mounts directories, because the core replaces its files by others of the same name, and a file that was
mounted would stay what it was. So what the hook must read beside its directories stands here a second time:

- `told/fleet.json`: the same as `fleet.json`.
- `told/spool/core.bell`: the core's bell by a second name.
- `told/runs`, `told/policy`, `told/spool/answers`: empty; the real ones are mounted on them, read-only.
- `told/spool/calls`, `told/spool/requests`: empty; directories of this one run are mounted on them.
- `told/spool/grants`, `told/spool/boards`: empty and read-only: no leave can be forged, and none is used up, inside.

`spool/calls/<label>/` and `spool/requests/<label>/` are those of the run that was started under that label, so that no
run reaches another's questions. Standard library only.
"""

import contextlib
import os
from pathlib import Path

from state.spool import make_private

_EMPTY = ("runs", "policy", "spool", "spool/answers", "spool/calls", "spool/requests", "spool/grants", "spool/boards")


def told_folder(house: Path) -> Path:
    """Give the directory that stands for the state directory inside a sandbox, made where it is not there yet.

    Raises `OSError` where that fails, `ValueError` where a directory is unsafe.
    """
    folder = house / "told"
    make_private(folder)
    for name in _EMPTY:
        make_private(folder / name)
    return folder


def own_folders(house: Path, label: str) -> tuple[Path, Path]:
    """Give the directories in which the hook of the run with that label writes its calls and its questions.

    Raises `OSError` where they cannot be made, `ValueError` where one is unsafe or the label is no name for it.
    """
    if not label.replace("-", "").replace("_", "").isalnum() or not label.isascii() or len(label) > 80:
        raise ValueError(f"{label!r} names no directory; use letters, digits, - and _")
    calls, requests = house / "spool" / "calls" / label, house / "spool" / "requests" / label
    for place in (calls.parent, calls, requests.parent, requests):
        make_private(place)
    return calls, requests


def tell_bell(bell: Path, house: Path) -> None:
    """Give the core's bell its second name, which the hook inside rings.

    Where the file system knows no second names a confined hook hears no core, and does what it does without one.
    """
    told = told_folder(house) / "spool" / bell.name
    aside = told.with_name(f".{bell.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.link(bell, aside, follow_symlinks=False)
        aside.rename(told)
