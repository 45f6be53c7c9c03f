"""Reads and writes settings files that belong to others: whole, aside and renamed, with their mode and owner kept.

A link is followed knowingly: the file that it names is read, shown and written, and the link stays a link. What is no
regular file, what belongs to another account and what is too large is refused.
"""

import os
import stat
from pathlib import Path

from adapters.install.change import FileChange
from adapters.install.json_scan import MOST_BYTES, Unsure

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NEW_MODE = 0o600


def target_of(named: Path) -> Path:
    """Give the file that a settings file is, links followed. Raises `Unsure` where that leads nowhere."""
    try:
        return named.resolve(strict=named.is_symlink())
    except (OSError, RuntimeError):
        raise Unsure("it is a link that leads nowhere: mend or remove it") from None


def read(path: Path) -> bytes | None:
    """Give a file's bytes, None where there is none. Raises `Unsure` for what is not to be read or changed."""
    try:
        opened = os.open(path, _READ)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise Unsure(f"{path.parent} is no directory: look at it") from None
    except OSError as error:
        raise Unsure(f"it cannot be read ({error.strerror}): see to its permissions") from None
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode):
        os.close(opened)
        raise Unsure("it is no regular file: look at it")
    with os.fdopen(opened, "rb") as file:
        if found.st_uid != os.geteuid() and os.geteuid() != 0:
            raise Unsure("it belongs to another account: let its owner run this")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unsure("it is larger than 1 MiB, which no settings file is: look at it")
    return content


def write(change: FileChange, mode: int) -> None:
    """Make a change, if the file is still what was shown. Raises `Unsure` where it is not, `OSError` where it fails."""
    if read(change.path) != change.before:
        raise Unsure("it changed while you read: nothing was written to it, run the command again")
    if change.after is None:
        change.path.unlink()
        return
    change.path.parent.mkdir(mode=0o755 if mode & 0o044 else 0o700, parents=True, exist_ok=True)
    kept = change.path.stat() if change.before is not None else None
    aside = change.path.with_name(f".{change.path.name}.headgate-{os.getpid()}")
    opened = os.open(aside, _WRITE, NEW_MODE)
    try:
        with os.fdopen(opened, "wb") as file:
            if kept is not None and (kept.st_uid, kept.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), kept.st_uid, kept.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(kept.st_mode) if kept else mode)
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(change.path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
