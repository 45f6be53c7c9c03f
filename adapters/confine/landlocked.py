"""The profile as Landlock holds it, which is less: only writing is kept within bounds, and nothing is hidden."""

from pathlib import Path
from typing import Any

from adapters.confine.profile import Profile
from state.spool import make_private

PROTECTS = (
    "Landlock: it writes its worktree, its own refs, new objects, its log and the spool, and signals nobody; but it "
    "sees all that you see, reaches the sockets of your other programs and other runs' questions, and may change its "
    "own settings: a guardrail, no wall"
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx")


def rules(profile: Profile, temporary: Path) -> dict[str, Any]:
    """Give what may be written, and the variables that say so: `temporary` stands in for /tmp. Raises as `mkdir`."""
    make_private(temporary)
    home = profile.home
    for name in home.scratch:
        (home.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    folders = [*profile.written, *home.own.values(), *(home.path / name for name in home.scratch), temporary]
    return {
        "written": [str(path) for path in (*folders, Path("/dev/pts"), Path("/dev/shm")) if path.is_dir()],
        "files": [path for path in _DEVICES if Path(path).exists()]
        + [str(home.path / name) for name in home.written if (home.path / name).is_file()],
        "variables": {"TMPDIR": str(temporary)},
    }
